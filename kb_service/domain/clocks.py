"""The clocks of human help: when a first reply, a contact and a result are due. Pure functions of moment and calendar.

First reply: 60 seconds in service hours (沪府办发〔2021〕26号). Work orders as at the 12345 hotline: contact within one
working day, result within five (simple) or fifteen (complex). A reply that is to become knowledge is reviewed within
one working day (沪府办发〔2021〕26号). Nothing pauses them.
"""

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from enum import StrEnum

from kb_service.domain.calendar import WorkingCalendar
from kb_service.domain.days import SHANGHAI, shanghai_day
from kb_service.domain.service_hours import ServiceHours, is_worked

FIRST_REPLY = timedelta(seconds=60)


class ClockKind(StrEnum):
    """REVIEW: of the draft that a talk became, by a second person; the person of the talk waits for nothing then."""

    FIRST_REPLY = "first_reply"
    CONTACT = "contact"
    ORDER = "order"
    REVIEW = "review"


# What a person in a talk waits for. The review of a kept reply goes on when the talk is closed again.
OF_TALKS = tuple(each for each in ClockKind if each is not ClockKind.REVIEW)

# How long before its end a clock warns.
_WARNS_BEFORE = {
    ClockKind.FIRST_REPLY: timedelta(seconds=20),
    ClockKind.CONTACT: timedelta(hours=4),
    ClockKind.ORDER: timedelta(days=1),
    # It ends at midnight: at four in the afternoon somebody can still review.
    ClockKind.REVIEW: timedelta(hours=8),
}


class OrderKind(StrEnum):
    SIMPLE = "simple"
    COMPLEX = "complex"


WORKING_DAYS_OF = {OrderKind.SIMPLE: 5, OrderKind.COMPLEX: 15}
_CONTACT_WORKING_DAYS = 1
_REVIEW_WORKING_DAYS = 1


@dataclass(frozen=True, slots=True)
class Clock:
    """``due_at``: the first moment at which it is late. ``round`` counts from 1: who is asked again has a new one.

    ``met_at``: when what it waits for happened; ``warned_at``, ``breached_at``: when somebody was told.
    """

    kind: ClockKind
    round: int
    started_at: datetime
    due_at: datetime
    met_at: datetime | None = None
    warned_at: datetime | None = None
    breached_at: datetime | None = None
    stopped_at: datetime | None = None

    @property
    def warns_at(self) -> datetime:
        return max(self.started_at, self.due_at - _WARNS_BEFORE[self.kind])

    @property
    def is_running(self) -> bool:
        return self.met_at is None and self.stopped_at is None


def first_reply_clock(at: datetime, hours: ServiceHours, calendar: WorkingCalendar, *, round: int = 1) -> Clock | None:
    """Starts now in service hours, else when they begin; None where they never do."""
    start = hours.opens_at(at, calendar)
    return None if start is None else Clock(ClockKind.FIRST_REPLY, round, start, start + FIRST_REPLY)


def order_clocks(at: datetime, kind: OrderKind, calendar: WorkingCalendar, *, round: int = 1) -> tuple[Clock, Clock]:
    """Of a work order's first contact and of its result: each until the end of the last of its working days."""
    contact = Clock(ClockKind.CONTACT, round, at, end_of_working_day(at, _CONTACT_WORKING_DAYS, calendar))
    return contact, Clock(ClockKind.ORDER, round, at, end_of_working_day(at, WORKING_DAYS_OF[kind], calendar))


def review_due_at(at: datetime, calendar: WorkingCalendar) -> datetime:
    """When the draft that a talk became at this moment is to be reviewed by a second person."""
    return end_of_working_day(at, _REVIEW_WORKING_DAYS, calendar)


def end_of_working_day(at: datetime, count: int, calendar: WorkingCalendar) -> datetime:
    """The midnight in Shanghai after the ``count``-th working day after the day of ``at``."""
    day = shanghai_day(at)
    while count:
        day += timedelta(days=1)
        count -= is_worked(day, calendar)
    return datetime.combine(day + timedelta(days=1), time(), SHANGHAI)
