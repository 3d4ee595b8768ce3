"""What is reported of a month: its figures and those of the month before, twelve weeks, gaps, feedback, lead times."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import partial
from typing import Protocol

from kb_service.domain.calendar import WorkingCalendar
from kb_service.domain.days import shanghai_day
from kb_service.domain.documents import Version
from kb_service.domain.reports import (
    Counted,
    FeedbackSaid,
    GapMoves,
    LeadTimes,
    MonthReport,
    NotCounted,
    Rated,
    month_before,
    month_of,
    weeks_up_to,
)
from kb_service.domain.resolution import By, Counts, Coverage, Period, Share, share
from kb_service.measuring.measuring import Measuring, by_size, mondays, total_of
from kb_service.publishing.due import kept_lead_times


class MonthCounts(Protocol):
    def gap_moves(self, period: Period) -> GapMoves: ...
    def feedback(self, period: Period) -> FeedbackSaid: ...
    def not_counted(self, period: Period) -> NotCounted: ...
    def counted(self) -> Counted: ...


class Shelf(Protocol):
    def approved(self, *, since: date | None, until: date | None) -> Sequence[Version]: ...


@dataclass(frozen=True, slots=True)
class Reporting:
    measuring: Measuring
    month_counts: MonthCounts
    shelf: Shelf
    calendar: Callable[[], WorkingCalendar]
    coverage: Callable[[], Coverage]
    now: Callable[[], datetime]
    audited: Callable[[Period], Rated] | None = None
    used: Callable[[Period], Share] | None = None

    def month(self, written: str) -> MonthReport:
        """Of ``2026-11``. Raises InvalidRecord for what is no month, and for one that has not begun."""
        today = shanghai_day(self.now())
        period = month_of(written, today=today)
        figures = self.measuring.figures(period, By.MATTER)
        counts = partial(self.measuring.resolution.counts, now=figures.at)
        by_week = counts(weeks_up_to(period), By.WEEK)
        return MonthReport(
            figures=figures,
            before=total_of(counts(month_before(period), By.WEEK)),
            audited=(self.audited(period), self.audited(month_before(period))) if self.audited else None,
            weeks={each: by_week.get(each, Counts()) for each in mondays(weeks_up_to(period))},
            departments=by_size(counts(period, By.DEPARTMENT)),
            gap_ages=self.measuring.gap_ages(),
            gap_moves=self.month_counts.gap_moves(period),
            feedback=self.month_counts.feedback(period),
            coverage=self.coverage(),
            used=self.used(period) if self.used else None,
            lead_times=self.lead_times(period),
            not_counted=self.month_counts.not_counted(period),
            counted=self.month_counts.counted(),
            is_over=period.last < today,
        )

    def lead_times(self, period: Period) -> LeadTimes:
        rows = kept_lead_times(
            self.shelf.approved(since=period.first, until=period.last + timedelta(days=1)),
            today=shanghai_day(self.now()),
            calendar=self.calendar(),
            month=None,
            department=None,
        )
        on_time, counted = sum(each.on_time for each in rows), sum(each.counted for each in rows)
        late, impossible = sum(each.late for each in rows), sum(each.not_achievable for each in rows)
        return LeadTimes(on_time, late, impossible, share(on_time, counted))
