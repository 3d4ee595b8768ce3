"""Switches and announcements in SQL, each change in one transaction with its entry in the trail."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Row, or_, select, update

from kb_service.adapters.sql.engine import Database
from kb_service.adapters.sql.seals import new, seals
from kb_service.adapters.sql.talk_tables import announcements, switches
from kb_service.adapters.sql.trail import record
from kb_service.domain.announcements import Announcement, Reach
from kb_service.domain.errors import AnnouncementNotFound, SwitchNotFound
from kb_service.domain.switches import Covers, Switch


class SqlEmergencies:
    """Implements `publishing.emergencies.EmergencyStore`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def standing(self, *, at: datetime) -> tuple[Sequence[Switch], Sequence[Announcement]]:
        """What is off, and the announcements that are on or will be, in the order of their making."""
        off = select(switches).where(switches.c.off_now.is_not(None)).order_by(switches.c.off_at, switches.c.id)
        is_not_over = or_(announcements.c.ends_at.is_(None), announcements.c.ends_at > at)
        coming = select(announcements).where(announcements.c.ended_at.is_(None), is_not_over)
        with self._database.reading() as connection:
            found = [_switch(row) for row in connection.execute(off)]
            told = connection.execute(coming.order_by(announcements.c.made_at, announcements.c.id))
            return found, [_announcement(row) for row in told]

    def past_switches(self, *, limit: int) -> Sequence[Switch]:
        """Those taken back, the last first."""
        back = select(switches).where(switches.c.off_now.is_(None))
        with self._database.reading() as connection:
            rows = connection.execute(back.order_by(switches.c.on_at.desc(), switches.c.id).limit(limit))
            return [_switch(row) for row in rows]

    def past_announcements(self, *, at: datetime, limit: int) -> Sequence[Announcement]:
        """Those that are over, the newest first."""
        over = or_(announcements.c.ended_at.is_not(None), announcements.c.ends_at <= at)
        query = select(announcements).where(over).order_by(announcements.c.made_at.desc(), announcements.c.id)
        with self._database.reading() as connection:
            return [_announcement(row) for row in connection.execute(query.limit(limit))]

    def switch_off(self, switch: Switch) -> Switch:
        """Off from now on; the one that is off already, where there is one."""
        off_now = f"{switch.covers}:{switch.subject_id or ''}"
        row = {
            "id": switch.id,
            "covers": switch.covers,
            "subject_id": switch.subject_id,
            "off_now": off_now,
            "reason": switch.reason,
            "off_at": switch.off_at,
            "off_by": switch.off_by,
        }
        with self._database.writing() as connection:
            added = self._database.insert(switches).values(row).on_conflict_do_nothing(index_elements=["off_now"])
            is_new = connection.execute(added.returning(switches.c.id)).first() is not None
            kept = _switch(connection.execute(select(switches).where(switches.c.off_now == off_now)).one())
            if not is_new:
                return kept
            record(
                connection,
                at=switch.off_at,
                actor=switch.off_by,
                action="switch_off",
                document_id=switch.subject_id if switch.covers is Covers.DOCUMENT else None,
                detail=_detail_of(switch) | {"reason": switch.reason},
                was=new(("switch", switch.id)),
            )
        return kept

    def switch_on(self, switch_id: str, *, actor: str, at: datetime, reason: str) -> Switch:
        """Taken back; doing it again changes nothing. Raises SwitchNotFound."""
        with self._database.writing() as connection:
            subject = ("switch", switch_id)
            was = seals(connection, [subject])
            taken_back = {"off_now": None, "on_at": at, "on_by": actor, "on_reason": reason}
            is_off = (switches.c.id == switch_id) & switches.c.off_now.is_not(None)
            changed = connection.execute(update(switches).where(is_off).values(taken_back)).rowcount
            row = connection.execute(select(switches).where(switches.c.id == switch_id)).first()
            if row is None:
                raise SwitchNotFound(f"there is no switch {switch_id!r}; GET /v1/switches lists them")
            switch = _switch(row)
            if changed:
                record(
                    connection,
                    at=at,
                    actor=actor,
                    action="switch_on",
                    document_id=switch.subject_id if switch.covers is Covers.DOCUMENT else None,
                    detail=_detail_of(switch) | {"reason": reason},
                    was=was,
                )
        return switch

    def announce(self, announcement: Announcement) -> None:
        row = {
            "id": announcement.id,
            "text": announcement.text,
            "reach": announcement.reach,
            "subject_id": announcement.subject_id,
            "starts_at": announcement.starts_at,
            "ends_at": announcement.ends_at,
            "made_at": announcement.made_at,
            "made_by": announcement.made_by,
        }
        detail = {"announcement": announcement.id, "text": announcement.text}
        with self._database.writing() as connection:
            connection.execute(self._database.insert(announcements).values(row))
            record(
                connection,
                at=announcement.made_at,
                actor=announcement.made_by,
                action="announce",
                detail=detail,
                was=new(("announcement", announcement.id)),
            )

    def end(self, announcement_id: str, *, actor: str, at: datetime) -> Announcement:
        """Over from now on; doing it again changes nothing. Raises AnnouncementNotFound."""
        with self._database.writing() as connection:
            was = seals(connection, [("announcement", announcement_id)])
            is_open = (announcements.c.id == announcement_id) & announcements.c.ended_at.is_(None)
            ended = update(announcements).where(is_open).values(ended_at=at, ended_by=actor)
            changed = connection.execute(ended).rowcount
            row = connection.execute(select(announcements).where(announcements.c.id == announcement_id)).first()
            if row is None:
                raise AnnouncementNotFound(f"there is no announcement {announcement_id!r}")
            if changed:
                detail = {"announcement": announcement_id}
                record(connection, at=at, actor=actor, action="announcement_ended", detail=detail, was=was)
        return _announcement(row)


def _detail_of(switch: Switch) -> dict[str, Any]:
    return {"switch": switch.id, "covers": switch.covers, "subject": switch.subject_id}


def _switch(row: Row[Any]) -> Switch:
    return Switch(
        id=row.id,
        covers=Covers(row.covers),
        subject_id=row.subject_id,
        reason=row.reason,
        off_at=row.off_at,
        off_by=row.off_by,
        on_at=row.on_at,
        on_by=row.on_by,
        on_reason=row.on_reason,
    )


def _announcement(row: Row[Any]) -> Announcement:
    return Announcement(
        id=row.id,
        text=row.text,
        reach=Reach(row.reach),
        subject_id=row.subject_id,
        starts_at=row.starts_at,
        ends_at=row.ends_at,
        made_at=row.made_at,
        made_by=row.made_by,
        ended_at=row.ended_at,
        ended_by=row.ended_by,
    )
