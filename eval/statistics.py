"""Statistics of an evaluation, from their published formulas."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from kb_service.domain.shares import wilson_interval


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
