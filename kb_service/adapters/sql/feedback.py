"""What people said of answers, for those who mend them; a decision in one transaction with its entry in the trail."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from pydantic import TypeAdapter
from sqlalchemy import ColumnElement, Connection, Row, Select, and_, func, or_, select, update

from kb_service.adapters.sql.engine import Database
from kb_service.adapters.sql.learning_tables import gap_questions
from kb_service.adapters.sql.rows import page_of
from kb_service.adapters.sql.tables import answers, feedback
from kb_service.adapters.sql.trail import record
from kb_service.adapters.sql.webhooks import tell
from kb_service.domain.answers import Answer, Outcome
from kb_service.domain.feedback import (
    CitedVersion,
    Feedback,
    FeedbackPage,
    FeedbackQuery,
    FeedbackReason,
    FeedbackState,
)
from kb_service.domain.learning_errors import FeedbackNotFound
from kb_service.domain.masking import masked
from kb_service.domain.webhooks import WebhookEvent

_ANSWER = TypeAdapter(Answer)
_IS_OPEN = feedback.c.state.is_(None)
# What was only praised needs nobody.
_SAYS_SOMETHING = or_(feedback.c.resolved == 0, feedback.c.comment.is_not(None), feedback.c.reason.is_not(None))


class SqlFeedback:
    """Implements `feedback_review.FeedbackStore`."""

    def __init__(self, database: Database, *, new_id: Callable[[], str]) -> None:
        self._database = database
        self._new_id = new_id

    def list(self, wanted: FeedbackQuery, *, limit: int, cursor: str | None = None) -> FeedbackPage:
        """What did not help, or says why, the newest first. Raises InvalidRecord for a cursor that is none of ours."""
        query = _with_answers().where(_SAYS_SOMETHING, *_conditions(wanted))
        with self._database.reading() as connection:
            found, following = page_of(connection, query, feedback.c.given_at, feedback.c.id, limit, cursor)
            return FeedbackPage([_feedback(row) for row in found], following)

    def one(self, number: int) -> Feedback:
        """Raises FeedbackNotFound."""
        with self._database.reading() as connection:
            return _one(connection, number)

    def without_owner(self, *, since: datetime, limit: int) -> Sequence[Feedback]:
        """What was said since then and has no clock yet, the oldest first."""
        is_new = and_(_SAYS_SOMETHING, _IS_OPEN, feedback.c.due_at.is_(None), feedback.c.given_at >= since)
        query = _with_answers().where(is_new).order_by(feedback.c.given_at, feedback.c.id)
        with self._database.reading() as connection:
            return [_feedback(row) for row in connection.execute(query.limit(limit))]

    def place(self, number: int, department_id: str | None, *, due_at: datetime, at: datetime) -> None:
        """It is this department's, and due then; other systems are told where people may be misled."""
        with self._database.writing() as connection:
            known = and_(feedback.c.id == number, feedback.c.due_at.is_(None))
            values = {"department_id": department_id, "due_at": due_at}
            if not connection.execute(update(feedback).where(known).values(values)).rowcount:
                return  # another process was quicker
            detail = {"feedback": number, "department": department_id, "due_at": due_at.isoformat()}
            record(connection, at=at, actor="feedback", action="feedback_placed", detail=detail)
            self._tell(connection, WebhookEvent.FEEDBACK, _one(connection, number), at=at)

    def note_breaches(self, at: datetime) -> Sequence[int]:
        """What is late and was not noted yet, once each."""
        is_late = and_(_SAYS_SOMETHING, _IS_OPEN, feedback.c.due_at <= at, feedback.c.breached_at.is_(None))
        with self._database.writing() as connection:
            found = [_feedback(row) for row in connection.execute(_with_answers().where(is_late))]
            for each in found:
                connection.execute(update(feedback).where(feedback.c.id == each.id).values(breached_at=at))
                detail = {"feedback": each.id, "department": each.department_id}
                record(connection, at=at, actor="clock", action="feedback_breached", detail=detail)
                self._tell(connection, WebhookEvent.FEEDBACK_BREACHED, each, at=at)
            return [each.id for each in found]

    def _tell(self, connection: Connection, event: WebhookEvent, found: Feedback, *, at: datetime) -> None:
        """Other systems, of what may mislead people, without anybody's words."""
        if found.is_misleading:
            department_id = found.department_id or ""
            tell(
                connection,
                event,
                department_id=department_id,
                at=at,
                new_id=self._new_id,
                body=lambda: {"feedback": _told(found)},
            )

    def decide(self, number: int, values: Mapping[str, Any], *, actor: str, at: datetime) -> Feedback:
        """Raises FeedbackNotFound, FeedbackStateWrong."""
        with self._database.writing() as connection:
            connection.execute(select(feedback.c.id).where(feedback.c.id == number).with_for_update())
            held = _one(connection, number)
            held.require_open()
            decided = {**values, "decided_at": at, "decided_by": actor}
            connection.execute(update(feedback).where(feedback.c.id == number).values(decided))
            detail = {"feedback": number, "answer": held.answer_id, "state": decided["state"]}
            record(connection, at=at, actor=actor, action="feedback", detail=detail)
            return _one(connection, number)


def _conditions(wanted: FeedbackQuery) -> Iterator[ColumnElement[bool]]:
    if wanted.states:
        yield func.coalesce(feedback.c.state, FeedbackState.OPEN).in_(wanted.states)
    if wanted.reasons:
        yield feedback.c.reason.in_(wanted.reasons)
    if wanted.departments:
        yield feedback.c.department_id.in_(wanted.departments)
    if wanted.late_at is not None:
        yield and_(_IS_OPEN, feedback.c.due_at <= wanted.late_at)


def _told(found: Feedback) -> dict[str, Any]:
    return {
        "id": found.id,
        "answer_id": found.answer_id,
        "reason": found.reason,
        "department": found.department_id,
        "due_at": found.due_at.isoformat() if found.due_at else None,
        "cited": [
            {"document_id": each.document_id, "version_id": each.version_id, "title": each.title}
            for each in found.cited
        ],
    }


def _with_answers() -> Select[Any]:
    columns = (feedback, answers.c.body, answers.c.outcome, answers.c.matter_id, gap_questions.c.gap_id)
    joined = select(*columns).join(answers, answers.c.id == feedback.c.answer_id)
    return joined.join(gap_questions, gap_questions.c.answer_id == feedback.c.answer_id, isouter=True)


def _one(connection: Connection, number: int) -> Feedback:
    row = connection.execute(_with_answers().where(feedback.c.id == number)).first()
    if row is None:
        raise FeedbackNotFound(f"there is no feedback {number}; GET /v1/feedback lists what there is")
    return _feedback(row)


def _feedback(row: Row[Any]) -> Feedback:
    answer = _ANSWER.validate_python(row.body) if row.body else None  # its words may be erased
    cited = {each.version_id: each for each in reversed(answer.citations)} if answer else {}
    return Feedback(
        id=row.id,
        answer_id=row.answer_id,
        given_at=row.given_at,
        resolved=None if row.resolved is None else bool(row.resolved),
        reason=FeedbackReason(row.reason) if row.reason else None,
        comment=masked(row.comment) if row.comment else None,
        question=masked(answer.question) if answer else "",
        answer=answer.text if answer else "",
        outcome=Outcome(row.outcome),
        matter_id=row.matter_id,
        cited=tuple(
            CitedVersion(each.version_id, each.document_id, each.passage_id, each.title, each.start, each.end)
            for each in cited.values()
        ),
        state=FeedbackState(row.state or FeedbackState.OPEN),
        gap_id=row.gap_id,
        decided_at=row.decided_at,
        decided_by=row.decided_by,
        decision=row.decision,
        version_id=row.version_id,
        department_id=row.department_id,
        due_at=row.due_at,
        breached_at=row.breached_at,
    )
