"""How many of the citations are right, how much of what should be cited is, and which were not in force."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class CitedDays:
    """A cited version's days ``[effective_from, effective_to)``; None is open."""

    effective_from: date | None
    effective_to: date | None


def citation_precision(cited: Sequence[str], expected: Collection[str]) -> float | None:
    """The share of the citations that are of an expected document; None where none is cited or none expected."""
    if not cited or not expected:
        return None
    return sum(each in expected for each in cited) / len(cited)


def citation_recall(cited: Sequence[str], expected: Collection[str], *, needed: int) -> float | None:
    """Of the expected documents so many as ``needed`` (1 where each of them would do): the share cited. None where none
    is expected; 0 for a question that was not answered."""
    if not expected:
        return None
    return min(1.0, len(set(cited).intersection(expected)) / min(needed, len(set(expected))))


def not_in_force(cited: Sequence[CitedDays], day: date) -> int:
    """How many of the cited versions do not hold on that day."""
    return sum(not _holds(each, day) for each in cited)


def _holds(each: CitedDays, day: date) -> bool:
    return (each.effective_from or date.min) <= day and (each.effective_to is None or day < each.effective_to)
