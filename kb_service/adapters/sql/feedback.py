"""What people said of answers, for those who mend them; a decision in one transaction with its entry in the trail."""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

from pydantic import TypeAdapter
from sqlalchemy import Connection, Row, Select, func, or_, select, update

from kb_service.adapters.sql.engine import Database
from kb_service.adapters.sql.learning_tables import gap_questions
from kb_service.adapters.sql.rows import page_of
from kb_service.adapters.sql.tables import answers, feedback
from kb_service.adapters.sql.trail import record
from kb_service.domain.answers import Answer, Outcome
from kb_service.domain.errors import FeedbackNotFound
from kb_service.domain.feedback import CitedVersion, Feedback, FeedbackPage, FeedbackReason, FeedbackState
from kb_service.domain.masking import masked

_ANSWER = TypeAdapter(Answer)
# What was only praised needs nobody.
_SAYS_SOMETHING = or_(feedback.c.resolved == 0, feedback.c.comment.is_not(None), feedback.c.reason.is_not(None))


class SqlFeedback:
    def __init__(self, database: Database) -> None:
        self._database = database

    def list(
        self,
        *,
        states: Collection[FeedbackState] = (),
        reasons: Collection[FeedbackReason] = (),
        limit: int,
        cursor: str | None = None,
    ) -> FeedbackPage:
        """What did not help, or says why, the newest first. Raises InvalidRecord for a cursor that is none of ours."""
        query = _with_answers().where(_SAYS_SOMETHING)
        if states:
            query = query.where(func.coalesce(feedback.c.state, FeedbackState.OPEN).in_(states))
        if reasons:
            query = query.where(feedback.c.reason.in_(reasons))
        with self._database.reading() as connection:
            found, following = page_of(connection, query, feedback.c.given_at, feedback.c.id, limit, cursor)
            return FeedbackPage([_feedback(row) for row in found], following)

    def one(self, number: int) -> Feedback:
        """Raises FeedbackNotFound."""
        with self._database.reading() as connection:
            return _one(connection, number)

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
            CitedVersion(each.version_id, each.document_id, each.passage_id, each.title) for each in cited.values()
        ),
        state=FeedbackState(row.state or FeedbackState.OPEN),
        gap_id=row.gap_id,
        decided_at=row.decided_at,
        decided_by=row.decided_by,
        decision=row.decision,
        version_id=row.version_id,
    )
