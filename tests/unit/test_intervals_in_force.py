"""The one function that says when each version of a document is in force: its table of cases."""

from datetime import timedelta

import pytest

from kb_service.domain.days import Interval
from kb_service.domain.documents import Timespan, VersionState, intervals_in_force
from tests.factories import NOON, day, timespan

LATER = NOON + timedelta(days=1)
WITHDRAWN = VersionState.WITHDRAWN
DRAFT = VersionState.DRAFT

CASES = {
    "one version without dates is always in force": ([timespan("a")], {"a": (None, None)}),
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
    "an old version without a start ends where the new one starts": (
        [timespan("a"), timespan("b", "2026-01-01")],
        {"a": (None, "2026-01-01"), "b": ("2026-01-01", None)},
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


def test_of_two_versions_without_a_start_the_later_approved_stands() -> None:
    intervals = intervals_in_force([timespan("a"), timespan("b", approved_at=LATER)])
    assert intervals["a"].is_empty
    assert intervals["b"] == Interval(None, None)


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
