"""The working calendar: the notices of 2024, 2025 and 2026, and what happens where there is no notice."""

from datetime import date, timedelta

import pytest

from kb_service.adapters.statutory_calendar import statutory_calendar
from kb_service.domain.calendar import CalendarDay, WorkingCalendar
from kb_service.domain.errors import CalendarYearUnknown
from tests.factories import day

CALENDAR = statutory_calendar()

# First and last day off, from the State Council's notices: 国办发明电〔2023〕7号, 国办发明电〔2024〕12号,
# and the notice of 4 November 2025.
DAYS_OFF = [
    ("元旦", "2024-01-01", "2024-01-01"),
    ("春节", "2024-02-10", "2024-02-17"),
    ("清明节", "2024-04-04", "2024-04-06"),
    ("劳动节", "2024-05-01", "2024-05-05"),
    ("端午节", "2024-06-10", "2024-06-10"),
    ("中秋节", "2024-09-15", "2024-09-17"),
    ("国庆节", "2024-10-01", "2024-10-07"),
    ("元旦", "2025-01-01", "2025-01-01"),
    ("春节", "2025-01-28", "2025-02-04"),
    ("清明节", "2025-04-04", "2025-04-06"),
    ("劳动节", "2025-05-01", "2025-05-05"),
    ("端午节", "2025-05-31", "2025-06-02"),
    ("国庆节", "2025-10-01", "2025-10-05"),
    ("中秋节", "2025-10-06", "2025-10-06"),
    ("国庆节", "2025-10-07", "2025-10-08"),
    ("元旦", "2026-01-01", "2026-01-03"),
    ("春节", "2026-02-15", "2026-02-23"),
    ("清明节", "2026-04-04", "2026-04-06"),
    ("劳动节", "2026-05-01", "2026-05-05"),
    ("端午节", "2026-06-19", "2026-06-21"),
    ("中秋节", "2026-09-25", "2026-09-27"),
    ("国庆节", "2026-10-01", "2026-10-07"),
]
MAKE_UP_DAYS = [
    *("2024-02-04", "2024-02-18", "2024-04-07", "2024-04-28", "2024-05-11", "2024-09-14", "2024-09-29", "2024-10-12"),
    *("2025-01-26", "2025-02-08", "2025-04-27", "2025-09-28", "2025-10-11"),
    *("2026-01-04", "2026-02-14", "2026-02-28", "2026-05-09", "2026-09-20", "2026-10-10"),
]


def days_through(first: str, last: str) -> list[date]:
    return [day(first) + timedelta(days=n) for n in range((day(last) - day(first)).days + 1)]


@pytest.mark.parametrize("text", MAKE_UP_DAYS)
def test_a_make_up_day_is_worked_although_it_is_a_weekend(text: str) -> None:
    assert day(text).weekday() >= 5
    assert CALENDAR.is_working(day(text))
    assert CALENDAR.day_name(day(text)) == "调休上班"


@pytest.mark.parametrize(("name", "first", "last"), DAYS_OFF)
def test_an_announced_holiday_is_off_and_has_its_name(name: str, first: str, last: str) -> None:
    for off in days_through(first, last):
        assert not CALENDAR.is_working(off)
        assert CALENDAR.day_name(off) == name


def test_every_other_day_of_three_years_follows_the_week() -> None:
    off = {one for _, first, last in DAYS_OFF for one in days_through(first, last)}
    made_up = {day(text) for text in MAKE_UP_DAYS}
    for one in days_through("2024-01-01", "2026-12-31"):
        assert CALENDAR.is_working(one) is (one in made_up or (one.weekday() < 5 and one not in off)), one


@pytest.mark.parametrize(
    ("year", "weekdays", "weekdays_off", "made_up"), [(2024, 262, 19, 8), (2025, 261, 18, 5), (2026, 261, 19, 6)]
)
def test_the_working_days_of_a_year_add_up(year: int, weekdays: int, weekdays_off: int, made_up: int) -> None:
    counted = sum(map(CALENDAR.is_working, days_through(f"{year}-01-01", f"{year}-12-31")))
    assert counted == weekdays - weekdays_off + made_up


def test_new_years_eve_of_the_lunar_year_was_worked_in_2024_and_off_in_2025() -> None:
    assert CALENDAR.is_working(day("2024-02-09"))
    assert not CALENDAR.is_working(day("2025-01-28"))


def test_the_list_covers_2004_to_2026_without_a_hole() -> None:
    assert frozenset(range(2004, 2027)) == CALENDAR.announced_years


@pytest.mark.parametrize("text", ["2027-03-01", "2027-03-06", "2027-01-01", "2003-12-31"])
def test_a_day_of_an_unannounced_year_is_reported_and_not_guessed(text: str) -> None:
    with pytest.raises(CalendarYearUnknown) as refused:
        CALENDAR.is_working(day(text))
    assert refused.value.year == day(text).year
    assert f"PUT /v1/calendar/{day(text).year}" in str(refused.value)
    assert CALENDAR.day_name(day(text)) is None


@pytest.mark.parametrize(
    ("start", "before"),
    [
        ("2026-07-06", "2026-07-03"),  # a plain Monday
        ("2026-07-05", "2026-07-03"),  # a plain Sunday
        ("2026-05-11", "2026-05-09"),  # a Monday after a make-up Saturday
        ("2026-09-20", "2026-09-18"),  # a make-up Sunday itself
        ("2026-02-18", "2026-02-14"),  # inside 春节
        ("2026-09-30", "2026-09-29"),  # the eve of 国庆
        ("2026-10-12", "2026-10-10"),  # a Monday after a make-up Saturday
        ("2026-01-05", "2026-01-04"),  # a Monday after a make-up Sunday
    ],
)
def test_the_last_working_day_is_strictly_before(start: str, before: str) -> None:
    assert CALENDAR.last_working_day_before(day(start)) == day(before)


@pytest.mark.parametrize("start", [day("2004-01-01"), date.min])
def test_no_working_day_is_looked_for_in_an_unannounced_year(start: date) -> None:
    with pytest.raises(CalendarYearUnknown):
        CALENDAR.last_working_day_before(start)


def test_an_override_wins_over_the_announced_day() -> None:
    calendar = CALENDAR.with_overrides(
        {
            day("2026-07-01"): CalendarDay(is_working=False, name="全市停工"),
            day("2026-10-10"): CalendarDay(is_working=False),
            day("2026-10-07"): CalendarDay(is_working=True, name="加班"),
        }
    )
    assert not calendar.is_working(day("2026-07-01"))
    assert calendar.day_name(day("2026-07-01")) == "全市停工"
    assert calendar.last_working_day_before(day("2026-07-02")) == day("2026-06-30")
    assert calendar.last_working_day_before(day("2026-10-12")) == day("2026-10-09")
    assert calendar.is_working(day("2026-10-07"))
    assert CALENDAR.is_working(day("2026-07-01"))


def test_an_overridden_day_is_known_in_a_year_that_is_not() -> None:
    calendar = CALENDAR.with_overrides({day("2027-01-01"): CalendarDay(is_working=False, name="元旦")})
    assert not calendar.is_working(day("2027-01-01"))
    assert calendar.last_working_day_before(day("2027-01-02")) == day("2026-12-31")
    with pytest.raises(CalendarYearUnknown):
        calendar.is_working(day("2027-01-02"))


def test_overrides_announce_a_whole_year() -> None:
    calendar = CALENDAR.with_overrides(
        {
            day("2027-01-01"): CalendarDay(is_working=False, name="元旦"),
            day("2027-01-03"): CalendarDay(is_working=True, name="调休上班"),
        },
        announced=[2027],
    )
    assert calendar.is_working(day("2027-01-03"))
    assert calendar.last_working_day_before(day("2027-01-04")) == day("2027-01-03")
    assert calendar.is_working(day("2027-03-01"))
    assert not calendar.is_working(day("2027-03-06"))
    with pytest.raises(CalendarYearUnknown, match="2028"):
        calendar.is_working(day("2028-01-03"))


def test_of_two_overrides_of_one_day_the_newer_stands_and_the_others_stay() -> None:
    first = CALENDAR.with_overrides(
        {day("2026-07-01"): CalendarDay(is_working=False), day("2026-07-02"): CalendarDay(is_working=False)}
    )
    second = first.with_overrides({day("2026-07-01"): CalendarDay(is_working=True)})
    assert second.is_working(day("2026-07-01"))
    assert not second.is_working(day("2026-07-02"))


def test_a_day_listed_for_a_year_without_a_notice_announces_nothing() -> None:
    calendar = WorkingCalendar(frozenset({2026}), {day("2027-01-01"): CalendarDay(is_working=False, name="元旦")})
    with pytest.raises(CalendarYearUnknown):
        calendar.is_working(day("2027-01-01"))


def test_a_calendar_does_not_change_with_what_it_was_built_from() -> None:
    listed = {day("2026-07-01"): CalendarDay(is_working=False)}
    calendar = WorkingCalendar(frozenset({2026}), listed)
    listed.clear()
    assert not calendar.is_working(day("2026-07-01"))
