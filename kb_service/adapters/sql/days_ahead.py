"""What becomes of known questions on the coming switch days, in SQL."""

from collections.abc import Collection, Mapping
from datetime import date

from pydantic import TypeAdapter
from sqlalchemy import delete, select

from kb_service.adapters.sql.engine import Database
from kb_service.adapters.sql.measuring_tables import days_ahead
from kb_service.domain.questions_ahead import DayAhead, QuestionAhead

_EFFECTS = TypeAdapter(tuple[QuestionAhead, ...])


class SqlDaysAhead:
    """Implements `asking_ahead.DaysAhead`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def kept(self) -> Mapping[date, DayAhead]:
        with self._database.reading() as connection:
            found = connection.execute(select(days_ahead).order_by(days_ahead.c.day)).all()
        return {
            row.day: DayAhead(
                row.day, row.fingerprint, row.asked_at, row.questions, _EFFECTS.validate_python(row.effects)
            )
            for row in found
        }

    def keep(self, day: DayAhead) -> None:
        """In place of what was kept of that day."""
        row = {
            "fingerprint": day.fingerprint,
            "asked_at": day.asked_at,
            "questions": day.questions,
            "effects": _EFFECTS.dump_python(day.effects, mode="json"),
        }
        statement = self._database.insert(days_ahead).values(day=day.day, **row)
        with self._database.writing() as connection:
            connection.execute(statement.on_conflict_do_update(index_elements=["day"], set_=row))

    def keep_only(self, days: Collection[date]) -> None:
        with self._database.writing() as connection:
            connection.execute(delete(days_ahead).where(days_ahead.c.day.not_in(days)))
