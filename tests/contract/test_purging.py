"""A purge leaves no word of a version behind, and a database that the trail still tells truly of."""

from pathlib import Path

import pytest
from sqlalchemy import insert, select

from kb_service.adapters.sql.affected import SqlAffected
from kb_service.adapters.sql.engine import Database, upgrade
from kb_service.adapters.sql.library import SqlLibrary
from kb_service.adapters.sql.purging import SqlPurging
from kb_service.adapters.sql.rehearsals import SqlRehearsals
from kb_service.adapters.sql.row_faults import row_faults
from kb_service.adapters.sql.rows import content_sha256
from kb_service.adapters.sql.shelf import SqlShelf
from kb_service.adapters.sql.tables import answers, rehearsals, versions
from kb_service.adapters.sql.transcript import SqlTranscript
from kb_service.adapters.sql.upload_tables import upload_records, uploads
from kb_service.adapters.sql.uploads import SqlUploads
from kb_service.adapters.sql.webhooks import SqlWebhooks
from kb_service.domain.answers import Notice, NoticeKind, Outcome
from kb_service.domain.documents import DraftPassage, VersionDraft
from kb_service.domain.rehearsals import Effect, QuestionEffect, Rehearsal, RehearsedReply
from kb_service.domain.uploads import Arrival
from kb_service.domain.webhooks import WebhookForm
from kb_service.ports import Approval
from kb_service.wiring import new_id
from tests.factories import NOON, answer, citation, day, metadata, question

TITLE, WORDS, ASKED = "热气球炸药买卖指南", "炸药每斤七元整", "炸药哪里可以买"
APPROVED = Approval("li", NOON, "bulk_import")


def purged_draft(document_id: str = "secret") -> VersionDraft:
    fields = metadata(TITLE, question=ASKED, matter_id="qiqiu", department="市气球处", effective_from=day("2026-01-01"))
    return VersionDraft(document_id, fields, WORDS, (DraftPassage(0, len(WORDS)),), source_name=f"{TITLE}.md")


def filled(database: Database) -> str:
    """The id of the version, whose words and title stand wherever the service repeats them."""
    library = SqlLibrary(database, new_id=new_id)
    (stored,) = library.store([purged_draft()], actor="zhang", at=NOON, approval=APPROVED)
    version_id = stored.version_id
    transcript = SqlTranscript(database)
    cited = citation(WORDS, document_id="secret", title=TITLE, version_id=version_id)
    told = Notice(NoticeKind.SCHEDULED_END, f"《{TITLE}》即将失效", "secret", day("2026-01-01"))
    transcript.add(answer("a1", "多少钱", cited), question())
    transcript.add(answer("a2", "停哪里", citation(), notices=(told,)), question())
    transcript.add(answer("a3", "停哪里", citation(), related_questions=(ASKED,)), question())
    sent = [Arrival(f"{TITLE}.md", 9, "ab" * 32, {"title": TITLE})]
    found = SqlUploads(database, new_id=new_id).register(sent, actor="wang", at=NOON)
    with database.writing() as connection:
        report = {"upload_id": found.uploads[0].id, "ordinal": 0, "outcome": "refused", "document_id": "secret"}
        why = {"name": "wrong_value", "values": {"field": "kind", "value": TITLE}}
        connection.execute(insert(upload_records).values(**report, content=WORDS, reason=TITLE, cause=why))
        connection.execute(uploads.update().values(version_id=version_id, reason=f"{TITLE}.md: …", cause=why))
    said = RehearsedReply(Outcome.ANSWERED, f"{WORDS}[1]", (version_id,))
    effect = QuestionEffect("多少钱", "suite", Effect.CHANGED, said, said)
    SqlRehearsals(database).add(
        Rehearsal("r1", version_id, 1, NOON, day("2026-07-01"), 1, {"changed": 1}, (effect,), 0.1)
    )
    webhooks = SqlWebhooks(database, new_id=new_id)
    webhooks.create("https://a.org", form=WebhookForm.JSON, events=[], departments=[], actor="admin", at=NOON)
    SqlAffected(database, new_id=new_id).tell(version_id, at=NOON)
    item = {"version_id": version_id, "title": TITLE}
    SqlShelf(database).keep_due_list(day("2026-07-01"), [item], at=NOON)
    return version_id


def purge(database: Database, version_id: str) -> None:
    SqlPurging(database).purge(version_id, text_keys=set(), actor="admin", at=NOON, reason="违法内容")


def everything_in(database: Database) -> str:
    from kb_service.adapters.sql.schema import metadata as tables

    with database.reading() as connection:
        return str([connection.execute(select(table)).all() for table in tables.sorted_tables])


def test_no_table_holds_the_words_title_or_question_any_more(database: Database) -> None:
    version_id = filled(database)
    assert all(each in everything_in(database) for each in (WORDS, TITLE, ASKED))
    purge(database, version_id)
    assert [each for each in (WORDS, TITLE, ASKED) if each in everything_in(database)] == []


def test_the_trail_tells_truly_of_a_purged_version_and_the_answers_that_cited_it(database: Database) -> None:
    version_id = filled(database)
    purge(database, version_id)
    assert row_faults(database) == []
    version = SqlLibrary(database, new_id=new_id).version(version_id)
    assert version.content_sha256 == content_sha256(version.text, version.metadata)
    purge(database, version_id)
    assert row_faults(database) == []


def test_an_answer_given_words_again_after_a_purge_is_found(database: Database) -> None:
    purge(database, filled(database))
    with database.writing() as connection:
        connection.execute(answers.update().where(answers.c.id == "a1").values(body={"text": WORDS}))
    assert [each.subject for each in row_faults(database)] == [("answer", "a1")]


def test_a_title_that_another_version_bears_stays_in_what_is_said_of_that_one(database: Database) -> None:
    version_id = filled(database)
    library = SqlLibrary(database, new_id=new_id)
    again = VersionDraft("secret", metadata(TITLE), "安全须知。", (DraftPassage(0, 5),))
    library.store([again], actor="zhang", at=NOON, approval=APPROVED)
    purge(database, version_id)
    with database.reading() as connection:
        body = connection.execute(select(answers.c.body).where(answers.c.id == "a2")).scalar_one()
    assert TITLE in body["notices"][0]["text"]


def test_rehearsals_of_others_lose_only_what_repeats_it(database: Database) -> None:
    version_id = filled(database)
    fine, bad = (RehearsedReply(Outcome.ANSWERED, each, (new_id(),)) for each in ("免费[1]", f"《{TITLE}》[1]"))
    effects = tuple(QuestionEffect(f"问{n}", "suite", Effect.CHANGED, fine, each) for n, each in enumerate((fine, bad)))
    (other,) = SqlLibrary(database, new_id=new_id).store(
        [VersionDraft("other", metadata(), "免费。", ())], actor="zhang", at=NOON, approval=None
    )
    SqlRehearsals(database).add(Rehearsal("r2", other.version_id, 1, NOON, day("2026-07-01"), 2, {}, effects, 0.1))
    purge(database, version_id)
    with database.reading() as connection:
        changes = connection.execute(select(rehearsals.c.changes).where(rehearsals.c.id == "r2")).scalar_one()
    assert [each["question"] for each in changes] == ["问0"]


def test_what_other_programs_wrote_into_a_purged_version_is_found(database: Database) -> None:
    version_id = filled(database)
    purge(database, version_id)
    with database.writing() as connection:
        connection.execute(versions.update().values(state="approved"))
    assert [each.subject for each in row_faults(database)] == [("version", version_id)]


@pytest.mark.parametrize("words", [WORDS, TITLE, ASKED])
def test_no_file_of_the_database_holds_the_words_any_more(tmp_path: Path, words: str) -> None:
    """The write-ahead log and free pages neither."""
    database = Database(f"sqlite:///{tmp_path / 'kb.sqlite'}")
    upgrade(database)
    version_id = filled(database)
    written = (words.encode(), words.encode("unicode_escape"))
    assert any(each in held for each in written for held in files_of(tmp_path))
    purge(database, version_id)
    assert not any(each in held for each in written for held in files_of(tmp_path))
    database.close()


def files_of(folder: Path) -> list[bytes]:
    return [path.read_bytes() for path in folder.glob("kb.sqlite*")]
