"""The store of documents, on every database."""

import threading
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

from kb_service.adapters.sql.engine import Database, upgrade
from kb_service.adapters.sql.library import SqlLibrary
from kb_service.adapters.sql.schema import metadata as tables
from kb_service.adapters.sql.version_states import SqlVersionStates
from kb_service.domain.days import Interval, shanghai_day
from kb_service.domain.documents import DraftPassage, VersionDraft, VersionState
from kb_service.domain.errors import RecordsUnavailable, VersionNotFound
from kb_service.domain.life import Transition
from kb_service.ports import Approval
from kb_service.wiring import new_id
from tests.factories import NOON, day, draft, metadata

APPROVED = Approval("editor-in-chief", NOON, "bulk_import")


@pytest.fixture
def library(database: Database) -> SqlLibrary:
    return SqlLibrary(database, new_id=new_id)


def store(library: SqlLibrary, *drafts: VersionDraft, approval: Approval | None = APPROVED) -> list[str]:
    return [each.version_id for each in library.store(drafts, actor="editor", at=NOON, approval=approval)]


def withdraw(database: Database, version_id: str) -> None:
    version_states = SqlVersionStates(database, new_id=new_id)
    transition = Transition(VersionState.WITHDRAWN, "withdraw")
    version_states.change(version_id, actor="editor", at=NOON, if_revision=None, decide=lambda _held: transition)


def test_a_version_comes_back_as_it_was_stored(library: SqlLibrary) -> None:
    text = "第一条 签注免费。\n第二条 每年一次。\U0001f600完。"
    passages = (DraftPassage(0, 9, ("第一条",), page=3), DraftPassage(10, 21, ("第二条",), second=65))
    fields = metadata(
        question="签注要钱吗",
        similar_questions=("要钱吗", "收费吗"),
        department="gongan",
        effective_from=day("2026-01-01"),
        effective_to=day("2027-01-01"),
        document_number="沪府办发〔2021〕26号",
    )
    (version_id,) = store(library, VersionDraft("guide", fields, text, passages, "guide.md", "ab" * 32))
    version = library.version(version_id)
    assert (version.text, version.metadata, version.state) == (text, fields, VersionState.APPROVED)
    assert (version.approved_by, version.approved_at, version.published_at) == ("editor-in-chief", NOON, None)
    first, second = library.passages_of_version(version_id)
    assert (first.passage.text, first.passage.page) == ("第一条 签注免费。", 3)
    assert (second.passage.text, second.passage.second) == ("第二条 每年一次。\U0001f600完", 65)
    assert library.passages([first.passage.id, "unknown"]) == {first.passage.id: first}


def test_the_same_content_again_is_unchanged_and_another_text_is_a_new_version(library: SqlLibrary) -> None:
    stored = library.store([draft(), draft(), draft(text="签注仍然免费。")], actor="editor", at=NOON, approval=APPROVED)
    assert [each.status for each in stored] == ["added", "unchanged", "new_version"]
    assert stored[0].version_id == stored[1].version_id


def test_a_draft_that_comes_again_to_be_published_is_approved(library: SqlLibrary) -> None:
    (version_id,) = store(library, draft(), approval=None)
    library.mark_synced(library.unsynced(), at=NOON)
    (stored,) = library.store([draft()], actor="editor", at=NOON, approval=APPROVED)
    assert (stored.version_id, stored.status) == (version_id, "approved")
    assert library.interval(version_id) == Interval(None, None, shanghai_day(NOON))
    assert set(library.unsynced()) == {"guide"}


def test_content_that_was_withdrawn_can_be_stored_again(database: Database, library: SqlLibrary) -> None:
    (first,) = store(library, draft())
    withdraw(database, first)
    (again,) = store(library, draft())
    assert again != first
    assert library.interval(first) is None
    assert library.interval(again) == Interval(None, None, shanghai_day(NOON))


def test_the_next_version_ends_this_one_without_touching_its_row(database: Database, library: SqlLibrary) -> None:
    old, new = store(
        library,
        draft(effective_from=day("2025-01-01")),
        draft(text="签注收费。", effective_from=day("2026-01-01")),
    )
    assert library.interval(old) == Interval(day("2025-01-01"), day("2026-01-01"))
    assert library.version(old).metadata.effective_to is None
    withdraw(database, new)
    assert library.interval(old) == Interval(day("2025-01-01"), None)


def test_a_document_that_another_replaces_ends_when_the_other_starts_and_has_to_be_followed_again(
    library: SqlLibrary,
) -> None:
    (old,) = store(library, draft("old-rule"))
    library.mark_synced(library.unsynced(), at=NOON)
    store(library, draft("new-rule", replaces="old-rule", effective_from=day("2026-03-01")))
    assert library.interval(old) == Interval(None, day("2026-03-01"), day("2025-03-01"))
    assert set(library.unsynced()) == {"old-rule", "new-rule"}


def test_a_draft_is_never_in_force(library: SqlLibrary) -> None:
    (version_id,) = store(library, draft(), approval=None)
    assert library.interval(version_id) is None
    assert library.schedules(["guide"]) == {"guide": []}


def test_what_the_index_has_followed_is_published_and_no_longer_due(library: SqlLibrary) -> None:
    (version_id,) = store(library, draft())
    assert library.unsynced() == {"guide": 1}
    library.mark_synced({"guide": 1}, at=NOON + timedelta(minutes=1))
    assert library.unsynced() == {}
    assert library.version(version_id).published_at == NOON + timedelta(minutes=1)


def test_a_change_during_a_sync_stays_due(database: Database, library: SqlLibrary) -> None:
    (version_id,) = store(library, draft())
    seen = library.unsynced()
    withdraw(database, version_id)
    library.mark_synced(seen, at=NOON)
    assert library.unsynced() == {"guide": 2}


def test_what_was_approved_during_a_sync_is_published_only_by_the_next(library: SqlLibrary) -> None:
    store(library, draft(effective_from=day("2025-01-01")))
    seen = library.unsynced()
    (newer,) = store(library, draft(text="签注收费。", effective_from=day("2026-01-01")))
    library.mark_synced(seen, at=NOON)
    assert library.version(newer).published_at is None
    library.mark_synced(library.unsynced(), at=NOON)
    assert library.version(newer).published_at == NOON


def test_expected_points_count_passages_and_similar_questions_of_followed_documents(library: SqlLibrary) -> None:
    store(library, draft(similar_questions=("要钱吗", "收费吗")), draft("other"))
    assert library.expected_points() == (0, 4)
    library.mark_synced(library.unsynced(), at=NOON)
    assert library.expected_points() == (4, 0)


def test_many_threads_storing_at_once_lose_nothing(library: SqlLibrary) -> None:
    def work(number: int) -> None:
        for each in range(5):
            store(library, draft(f"document-{number}-{each}"))

    threads = [threading.Thread(target=work, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(library.document_ids()) == 40


def test_an_unknown_version_is_said_to_be_unknown(library: SqlLibrary) -> None:
    with pytest.raises(VersionNotFound, match="no-such-version"):
        library.version("no-such-version")


def test_a_batch_with_one_impossible_draft_stores_none_of_it(library: SqlLibrary) -> None:
    broken = replace(draft("broken"), passages=(DraftPassage(0, 2), DraftPassage(0, 2)), document_id=None)  # type: ignore[arg-type]
    with pytest.raises(Exception, match=r"NOT NULL|null value"):
        store(library, draft("good"), broken)
    assert library.document_ids() == []


def test_a_damaged_database_is_told_in_one_sentence(tmp_path: Path) -> None:
    file = tmp_path / "kb.sqlite"
    file.write_bytes(b"no database at all " * 100)
    with pytest.raises(RecordsUnavailable, match="put the last backup back"):
        upgrade(Database(f"sqlite:///{file}"))


def test_the_migrations_make_exactly_the_tables_of_the_code(database: Database) -> None:
    with database.engine.connect() as connection:
        differences = compare_metadata(MigrationContext.configure(connection), tables)
    assert differences == []


def test_what_the_index_has_yet_to_follow_comes_with_the_shortest_first(library: SqlLibrary) -> None:
    text = "第一条 甲。第二条 乙。第三条 丙。"
    pieces = (DraftPassage(0, 6), DraftPassage(6, 12), DraftPassage(12, 18))
    store(library, VersionDraft("long", metadata(), text, pieces), draft("short"), draft("followed"))
    library.mark_synced({"followed": 1}, at=NOON)
    assert library.unsynced_by_size() == [("short", 1), ("long", 3)]
