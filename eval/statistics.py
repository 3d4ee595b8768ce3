"""Statistics of an evaluation, from their published formulas. Standard library only."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

# The 97.5 % quantile of the standard normal distribution.
_Z_95 = 1.959963984540054


@dataclass(frozen=True, slots=True)
class Rate:
    """How often something happened among ``n``, with its 95 % Wilson interval; all 0 to 1, an empty rate is 0–1."""

    successes: int
    n: int
    share: float
    low: float
    high: float


def rate(outcomes: Sequence[bool]) -> Rate:
    """The share of true outcomes."""
    successes, n = sum(outcomes), len(outcomes)
    low, high = wilson_interval(successes, n)
    return Rate(successes, n, successes / n if n else 0.0, low, high)


def wilson_interval(successes: int, n: int) -> tuple[float, float]:
    """The 95 % score interval of a proportion (Wilson, JASA 22, 1927); (0, 1) when n is 0."""
    if n == 0:
        return 0.0, 1.0
    share, z2 = successes / n, _Z_95**2
    centre = share + z2 / (2 * n)
    spread = _Z_95 * math.sqrt(share * (1 - share) / n + z2 / (4 * n * n))
    return max(0.0, (centre - spread) / (1 + z2 / n)), min(1.0, (centre + spread) / (1 + z2 / n))


def percentile(values: Sequence[float], share: float) -> float:
    """The nearest-rank percentile: the smallest value that at least ``share`` of all do not exceed; nan if empty."""
    if not values:
        return math.nan
    return sorted(values)[max(0, math.ceil(share * len(values)) - 1)]


def auroc(scores: Sequence[float], labels: Sequence[bool]) -> float | None:
    """The chance that a true case scores above a false one, ties counting half (Hanley & McNeil, Radiology 143, 1982).

    None when one of the two kinds is missing.
    """
    positives = sum(labels)
    negatives = len(labels) - positives
    if not positives or not negatives:
        return None
    ranks = _mean_ranks(scores)
    rank_sum = sum(rank for rank, label in zip(ranks, labels, strict=True) if label)
    return (rank_sum - positives * (positives + 1) / 2) / (positives * negatives)


def _mean_ranks(values: Sequence[float]) -> list[float]:
    """Ranks from 1; equal values share the mean of theirs."""
    order = sorted(range(len(values)), key=lambda i: values[i])
    ranks = [0.0] * len(values)
    at = 0
    while at < len(order):
        end = at
        while end < len(order) and values[order[end]] == values[order[at]]:
            end += 1
        for i in order[at:end]:
            ranks[i] = (at + 1 + end) / 2
        at = end
    return ranks


def mcnemar_exact(only_first: int, only_second: int) -> float:
    """Two-sided exact p-value for paired answers (McNemar, Psychometrika 12, 1947; binomial form).

    ``only_first`` counts the questions that only the first run got right; ties say nothing and do not enter.
    """
    n = only_first + only_second
    if n == 0:
        return 1.0
    tail = sum(math.comb(n, i) for i in range(min(only_first, only_second) + 1))
    return min(1.0, float(2 * tail / 2**n))
