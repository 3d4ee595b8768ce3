"""How likely two statements with other values speak of one thing, worded differently. Pure.

No rule about words knows that 头一年要交五百块 states the fee of 首次登记. What tells is how much the two sentences
share, with their titles and headings, and how near the embedding model finds them: a logistic model, fitted by
`python -m eval.contradicting FILE --fit` (decision 61).
"""

import math

from kb_service.publishing.figure_statement import FigureStatement

# Letters that nearly every clause has.
_COMMON = frozenset(
    "的了在是把由自应当可以之及并且或者和与其该此将为被给到从往于等每个各按也就都要能会有不没用无未免须需办理申请人去来还得才只最一"
)
# Cosines of two sentences on one matter, by the shipped model: about the middle, and how they spread.
_USUAL, _SPREAD = 0.93, 0.025
# A statement without words of its own says as much of the other as most do.
_UNKNOWN = 0.6
WEIGHTS = (0.67, 0.69, 0.81, 0.79)
START = -1.11


def features(one: FigureStatement, other: FigureStatement, nearness: float) -> tuple[float, ...]:
    """``nearness``: the cosine of both sentences. The others are shares of letters: of what the one says,
    of the titles, of all that stands around.
    """
    return (
        max(_covered(one, other), _covered(other, one)),
        _shared(one.titled, other.titled),
        _shared(one.letters, other.letters),
        (nearness - _USUAL) / _SPREAD,
    )


def alignment(one: FigureStatement, other: FigureStatement, nearness: float) -> float:
    """From 0 to 1."""
    told = zip(WEIGHTS, features(one, other, nearness), strict=True)
    return 1 / (1 + math.exp(-START - sum(weight * value for weight, value in told)))


def telling_letters(pairs: frozenset[str]) -> frozenset[str]:
    """Of pairs of characters, those that not every clause has."""
    return frozenset("".join(pairs)) - _COMMON


def _said(one: FigureStatement) -> frozenset[str]:
    return telling_letters(one.telling or one.clause)


def _covered(one: FigureStatement, by: FigureStatement) -> float:
    said = _said(one)
    return len(said & by.letters) / len(said) if said else _UNKNOWN


def _shared(one: frozenset[str], other: frozenset[str]) -> float:
    return len(one & other) / max(1, min(len(one), len(other)))
