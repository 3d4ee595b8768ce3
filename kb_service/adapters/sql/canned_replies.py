"""Canned replies in SQL, each change in one transaction with its entry in the trail."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import delete, select

from kb_service.adapters.sql.engine import Database
from kb_service.adapters.sql.seals import seals
from kb_service.adapters.sql.talk_tables import canned_replies
from kb_service.adapters.sql.trail import record
from kb_service.domain.canned_replies import CannedReply


class SqlCannedReplies:
    """Implements `helping.canned_replies.CannedReplyStore`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def all(self) -> Sequence[CannedReply]:
        """By title, in the same order on every database: their collations differ."""
        with self._database.reading() as connection:
            found = [
                CannedReply(row.id, row.department_id, row.title, row.text, row.shortcut)
                for row in connection.execute(select(canned_replies))
            ]
        return sorted(found, key=lambda each: (each.title, each.id))

    def save(self, reply: CannedReply, *, actor: str, at: datetime) -> None:
        """Add it, or overwrite the one of the same id."""
        row = {
            "department_id": reply.department_id,
            "title": reply.title,
            "text": reply.text,
            "shortcut": reply.shortcut,
            "changed_at": at,
            "changed_by": actor,
        }
        detail = {"canned_reply": reply.id, "department": reply.department_id, "title": reply.title, "text": reply.text}
        with self._database.writing() as connection:
            was = seals(connection, [("canned_reply", str(reply.id))])
            added = self._database.insert(canned_replies).values(id=reply.id, **row)
            connection.execute(added.on_conflict_do_update(index_elements=["id"], set_=row))
            record(connection, at=at, actor=actor, action="canned_reply", detail=detail, was=was)

    def remove(self, reply: CannedReply, *, actor: str, at: datetime) -> None:
        """Doing it again changes nothing."""
        detail = {"canned_reply": reply.id, "department": reply.department_id, "title": reply.title}
        with self._database.writing() as connection:
            was = seals(connection, [("canned_reply", str(reply.id))])
            if connection.execute(delete(canned_replies).where(canned_replies.c.id == reply.id)).rowcount:
                record(connection, at=at, actor=actor, action="canned_reply_removed", detail=detail, was=was)
