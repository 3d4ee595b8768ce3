"""Which versions are due: what has to be published by when, and how far each has come."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from kb_service.domain.calendar import WorkingCalendar
from kb_service.domain.causes import Cause
from kb_service.domain.days import shanghai_day
from kb_service.domain.documents import Kind, Version, VersionState
from kb_service.domain.errors import InvalidRecord
from kb_service.domain.lead_time import (
    Compliance,
    LeadTime,
    LeadTimeRecord,
    LeadTimeVerdict,
    compliance,
    lead_time_verdict,
)
from kb_service.domain.life import BULK_IMPORT

_URGENCY = [LeadTime.LATE, LeadTime.NOT_ACHIEVABLE, LeadTime.DUE_TODAY, LeadTime.UNKNOWN_CALENDAR, LeadTime.ON_TIME]


@dataclass(frozen=True, slots=True)
class DueItem:
    """A version on its way, and its deadline: the end of the day ``publish_by`` in Shanghai."""

    version_id: str
    document_id: str
    title: str
    kind: Kind
    state: VersionState
    department: str | None
    matter_id: str | None
    effective_from: date | None
    publish_by: date | None
    status: LeadTime
    needs_reason: bool
    late_reason: str | None


def verdict_of(version: Version, *, today: date, calendar: WorkingCalendar) -> LeadTimeVerdict:
    """Whether a version keeps, or kept, its lead time."""
    return lead_time_verdict(
        effective_from=version.metadata.effective_from,
        issued_on=version.metadata.issued_on,
        received_on=shanghai_day(version.created_at),
        published_on=shanghai_day(version.published_at) if version.published_at else None,
        is_bulk=version.approval_rule == BULK_IMPORT,
        today=today,
        calendar=calendar,
    )


def due_items(
    versions: Iterable[Version], *, today: date, until: date | None, calendar: WorkingCalendar
) -> list[DueItem]:
    """Those whose deadline is not after ``until`` (None: all) or cannot be known, the most urgent first."""
    items = [_item(each, verdict_of(each, today=today, calendar=calendar)) for each in versions]
    wanted = [
        item
        for item in items
        if item.status in _URGENCY and (until is None or item.publish_by is None or item.publish_by <= until)
    ]
    return sorted(wanted, key=_place)


def due_page(items: Sequence[DueItem], *, limit: int, cursor: str | None) -> tuple[Sequence[DueItem], str | None]:
    """Of items in their order those behind the cursor, and the cursor of the page after them: that of a place, which
    stays right when others come or go. Raises InvalidRecord for one that is none of ours."""
    behind = _place_of(cursor) if cursor is not None else None
    found = [each for each in items if behind is None or _place(each) > behind]
    if len(found) <= limit:
        return found, None
    day, urgency, version_id = _place(found[limit - 1])
    return found[:limit], f"{day}|{urgency}|{version_id}"


def _place(item: DueItem) -> tuple[date, int, str]:
    return item.publish_by or date.max, _URGENCY.index(item.status), item.version_id


def _place_of(cursor: str) -> tuple[date, int, str]:
    day, _, rest = cursor.partition("|")
    urgency, _, version_id = rest.partition("|")
    try:
        return date.fromisoformat(day), int(urgency), version_id
    except ValueError as error:
        raise InvalidRecord(
            f"{cursor!r} is no cursor; take next_cursor of the page before", Cause("wrong_cursor")
        ) from error


def kept_lead_times(
    versions: Iterable[Version], *, today: date, calendar: WorkingCalendar, month: str | None, department: str | None
) -> Sequence[Compliance]:
    """How many of the approved versions were published in time, by department and month of their first day."""
    records = [
        LeadTimeRecord(
            department=each.metadata.department,
            effective_from=each.metadata.effective_from,
            is_published=each.published_at is not None,
            verdict=verdict_of(each, today=today, calendar=calendar),
        )
        for each in versions
        if department is None or each.metadata.department == department
    ]
    return [row for row in compliance(records) if month is None or row.month == month]


def _item(version: Version, verdict: LeadTimeVerdict) -> DueItem:
    metadata = version.metadata
    return DueItem(
        version_id=version.id,
        document_id=version.document_id,
        title=metadata.title,
        kind=metadata.kind,
        state=version.state,
        department=metadata.department,
        matter_id=metadata.matter_id,
        effective_from=metadata.effective_from,
        publish_by=verdict.publish_by,
        status=verdict.status,
        needs_reason=verdict.needs_reason,
        late_reason=version.late_reason,
    )
