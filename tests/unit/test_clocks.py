"""60 seconds to a first reply in service hours; 1, 5 and 15 working days for work orders. Expectations counted by hand
on the calendar of 2026: Spring Festival off 15–23 February, Saturdays 14 and 28 February worked."""

from datetime import datetime

import pytest

from kb_service.adapters.statutory_calendar import statutory_calendar
from kb_service.domain.clocks import ClockKind, OrderKind, first_reply_clock, order_clocks
from kb_service.domain.days import SHANGHAI
from kb_service.domain.service_hours import service_hours

CALENDAR = statutory_calendar()
OFFICE = service_hours(["09:00-17:30"], [])


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)


@pytest.mark.parametrize(
    ("asked", "due"),
    [
        ("2026-07-01 10:00:00", "2026-07-01 10:01:00"),
        ("2026-07-01 17:29:59", "2026-07-01 17:30:59"),
        ("2026-07-01 17:30:00", "2026-07-02 09:01:00"),
        ("2026-02-14 18:00:00", "2026-02-24 09:01:00"),
    ],
)
def test_the_first_reply_is_due_a_minute_after_asking_or_opening(asked: str, due: str) -> None:
    clock = first_reply_clock(at(asked), OFFICE, CALENDAR)
    assert clock is not None and clock.due_at == at(due)


def test_a_clock_warns_twenty_seconds_before_its_minute_is_over() -> None:
    clock = first_reply_clock(at("2026-07-01 10:00:00"), OFFICE, CALENDAR)
    assert clock is not None and clock.warns_at == at("2026-07-01 10:00:40")


def test_a_desk_that_never_opens_has_no_clock() -> None:
    assert first_reply_clock(at("2026-07-01 10:00:00"), service_hours([], []), CALENDAR) is None


@pytest.mark.parametrize(
    ("made", "kind", "contact", "result"),
    [
        # Wednesday: Thursday; Thu Fri Mon Tue Wed.
        ("2026-07-01 10:00:00", OrderKind.SIMPLE, "2026-07-03 00:00:00", "2026-07-09 00:00:00"),
        # Fri 13 Feb: Sat 14 is worked, then the 24th, 25th, 26th, 27th.
        ("2026-02-13 16:00:00", OrderKind.SIMPLE, "2026-02-15 00:00:00", "2026-02-28 00:00:00"),
        # … and Sat 28, 2–6 March, 9–12 March: fifteen.
        ("2026-02-13 16:00:00", OrderKind.COMPLEX, "2026-02-15 00:00:00", "2026-03-13 00:00:00"),
        # Made on a holiday: the first working day after it counts as the first.
        ("2026-02-18 12:00:00", OrderKind.SIMPLE, "2026-02-25 00:00:00", "2026-03-01 00:00:00"),
    ],
)
def test_work_orders_count_working_days(made: str, kind: OrderKind, contact: str, result: str) -> None:
    first, second = order_clocks(at(made), kind, CALENDAR)
    assert (first.kind, first.due_at) == (ClockKind.CONTACT, at(contact))
    assert (second.kind, second.due_at) == (ClockKind.ORDER, at(result))
