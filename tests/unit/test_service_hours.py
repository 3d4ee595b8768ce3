"""When helpers answer: hours in Shanghai, by working days with 调休. Expectations from the announced calendar of 2026:
Spring Festival off 15–23 February, worked instead on Saturday 14 and Saturday 28 February."""

from datetime import datetime

import pytest

from kb_service.adapters.statutory_calendar import statutory_calendar
from kb_service.domain.days import SHANGHAI
from kb_service.domain.errors import InvalidRecord
from kb_service.domain.service_hours import service_hours

CALENDAR = statutory_calendar()
OFFICE = service_hours(["09:00-11:30", "13:00-17:30"], [])


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)


@pytest.mark.parametrize(
    ("moment", "is_open"),
    [
        ("2026-07-01 09:00:00", True),
        ("2026-07-01 08:59:59", False),
        ("2026-07-01 11:30:00", False),  # the end is no longer open
        ("2026-07-01 13:00:00", True),
        ("2026-07-01 17:29:59", True),
        ("2026-07-04 10:00:00", False),  # a Saturday
        ("2026-02-14 10:00:00", True),  # a Saturday that is worked
        ("2026-02-18 10:00:00", False),  # a Wednesday of Spring Festival
    ],
)
def test_helpers_answer_in_the_hours_of_worked_days(moment: str, is_open: bool) -> None:
    assert OFFICE.is_open(at(moment), CALENDAR) is is_open


@pytest.mark.parametrize(
    ("moment", "opens"),
    [
        ("2026-07-01 10:00:00", "2026-07-01 10:00:00"),
        ("2026-07-01 12:00:00", "2026-07-01 13:00:00"),
        ("2026-07-01 18:00:00", "2026-07-02 09:00:00"),
        ("2026-07-03 17:30:00", "2026-07-06 09:00:00"),  # a Friday evening
        ("2026-02-14 20:00:00", "2026-02-24 09:00:00"),  # the last worked day before Spring Festival
        ("2026-02-27 18:00:00", "2026-02-28 09:00:00"),  # the Saturday after it is worked
    ],
)
def test_the_next_opening_passes_over_nights_weekends_and_holidays(moment: str, opens: str) -> None:
    assert OFFICE.opens_at(at(moment), CALENDAR) == at(opens)


def test_a_moment_is_one_moment_in_whatever_zone_it_is_written() -> None:
    assert OFFICE.is_open(datetime.fromisoformat("2026-07-01T01:00:00+00:00"), CALENDAR)
    assert not OFFICE.is_open(datetime.fromisoformat("2026-07-01T10:00:00+00:00"), CALENDAR)


def test_a_hotline_is_open_day_and_night() -> None:
    hotline = service_hours(["00:00-24:00"], ["00:00-24:00"])
    assert hotline.is_open(at("2026-02-18 03:00:00"), CALENDAR)
    assert hotline.is_open(at("2026-02-18 23:59:59"), CALENDAR)


def test_a_desk_without_hours_never_opens() -> None:
    assert service_hours([], []).opens_at(at("2026-07-01 10:00:00"), CALENDAR) is None


def test_a_year_that_nobody_announced_is_taken_as_plain_weeks() -> None:
    assert OFFICE.opens_at(at("2044-12-31 10:00:00"), CALENDAR) == at("2045-01-02 09:00:00")  # Saturday; Monday


@pytest.mark.parametrize("written", ["9-17", "17:30-09:00", "09:00", "09:00-25:00", "09:00-09:00", "x-y"])
def test_hours_that_are_none_are_refused_with_how_to_write_them(written: str) -> None:
    with pytest.raises(InvalidRecord, match=r"09:00-17:30|two"):
        service_hours([written], [])


def test_hours_that_overlap_are_refused() -> None:
    with pytest.raises(InvalidRecord, match="overlap at 11:00"):
        service_hours(["09:00-12:00", "11:00-13:00"], [])


def test_hours_are_written_as_they_are_read() -> None:
    hours = service_hours(["13:00-17:30", "09:00-11:30"], ["00:00-24:00"])
    written = hours.written()
    assert written == {"working_days": ["09:00-11:30", "13:00-17:30"], "other_days": ["00:00-24:00"]}
    assert service_hours(**written) == hours
