"""Days and intervals: ends are exclusive, Shanghai decides which day it is."""

from datetime import UTC, date, datetime

import pytest

from kb_service.domain.days import Interval, checked_interval, declared_end, shanghai_day
from kb_service.domain.errors import InvalidInterval
from tests.factories import day


def test_a_moment_after_four_in_the_afternoon_utc_is_the_next_day_in_shanghai() -> None:
    assert shanghai_day(datetime(2026, 6, 30, 15, 59, tzinfo=UTC)) == date(2026, 6, 30)
    assert shanghai_day(datetime(2026, 6, 30, 16, 0, tzinfo=UTC)) == date(2026, 7, 1)


def test_a_moment_without_a_time_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="without a time zone"):
        shanghai_day(datetime(2026, 6, 30, 16, 0))


def test_valid_through_names_the_last_day_and_effective_to_the_first_day_after() -> None:
    assert declared_end(effective_to=None, valid_through=day("2026-06-30")) == day("2026-07-01")
    assert declared_end(effective_to=day("2026-07-01"), valid_through=None) == day("2026-07-01")
    assert declared_end(effective_to=None, valid_through=None) is None


def test_giving_both_ends_is_an_error() -> None:
    with pytest.raises(InvalidInterval, match="keep one of them"):
        declared_end(effective_to=day("2026-07-01"), valid_through=day("2026-06-30"))


def test_a_version_that_would_end_before_it_starts_is_refused() -> None:
    with pytest.raises(InvalidInterval, match="before it starts"):
        checked_interval(day("2026-07-01"), day("2026-07-01"))
    assert checked_interval(day("2026-07-01"), day("2026-07-02")).last_valid_day == day("2026-07-01")


@pytest.mark.parametrize(
    ("asked", "is_in_force"),
    [("2025-06-30", False), ("2025-07-01", True), ("2026-06-30", True), ("2026-07-01", False)],
)
def test_the_first_day_counts_and_the_end_does_not(asked: str, is_in_force: bool) -> None:
    assert Interval(day("2025-07-01"), day("2026-07-01")).contains(day(asked)) is is_in_force


def test_open_ends_reach_every_day() -> None:
    assert Interval().contains(date.min)
    assert Interval().contains(date.max)
    assert Interval().last_valid_day is None
