"""Lead time: on both sides of each border. In July 2026, 1 is a Wednesday and 6 a Monday."""

from typing import Any

import pytest

from kb_service.adapters.statutory_calendar import statutory_calendar
from kb_service.domain.calendar import CalendarDay
from kb_service.domain.errors import CalendarYearUnknown
from kb_service.domain.lead_time import (
    Compliance,
    LeadTime,
    LeadTimeRecord,
    LeadTimeVerdict,
    compliance,
    lead_time_verdict,
    publish_by,
)
from tests.factories import day

CALENDAR = statutory_calendar()


def verdict(effective_from: str | None = "2026-07-01", **fields: Any) -> LeadTimeVerdict:
    """Issued and received on 15 June, not published, seen on 20 June, unless said otherwise."""
    dates = {"issued_on": "2026-06-15", "received_on": "2026-06-15", "published_on": None, "today": "2026-06-20"}
    dates |= fields
    is_bulk = dates.pop("is_bulk", False)
    calendar = dates.pop("calendar", CALENDAR)
    days = {name: day(text) if text else None for name, text in dates.items()}
    start = day(effective_from) if effective_from else None
    return lead_time_verdict(effective_from=start, is_bulk=is_bulk, calendar=calendar, **days)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("effective_from", "deadline"),
    [
        ("2026-07-01", "2026-06-30"),  # a plain Wednesday
        ("2026-07-06", "2026-07-03"),  # a Monday
        ("2026-07-05", "2026-07-03"),  # a Sunday
        ("2026-05-11", "2026-05-09"),  # the Monday after a make-up Saturday
        ("2026-05-09", "2026-05-08"),  # the make-up Saturday itself
        ("2026-09-21", "2026-09-20"),  # the Monday after a make-up Sunday
        ("2026-06-22", "2026-06-18"),  # the Monday after 端午
        ("2026-02-24", "2026-02-14"),  # the first day after 春节, whose eve was a make-up Saturday
        ("2026-02-15", "2026-02-14"),  # the first day of 春节
        ("2026-03-01", "2026-02-28"),  # the Sunday after a make-up Saturday
        ("2025-02-01", "2025-01-27"),  # inside 春节
        ("2025-01-27", "2025-01-26"),  # the Monday between a make-up Sunday and 春节
        ("2024-02-18", "2024-02-09"),  # the make-up Sunday that ends 春节
        ("2026-10-01", "2026-09-30"),
        ("2026-10-08", "2026-09-30"),
        ("2025-10-09", "2025-09-30"),  # 国庆 and 中秋 together
        ("2024-10-08", "2024-09-30"),
        ("2026-01-01", "2025-12-31"),
        ("2027-01-01", "2026-12-31"),  # nothing of 2027 has to be looked at
    ],
)
def test_the_deadline_is_the_last_working_day_strictly_before_it_takes_effect(
    effective_from: str, deadline: str
) -> None:
    assert publish_by(day(effective_from), CALENDAR) == day(deadline)


def test_no_deadline_is_guessed_in_an_unannounced_year() -> None:
    with pytest.raises(CalendarYearUnknown, match="2027"):
        publish_by(day("2027-03-01"), CALENDAR)
    with pytest.raises(CalendarYearUnknown, match="2027"):
        publish_by(day("2027-01-02"), CALENDAR)
    announced = CALENDAR.with_overrides({day("2027-02-28"): CalendarDay(is_working=True)}, announced=[2027])
    assert publish_by(day("2027-03-01"), announced) == day("2027-02-28")


@pytest.mark.parametrize(
    ("today", "status", "needs_reason"),
    [
        ("2026-06-29", LeadTime.ON_TIME, False),
        ("2026-06-30", LeadTime.DUE_TODAY, False),
        ("2026-07-01", LeadTime.LATE, True),
    ],
)
def test_an_unpublished_version_is_on_time_then_due_then_late(
    today: str, status: LeadTime, *, needs_reason: bool
) -> None:
    assert verdict(today=today) == LeadTimeVerdict(status, day("2026-06-30"), needs_reason=needs_reason)


@pytest.mark.parametrize("today", ["2026-06-29", "2026-06-30", "2026-07-02"])
def test_published_on_the_last_day_is_on_time_whenever_it_is_looked_at(today: str) -> None:
    assert verdict(published_on="2026-06-30", today=today) == LeadTimeVerdict(LeadTime.ON_TIME, day("2026-06-30"))


def test_published_a_day_after_the_deadline_is_late_and_needs_a_reason() -> None:
    judged = verdict(published_on="2026-07-01", today="2026-07-20")
    assert judged == LeadTimeVerdict(LeadTime.LATE, day("2026-06-30"), needs_reason=True)


def test_published_on_the_weekend_before_a_monday_start_is_late() -> None:
    assert verdict("2026-07-06", published_on="2026-07-03", today="2026-07-10").status is LeadTime.ON_TIME
    assert verdict("2026-07-06", published_on="2026-07-04", today="2026-07-10").status is LeadTime.LATE


@pytest.mark.parametrize("published_on", [None, "2026-07-08"])
@pytest.mark.parametrize(
    ("issued_on", "status", "why"),
    [
        ("2026-07-03", LeadTime.LATE, None),
        ("2026-07-04", LeadTime.NOT_ACHIEVABLE, "issued_after_deadline"),
        ("2026-07-05", LeadTime.NOT_ACHIEVABLE, "issued_after_deadline"),
        ("2026-07-06", LeadTime.NOT_COUNTED, "in_force_on_issue"),
        ("2026-07-07", LeadTime.NOT_COUNTED, "in_force_on_issue"),
    ],
)
def test_a_text_issued_after_its_deadline_could_not_be_on_time(
    published_on: str | None, issued_on: str, status: LeadTime, why: str | None
) -> None:
    judged = verdict("2026-07-06", issued_on=issued_on, published_on=published_on, today="2026-07-08")
    is_late = status is LeadTime.LATE
    assert judged == LeadTimeVerdict(status, day("2026-07-03"), needs_reason=is_late, why=why)


@pytest.mark.parametrize(
    ("received_on", "status", "why"),
    [
        ("2026-07-03", LeadTime.LATE, None),
        ("2026-07-04", LeadTime.NOT_ACHIEVABLE, "received_after_deadline"),
        ("2026-07-20", LeadTime.NOT_ACHIEVABLE, "received_after_deadline"),
    ],
)
def test_without_a_day_of_issue_the_day_of_upload_decides(received_on: str, status: LeadTime, why: str | None) -> None:
    judged = verdict("2026-07-06", issued_on=None, received_on=received_on, today="2026-07-21")
    assert (judged.status, judged.why, judged.needs_reason) == (status, why, status is LeadTime.LATE)


def test_an_early_issue_uploaded_too_late_is_late() -> None:
    judged = verdict("2026-07-06", issued_on="2026-06-15", received_on="2026-07-20", today="2026-07-21")
    assert judged.status is LeadTime.LATE
    assert judged.needs_reason


def test_bulk_loads_and_open_starts_stand_beside_the_rate() -> None:
    late = {"published_on": "2026-07-10", "today": "2026-07-10"}
    assert verdict(is_bulk=True, **late) == LeadTimeVerdict(LeadTime.NOT_COUNTED, day("2026-06-30"), why="bulk_import")
    assert verdict(None, **late) == LeadTimeVerdict(LeadTime.NOT_COUNTED, None, why="open_start")
    assert verdict(None, is_bulk=True).why == "bulk_import"


def test_a_start_in_an_unannounced_year_is_reported() -> None:
    unknown = LeadTimeVerdict(LeadTime.UNKNOWN_CALENDAR, None, why="calendar_2027_unknown")
    assert verdict("2027-03-01") == unknown
    assert verdict("2027-03-01", published_on="2027-03-05", today="2027-03-05") == unknown
    assert verdict("2028-01-01") == unknown
    assert verdict("2003-05-01", issued_on=None).why == "calendar_2003_unknown"
    assert verdict("0001-01-01", issued_on=None).why == "calendar_1_unknown"


def test_what_is_not_counted_needs_no_calendar() -> None:
    assert verdict("2027-03-01", is_bulk=True) == LeadTimeVerdict(LeadTime.NOT_COUNTED, None, why="bulk_import")
    in_force_on_issue = verdict("2027-03-01", issued_on="2027-03-01")
    assert in_force_on_issue == LeadTimeVerdict(LeadTime.NOT_COUNTED, None, why="in_force_on_issue")


def test_a_start_on_the_first_of_2027_is_judged_by_2026() -> None:
    assert verdict("2027-01-01", today="2026-12-30").status is LeadTime.ON_TIME
    assert verdict("2027-01-01", today="2026-12-31").status is LeadTime.DUE_TODAY
    assert verdict("2027-01-01", today="2027-01-01").status is LeadTime.LATE


def test_an_override_moves_the_deadline() -> None:
    closed = CALENDAR.with_overrides({day("2026-06-30"): CalendarDay(is_working=False, name="台风停工")})
    assert verdict(today="2026-06-29", calendar=closed).status is LeadTime.DUE_TODAY
    assert verdict(published_on="2026-06-30", today="2026-06-30", calendar=closed).status is LeadTime.LATE


def record(
    status: LeadTime,
    department: str | None = "公安局",
    start: str | None = "2026-07-01",
    *,
    is_published: bool = True,
    why: str | None = None,
) -> LeadTimeRecord:
    judged = LeadTimeVerdict(status, None, why=why)
    return LeadTimeRecord(department, day(start) if start else None, is_published, judged)


def test_the_rate_is_over_what_is_decided_and_the_rest_stands_beside_it() -> None:
    rows = compliance(
        [
            record(LeadTime.ON_TIME),
            record(LeadTime.ON_TIME, start="2026-07-31"),
            record(LeadTime.LATE),
            record(LeadTime.LATE, is_published=False),
            record(LeadTime.NOT_ACHIEVABLE),
            record(LeadTime.ON_TIME, is_published=False),
            record(LeadTime.DUE_TODAY, is_published=False),
            record(LeadTime.NOT_COUNTED, why="in_force_on_issue"),
            record(LeadTime.NOT_COUNTED, why="bulk_import", is_published=False),
            record(LeadTime.NOT_COUNTED, why="bulk_import"),
            record(LeadTime.UNKNOWN_CALENDAR, why="calendar_2027_unknown"),
        ]
    )
    assert rows == [
        Compliance(
            department="公安局",
            month="2026-07",
            counted=5,
            on_time=2,
            rate=0.4,
            late=2,
            not_achievable=1,
            pending=2,
            beside={"bulk_import": 2, "calendar_2027_unknown": 1, "in_force_on_issue": 1},
        )
    ]


def test_departments_and_months_are_counted_apart() -> None:
    rows = compliance(
        [
            record(LeadTime.LATE, "民政局", "2026-08-01"),
            record(LeadTime.ON_TIME, "公安局", "2026-08-01"),
            record(LeadTime.NOT_COUNTED, "公安局", None, why="open_start"),
            record(LeadTime.ON_TIME, None),
            record(LeadTime.ON_TIME, "公安局", "2026-07-31"),
        ]
    )
    assert [(row.department, row.month, row.counted, row.rate) for row in rows] == [
        ("公安局", "2026-07", 1, 1.0),
        ("公安局", "2026-08", 1, 1.0),
        ("公安局", None, 0, None),
        ("民政局", "2026-08", 1, 0.0),
        (None, "2026-07", 1, 1.0),
    ]


def test_nothing_recorded_is_no_row() -> None:
    assert compliance([]) == []
