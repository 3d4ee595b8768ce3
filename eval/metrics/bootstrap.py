"""Intervals of what is no plain share: the spread over samples drawn anew from the same rows."""

import math
import random
from collections.abc import Callable, Iterator, Sequence
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

_Row = TypeVar("_Row")
_ROUNDS, _FEWEST_ROUNDS = 1000, 200
# Where measuring a sample takes milliseconds, thousands of rows are drawn less often: seconds instead of minutes.
_DRAWN_IN_ALL = 500_000
_AT_ONCE = 100
_SEED = 20260701


def bootstrap_interval(
    rows: Sequence[_Row], measure: Callable[[Sequence[_Row]], float | None]
) -> tuple[float, float] | None:
    """95 % percentile interval (Efron & Tibshirani, 1993, ch. 13), rows drawn with replacement, always the same ones.

    A thousand samples, fewer of more than 500 rows, and never fewer than 200. Samples in which the measure says nothing
    (None) do not count; None when there are no rows, or none counts.
    """
    drawing = random.Random(_SEED)
    rounds = max(_FEWEST_ROUNDS, min(_ROUNDS, _DRAWN_IN_ALL // len(rows))) if rows else 0
    found = (measure(drawing.choices(rows, k=len(rows))) for _ in range(rounds))
    return _middle([each for each in found if each is not None])


def interval_of_mean(values: Sequence[float]) -> tuple[float, float] | None:
    """The same of a mean, by a thousand samples; None without values."""
    return _middle([float(mean) for samples in _samples(values) for mean in samples.mean(axis=1)])


def interval_of_percentile(values: Sequence[float], share: float) -> tuple[float, float] | None:
    """The same of the nearest-rank percentile."""
    place = max(0, math.ceil(share * len(values)) - 1)
    return _middle([float(one) for samples in _samples(values) for one in np.partition(samples, place)[:, place]])


def _samples(values: Sequence[float]) -> Iterator[NDArray[np.float64]]:
    """Matrices of samples, one a line."""
    drawing, column = np.random.default_rng(_SEED), np.asarray(values, dtype=np.float64)
    for _ in range(_ROUNDS // _AT_ONCE if len(column) else 0):
        yield column[drawing.integers(len(column), size=(_AT_ONCE, len(column)))]


def _middle(found: Sequence[float]) -> tuple[float, float] | None:
    values = sorted(found)
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
