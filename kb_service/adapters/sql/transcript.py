"""Answers and feedback in SQL."""

from datetime import datetime

from pydantic import TypeAdapter
from sqlalchemy import ColumnElement, insert, or_, select, update

from kb_service.adapters.sql.answer_chain import add_answer
from kb_service.adapters.sql.engine import Database
from kb_service.adapters.sql.learning_tables import cited_versions
from kb_service.adapters.sql.tables import answers, feedback
from kb_service.domain.answers import Answer, Conversation, Question
from kb_service.domain.errors import AnswerNotFound
from kb_service.domain.feedback import FeedbackReason

_ANSWER = TypeAdapter(Answer)


class SqlTranscript:
    """Implements `ports.Transcript`. The body is the whole answer, given back as it was."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, answer: Answer, question: Question) -> None:
        row = {
            "id": answer.answer_id,
            "conversation_id": answer.conversation_id,
            "channel": question.channel,
            "user_hash": question.user_hash,
            "asked_by": question.asked_by,
            "asked_at": answer.asked_at,
            "outcome": answer.outcome,
            "matter_id": answer.matter.id if answer.matter else None,
            "body": _ANSWER.dump_python(answer, mode="json"),
        }
        with self._database.writing() as connection:
            add_answer(connection, row)
            if cited := {each.version_id for each in answer.citations}:
                rows = [{"answer_id": answer.answer_id, "version_id": each} for each in sorted(cited)]
                connection.execute(insert(cited_versions), rows)

    def answer(self, answer_id: str, *, channel: str | None, asked_by: str) -> Answer:
        query = select(answers.c.body, answers.c.channel).where(answers.c.id == answer_id, _is_of(asked_by))
        with self._database.reading() as connection:
            row = connection.execute(query).first()
        if row is None or row.channel != channel or not row.body:  # its words were erased
            raise AnswerNotFound(f"there is no answer {answer_id!r} for this channel")
        return _ANSWER.validate_python(row.body)

    def last_turns(self, conversation: Conversation, limit: int) -> list[Answer]:
        """The conversation so far, oldest first, as far as the same key, channel and person had it."""
        query = select(answers.c.body).where(
            answers.c.conversation_id == conversation.conversation_id,
            answers.c.channel.is_not_distinct_from(conversation.channel),
            answers.c.user_hash.is_not_distinct_from(conversation.user_hash),
            answers.c.asked_by.is_not_distinct_from(conversation.asked_by),
        )
        with self._database.reading() as connection:
            newest = connection.execute(query.order_by(answers.c.asked_at.desc()).limit(limit)).scalars()
            return [_ANSWER.validate_python(body) for body in newest][::-1]

    def recent_questions(self, matter_id: str, limit: int) -> list[str]:
        """What was asked lately about a matter, newest first, as it was typed."""
        query = select(answers.c.body["question"].as_string()).where(
            answers.c.matter_id == matter_id, answers.c.conversation_id != ""
        )
        with self._database.reading() as connection:
            found = connection.execute(query.order_by(answers.c.asked_at.desc()).limit(limit)).scalars()
            return list(dict.fromkeys(found))

    def add_feedback(
        self,
        answer_id: str,
        *,
        asked_by: str,
        at: datetime,
        resolved: bool | None,
        comment: str | None,
        reason: FeedbackReason | None = None,
    ) -> None:
        with self._database.writing() as connection:
            own = select(answers.c.id).where(answers.c.id == answer_id, _is_of(asked_by))
            if connection.execute(own).first() is None:
                raise AnswerNotFound(f"there is no answer {answer_id!r} that you asked for")
            is_resolved = None if resolved is None else int(resolved)
            said = {"resolved": is_resolved, "comment": comment, "reason": reason}
            # Said bit by bit: not resolved, why, and a comment. What somebody has decided on is not changed any more.
            earlier = (feedback.c.answer_id == answer_id) & feedback.c.state.is_(None)
            known = select(feedback.c.id, feedback.c.reason).where(earlier).order_by(feedback.c.id)
            found = connection.execute(known).first()
            if found is None:
                connection.execute(insert(feedback).values(answer_id=answer_id, given_at=at, changed_at=at, **said))
            elif new := {name: value for name, value in said.items() if value is not None}:
                # Another reason has another clock.
                anew = {"due_at": None} if new.get("reason", found.reason) != found.reason else {}
                connection.execute(
                    update(feedback).where(feedback.c.id == found.id).values({**new, **anew, "changed_at": at})
                )


def _is_of(asked_by: str) -> ColumnElement[bool]:
    """Of older answers nobody knows who asked."""
    return or_(answers.c.asked_by == asked_by, answers.c.asked_by.is_(None))
