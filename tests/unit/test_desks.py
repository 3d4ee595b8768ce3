"""Which desk takes a talk, worked by hand: districts, deputies in order, the general desk, and their hours."""

from datetime import datetime

import pytest

from kb_service.domain.calendar import WorkingCalendar
from kb_service.domain.days import SHANGHAI
from kb_service.domain.escalations import Helper
from kb_service.domain.matters import Department
from kb_service.domain.service_hours import service_hours
from kb_service.helping.desks import Staff, desk_for

PUDONG, MINHANG, JINGAN = "上海市/浦东新区", "上海市/闵行区", "上海市/静安区"
OFFICE = service_hours(["09:00-17:00"], [])
ALWAYS = service_hours(["00:00-24:00"], ["00:00-24:00"])
CITY = Department("city", "市公安局", service_hours=OFFICE, deputies=("first", "second"))
DEPARTMENTS = [
    CITY,
    Department(
        "pudong", "浦东分局", service_hours=service_hours(["09:00-12:00"], []), region=PUDONG, stands_for="city"
    ),
    Department(
        "jingan", "静安分局", service_hours=OFFICE, region=JINGAN, stands_for="city", deputies=("nobody", "second")
    ),
    Department("first", "第一代理", service_hours=OFFICE),
    Department("second", "第二代理", service_hours=ALWAYS),
    Department("general", "综合服务台", service_hours=ALWAYS),
    Department("hourless", "无服务时间"),
]
WEDNESDAY = datetime(2026, 7, 1, 10, 0, tzinfo=SHANGHAI)
CALENDAR = WorkingCalendar(frozenset([2026]), {})


def chosen(
    *there: str,
    wanted: str | None = "city",
    away: tuple[str, ...] = (),
    region: str | None = None,
    at: datetime = WEDNESDAY,
    general: str | None = "general",
) -> tuple[str, list[str]] | None:
    """The desk and how it came to it; ``there``: departments with somebody on duty, ``away``: with helpers only."""
    helpers = [Helper(each, each, (each,), 3, is_present=True, seen_at=at) for each in there]
    helpers += [Helper(each, each, (each,), 3) for each in away]
    desk = desk_for(wanted, region, general, Staff(DEPARTMENTS, helpers, CALENDAR, at))
    return None if desk is None else (desk.department.id, [step.by.value for step in desk.steps])


def test_the_department_itself_while_somebody_is_there() -> None:
    assert chosen("city", "first", "general") == ("city", [])


def test_deputies_in_their_order_while_nobody_is_there_in_service_hours() -> None:
    assert chosen("first", "second", away=("city",)) == ("first", ["deputy"])
    assert chosen("second", away=("city", "first")) == ("second", ["deputy"])
    assert chosen("general", away=("city", "first")) == ("general", ["general_desk"])


def test_deputies_while_it_has_no_helpers_at_all() -> None:
    assert chosen("second") == ("second", ["deputy"])
    assert chosen(away=("second", "general")) == ("second", ["deputy"])
    assert chosen("general") == ("general", ["general_desk"])


def test_nobody_anywhere_leaves_it_where_it_belongs() -> None:
    assert chosen(away=("city", "first", "general")) == ("city", [])
    assert chosen() is None
    assert chosen("hourless", wanted="hourless", general=None) is None


def test_in_the_evening_it_waits_for_its_own_department() -> None:
    evening = WEDNESDAY.replace(hour=20)
    assert chosen("second", "general", away=("city",), at=evening) == ("city", [])
    # Without helpers of its own it goes to a deputy that is there now, not to one that is closed.
    assert chosen("first", "second", at=evening) == ("second", ["deputy"])


def test_what_names_a_district_goes_to_the_one_that_stands_for_it_there() -> None:
    assert chosen("city", "pudong", region=PUDONG) == ("pudong", ["district"])
    assert chosen("city", "pudong", region=MINHANG) == ("city", [])
    assert chosen("city", "pudong") == ("city", [])
    assert chosen("city", "first", "pudong", region=PUDONG, wanted="first") == ("first", [])


def test_a_district_keeps_its_own_hours() -> None:
    assert chosen("city", "pudong", region=PUDONG, at=WEDNESDAY.replace(hour=14)) == ("pudong", ["district"])


def test_in_place_of_a_district_its_own_deputies_come_before_the_city() -> None:
    assert chosen("city", "second", away=("jingan",), region=JINGAN) == ("second", ["district", "deputy"])


def test_in_place_of_a_district_the_city_comes_before_the_citys_deputies() -> None:
    assert chosen("city", "first", away=("pudong",), region=PUDONG) == ("city", [])
    assert chosen("city", region=PUDONG) == ("city", [])
    # Also where the answer named the district's already.
    assert chosen("city", "first", away=("pudong",), wanted="pudong") == ("city", ["deputy"])


@pytest.mark.parametrize("wanted", [None, "unknown"])
def test_what_belongs_nowhere_goes_to_the_general_desk(wanted: str | None) -> None:
    assert chosen("city", "general", wanted=wanted) == ("general", ["general_desk"])
    assert chosen("city", wanted=wanted, general=None) is None
