"""The chained trail in SQL. Entries are only ever added, in the transaction of the change that they tell of."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, Row, insert, select, text

from kb_service.adapters.sql.engine import Database
from kb_service.adapters.sql.seals import Seals, seals
from kb_service.adapters.sql.tables import answers, events
from kb_service.adapters.sql.talk_chain import ends_of_talks
from kb_service.domain.trail import (
    NO_HASH,
    ONE_READING,
    READ_TALK,
    ROWS,
    TALKS,
    ChainedEvent,
    Event,
    TrailHead,
    fault_of,
    hash_of,
    hashes_of_head,
    head_of,
    is_head,
    rows_of_entry,
)

_ENTRIES_AT_ONCE = 2000
# Any number, the same in every process: PostgreSQL lets one transaction at a time extend the chain.
_CHAIN_LOCK = 7_206_031


def record(
    connection: Connection,
    *,
    at: datetime,
    actor: str,
    action: str,
    document_id: str | None = None,
    version_id: str | None = None,
    detail: Mapping[str, Any] | None = None,
    was: Seals | None = None,
) -> None:
    """Add an entry behind the last one. SQLite's writers wait for one another already.

    ``was``: the seals of what was changed from before the change, which is written already.
    """
    said = dict(detail or {})
    if was:
        said[ROWS] = rows_of_entry(was, seals(connection, was))
        if ends := ends_of_talks(connection, {each for kind, each in was if kind == "escalation"}):
            said[TALKS] = ends
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _CHAIN_LOCK})
    last = connection.execute(select(events.c.id, events.c.hash).order_by(events.c.id.desc()).limit(1)).first()
    number, previous = (last.id + 1, last.hash or NO_HASH) if last else (1, NO_HASH)
    entry = Event(number, at.astimezone(UTC), actor, action, document_id, version_id, said)
    connection.execute(
        insert(events).values(
            id=number,
            at=at,
            actor=actor,
            action=action,
            document_id=document_id,
            version_id=version_id,
            detail=entry.detail,
            previous_hash=previous,
            hash=hash_of(entry, previous),
        )
    )


def has_read(connection: Connection, escalation_id: str, *, actor: str, at: datetime) -> bool:
    """Whether the trail tells already that they read this talk about this time."""
    theirs = (events.c.actor == actor, events.c.at.between(at - ONE_READING, at), events.c.action == READ_TALK)
    told = connection.execute(select(events.c.detail).where(*theirs)).scalars()
    return any(each.get("escalation") == escalation_id for each in told)


class SqlTrail:
    """Implements `ports.Trail`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def head(self) -> TrailHead:
        last_answer = select(answers.c.number, answers.c.hash).where(answers.c.number.is_not(None))
        with self._database.reading() as connection:
            last = connection.execute(select(events.c.id, events.c.hash).order_by(events.c.id.desc()).limit(1)).first()
            answer = connection.execute(last_answer.order_by(answers.c.number.desc()).limit(1)).first()
        entries, entry_hash = (last.id, last.hash or NO_HASH) if last else (0, NO_HASH)
        return head_of(entries, entry_hash, *((answer.number, answer.hash) if answer else (0, NO_HASH)))

    def events(
        self,
        *,
        document_id: str | None = None,
        version_id: str | None = None,
        actor: str | None = None,
        after: int = 0,
        limit: int = 100,
    ) -> Sequence[ChainedEvent]:
        """In order of their numbers, those greater than ``after``."""
        query = select(events).where(events.c.id > after).order_by(events.c.id).limit(limit)
        for column, wanted in (
            (events.c.document_id, document_id),
            (events.c.version_id, version_id),
            (events.c.actor, actor),
        ):
            if wanted is not None:
                query = query.where(column == wanted)
        with self._database.reading() as connection:
            return [_chained(row) for row in connection.execute(query)]

    def faults(self, *, kept_head: str | None = None) -> list[str]:
        """What breaks the chain, at most one sentence a break; ``kept_head``: its hashes must occur."""
        found: list[str] = []
        if kept_head is not None and not is_head(kept_head):
            found.append(f"the kept head {kept_head[:200]!r} is none: copy all that `kb check` printed after `head`")
            kept_head = None
        kept_entry, kept_answer = hashes_of_head(kept_head or NO_HASH)
        number, previous, is_head_there = 0, NO_HASH, kept_head is None
        for entry in self._all():
            number += 1
            fault = fault_of(entry, number=number, previous_hash=previous)
            if fault is not None:
                found.append(fault)
            number, previous = entry.event.number, entry.hash or NO_HASH
            is_head_there = is_head_there or entry.hash == kept_entry
        if not is_head_there and not (kept_entry == NO_HASH and number == 0):  # the head of a trail without entries
            found.append(f"the kept head {kept_head} does not occur: entries were removed or the chain was rewritten")
        if kept_answer != NO_HASH and not self._has_answer(kept_answer):
            found.append(f"the kept head {kept_head} does not occur: answers were removed or their chain was rewritten")
        return found

    def _has_answer(self, chained_hash: str) -> bool:
        with self._database.reading() as connection:
            return connection.execute(select(answers.c.id).where(answers.c.hash == chained_hash)).first() is not None

    def approved_content(self) -> Mapping[str, str]:
        """The content hash that was approved, by version id, as the trail has it."""
        content_of: dict[str, str] = {}
        for entry in self._all():
            content = entry.event.detail.get("content_sha256")
            if content and entry.event.version_id and entry.event.action in {"approve", "store_and_approve", "purge"}:
                content_of[entry.event.version_id] = content
        return content_of

    def _all(self) -> Iterator[ChainedEvent]:
        last = 0
        while batch := self.events(after=last, limit=_ENTRIES_AT_ONCE):
            yield from batch
            last = batch[-1].event.number


def _chained(row: Row[Any]) -> ChainedEvent:
    entry = Event(row.id, row.at, row.actor, row.action, row.document_id, row.version_id, row.detail)
    return ChainedEvent(entry, row.previous_hash, row.hash)
