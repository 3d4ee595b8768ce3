"""Meeting links of departments in SQL, each change in one transaction with its entry in the trail."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Row, delete, select

from kb_service.adapters.sql.engine import Database
from kb_service.adapters.sql.seals import seals
from kb_service.adapters.sql.talk_tables import meeting_links
from kb_service.adapters.sql.trail import record
from kb_service.domain.meetings import MeetingLink


class SqlMeetingLinks:
    """Implements `helping.meetings.MeetingLinks`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def link(self, department_id: str) -> MeetingLink | None:
        with self._database.reading() as connection:
            query = select(meeting_links).where(meeting_links.c.department_id == department_id)
            row = connection.execute(query).first()
        return _link(row) if row else None

    def all(self) -> Sequence[MeetingLink]:
        with self._database.reading() as connection:
            found = connection.execute(select(meeting_links).order_by(meeting_links.c.department_id))
            return [_link(row) for row in found]

    def set(self, link: MeetingLink) -> None:
        row = {"url": link.url, "set_at": link.set_at, "set_by": link.set_by}
        detail = {"department": link.department_id, "url": link.url}
        with self._database.writing() as connection:
            was = seals(connection, [("meeting_link", link.department_id)])
            added = self._database.insert(meeting_links).values(department_id=link.department_id, **row)
            connection.execute(added.on_conflict_do_update(index_elements=["department_id"], set_=row))
            record(connection, at=link.set_at, actor=link.set_by, action="meeting_link", detail=detail, was=was)

    def remove(self, department_id: str, *, actor: str, at: datetime) -> None:
        """Doing it again changes nothing."""
        detail = {"department": department_id}
        with self._database.writing() as connection:
            was = seals(connection, [("meeting_link", department_id)])
            its = meeting_links.c.department_id == department_id
            if connection.execute(delete(meeting_links).where(its)).rowcount:
                record(connection, at=at, actor=actor, action="meeting_link_removed", detail=detail, was=was)


def _link(row: Row[Any]) -> MeetingLink:
    return MeetingLink(row.department_id, row.url, row.set_at, row.set_by)
