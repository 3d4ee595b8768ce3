"""How questions were resolved by people, and what became of the texts that were suggested to them."""

from collections.abc import Collection, Sequence

from sqlalchemy import and_, or_, select

from kb_service.adapters.sql.engine import Database
from kb_service.adapters.sql.talk_tables import escalations, talk_messages
from kb_service.domain.escalations import Author, EscalationState, Verdict
from kb_service.domain.suggestions import ResolvedCase, ResolvedQuestion

# Closed as resolved after a helper's answer, and not denied by the person; its words are still kept.
IS_RESOLVED = and_(
    escalations.c.state == EscalationState.RESOLVED,
    escalations.c.verdict == Verdict.RESOLVED,
    or_(escalations.c.verdict_of_person.is_(None), escalations.c.verdict_of_person != Verdict.NOT),
    escalations.c.question != "",
    escalations.c.first_reply_at.is_not(None),
)


class SqlCases:
    """Implements `suggesting.Cases`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def resolved(
        self, departments: Collection[str], matter_id: str | None, *, limit: int
    ) -> Sequence[ResolvedQuestion]:
        """The newest that a helper answered and closed as resolved, and that the person did not deny."""
        its = (IS_RESOLVED, escalations.c.department_id.in_(departments))
        query = select(escalations.c.id, escalations.c.question).where(*its)
        if matter_id is not None:
            query = query.where(escalations.c.matter_id == matter_id)
        with self._database.reading() as connection:
            found = connection.execute(query.order_by(escalations.c.closed_at.desc()).limit(limit))
            return [ResolvedQuestion(*row) for row in found]

    def cases(self, ids: Sequence[str]) -> Sequence[ResolvedCase]:
        """In the order of the ids, with all that the helper wrote; those that were erased meanwhile are left out."""
        written = select(talk_messages.c.escalation_id, talk_messages.c.text).where(
            talk_messages.c.escalation_id.in_(ids), talk_messages.c.author == Author.HELPER
        )
        columns = (escalations.c.id, escalations.c.question, escalations.c.closed_at)
        with self._database.reading() as connection:
            rows = connection.execute(select(*columns).where(escalations.c.id.in_(ids))).all()
            replies: dict[str, list[str]] = {each: [] for each in ids}
            for line in connection.execute(written.order_by(talk_messages.c.number)):
                if line.text.strip():  # else it was a picture alone
                    replies[line.escalation_id].append(line.text)
        said = {row.id: row for row in rows if replies[row.id] and row.closed_at is not None}
        return [
            ResolvedCase(each, said[each].question, "\n".join(replies[each]), said[each].closed_at)
            for each in ids
            if each in said
        ]

    def suggestions_used(self, escalation_id: str) -> Sequence[str | None]:
        """Of each reply in turn: used, edited, ignored; None where no suggestion stood beside it."""
        replies = select(talk_messages.c.suggestion).where(
            talk_messages.c.escalation_id == escalation_id, talk_messages.c.author == Author.HELPER
        )
        with self._database.reading() as connection:
            found = connection.execute(replies.order_by(talk_messages.c.number)).scalars()
            return [each["use"] if each else None for each in found]
