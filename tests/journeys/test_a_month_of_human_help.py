"""A month of human help in small: Spring Festival with its make-up days, nights, weekends, races and double clicks.
What must be left is worked out from the rules alone."""

from eval.bench.measurement import Measurement
from eval.bench.talks import month


def faults_in(rows: list[Measurement]) -> str:
    return next(row.value for row in rows if "faults" in row.value).partition(" in ")[0]


def test_after_a_month_nothing_is_lost_nothing_claimed_twice_and_every_clock_is_as_the_rules_say() -> None:
    rows = month(conversations=40)
    assert faults_in(rows) == "0 faults"
    assert rows[-1].value == "0 differ"  # the page, the CSV and the raw rows
