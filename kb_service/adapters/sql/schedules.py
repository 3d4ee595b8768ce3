"""When the versions of documents are in force, computed from the rows."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime
from typing import TypeVar

from sqlalchemy import Connection, bindparam, or_, select

from kb_service.adapters.sql.tables import endings, versions
from kb_service.domain.days import Interval, earliest, shanghai_day
from kb_service.domain.documents import Timespan, VersionState, intervals_in_force
from kb_service.ports import Scheduled

# SQLite allows 32,766 variables in a statement; PostgreSQL 65,535. Far below both, and short transactions.
_IDS_PER_QUERY = 500
_Item = TypeVar("_Item")
_LAST = datetime.max.replace(tzinfo=UTC)

# Statements of what every question reads are made once: making one takes SQLAlchemy as long as running it.
_COUNTED = or_(versions.c.state == VersionState.APPROVED, versions.c.id == bindparam("as_if_approved")) & (
    versions.c.id != bindparam("as_if_withdrawn")
)
_ENDINGS = (
    select(endings.c.document_id, versions.c.effective_from)
    .join(versions, versions.c.id == endings.c.version_id)
    .where(endings.c.document_id.in_(bindparam("document_ids", expanding=True)), _COUNTED)
)
_SPANS = select(
    versions.c.id,
    versions.c.document_id,
    versions.c.state,
    versions.c.title,
    versions.c.effective_from,
    versions.c.effective_to,
    versions.c.approved_at,
    versions.c.created_at,
    versions.c.issued_on,
    versions.c.document_number,
).where(versions.c.document_id.in_(bindparam("document_ids", expanding=True)), _COUNTED)


def schedules_within(
    connection: Connection,
    document_ids: Sequence[str],
    *,
    as_if_approved: str | None = None,
    as_if_withdrawn: str | None = None,
) -> dict[str, Sequence[Scheduled]]:
    """The approved versions of each document with their intervals, by document id, in order of their start.

    ``as_if_approved``, ``as_if_withdrawn``: versions taken as if that had just been done to them.
    """
    schedule_of: dict[str, Sequence[Scheduled]] = {}
    for ids in chunks(document_ids):
        # No version has the id "".
        asked = {"document_ids": ids, "as_if_approved": as_if_approved or "", "as_if_withdrawn": as_if_withdrawn or ""}
        ended_on = _days_of_ending(connection, asked)
        spans, titles = _timespans(connection, asked)
        for document_id in ids:
            intervals = intervals_in_force(spans[document_id], replaced_on=ended_on.get(document_id))
            schedule_of[document_id] = [
                Scheduled(version_id, titles[version_id], interval) for version_id, interval in intervals.items()
            ]
    return schedule_of


def replacements_within(connection: Connection, document_ids: Sequence[str]) -> dict[str, Sequence[Scheduled]]:
    """Approved versions of other documents that replace each of these, with the dates that they declare."""
    columns = versions.c
    query = (
        select(columns.id, columns.title, columns.replaces, columns.effective_from, columns.effective_to)
        .where(columns.replaces.in_(document_ids), columns.document_id != columns.replaces)
        .where(columns.state == VersionState.APPROVED)
        .order_by(columns.effective_from, columns.id)
    )
    found: dict[str, list[Scheduled]] = defaultdict(list)
    for row in connection.execute(query):
        found[row.replaces].append(Scheduled(row.id, row.title, Interval(row.effective_from, row.effective_to)))
    return dict(found)


def _days_of_ending(connection: Connection, asked: Mapping[str, object]) -> dict[str, date | None]:
    """The first day on which a version of another document replaces or repeals each of these."""
    days: dict[str, list[date | None]] = defaultdict(list)
    for row in connection.execute(_ENDINGS, asked):
        days[row.document_id].append(row.effective_from)
    return {document_id: earliest(starts) for document_id, starts in days.items()}


def _timespans(connection: Connection, asked: Mapping[str, object]) -> tuple[dict[str, list[Timespan]], dict[str, str]]:
    spans: dict[str, list[Timespan]] = defaultdict(list)
    titles: dict[str, str] = {}
    for row in connection.execute(_SPANS, asked).all():
        approved_at = row.approved_at or _LAST  # taken as if approved now, so after all others
        spans[row.document_id].append(
            Timespan(
                row.id,
                VersionState.APPROVED,
                row.effective_from,
                row.effective_to,
                approved_at,
                issued_on=row.issued_on,
                document_number=row.document_number,
                approved_on=shanghai_day(row.approved_at or row.created_at),
            )
        )
        titles[row.id] = row.title
    return spans, titles


def chunks(items: Iterable[_Item]) -> Iterator[list[_Item]]:
    """As many as one statement takes."""
    listed = list(items)
    for at in range(0, len(listed), _IDS_PER_QUERY):
        yield listed[at : at + _IDS_PER_QUERY]
