"""Verdicts of rehearsals in SQL."""

from pydantic import TypeAdapter
from sqlalchemy import insert, select

from kb_service.adapters.sql.engine import Database
from kb_service.adapters.sql.tables import rehearsals
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
