"""How many of the citations are right, and how much of what should be cited is."""

from collections.abc import Collection, Sequence


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
