"""Intervals of what is no plain share: the spread over samples drawn anew from the same rows."""

import random
from collections.abc import Callable, Sequence
from typing import TypeVar

_Row = TypeVar("_Row")
ROUNDS = 1000
_SEED = 20260701


def bootstrap_interval(
    rows: Sequence[_Row], measure: Callable[[Sequence[_Row]], float | None], *, rounds: int = ROUNDS
) -> tuple[float, float] | None:
    """95 % percentile interval (Efron & Tibshirani, 1993, ch. 13), rows drawn with replacement, always the same ones.

    Samples in which the measure says nothing (None) do not count; None when there are no rows, or none counts.
    """
    drawing = random.Random(_SEED)
    found = (measure(drawing.choices(rows, k=len(rows))) for _ in range(rounds if rows else 0))
    values = sorted(each for each in found if each is not None)
    if not values:
        return None
    return _at(values, 0.025), _at(values, 0.975)


def _at(values: Sequence[float], share: float) -> float:
    """Linear between the two neighbours."""
    place = share * (len(values) - 1)
    below = int(place)
    above = min(below + 1, len(values) - 1)
    return values[below] + (values[above] - values[below]) * (place - below)


def mean(values: Sequence[float]) -> float | None:
    return sum(values) / len(values) if values else None
