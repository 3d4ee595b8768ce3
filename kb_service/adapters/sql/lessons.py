"""Resolved escalations as lessons for routing: read where they are kept, copied nowhere."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import and_, func, or_, select

from kb_service.adapters.sql.engine import Database
from kb_service.adapters.sql.escalation_rows import hand_ons, routing_steps
from kb_service.adapters.sql.tables import departments
from kb_service.adapters.sql.talk_tables import escalations
from kb_service.domain.escalations import EscalationState, Verdict
from kb_service.domain.lessons import Lesson, lesson_of

# Resolved by the helper's word, and not denied by the person. Whose words were erased teaches nothing any more.
_TEACHES = and_(
    escalations.c.state == EscalationState.RESOLVED,
    escalations.c.verdict != Verdict.NOT,
    or_(escalations.c.verdict_of_person.is_(None), escalations.c.verdict_of_person != Verdict.NOT),
    escalations.c.question != "",
)


class SqlLessons:
    """Implements `learning_routes.Lessons`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def state(self) -> tuple[int, datetime | None]:
        """Another one whenever other lessons may be there."""
        with self._database.reading() as connection:
            row = connection.execute(select(func.count(), func.max(escalations.c.changed_at)).where(_TEACHES)).one()
            return row[0], row[1]

    def newest(self, limit: int) -> Sequence[Lesson]:
        """The newest first."""
        query = select(escalations).where(_TEACHES).order_by(escalations.c.closed_at.desc(), escalations.c.id)
        with self._database.reading() as connection:
            found = connection.execute(query.limit(limit)).all()
            standing = select(departments.c.id, departments.c.stands_for).where(departments.c.stands_for.is_not(None))
            stands_for: Mapping[str, str] = {row.id: row.stands_for for row in connection.execute(standing)}
        lessons = (
            lesson_of(
                id=row.id,
                text=row.question,
                matter_id=row.matter_id,
                department_id=row.department_id,
                # Where nobody says who asks, a conversation is all that is known of them.
                asker=row.user_hash or row.conversation_id,
                resolved_by=row.helper,
                routed_by=routing_steps(row.routed_by),
                handed_on=hand_ons(row.handed_on),
                stands_for=stands_for,
            )
            for row in found
        )
        return [each for each in lessons if each is not None]
