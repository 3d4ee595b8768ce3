"""How questions were resolved by people, and what became of the texts that were suggested to them."""

from collections.abc import Collection, Sequence

from sqlalchemy import and_, or_, select

from kb_service.adapters.sql.engine import Database
from kb_service.adapters.sql.talk_tables import escalations, talk_messages
from kb_service.domain.escalations import Author, EscalationState, Verdict
from kb_service.domain.suggestions import ResolvedCase


class SqlCases:
    """Implements `suggesting.Cases`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def resolved(self, departments: Collection[str], matter_id: str | None, *, limit: int) -> Sequence[ResolvedCase]:
        """The newest that a helper closed as resolved and the person did not deny, with all that the helper wrote."""
        is_resolved = and_(
            escalations.c.state == EscalationState.RESOLVED,
            escalations.c.verdict == Verdict.RESOLVED,
            or_(escalations.c.verdict_of_person.is_(None), escalations.c.verdict_of_person != Verdict.NOT),
            escalations.c.department_id.in_(departments),
            escalations.c.question != "",
        )
        query = select(escalations).where(is_resolved).order_by(escalations.c.closed_at.desc()).limit(limit)
        if matter_id is not None:
            query = query.where(escalations.c.matter_id == matter_id)
        with self._database.reading() as connection:
            found = connection.execute(query).all()
            written = select(talk_messages).where(
                talk_messages.c.escalation_id.in_([row.id for row in found]), talk_messages.c.author == Author.HELPER
            )
            replies: dict[str, list[str]] = {row.id: [] for row in found}
            for row in connection.execute(written.order_by(talk_messages.c.number)):
                if row.text.strip():  # else it was a picture alone
                    replies[row.escalation_id].append(row.text)
        return [
            ResolvedCase(row.id, row.question, "\n".join(replies[row.id]), row.closed_at)
            for row in found
            if replies[row.id]
        ]

    def suggestions_used(self, escalation_id: str) -> Sequence[str | None]:
        """Of each reply in turn: used, edited, or None where it was written without."""
        replies = select(talk_messages.c.suggestion).where(
            talk_messages.c.escalation_id == escalation_id, talk_messages.c.author == Author.HELPER
        )
        with self._database.reading() as connection:
            found = connection.execute(replies.order_by(talk_messages.c.number)).scalars()
            return [each["use"] if each else None for each in found]
