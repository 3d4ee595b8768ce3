"""Working days: weekends, statutory holidays, make-up days (调休), and what an administrator knows better.

Which days are worked is announced year by year by the State Council, so a year nobody has announced is reported, never
guessed: even a weekend of it may turn out to be a make-up day.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from types import MappingProxyType

from kb_service.domain.errors import CalendarYearUnknown

_SATURDAY = 5


@dataclass(frozen=True, slots=True)
class CalendarDay:
    """What was announced of one day; the name is what screens show (春节, 调休上班)."""

    is_working: bool
    name: str | None = None


@dataclass(frozen=True, slots=True)
class WorkingCalendar:
    """``listed``: the days of ``announced_years`` that differ from the plain week, or have a name. ``overrides`` win,
    also in a year that is not announced.

    Every question about a day that is neither overridden nor in an announced year raises CalendarYearUnknown. A notice
    may still move a bridge day at the end of the year before it (31 December 2018 became free with the notice for
    2019); that is entered as an override until the list has it.
    """

    announced_years: frozenset[int]
    listed: Mapping[date, CalendarDay]
    overrides: Mapping[date, CalendarDay] = field(default_factory=dict)

    def __post_init__(self) -> None:
        object.__setattr__(self, "listed", MappingProxyType(dict(self.listed)))
        object.__setattr__(self, "overrides", MappingProxyType(dict(self.overrides)))

    def is_working(self, day: date) -> bool:
        known = self._known(day)
        if known is not None:
            return known.is_working
        if day.year not in self.announced_years:
            raise CalendarYearUnknown(day.year)
        return day.weekday() < _SATURDAY

    def day_name(self, day: date) -> str | None:
        """The name of a holiday or make-up day, as far as it is known; never raises."""
        known = self._known(day)
        return known.name if known is not None else None

    def last_working_day_before(self, day: date) -> date:
        """Strictly before: the Friday before a Monday, whether or not that Monday is worked."""
        while True:
            try:
                day -= timedelta(days=1)
            except OverflowError as end_of_dates:  # 0001-01-01 is how some systems write that there is no start
                raise CalendarYearUnknown(day.year) from end_of_dates
            if self.is_working(day):
                return day

    def with_overrides(self, overrides: Mapping[date, CalendarDay], announced: Iterable[int] = ()) -> "WorkingCalendar":
        """This calendar with more days overridden (the newer word on a day stands) and more years announced."""
        return WorkingCalendar(
            announced_years=self.announced_years | frozenset(announced),
            listed=self.listed,
            overrides={**self.overrides, **overrides},
        )

    def _known(self, day: date) -> CalendarDay | None:
        override = self.overrides.get(day)
        if override is not None or day.year not in self.announced_years:
            return override
        return self.listed.get(day)
