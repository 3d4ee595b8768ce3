"""Changes in the life of a version, on every database: one transaction each, whoever else is at it."""

import threading
from collections.abc import Callable
from datetime import date

import pytest

from kb_service.adapters.sql.engine import Database
from kb_service.adapters.sql.library import SqlLibrary
from kb_service.adapters.sql.shelf import SqlShelf
from kb_service.adapters.sql.trail import SqlTrail
from kb_service.adapters.sql.version_states import SqlVersionStates
from kb_service.adapters.statutory_calendar import statutory_calendar
from kb_service.domain.days import Interval
from kb_service.domain.documents import Version, VersionDraft, VersionState
from kb_service.domain.errors import KbError, SecondPersonNeeded, VersionChanged, VersionNotDraft, VersionsContradict
from kb_service.domain.queries import VersionQuery
from kb_service.publishing.publishing import Publishing
from kb_service.wiring import new_id
from tests.factories import NOON, day, draft, no_points, rehearsal


@pytest.fixture
def library(database: Database) -> SqlLibrary:
    return SqlLibrary(database, new_id=new_id)


@pytest.fixture
def publishing(database: Database) -> Publishing:
    version_states = SqlVersionStates(database, new_id=new_id)
    return Publishing(
        version_states=version_states,
        calendar=statutory_calendar,
        rehearsed=rehearsal,
        points_of_version=no_points,
        now=lambda: NOON,
    )


def store(library: SqlLibrary, each: VersionDraft, *, actor: str = "zhang") -> str:
    (stored,) = library.store([each], actor=actor, at=NOON, approval=None)
    return stored.version_id


def approved(library: SqlLibrary, publishing: Publishing, each: VersionDraft) -> str:
    version_id = store(library, each)
    publishing.submit(version_id, actor="zhang")
    publishing.approve(version_id, actor="li")
    return version_id


def at_once(*steps: Callable[[], Version]) -> list[str]:
    """The outcome of each step, all started together: the state reached or the name of the refusal."""
    outcomes: list[str] = []
    start = threading.Barrier(len(steps))

    def run(step: Callable[[], Version]) -> None:
        start.wait()
        try:
            outcomes.append(step().state.value)
        except KbError as error:
            outcomes.append(type(error).__name__)

    threads = [threading.Thread(target=run, args=(step,)) for step in steps]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sorted(outcomes)


def test_of_two_approvals_at_once_one_is_made(library: SqlLibrary, publishing: Publishing, database: Database) -> None:
    version_id = store(library, draft())
    publishing.submit(version_id, actor="zhang")
    outcomes = at_once(*(lambda name=name: publishing.approve(version_id, actor=name) for name in ("li", "wang")))  # type: ignore[misc]
    # Refused for the revision that was rehearsed, or, coming later still, for the state.
    assert outcomes[0] in {"VersionChanged", "VersionNotInReview"} and outcomes[1] == "approved"
    assert [each.event.action for each in SqlTrail(database).events()] == ["store", "submit", "approve"]


def test_of_an_approval_and_a_rejection_at_once_one_is_made(library: SqlLibrary, publishing: Publishing) -> None:
    version_id = store(library, draft())
    publishing.submit(version_id, actor="zhang")
    outcomes = at_once(
        lambda: publishing.approve(version_id, actor="li"),
        lambda: publishing.reject(version_id, actor="wang", reason="日期有误"),
    )
    assert {"VersionChanged", "VersionNotInReview"} & set(outcomes)
    assert len({"approved", "rejected"} & set(outcomes)) == 1


def test_of_two_edits_from_one_reading_the_second_is_refused(library: SqlLibrary, publishing: Publishing) -> None:
    version_id = store(library, draft())
    outcomes = at_once(
        *(
            lambda text=text: publishing.edit(version_id, draft(text=text), actor="zhang", if_revision=1)  # type: ignore[misc]
            for text in ("签注十元。", "签注九元。")
        )
    )
    assert outcomes == ["VersionChanged", "draft"]
    assert library.version(version_id).revision == 2


def test_an_edit_replaces_text_passages_and_what_it_ends(library: SqlLibrary, publishing: Publishing) -> None:
    old = approved(library, publishing, draft("old"))
    version_id = store(library, draft("new", replaces="old", effective_from=day("2026-09-01")))
    edited = draft("new", "改过的文本。", repeals=("old",), effective_from=day("2026-10-01"))
    publishing.edit(version_id, edited, actor="wang")
    assert [each.passage.text for each in library.passages_of_version(version_id)] == ["改过的文本。"]
    publishing.submit(version_id, actor="zhang")
    with pytest.raises(SecondPersonNeeded):
        publishing.approve(version_id, actor="wang")
    publishing.approve(version_id, actor="li")
    assert library.interval(old) == Interval(None, day("2026-10-01"), day("2026-07-01"))


def test_passages_that_were_read_before_show_an_edit_and_an_approval_at_once(
    library: SqlLibrary, publishing: Publishing
) -> None:
    version_id = store(library, draft("guide", "签注免费。"))
    (before,) = library.passages_of_version(version_id)
    publishing.edit(version_id, draft("guide", "签注收费。"), actor="zhang")
    (edited,) = library.passages_of_version(version_id)
    assert (edited.passage.id, edited.passage.text) == (before.passage.id, "签注收费。")
    publishing.submit(version_id, actor="zhang")
    publishing.approve(version_id, actor="li")
    assert library.passages([edited.passage.id])[edited.passage.id].state is VersionState.APPROVED


def test_a_refused_approval_changes_nothing(library: SqlLibrary, publishing: Publishing, database: Database) -> None:
    approved(library, publishing, draft(effective_from=day("2026-01-01")))
    second = store(library, draft(text="签注十元。", effective_from=day("2026-01-01")))
    publishing.submit(second, actor="zhang")
    before = (library.version(second), SqlTrail(database).head())
    with pytest.raises(VersionsContradict, match="withdraw"):
        publishing.approve(second, actor="li")
    assert (library.version(second), SqlTrail(database).head()) == before


def test_a_version_that_a_replacement_has_overtaken_is_refused(library: SqlLibrary, publishing: Publishing) -> None:
    approved(library, publishing, draft("old"))
    approved(library, publishing, draft("new", replaces="old", effective_from=day("2026-03-01")))
    late = store(library, draft("old", "旧文件的新版本。", effective_from=day("2026-05-01")))
    publishing.submit(late, actor="zhang")
    with pytest.raises(VersionsContradict, match="never be in force"):
        publishing.approve(late, actor="li")


def test_a_stale_revision_is_refused_at_every_step(library: SqlLibrary, publishing: Publishing) -> None:
    version_id = store(library, draft())
    publishing.edit(version_id, draft(text="签注十元。"), actor="zhang")
    with pytest.raises(VersionChanged):
        publishing.submit(version_id, actor="zhang", if_revision=1)
    publishing.submit(version_id, actor="zhang", if_revision=2)
    with pytest.raises(VersionChanged):
        publishing.approve(version_id, actor="li", if_revision=2)
    publishing.approve(version_id, actor="li", if_revision=3)
    with pytest.raises(VersionNotDraft):
        publishing.edit(version_id, draft(), actor="zhang")


def test_lists_are_paged_without_gaps_and_narrowed(
    library: SqlLibrary, publishing: Publishing, database: Database
) -> None:
    for number in range(7):
        store(library, draft(f"document-{number}", effective_from=date(2026, 1, number + 1)))
    approved(library, publishing, draft("approved", title="签注100%免费"))
    shelf = SqlShelf(database)
    seen: list[str] = []
    cursor = None
    while True:
        page = shelf.versions(VersionQuery(states=(VersionState.DRAFT,)), limit=3, cursor=cursor)
        seen += [each.document_id for each in page.versions]
        cursor = page.next_cursor
        if cursor is None:
            break
    assert sorted(seen) == [f"document-{number}" for number in range(7)]
    early = VersionQuery(effective_from=date(2026, 1, 2), effective_until=date(2026, 1, 4))
    assert {each.document_id for each in shelf.versions(early, limit=9).versions} == {"document-1", "document-2"}
    assert [each.document_id for each in shelf.versions(VersionQuery(text="100%"), limit=9).versions] == ["approved"]
    assert shelf.versions(VersionQuery(text="1_0"), limit=9).versions == []
    assert len(shelf.with_a_deadline()) == 7
