"""The figures of a period, counted when they are asked for; `check` counts them again from the raw rows."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import datetime, timedelta
from functools import reduce
from operator import add
from typing import Protocol

from kb_service.domain.answers import Reason
from kb_service.domain.days import shanghai_day
from kb_service.domain.matters import Matter
from kb_service.domain.resolution import (
    AssistantCounts,
    By,
    ClockCounts,
    Counts,
    FigureDifference,
    Figures,
    GapAges,
    Grouped,
    HumanCounts,
    Period,
    differences,
    first_replies,
    gap_ages,
    week_of,
)
from kb_service.measuring.recounting import RawRows, Recounting

# What is shown when nobody says which: this week and the eleven before.
_USUAL_WEEKS = 12
# Rows taken in while somebody waits for the figures; the rest follows in the background.
_TAKEN_IN_AT_ONCE = 2000
_MOST_GROUPS = 500
_FIGURES_OF_A_GROUP = len(fields(AssistantCounts)) + len(fields(HumanCounts))


class Outcomes(Protocol):
    def behind(self) -> int: ...
    def take_in(self) -> int: ...


class Resolution(Protocol):
    def counts(self, period: Period | None, by: By, *, now: datetime) -> Grouped: ...
    def counts_by_week(self, period: Period, by: By, *, now: datetime) -> Mapping[str, Grouped]: ...
    def reasons(self, period: Period, *, now: datetime) -> Mapping[Reason, int]: ...
    def hours(self, period: Period, *, now: datetime) -> Mapping[int, int]: ...
    def clocks(self, period: Period, *, now: datetime) -> Sequence[ClockCounts]: ...
    def first_reply_seconds(self, period: Period) -> Sequence[float]: ...
    def gaps_to_do(self) -> Sequence[tuple[datetime, datetime]]: ...


class Rows(Protocol):
    def all(self) -> RawRows: ...


@dataclass(frozen=True, slots=True)
class Recounted:
    """``erased``: rows that can only be taken as they were kept."""

    answers: int
    talks: int
    erased: int
    figures: int
    differences: Sequence[FigureDifference]


@dataclass(frozen=True, slots=True)
class Insight:
    """``weeks``: by their Mondays. ``hours``: questions by hour of the week, 0 Monday's first."""

    figures: Figures
    weeks: Mapping[str, Counts]
    hours: Mapping[int, int]
    gap_ages: Sequence[GapAges]


@dataclass(frozen=True, slots=True)
class Measuring:
    """``used_differences``: how many figures of knowledge in use were counted again, and which differ."""

    outcomes: Outcomes
    resolution: Resolution
    rows: Rows
    matters: Callable[[], Sequence[Matter]]
    now: Callable[[], datetime]
    used_differences: Callable[[RawRows, datetime], tuple[int, Sequence[FigureDifference]]] | None = None

    def take_in(self) -> None:
        """All that is new."""
        while self.outcomes.take_in():
            pass

    def usual_period(self) -> Period:
        today = shanghai_day(self.now())
        return Period(week_of(today) - timedelta(weeks=_USUAL_WEEKS - 1), today)

    def figures(self, period: Period, by: By) -> Figures:
        self.catch_up()
        now = self.now()
        return self._figures(period, by, now, self.resolution.counts(period, by, now=now))

    def insight(self, period: Period, by: By) -> Insight:
        """All that the manager's page shows."""
        self.catch_up()
        now = self.now()
        by_week = self.resolution.counts_by_week(period, by, now=now)
        groups: dict[str | None, Counts] = {}
        for of_week in by_week.values():
            for value, counts in of_week.items():
                groups[value] = groups.get(value, Counts()) + counts
        return Insight(
            figures=self._figures(period, by, now, groups),
            weeks={each: total_of(by_week.get(each, {})) for each in mondays(period)},
            hours=self.resolution.hours(period, now=now),
            gap_ages=self.gap_ages(),
        )

    def _figures(self, period: Period, by: By, now: datetime, groups: Grouped) -> Figures:
        listed = _listed(groups, by)
        return Figures(
            period=period,
            by=by,
            at=now,
            total=total_of(groups),
            groups=listed,
            left_out=len(groups) - len(listed),
            reasons=self.resolution.reasons(period, now=now),
            clocks=self.resolution.clocks(period, now=now),
            first_replies=first_replies(self.resolution.first_reply_seconds(period)),
            behind=self.outcomes.behind(),
        )

    def gap_ages(self) -> Sequence[GapAges]:
        return gap_ages(self.resolution.gaps_to_do(), self.now())

    def check(self) -> Recounted:
        """Of all time, by everything that can be grouped by."""
        self.take_in()
        now, rows = self.now(), self.rows.all()
        again = Recounting(rows, {each.id: each.department_id for each in self.matters()}, now)
        found: list[FigureDifference] = []
        figures = 0
        for by in By:
            kept, counted = self.resolution.counts(None, by, now=now), again.counts(by)
            found += differences(by, kept, counted)
            figures += _FIGURES_OF_A_GROUP * len(counted)
        if self.used_differences is not None:
            more, differ = self.used_differences(rows, now)
            figures, found = figures + more, [*found, *differ]
        erased = rows.erased
        return Recounted(len(rows.answers), len(rows.talks), erased, figures, found)

    def catch_up(self) -> None:
        """What is new, as much of it as somebody can wait for."""
        taken = 0
        while taken < _TAKEN_IN_AT_ONCE and (more := self.outcomes.take_in()):
            taken += more


def mondays(period: Period) -> list[str]:
    """Of its weeks, those without a question too."""
    day, found = week_of(period.first), []
    while day <= period.last:
        found.append(day.isoformat())
        day += timedelta(weeks=1)
    return found


def total_of(groups: Grouped) -> Counts:
    return reduce(add, groups.values(), Counts())


def _listed(groups: Grouped, by: By) -> Grouped:
    """Weeks in their order, all else by how many questions and talks it has."""
    if by is By.WEEK:
        return dict(sorted(groups.items(), key=lambda each: each[0] or ""))
    return dict(list(by_size(groups).items())[:_MOST_GROUPS])


def by_size(groups: Grouped) -> Grouped:
    """Those with the most questions and talks first."""
    return dict(sorted(groups.items(), key=lambda each: (-_size(each[1]), each[0] is None, each[0] or "")))


def _size(counts: Counts) -> int:
    return counts.assistant.questions + counts.human.talks
