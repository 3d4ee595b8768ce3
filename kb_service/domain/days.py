"""Days and intervals of days, in Asia/Shanghai.

Every interval is ``[start, end)``: the start is the first day in force, the end is the first day no longer in force.
"""

import calendar
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from kb_service.domain.causes import Cause
from kb_service.domain.errors import InvalidInterval

SHANGHAI = ZoneInfo("Asia/Shanghai")

# Integer days are proleptic Gregorian ordinals (1 = 0001-01-01); these two stand for "always was" and "has no end".
OPEN_START_DAY = 0
OPEN_END_DAY = 9_999_999
_FIRST_DAY = date.min.toordinal()
_LONGEST_DAY = 40
# A year, a month and a day, however they are parted; what follows is not looked at.
_LIKE_A_DAY = re.compile(r"\s*(\d{4,6})\s*[年./-]\s*(\d{1,2})\s*[月./-]\s*(\d{1,2})|\s*(\d{4})(\d{2})(\d{2})\s*$")


def shanghai_day(moment: datetime) -> date:
    """The calendar day in Shanghai of an aware moment.

    Raises ValueError for a naive one, and for one whose day there is before the year 1 or after 9999.
    """
    if moment.tzinfo is None:
        raise ValueError(f"a moment without a time zone: {moment.isoformat()}")
    try:
        return moment.astimezone(SHANGHAI).date()
    except OverflowError as error:
        raise ValueError(f"{moment.isoformat()} has no day in Shanghai that a calendar knows") from error


def storable_moment(moment: datetime) -> datetime:
    """The moment, which without a zone is Shanghai's. It is kept in UTC and shown as Shanghai's.

    Raises ValueError for one that is before the year 1 or after 9999 in either.
    """
    aware = moment if moment.tzinfo else moment.replace(tzinfo=SHANGHAI)
    try:
        aware.astimezone(UTC)
        aware.astimezone(SHANGHAI)
    except OverflowError as error:
        raise ValueError(f"{moment.isoformat()} is no moment that a calendar knows") from error
    return aware


@dataclass(frozen=True, slots=True)
class Interval:
    """Days ``[start, end)``; None is open. Empty when the end is not after the start.

    ``known_from``: where nobody stated a start, the first day on which the text is known to have held. No earlier day
    is in the interval; ``start``, which readers are shown, stays None.
    """

    start: date | None = None
    end: date | None = None
    known_from: date | None = None

    @property
    def is_empty(self) -> bool:
        return self.end_day <= max(self.start_day, _FIRST_DAY)

    @property
    def start_day(self) -> int:
        first = self.start or self.known_from
        return OPEN_START_DAY if first is None else first.toordinal()

    @property
    def end_day(self) -> int:
        return OPEN_END_DAY if self.end is None else self.end.toordinal()

    @property
    def last_valid_day(self) -> date | None:
        """What screens show: the last day in force, or None when there is no end."""
        return None if self.end is None or self.end == date.min else self.end - timedelta(days=1)

    def contains(self, day: date) -> bool:
        return self.start_day <= day.toordinal() < self.end_day

    def has_ended_by(self, day: date) -> bool:
        return self.end_day <= day.toordinal()

    def starts_after(self, day: date) -> bool:
        return self.start_day > day.toordinal()


def declared_end(*, effective_to: date | None, valid_through: date | None) -> date | None:
    """The exclusive end from either way of saying it: 有效期至 2026-06-30 (``valid_through``) ends on 2026-07-01.

    The calendar's last day, 9999-12-31, is how other systems write that there is no end.
    Raises InvalidInterval when both are given.
    """
    if effective_to is not None and valid_through is not None:
        raise InvalidInterval(
            f"both effective_to ({effective_to}) and valid_through ({valid_through}) are given; keep one of them",
            Cause("two_ends", {"effective_to": str(effective_to), "valid_through": str(valid_through)}),
        )
    if valid_through == date.max:
        return None
    return valid_through + timedelta(days=1) if valid_through is not None else effective_to


def checked_interval(start: date | None, end: date | None) -> Interval:
    """The declared interval. Raises InvalidInterval when it holds no day."""
    interval = Interval(start, end)
    if interval.is_empty:
        told = Cause("ends_before_start", {"start": str(start), "end": str(end)})
        raise InvalidInterval(
            f"it would end ({end}, the first day no longer valid) before it starts ({start})",
            told if start else Cause("holds_no_day", {"end": str(end)}),
        )
    return interval


def cause_of_bad_day(field: str, written: str) -> Cause:
    """Of what was read as a day and is none: a day that no calendar has, or no day at all."""
    found = _LIKE_A_DAY.match(written)
    values: dict[str, str | int] = {"field": field, "value": written.strip()[:_LONGEST_DAY]}
    if found is None:
        return Cause("not_a_day", values)
    year, month, day = (int(each) for each in found.groups() if each is not None)
    return Cause("not_a_day" if _is_a_day(year, month, day) else "no_such_day", values)


def _is_a_day(year: int, month: int, day: int) -> bool:
    try:
        date(year, month, day)
    except ValueError:
        return False
    return True


def days_later(day: date, days: int) -> date | None:
    """None where the calendar has no such day."""
    try:
        return day + timedelta(days=days)
    except OverflowError:
        return None


def months_later(day: date, months: int) -> date | None:
    """The same day of that month, or its last one; None where the calendar has no such year."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    if not date.min.year <= year <= date.max.year:
        return None
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def earliest(days: Iterable[date | None]) -> date | None:
    """The earliest of several ends, where None means no end."""
    return min((day for day in days if day is not None), default=None)
