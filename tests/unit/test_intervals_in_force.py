"""The one function that says when each version of a document is in force: its table of cases."""

from dataclasses import replace
from datetime import timedelta

import pytest

from kb_service.domain.days import Interval
from kb_service.domain.documents import Timespan, VersionState, intervals_in_force
from tests.factories import NOON, day, timespan

LATER = NOON + timedelta(days=1)
WITHDRAWN = VersionState.WITHDRAWN
DRAFT = VersionState.DRAFT

CASES = {
    "a declared end is kept": ([timespan("a", "2025-01-01", "2026-01-01")], {"a": ("2025-01-01", "2026-01-01")}),
    "a later version ends the earlier on the day it starts": (
        [timespan("a", "2025-01-01"), timespan("b", "2026-01-01")],
        {"a": ("2025-01-01", "2026-01-01"), "b": ("2026-01-01", None)},
    ),
    "an earlier version approved afterwards ends where the later starts": (
        [timespan("b", "2026-01-01"), timespan("a", "2025-01-01", approved_at=LATER)],
        {"a": ("2025-01-01", "2026-01-01"), "b": ("2026-01-01", None)},
    ),
    "a declared end before the successor leaves a gap": (
        [timespan("a", "2025-01-01", "2025-06-01"), timespan("b", "2026-01-01")],
        {"a": ("2025-01-01", "2025-06-01"), "b": ("2026-01-01", None)},
    ),
    "a declared end after the successor's start is cut there": (
        [timespan("a", "2025-01-01", "2027-01-01"), timespan("b", "2026-01-01")],
        {"a": ("2025-01-01", "2026-01-01"), "b": ("2026-01-01", None)},
    ),
    "withdrawing the later version reopens the earlier": (
        [timespan("a", "2025-01-01"), timespan("b", "2026-01-01", state=WITHDRAWN)],
        {"a": ("2025-01-01", None)},
    ),
    "a draft changes nothing": (
        [timespan("a", "2025-01-01"), timespan("b", "2026-01-01", state=DRAFT)],
        {"a": ("2025-01-01", None)},
    ),
    "withdrawing the middle of three joins its neighbours": (
        [timespan("a", "2024-01-01"), timespan("b", "2025-01-01", state=WITHDRAWN), timespan("c", "2026-01-01")],
        {"a": ("2024-01-01", "2026-01-01"), "c": ("2026-01-01", None)},
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_when_versions_are_in_force(case: str) -> None:
    timespans, expected = CASES[case]
    expected_intervals = {
        version_id: Interval(day(start) if start else None, day(end) if end else None)
        for version_id, (start, end) in expected.items()
    }
    assert dict(intervals_in_force(timespans)) == expected_intervals


def test_of_two_versions_from_one_day_the_later_approved_stands_and_the_other_is_never_in_force() -> None:
    intervals = intervals_in_force([timespan("b", "2026-01-01", approved_at=LATER), timespan("a", "2026-01-01")])
    assert intervals["a"].is_empty
    assert intervals["b"] == Interval(day("2026-01-01"), None)


def test_of_two_versions_without_a_start_from_one_day_the_later_approved_stands() -> None:
    intervals = intervals_in_force([timespan("a"), timespan("b", approved_at=NOON + timedelta(hours=1))])
    assert intervals["a"].is_empty
    assert intervals["b"] == Interval(None, None, day("2026-07-01"))


UNSTATED = {
    "without dates it has held since it was approved here": (timespan("a"), "2026-07-01"),
    "the day it was issued counts before the day it came here": (timespan("a", issued_on="2024-03-05"), "2024-03-05"),
    "of the year in its number only the last day is certain": (
        timespan("a", document_number="沪府办发〔2021〕26号"),
        "2021-12-31",
    ),
    "a number of this year does not hide it": (timespan("a", document_number="沪府规〔2026〕3号"), "2026-07-01"),
    "of one that had ended the year before its end is known": (timespan("a", end="2025-07-01"), "2024-07-01"),
    "one that is yet to end has held since it was approved": (timespan("a", end="2027-01-01"), "2026-07-01"),
}


@pytest.mark.parametrize("case", UNSTATED)
def test_a_text_whose_start_nobody_stated_has_not_always_been_in_force(case: str) -> None:
    stated, first = UNSTATED[case]
    interval = intervals_in_force([stated])["a"]
    assert interval.start is None
    assert interval.contains(day(first))
    assert not interval.contains(day(first) - timedelta(days=1))


def test_a_version_without_a_start_comes_before_one_that_has_one() -> None:
    intervals = intervals_in_force([timespan("old"), timespan("new", "2026-01-01")])
    assert intervals["old"] == Interval(None, day("2026-01-01"), day("2025-01-01"))
    assert intervals["new"] == Interval(day("2026-01-01"), None)


def test_a_version_issued_later_than_another_started_ends_it() -> None:
    intervals = intervals_in_force([timespan("old", "2023-01-01"), timespan("new", issued_on="2025-02-03")])
    assert intervals["old"] == Interval(day("2023-01-01"), day("2025-02-03"))
    assert intervals["new"] == Interval(None, None, day("2025-02-03"))


def test_a_guide_approved_anew_does_not_make_the_one_before_it_older_than_it_is() -> None:
    earlier = NOON - timedelta(days=30)
    intervals = intervals_in_force(
        [timespan("a"), replace(timespan("b", approved_at=LATER), approved_on=earlier.date())]
    )
    assert intervals["a"].is_empty


def test_a_guide_approved_anew_without_a_start_takes_over_on_that_day() -> None:
    intervals = intervals_in_force([timespan("a"), timespan("b", approved_at=NOON + timedelta(days=30))])
    assert intervals["a"] == Interval(None, day("2026-07-31"), day("2026-07-01"))
    assert intervals["b"] == Interval(None, None, day("2026-07-31"))


def test_a_replaced_document_ends_on_the_day_the_other_starts() -> None:
    intervals = intervals_in_force([timespan("a", "2025-01-01")], replaced_on=day("2026-03-01"))
    assert intervals["a"] == Interval(day("2025-01-01"), day("2026-03-01"))


def test_on_no_day_are_two_versions_of_one_document_in_force() -> None:
    starts = [None, "2024-01-01", "2024-01-01", "2025-05-05", "2026-02-28"]
    timespans: list[Timespan] = [
        timespan(str(number), start, approved_at=NOON + timedelta(hours=number)) for number, start in enumerate(starts)
    ]
    intervals = intervals_in_force(timespans).values()
    for asked in ("2023-12-31", "2024-01-01", "2025-05-04", "2025-05-05", "2026-02-28", "2030-01-01"):
        assert sum(interval.contains(day(asked)) for interval in intervals) == 1
