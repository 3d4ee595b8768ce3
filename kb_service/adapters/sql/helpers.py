"""Who helps, for which departments, and whether they are there."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Row, bindparam, delete, select, update

from kb_service.adapters.sql.engine import Database
from kb_service.adapters.sql.seals import seals
from kb_service.adapters.sql.talk_tables import helpers
from kb_service.adapters.sql.trail import record
from kb_service.domain.errors import InvalidHelper
from kb_service.domain.escalations import Helper

# Statements of every message are made once.
_BY_ID = select(helpers).where(helpers.c.person_id == bindparam("person_id"))
_ALL = select(helpers).order_by(helpers.c.person_id)
_NAMES = select(helpers.c.person_id, helpers.c.name)
# An outside desk, such as a hotline, is one helper.
_MOST_TALKS = 1000


class SqlHelpers:
    """Implements `helping.Helpers`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def helper(self, person_id: str) -> Helper | None:
        with self._database.reading() as connection:
            row = connection.execute(_BY_ID, {"person_id": person_id}).first()
        return _helper(row) if row else None

    def all(self) -> Sequence[Helper]:
        with self._database.reading() as connection:
            return [_helper(row) for row in connection.execute(_ALL)]

    def names(self) -> Mapping[str, str]:
        """Of all of them, by person id."""
        with self._database.reading() as connection:
            return {row[0]: row[1] for row in connection.execute(_NAMES)}

    def set_up(self, helper: Helper, *, actor: str, at: datetime) -> Helper:
        """Add a helper or change what they may take; whether they are there stays. Raises InvalidHelper."""
        if not helper.departments:
            raise InvalidHelper(f"{helper.name} helps for no department; name at least one")
        if not 1 <= helper.capacity <= _MOST_TALKS:
            raise InvalidHelper(f"a helper holds 1 to {_MOST_TALKS} talks at a time, not {helper.capacity}")
        if helper.is_lead and helper.is_junior:
            raise InvalidHelper(f"{helper.name} cannot lead and have replies approved; choose one of the two")
        row = {
            "name": helper.name,
            "departments": list(helper.departments),
            "capacity": helper.capacity,
            "is_lead": int(helper.is_lead),
            "skills": list(helper.skills),
            "is_junior": int(helper.is_junior) or None,  # as rows from before the column have it
        }
        subject = ("helper", helper.person_id)
        with self._database.writing() as connection:
            was = seals(connection, [subject])
            added = self._database.insert(helpers).values(person_id=helper.person_id, is_present=0, **row)
            connection.execute(added.on_conflict_do_update(index_elements=["person_id"], set_=row))
            record(connection, at=at, actor=actor, action="helper", detail={"helper": helper.person_id}, was=was)
            found = connection.execute(select(helpers).where(helpers.c.person_id == helper.person_id)).one()
        return _helper(found)

    def remove(self, person_id: str, *, actor: str, at: datetime) -> None:
        """No longer a helper; what they wrote stays. Doing it again changes nothing."""
        with self._database.writing() as connection:
            was = seals(connection, [("helper", person_id)])
            if connection.execute(delete(helpers).where(helpers.c.person_id == person_id)).rowcount:
                record(connection, at=at, actor=actor, action="helper_removed", detail={"helper": person_id}, was=was)

    def come_and_go(self, person_id: str, *, is_present: bool, at: datetime) -> Helper | None:
        """Says that they are there, or no longer; None for somebody who is no helper."""
        values = {"is_present": int(is_present), "seen_at": at}
        with self._database.writing() as connection:
            connection.execute(update(helpers).where(helpers.c.person_id == person_id).values(values))
        return self.helper(person_id)

    def see(self, person_id: str, *, at: datetime) -> None:
        """A sign of life of their page."""
        with self._database.writing() as connection:
            connection.execute(update(helpers).where(helpers.c.person_id == person_id).values(seen_at=at))


def _helper(row: Row[Any]) -> Helper:
    return Helper(
        person_id=row.person_id,
        name=row.name,
        departments=tuple(row.departments),
        capacity=row.capacity,
        is_lead=bool(row.is_lead),
        is_present=bool(row.is_present),
        seen_at=row.seen_at,
        skills=tuple(row.skills or ()),
        is_junior=bool(row.is_junior),
    )
