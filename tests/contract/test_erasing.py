"""What people typed is erased when its time is over or somebody asks for it; the trail tells truly of it."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from kb_service.adapters.sql.engine import Database, upgrade
from kb_service.adapters.sql.erasing import SqlErasing
from kb_service.adapters.sql.library import SqlLibrary
from kb_service.adapters.sql.rehearsals import SqlRehearsals
from kb_service.adapters.sql.row_faults import row_faults
from kb_service.adapters.sql.tables import answers, feedback
from kb_service.adapters.sql.trail import SqlTrail
from kb_service.adapters.sql.transcript import SqlTranscript
from kb_service.domain.answers import MatterRef, Outcome
from kb_service.domain.errors import AnswerNotFound
from kb_service.domain.rehearsals import Effect, QuestionEffect, Rehearsal, RehearsedReply
from kb_service.wiring import new_id
from tests.factories import NOON, answer, citation, day, draft, question

DAY = timedelta(days=1)
ADDRESS = "我住大渡河路某弄某号"


@pytest.fixture
def transcript(database: Database) -> SqlTranscript:
    """Five answers, one a day, of two conversations and two persons."""
    kept = SqlTranscript(database)
    fill(kept)
    return kept


def fill(kept: SqlTranscript) -> None:
    for number in range(1, 6):
        conversation, person = ("c1", "u1") if number % 2 else ("c2", "u2")
        given = answer(f"a{number}", f"{ADDRESS}{number}", citation(), asked_at=NOON + number * DAY)
        kept.add(
            replace(given, conversation_id=conversation, matter=MatterRef("qianzhu", "签注")),
            question(channel="web", user_hash=person * 32),
        )
        kept.add_feedback(
            f"a{number}", asked_by="web", at=NOON + number * DAY, resolved=False, comment=f"{ADDRESS}，没用"
        )


def left(database: Database) -> list[str]:
    with database.reading() as connection:
        rows = connection.execute(select(answers.c.id, answers.c.body).order_by(answers.c.id))
        return [row.id for row in rows if ADDRESS in str(row.body)]


def comments(database: Database) -> int:
    with database.reading() as connection:
        return len(connection.execute(select(feedback.c.id).where(feedback.c.comment.is_not(None))).all())


def test_answers_older_than_a_moment_lose_their_words_and_comments(
    database: Database, transcript: SqlTranscript
) -> None:
    erasing = SqlErasing(database)
    assert erasing.before(NOON + 3 * DAY, actor="retention", at=NOON).answers == 2
    assert (left(database), comments(database)) == (["a3", "a4", "a5"], 3)
    assert erasing.before(NOON + 3 * DAY, actor="retention", at=NOON).answers == 0
    with pytest.raises(AnswerNotFound):
        transcript.answer("a1", channel="web", asked_by=question().asked_by)
    later = question(conversation_id="c1", channel="web", user_hash="u1" * 32)
    assert len(transcript.last_turns(later.conversation, 9)) == 2
    assert all(ADDRESS in each for each in transcript.recent_questions("qianzhu", 9))
    assert row_faults(database) == []


def test_a_conversation_and_a_person_are_erased_when_they_ask_for_it(
    database: Database, transcript: SqlTranscript
) -> None:
    erasing = SqlErasing(database)
    assert erasing.conversation("c2", actor="operator", at=NOON).answers == 2
    assert left(database) == ["a1", "a3", "a5"]
    assert erasing.person("u1" * 32, actor="operator", at=NOON).answers == 3
    assert (left(database), comments(database)) == ([], 0)
    assert row_faults(database) == []
    told = [each.event.detail["answers"] for each in SqlTrail(database).events()]
    assert told == [[[2, 2], [4, 4]], [[1, 1], [3, 3], [5, 5]]]


def test_what_outcomes_are_counted_by_stays(database: Database, transcript: SqlTranscript) -> None:
    SqlErasing(database).before(NOON + 9 * DAY, actor="retention", at=NOON)
    with database.reading() as connection:
        rows = connection.execute(select(answers).order_by(answers.c.number)).all()
        assert [(row.outcome, row.matter_id, row.user_hash) for row in rows] == [("answered", "qianzhu", None)] * 5
        assert [row.resolved for row in connection.execute(select(feedback))] == [0] * 5


def test_an_answer_blanked_by_other_hands_is_no_erasure(database: Database, transcript: SqlTranscript) -> None:
    with database.writing() as connection:
        nothing = {"body": {}, "conversation_id": "", "user_hash": None}
        connection.execute(answers.update().where(answers.c.id == "a4").values(**nothing))
    assert [each.subject for each in row_faults(database)] == [("answer", "a4")]


def test_words_put_back_after_an_erasure_are_found(database: Database, transcript: SqlTranscript) -> None:
    SqlErasing(database).conversation("c2", actor="operator", at=NOON)
    with database.writing() as connection:
        connection.execute(answers.update().where(answers.c.id == "a2").values(body={"text": "免费"}))
    assert [each.subject for each in row_faults(database)] == [("answer", "a2")]


def test_rehearsals_forget_the_questions_that_they_took_from_people(database: Database) -> None:
    SqlTranscript(database).add(answer("a1", "签注要钱吗", citation()), question())
    (stored,) = SqlLibrary(database, new_id=new_id).store([draft()], actor="zhang", at=NOON, approval=None)
    reply = RehearsedReply(Outcome.ANSWERED, "免费[1]", ())
    effects = tuple(
        QuestionEffect("签注要钱吗", source, Effect.CHANGED, reply, reply) for source in ("recent", "suite")
    )
    kept = SqlRehearsals(database)
    kept.add(Rehearsal("r1", stored.version_id, 1, NOON, day("2026-07-01"), 2, {}, effects, 0.1))
    SqlErasing(database).before(NOON + DAY, actor="retention", at=NOON + DAY)
    latest = kept.latest(stored.version_id)
    assert latest is not None
    assert [each.source for each in latest.effects] == ["suite"]


def test_no_file_of_the_database_holds_what_was_erased(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path / 'kb.sqlite'}")
    upgrade(database)
    fill(SqlTranscript(database))
    written = (ADDRESS.encode(), ADDRESS.encode("unicode_escape"))
    assert any(each in path.read_bytes() for each in written for path in tmp_path.glob("kb.sqlite*"))
    SqlErasing(database).before(NOON + 9 * DAY, actor="retention", at=NOON)
    assert not any(each in path.read_bytes() for each in written for path in tmp_path.glob("kb.sqlite*"))
    database.close()
