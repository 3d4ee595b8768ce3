"""Was a text in the knowledge base a working day before it took effect?

The rule: questions and answers on a new policy are there at least one working day before it takes effect
(沪府办发〔2021〕26号). All days are days in Shanghai; the deadline is the end of the day ``publish_by``.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from kb_service.domain.calendar import WorkingCalendar
from kb_service.domain.errors import CalendarYearUnknown


class LeadTime(StrEnum):
    ON_TIME = "on_time"
    DUE_TODAY = "due_today"
    LATE = "late"
    NOT_ACHIEVABLE = "not_achievable"
    NOT_COUNTED = "not_counted"
    UNKNOWN_CALENDAR = "unknown_calendar"


_BESIDE_THE_RATE = frozenset({LeadTime.NOT_COUNTED, LeadTime.UNKNOWN_CALENDAR})


@dataclass(frozen=True, slots=True)
class LeadTimeVerdict:
    """``why``: bulk_import, open_start, in_force_on_issue, issued_after_deadline, received_after_deadline, or
    calendar_YYYY_unknown; None where the status says it all. ``needs_reason``: a person has to say why it is late.
    """

    status: LeadTime
    publish_by: date | None
    needs_reason: bool = False
    why: str | None = None


@dataclass(frozen=True, slots=True)
class LeadTimeRecord:
    """One version in the count of a department."""

    department: str | None
    effective_from: date | None
    is_published: bool
    verdict: LeadTimeVerdict


@dataclass(frozen=True, slots=True)
class Compliance:
    """``month`` ("2026-07") is that of ``effective_from``, None for texts without a start. ``rate`` is on_time over
    ``counted`` (on_time + late + not_achievable), None of nothing. ``pending``: the deadline can still be kept.
    ``beside``: how many stand outside the rate, by why.
    """

    department: str | None
    month: str | None
    counted: int
    on_time: int
    rate: float | None
    late: int
    not_achievable: int
    pending: int
    beside: Mapping[str, int]


def publish_by(effective_from: date, calendar: WorkingCalendar) -> date:
    """The last working day strictly before ``effective_from``. Raises CalendarYearUnknown."""
    return calendar.last_working_day_before(effective_from)


def lead_time_verdict(
    *,
    effective_from: date | None,
    issued_on: date | None,
    received_on: date,
    published_on: date | None,
    is_bulk: bool,
    today: date,
    calendar: WorkingCalendar,
) -> LeadTimeVerdict:
    """``received_on`` is the day of the upload. A version that is not published yet is judged as of ``today``."""
    not_counted = _why_not_counted(effective_from, issued_on, is_bulk=is_bulk)
    try:
        deadline = None if effective_from is None else publish_by(effective_from, calendar)
    except CalendarYearUnknown as unknown:
        if not_counted is None:
            return LeadTimeVerdict(LeadTime.UNKNOWN_CALENDAR, None, why=f"calendar_{unknown.year}_unknown")
        deadline = None
    if not_counted is not None or deadline is None:
        return LeadTimeVerdict(LeadTime.NOT_COUNTED, deadline, why=not_counted)
    if published_on is None and today == deadline:
        return LeadTimeVerdict(LeadTime.DUE_TODAY, deadline)
    if (published_on or today) <= deadline:
        return LeadTimeVerdict(LeadTime.ON_TIME, deadline)
    return _missed(deadline, issued_on=issued_on, received_on=received_on)


def compliance(records: Iterable[LeadTimeRecord]) -> list[Compliance]:
    """One row for each department and month of ``effective_from``, in that order; what has neither comes last."""
    groups: dict[tuple[str | None, str | None], list[LeadTimeRecord]] = defaultdict(list)
    for record in records:
        month = None if record.effective_from is None else record.effective_from.isoformat()[:7]
        groups[record.department, month].append(record)
    rows = [_row(department, month, group) for (department, month), group in groups.items()]
    return sorted(rows, key=lambda row: (row.department is None, row.department or "", row.month or "none"))


def _why_not_counted(effective_from: date | None, issued_on: date | None, *, is_bulk: bool) -> str | None:
    if is_bulk:
        return "bulk_import"
    if effective_from is None:
        return "open_start"
    if issued_on is not None and issued_on >= effective_from:
        return "in_force_on_issue"
    return None


def _missed(deadline: date, *, issued_on: date | None, received_on: date) -> LeadTimeVerdict:
    """Nobody owes a reason for a deadline that had passed before there was a text."""
    if issued_on is not None and issued_on > deadline:
        return LeadTimeVerdict(LeadTime.NOT_ACHIEVABLE, deadline, why="issued_after_deadline")
    if issued_on is None and received_on > deadline:
        return LeadTimeVerdict(LeadTime.NOT_ACHIEVABLE, deadline, why="received_after_deadline")
    return LeadTimeVerdict(LeadTime.LATE, deadline, needs_reason=True)


def _row(department: str | None, month: str | None, records: list[LeadTimeRecord]) -> Compliance:
    count_of = Counter(record.verdict.status for record in records if not _is_pending(record))
    on_time, late, not_achievable = (
        count_of[status] for status in (LeadTime.ON_TIME, LeadTime.LATE, LeadTime.NOT_ACHIEVABLE)
    )
    counted = on_time + late + not_achievable
    beside = Counter(r.verdict.why or r.verdict.status for r in records if r.verdict.status in _BESIDE_THE_RATE)
    return Compliance(
        department=department,
        month=month,
        counted=counted,
        on_time=on_time,
        rate=on_time / counted if counted else None,
        late=late,
        not_achievable=not_achievable,
        pending=sum(_is_pending(record) for record in records),
        beside=dict(sorted(beside.items())),
    )


def _is_pending(record: LeadTimeRecord) -> bool:
    """Not decided yet: unpublished, and the deadline has not passed."""
    return not record.is_published and record.verdict.status in {LeadTime.ON_TIME, LeadTime.DUE_TODAY}
