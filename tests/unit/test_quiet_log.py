"""What happens again and again is told a few times, then counted."""

import logging

from kb_service.quiet_log import FewOfAKind


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


def told(quiet: FewOfAKind, line: int, message: str = "it broke") -> str | None:
    record = logging.LogRecord("kb", logging.ERROR, "file.py", line, message, (), None)
    return record.getMessage() if quiet.filter(record) else None


def test_of_a_kind_a_few_are_told_and_the_next_says_how_many_were_left_out() -> None:
    clock = Clock()
    quiet = FewOfAKind(clock)
    assert [told(quiet, 1) for _ in range(1000)].count("it broke") == 5
    assert told(quiet, 2, "another") == "another (995 messages before this one were left out)"
    clock.now = 11
    assert told(quiet, 1) == "it broke"


def test_many_kinds_together_are_bounded_too() -> None:
    quiet = FewOfAKind(Clock())
    assert sum(told(quiet, line) is not None for line in range(10_000)) == 100
