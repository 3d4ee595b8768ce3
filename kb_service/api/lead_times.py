"""`/v1/compliance`, `/v1/due-lists`, `/v1/calendar`: who kept the lead time, what is due, and which days are worked."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query
from pydantic import AfterValidator, Field
from pydantic_core import PydanticCustomError

from kb_service.api.access import ServiceOf, Watcher, needs
from kb_service.api.request_body import RequestBody, StorableText
from kb_service.domain.calendar import CalendarDay
from kb_service.domain.causes import Cause
from kb_service.domain.days import shanghai_day
from kb_service.domain.errors import InvalidRecord
from kb_service.domain.lead_time import Compliance
from kb_service.domain.people import Actor, Role
from kb_service.publishing.due import kept_lead_times

router = APIRouter(prefix="/v1", tags=["lead time"])

Year = Annotated[int, Path(ge=1990, le=2200)]


def _on_the_calendar(month: str | None) -> str | None:
    if month is not None and not 1 <= int(month[-2:]) <= 12:
        raise PydanticCustomError("no_such_month", "a year has the months 01 to 12")
    return month


# Of the years that the service can be asked about, in plain digits.
Month = Annotated[
    str | None,
    Query(pattern=r"^(19|2[0-9])[0-9]{2}-[0-9]{2}$", examples=["2026-07"]),
    AfterValidator(_on_the_calendar),
]


@dataclass(frozen=True, slots=True)
class DueList:
    """As it stood on the morning of ``day``."""

    day: date
    items: list[Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class ShownDay:
    day: date
    is_working: bool
    name: str | None


@dataclass(frozen=True, slots=True)
class CalendarYear:
    """``days``: those that are not as in a plain week. An unannounced year has none: nobody knows them yet."""

    year: int
    is_announced: bool
    working_days: int | None
    days: list[ShownDay]


class EnteredDay(RequestBody):
    day: date
    is_working: bool
    name: StorableText | None = Field(default=None, max_length=100)


class CalendarYearRequest(RequestBody):
    days: list[EnteredDay] = Field(max_length=366)


@router.get("/compliance")
def compliance(
    service: ServiceOf,
    _actor: Watcher,
    month: Month = None,
    department: Annotated[str | None, Query(max_length=200)] = None,
) -> list[Compliance]:
    """Published at least one working day before they took effect, of how many; by department and month."""
    since = date.fromisoformat(f"{month}-01") if month else None
    until = (since + timedelta(days=32)).replace(day=1) if since else None
    rows = kept_lead_times(
        service.records.shelf.approved(since=since, until=until),
        today=shanghai_day(service.now()),
        calendar=service.records.working_days.calendar(),
        month=month,
        department=service.departments.id(department) if department else None,
    )
    return list(rows)


@router.get("/due-lists/{day}")
def due_list(day: date, service: ServiceOf, _actor: Watcher) -> DueList:
    """The list made that morning; today's is made now if it was not yet."""
    if day == shanghai_day(service.now()):
        service.make_due_list(day)
    items = service.records.shelf.due_list(day)
    if items is None:
        raise InvalidRecord(
            f"no due list was made on {day}; GET /v1/versions?due=… tells what is due now",
            Cause("no_due_list", {"day": str(day)}),
        )
    return DueList(day, list(items))


@router.get("/calendar/{year}")
def calendar_year(year: Year, service: ServiceOf, _actor: Watcher) -> CalendarYear:
    """The days off and the make-up days of a year, as announced and as entered."""
    calendar = service.records.working_days.calendar()
    if year not in calendar.announced_years:
        return CalendarYear(year, False, None, [])
    days = [date(year, 1, 1) + timedelta(days=n) for n in range(366)]
    days = [day for day in days if day.year == year]
    special = [
        ShownDay(day, calendar.is_working(day), calendar.day_name(day))
        for day in days
        if calendar.day_name(day) or calendar.is_working(day) != (day.weekday() < 5)
    ]
    return CalendarYear(year, True, sum(calendar.is_working(day) for day in days), special)


@router.put("/calendar/{year}")
def enter_year(
    year: Year, body: CalendarYearRequest, service: ServiceOf, actor: Annotated[Actor, needs(Role.ADMIN)]
) -> CalendarYear:
    """The whole year's days off and make-up days; what is not listed is as in a plain week, or as announced."""
    if strays := [each.day for each in body.days if each.day.year != year]:
        raise InvalidRecord(
            f"{strays[0]} is no day of {year}; nothing was entered",
            Cause("not_of_year", {"day": str(strays[0]), "year": year}),
        )
    days = {each.day: CalendarDay(each.is_working, each.name) for each in body.days}
    service.records.working_days.replace_year(year, days, actor=actor.person_id, at=service.now())
    return calendar_year(year, service, actor)
