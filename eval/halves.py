"""The halves of a suite apart, where the confidence was fitted with questions of it: what is known flatters."""

from collections.abc import Sequence
from dataclasses import dataclass

from eval.questions import SuitePart, part_of
from eval.scoring import ScoredRow
from eval.statistics import Rate
from eval.summary import resolution, verdicts
from kb_service.domain.answers import Outcome

# The cosine of a question with itself, and the share of its rare words that it has: `known_questions.py`.
_ITSELF = 1.2 - 0.001
_NEAREST = "known_nearest"


@dataclass(frozen=True, slots=True)
class Half:
    """``known``: how many of its ``questions`` (and turns, without courtesies) the confidence model knows word for
    word. ``resolution``: of questions asked alone, as everywhere."""

    part: SuitePart
    questions: int
    known: int
    resolution: Rate
    wrong_among_answered: Rate
    fact_first: Rate


def halves(rows: Sequence[ScoredRow]) -> tuple[Half, ...]:
    """Those that were asked; none where the confidence model knows no question of them."""
    found = [_half(part, rows) for part in (SuitePart.DEV, SuitePart.TEST)]
    return tuple(each for each in found if each.questions) if any(each.known for each in found) else ()


def flatters(half: Half) -> bool:
    """Whether the model was fitted with it. A question or so may stand in both halves in the same words."""
    return 10 * half.known > half.questions


def which_to_trust(found: Sequence[Half]) -> str:
    """A sentence; ``found`` is not empty."""
    known = "; ".join(f"{each.known} of {each.questions} questions of {each.part}" for each in found)
    fair = [each.part for each in found if not flatters(each)]
    if not fair:
        advice = "these figures flatter, judge by questions that it was not fitted with"
    elif len(fair) == len(found):
        advice = "too few to flatter"
    else:
        advice = f"trust the figures of {fair[0]}, those of the other half and of all flatter"
    return f"the confidence model knows the answers to {known}: {advice}"


def _half(part: SuitePart, rows: Sequence[ScoredRow]) -> Half:
    of_it = [row for row in rows if part_of(row.conversation or row.id) is part]
    asked = [row for row in of_it if row.expected_outcome is not Outcome.COURTESY]
    told = verdicts(of_it)
    return Half(
        part=part,
        questions=len(asked),
        known=sum(row.features.get(_NEAREST, 0.0) >= _ITSELF for row in asked),
        resolution=resolution(of_it),
        wrong_among_answered=told.wrong_among_answered,
        fact_first=told.fact_first,
    )
