"""What is reported of a month."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Protocol

from kb_service.domain.causes import Cause
from kb_service.domain.days import SHANGHAI
from kb_service.domain.errors import InvalidRecord
from kb_service.domain.feedback import FeedbackReason
from kb_service.domain.resolution import Counts, Coverage, Figures, GapAges, Grouped, Period, Share, week_of

_MONTH = re.compile(r"(20\d\d)-(0[1-9]|1[0-2])", re.ASCII)
_WEEKS_OF_TREND = 12


def month_of(written: str, *, today: date) -> Period:
    """The days of ``2026-11``. Raises InvalidRecord for what is no month, and for one that has not begun."""
    matched = _MONTH.fullmatch(written)
    first = date(int(matched[1]), int(matched[2]), 1) if matched else date.max
    if first > today:
        raise InvalidRecord(f"{written} is no month that has begun; write it as 2026-11", Cause("no_month"))
    return month_with(first)


def month_with(day: date) -> Period:
    first = day.replace(day=1)
    return Period(first, (first + timedelta(days=31)).replace(day=1) - timedelta(days=1))


def month_before(month: Period) -> Period:
    last = month.first - timedelta(days=1)
    return Period(last.replace(day=1), last)


def weeks_up_to(month: Period) -> Period:
    """The twelve weeks that end with the month; the last one only as far as it belongs to it."""
    return Period(week_of(month.last) - timedelta(weeks=_WEEKS_OF_TREND - 1), month.last)


def moments_of(period: Period) -> tuple[datetime, datetime]:
    """From midnight in Shanghai to the midnight after the last day, which is in it no more."""
    start, end = (datetime.combine(each, time.min, SHANGHAI) for each in (period.first, period.last))
    return start, end + timedelta(days=1)


class Rated(Protocol):
    """A share that may be weighted, so that ``rate`` is not the quotient of the two."""

    @property
    def successes(self) -> int: ...
    @property
    def n(self) -> int: ...
    @property
    def rate(self) -> float | None: ...
    @property
    def low(self) -> float: ...
    @property
    def high(self) -> float: ...


@dataclass(frozen=True, slots=True)
class LeadTimes:
    """Of texts whose first day is in the period. ``kept``: of those of which it can be said."""

    on_time: int
    late: int
    not_achievable: int
    kept: Share


@dataclass(frozen=True, slots=True)
class GapMoves:
    """In the period. ``late``: not filled within their time."""

    opened: int
    filled: int
    not_ours: int
    late: int


@dataclass(frozen=True, slots=True)
class FeedbackSaid:
    """In the period. ``decided``: of those with a reason, corrected or dismissed."""

    helped: int
    did_not_help: int
    reasons: Mapping[FeedbackReason, int]
    decided: int


@dataclass(frozen=True, slots=True)
class NotCounted:
    """What is in no rate, or was erased. ``unfollowed``: questions and talks in no implied figure for ever, since it
    was erased whose they were before their seven days were over."""

    courtesies: int
    in_talk: int
    unfollowed: int
    erased_answers: int
    erased_talks: int


@dataclass(frozen=True, slots=True)
class Counted:
    """How far the database was counted: the last answer, and when it was given."""

    answers: int
    last_at: datetime | None


@dataclass(frozen=True, slots=True)
class MonthReport:
    """``figures`` by matter; ``before``: all of the month before. ``audited``: of a sample that people read, in this
    month and the one before; None where there is none. ``used``: of the versions in force in the month those that were
    cited. ``weeks``: by their Mondays. ``gap_ages`` and
    ``coverage`` are of the moment when the report was made."""

    figures: Figures
    before: Counts
    audited: tuple[Rated, Rated] | None
    weeks: Mapping[str, Counts]
    departments: Grouped
    gap_ages: Sequence[GapAges]
    gap_moves: GapMoves
    feedback: FeedbackSaid
    coverage: Coverage
    used: Share | None
    lead_times: LeadTimes
    not_counted: NotCounted
    counted: Counted
    is_over: bool
