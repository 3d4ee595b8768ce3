"""Two runs over the same questions: what one resolves and the other does not."""

from collections.abc import Sequence
from dataclasses import dataclass

from eval.causes import cause_of
from eval.scoring import ScoredRow
from eval.statistics import mcnemar_exact


@dataclass(frozen=True, slots=True)
class ChangedRow:
    id: str
    question: str
    cause: str | None


@dataclass(frozen=True, slots=True)
class Comparison:
    """Over the questions that both runs asked. ``p_value``: two-sided, that so uneven a change is chance."""

    questions: int
    only_in_one: int
    resolved_before: int
    resolved_after: int
    newly_right: tuple[ChangedRow, ...]
    newly_wrong: tuple[ChangedRow, ...]
    p_value: float


def compare(before: Sequence[ScoredRow], after: Sequence[ScoredRow]) -> Comparison:
    before_by_id, after_by_id = {row.id: row for row in before}, {row.id: row for row in after}
    shared = [(before_by_id[each], after_by_id[each]) for each in before_by_id if each in after_by_id]
    right = [_change(new, old) for old, new in shared if is_right(new) and not is_right(old)]
    wrong = [_change(new, new) for old, new in shared if is_right(old) and not is_right(new)]
    return Comparison(
        questions=len(shared),
        only_in_one=len(before_by_id.keys() ^ after_by_id.keys()),
        resolved_before=sum(is_right(old) for old, _ in shared),
        resolved_after=sum(is_right(new) for _, new in shared),
        newly_right=tuple(right),
        newly_wrong=tuple(wrong),
        p_value=mcnemar_exact(len(wrong), len(right)),
    )


def is_right(row: ScoredRow) -> bool:
    """Resolved, or rightly not answered."""
    return cause_of(row) is None


def _change(shown: ScoredRow, failing: ScoredRow) -> ChangedRow:
    cause = cause_of(failing)
    return ChangedRow(shown.id, shown.question, cause.value if cause else None)
