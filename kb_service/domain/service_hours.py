"""When a department's helpers answer: hours of working days, and of the others where it serves then too."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import pairwise

from kb_service.domain.calendar import WorkingCalendar
from kb_service.domain.causes import Cause
from kb_service.domain.days import SHANGHAI, shanghai_day
from kb_service.domain.errors import CalendarYearUnknown, InvalidRecord

# The longest that anybody looks for the next opening: two Spring Festivals apart there is a working day.
_LONGEST_LOOK = 60
_DAY_ENDS = "24:00"


@dataclass(frozen=True, slots=True)
class HoursOfDay:
    """``[start, end)`` of a day in Shanghai; ``end`` None is the end of the day."""

    start: time
    end: time | None

    def on(self, day: date) -> tuple[datetime, datetime]:
        following = datetime.combine(day + timedelta(days=1), time(), SHANGHAI)
        end = following if self.end is None else datetime.combine(day, self.end, SHANGHAI)
        return datetime.combine(day, self.start, SHANGHAI), end


@dataclass(frozen=True, slots=True)
class ServiceHours:
    """Which day is worked says the working calendar, make-up days (调休) included.

    A year whose days nobody has announced yet is taken as plain weeks: a person who waits needs an hour, and the notice
    is entered when it comes.
    """

    working_days: tuple[HoursOfDay, ...] = ()
    other_days: tuple[HoursOfDay, ...] = ()

    def is_open(self, moment: datetime, calendar: WorkingCalendar) -> bool:
        return any(start <= moment < end for start, end in self._spans(shanghai_day(moment), calendar))

    def opens_at(self, moment: datetime, calendar: WorkingCalendar) -> datetime | None:
        """``moment`` itself while it is open, else the next opening; None where there is none in two months."""
        today = shanghai_day(moment)
        for day in (today + timedelta(days=ahead) for ahead in range(_LONGEST_LOOK)):
            for start, end in self._spans(day, calendar):
                if moment < end:
                    return max(moment, start)
        return None

    def _spans(self, day: date, calendar: WorkingCalendar) -> Iterator[tuple[datetime, datetime]]:
        for span in self.working_days if is_worked(day, calendar) else self.other_days:
            yield span.on(day)

    def written(self) -> dict[str, list[str]]:
        """As `service_hours` reads it."""
        return {"working_days": _written(self.working_days), "other_days": _written(self.other_days)}


def is_worked(day: date, calendar: WorkingCalendar) -> bool:
    """As the calendar says; a year that is not announced yet is taken as plain weeks."""
    try:
        return calendar.is_working(day)
    except CalendarYearUnknown:
        return calendar.with_overrides({}, announced=[day.year]).is_working(day)


def service_hours(working_days: Iterable[str], other_days: Iterable[str]) -> ServiceHours:
    """From spans such as 09:00-17:30 or 00:00-24:00. Raises InvalidRecord."""
    return ServiceHours(_spans(working_days), _spans(other_days))


def _spans(written: Iterable[str]) -> tuple[HoursOfDay, ...]:
    spans = sorted((_span(each) for each in written), key=lambda span: span.start)
    for earlier, later in pairwise(spans):
        if earlier.end is None or later.start < earlier.end:
            told = f"{later.start:%H:%M}"
            raise InvalidRecord(f"service hours overlap at {told}; write each hour once", _cause(told))
    return tuple(spans)


def _span(written: str) -> HoursOfDay:
    start, dash, end = written.partition("-")
    try:
        if not dash:
            raise ValueError(written)
        found = HoursOfDay(
            time.fromisoformat(start.strip()), None if end.strip() == _DAY_ENDS else time.fromisoformat(end.strip())
        )
    except ValueError as error:
        raise InvalidRecord(
            f"service hours {written!r} are no span of a day; write them like 09:00-17:30", _cause(written)
        ) from error
    if found.start.tzinfo or (found.end is not None and (found.end.tzinfo or found.end <= found.start)):
        raise InvalidRecord(
            f"service hours {written!r} end before they begin; a span over midnight is written as two", _cause(written)
        )
    return found


def _cause(written: str) -> Cause:
    return Cause("wrong_value", {"field": "service_hours", "value": written})


def _written(spans: Sequence[HoursOfDay]) -> list[str]:
    return [f"{each.start:%H:%M}-{f'{each.end:%H:%M}' if each.end else _DAY_ENDS}" for each in spans]
