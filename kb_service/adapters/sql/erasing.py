"""Erasing what people typed: the words of questions, answers and comments go, what outcomes are counted by stays."""

from collections.abc import Callable, Iterable, Sequence, Set
from datetime import datetime
from functools import partial

from sqlalchemy import ColumnElement, Connection, and_, delete, or_, select, true, update

from kb_service.adapters.sql.audits import forget_audited
from kb_service.adapters.sql.conversations import conversations_named, is_of
from kb_service.adapters.sql.engine import Database
from kb_service.adapters.sql.learning_tables import affected_answers, cited_versions, gap_questions
from kb_service.adapters.sql.measuring_tables import outcomes
from kb_service.adapters.sql.proposals import forget
from kb_service.adapters.sql.row_faults import NO_WORDS
from kb_service.adapters.sql.seals import seals
from kb_service.adapters.sql.tables import answers, feedback, rehearsals
from kb_service.adapters.sql.talk_tables import (
    attachments,
    clocks,
    deliveries,
    escalations,
    message_keys,
    talk_messages,
    talk_signs,
)
from kb_service.adapters.sql.trail import record
from kb_service.domain.clocks import OF_TALKS
from kb_service.domain.escalations import GOING_ON, EscalationState
from kb_service.domain.exports import the_one
from kb_service.domain.masking import masked
from kb_service.domain.privacy import Erased
from kb_service.domain.rehearsals import RECENT
from kb_service.domain.trail import ERASED, ERASED_TALKS

# Rows in one transaction, so that a question never waits long for the write lock.
_AT_ONCE = 500
# What is left of an escalation.
_NO_TALK = {"conversation_id": "", "talking_in": None, "user_hash": None, "question": "", "summary": ""}
_HAS_WORDS = or_(answers.c.conversation_id != "", answers.c.user_hash.is_not(None))


class SqlErasing:
    """The trail tells which answers were erased by their numbers, and which talks by their ids."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def before(self, moment: datetime, *, actor: str, at: datetime) -> Erased:
        """Answers given before then, comments made before then, and questions that rehearsals before then took."""
        erased = self._erase(answers.c.asked_at < moment, actor, at, {"before": moment.isoformat()})
        is_over = and_(escalations.c.opened_at < moment, escalations.c.talking_in.is_(None))
        talks = self._erase_talks(is_over, actor, at)
        with self._database.writing() as connection:
            old_comments = (feedback.c.given_at < moment) & feedback.c.comment.is_not(None)
            connection.execute(update(feedback).where(old_comments).values(comment=None))
            _forget_in_rehearsals(connection, rehearsals.c.rehearsed_at < moment, lambda _question: True)
        return Erased(erased, talks)

    def conversation(self, conversation_id: str, *, actor: str, at: datetime, of: str | None = None) -> Erased:
        """``of``: which one, where several have the id. Raises ConversationNotFound, ConversationAmbiguous."""
        with self._database.reading() as connection:
            found = the_one(conversations_named(connection, conversation_id), conversation_id, of)
        talks = self._erase_talks(is_of(escalations, found), actor, at)
        return Erased(self._erase(is_of(answers, found), actor, at, {}), talks)

    def person(self, user_hash: str, *, actor: str, at: datetime) -> Erased:
        """Everything that the same reference of a user asked."""
        talks = self._erase_talks(escalations.c.user_hash == user_hash, actor, at)
        return Erased(self._erase(answers.c.user_hash == user_hash, actor, at, {}), talks)

    def _erase_talks(self, which: ColumnElement[bool], actor: str, at: datetime) -> int:
        """Of escalations the words, pictures and sound, and whose they were; what is counted by stays. Their number.

        One that goes on ends: nobody could be reached by what is written there, and it would be kept.
        """
        has_words = or_(
            escalations.c.conversation_id != "", escalations.c.id.in_(select(talk_messages.c.escalation_id))
        )
        wanted = select(escalations.c.id).where(which, has_words).order_by(escalations.c.id)
        erased = 0
        while True:
            with self._database.writing() as connection:
                ids = list(connection.execute(wanted.limit(_AT_ONCE)).scalars())
                if not ids:
                    break
                was = seals(connection, [("escalation", each) for each in ids])
                _end(connection, ids, at=at)
                connection.execute(update(escalations).where(escalations.c.id.in_(ids)).values(**_NO_TALK))
                for table in (talk_messages, attachments, message_keys, talk_signs):
                    connection.execute(delete(table).where(table.c.escalation_id.in_(ids)))
                forget(connection, ids)
                _forget_askers(connection, ids, at)
                connection.execute(delete(deliveries).where(deliveries.c.escalation_id.in_(ids)))
                record(connection, at=at, actor=actor, action=ERASED_TALKS, detail={"escalations": ids}, was=was)
            erased += len(ids)
        if erased:
            self._database.empty_log()
        return erased

    def _erase(self, which: ColumnElement[bool], actor: str, at: datetime, detail: dict[str, str]) -> int:
        wanted = select(answers.c.id, answers.c.number, answers.c.body["question"].as_string())
        wanted = wanted.where(and_(which, _HAS_WORDS, answers.c.number.is_not(None))).order_by(answers.c.number)
        erased = 0
        while True:
            with self._database.writing() as connection:
                found = connection.execute(wanted.limit(_AT_ONCE)).all()
                if not found:
                    break
                ids = [row[0] for row in found]
                connection.execute(update(answers).where(answers.c.id.in_(ids)).values(**NO_WORDS))
                connection.execute(update(feedback).where(feedback.c.answer_id.in_(ids)).values(comment=None))
                for table in (cited_versions, affected_answers):
                    connection.execute(delete(table).where(table.c.answer_id.in_(ids)))
                asked_in = gap_questions.c.answer_id.in_(ids)
                connection.execute(update(gap_questions).where(asked_in).values(question="", asker=None))
                _forget_askers(connection, ids, at)
                forget_audited(connection, ids)
                asked = {masked(row[2]) for row in found if row[2]}
                _forget_in_rehearsals(connection, true(), partial(_is_one_of, asked))
                numbers = {"answers": _ranges(row[1] for row in found)}
                record(connection, at=at, actor=actor, action=ERASED, detail=detail | numbers)
            erased += len(found)
        if erased:
            self._database.empty_log()
        return erased


def _end(connection: Connection, ids: Sequence[str], *, at: datetime) -> None:
    """Of these talks those that go on."""
    going_on = and_(escalations.c.id.in_(ids), escalations.c.state.in_(GOING_ON))
    its = {
        "state": EscalationState.RETURNED,
        "closed_at": at,
        "changed_at": at,
        "revision": escalations.c.revision + 1,
    }
    is_running = and_(clocks.c.met_at.is_(None), clocks.c.stopped_at.is_(None), clocks.c.kind.in_(OF_TALKS))
    ended = select(escalations.c.id).where(going_on)
    connection.execute(update(clocks).where(clocks.c.escalation_id.in_(ended), is_running).values(stopped_at=at))
    connection.execute(update(escalations).where(going_on).values(**its))


def _forget_askers(connection: Connection, ids: Sequence[str], at: datetime) -> None:
    """What is counted by stays; whether somebody comes back later is not seen any more."""
    its = outcomes.c.id.in_(ids)
    is_open = or_(outcomes.c.back_until.is_(None), outcomes.c.back_until > at)
    connection.execute(update(outcomes).where(its, is_open).values(is_followed=0))
    connection.execute(update(outcomes).where(its).values(asker=None))


def _forget_in_rehearsals(
    connection: Connection, which: ColumnElement[bool], is_forgotten: Callable[[str], bool]
) -> None:
    """A rehearsal asks recent questions again, masked, and keeps those whose answer would change."""
    for row in connection.execute(select(rehearsals.c.id, rehearsals.c.changes).where(which)).all():
        left = [each for each in row.changes if each["source"] != RECENT or not is_forgotten(each["question"])]
        if len(left) != len(row.changes):
            connection.execute(update(rehearsals).where(rehearsals.c.id == row.id).values(changes=left))


def _is_one_of(asked: Set[str], question: str) -> bool:
    """Masked once more: a rehearsal from before the rules of masking grew holds what they mask now."""
    return masked(question) in asked


def _ranges(numbers: Iterable[int]) -> Sequence[tuple[int, int]]:
    """[(first, last), …] of ascending numbers."""
    found: list[tuple[int, int]] = []
    for number in numbers:
        if found and found[-1][1] == number - 1:
            found[-1] = (found[-1][0], number)
        else:
            found.append((number, number))
    return found
