"""What becomes of known questions, in SQL: when a version is approved, and on the coming switch days."""

from collections.abc import Collection, Mapping
from datetime import date

from pydantic import TypeAdapter
from sqlalchemy import delete, insert, select

from kb_service.adapters.sql.engine import Database
from kb_service.adapters.sql.measuring_tables import days_ahead
from kb_service.adapters.sql.tables import rehearsals
from kb_service.domain.questions_ahead import DayAhead, QuestionAhead
from kb_service.domain.rehearsals import QuestionEffect, Rehearsal

_EFFECTS = TypeAdapter(tuple[QuestionEffect, ...])


class SqlRehearsals:
    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, rehearsal: Rehearsal) -> None:
        row = {
            "id": rehearsal.id,
            "version_id": rehearsal.version_id,
            "revision": rehearsal.revision,
            "rehearsed_at": rehearsal.rehearsed_at,
            "as_of": rehearsal.as_of,
            "questions": rehearsal.questions,
            "counts": dict(rehearsal.counts),
            "changes": _EFFECTS.dump_python(rehearsal.effects, mode="json"),
            "seconds": rehearsal.seconds,
        }
        with self._database.writing() as connection:
            connection.execute(insert(rehearsals).values(row))

    def latest(self, version_id: str) -> Rehearsal | None:
        query = select(rehearsals).where(rehearsals.c.version_id == version_id)
        with self._database.reading() as connection:
            row = connection.execute(query.order_by(rehearsals.c.rehearsed_at.desc()).limit(1)).first()
        if row is None:
            return None
        effects = _EFFECTS.validate_python(row.changes)
        return Rehearsal(
            row.id, row.version_id, row.revision, row.rehearsed_at, row.as_of, row.questions, row.counts, effects,
            row.seconds,
        )  # fmt: skip


_QUESTIONS = TypeAdapter(tuple[QuestionAhead, ...])


class SqlDaysAhead:
    """Implements `asking_ahead.DaysAhead`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def kept(self) -> Mapping[date, DayAhead]:
        with self._database.reading() as connection:
            found = connection.execute(select(days_ahead).order_by(days_ahead.c.day)).all()
        return {
            row.day: DayAhead(
                row.day, row.fingerprint, row.asked_at, row.questions, _QUESTIONS.validate_python(row.effects)
            )
            for row in found
        }

    def keep(self, day: DayAhead) -> None:
        """In place of what was kept of that day."""
        row = {
            "fingerprint": day.fingerprint,
            "asked_at": day.asked_at,
            "questions": day.questions,
            "effects": _QUESTIONS.dump_python(day.effects, mode="json"),
        }
        statement = self._database.insert(days_ahead).values(day=day.day, **row)
        with self._database.writing() as connection:
            connection.execute(statement.on_conflict_do_update(index_elements=["day"], set_=row))

    def keep_only(self, days: Collection[date]) -> None:
        with self._database.writing() as connection:
            connection.execute(delete(days_ahead).where(days_ahead.c.day.not_in(days)))
