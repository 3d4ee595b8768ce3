"""How good a ranking of documents is, and whether two systems differ, from the published formulas."""

import math
from collections.abc import Collection, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

_SEED = 20260701
_RESAMPLES = 2000
_DEPTH = 10
MEASURES = ("recall@1", "recall@5", "recall@10", "MRR@10", "nDCG@10")


@dataclass(frozen=True, slots=True)
class Difference:
    """Ours minus the peer's, a mean over the same queries, with its 95 % interval."""

    mean: float
    low: float
    high: float

    @property
    def is_loss(self) -> bool:
        return self.high < 0

    @property
    def is_gain(self) -> bool:
        return self.low > 0


def measured(found: Sequence[str], relevant: Collection[str]) -> tuple[float, ...]:
    """Each of `MEASURES` for one query, 0 to 1. ``found``: different documents, best first.

    Recall is capped (Thakur et al., NeurIPS 2021): of the relevant documents, or of k where there are more, those among
    the first k. MRR: one over the rank of the first relevant one (Voorhees, TREC-8, 1999). nDCG with gains of 0 and 1
    and a discount of log2(1 + rank) (Järvelin & Kekäläinen, TOIS 20, 2002).
    """
    hits = [each in relevant for each in found[:_DEPTH]]
    recalls = [sum(hits[:depth]) / min(len(relevant), depth) for depth in (1, 5, 10)]
    first = hits.index(True) + 1 if True in hits else 0
    gained = sum(hit / math.log2(rank + 1) for rank, hit in enumerate(hits, start=1))
    ideal = sum(1 / math.log2(rank + 1) for rank in range(1, min(len(relevant), _DEPTH) + 1))
    return (*recalls, 1 / first if first else 0.0, gained / ideal)


def mean_with_interval(values: Sequence[float]) -> tuple[float, float, float]:
    """Mean, and its 95 % percentile interval over resampled queries (Efron, Annals of Statistics 7, 1979)."""
    column = np.asarray(values, dtype=np.float64)
    low, high = np.percentile(_resampled_means(column), [2.5, 97.5])
    return float(column.mean()), float(low), float(high)


def difference(ours: Sequence[float], theirs: Sequence[float]) -> Difference:
    """Paired: both stand for the same queries in the same order, and the queries are resampled, not the values."""
    column = np.asarray(ours, dtype=np.float64) - np.asarray(theirs, dtype=np.float64)
    return Difference(*mean_with_interval(column.tolist()))


def _resampled_means(column: NDArray[np.float64]) -> NDArray[np.float64]:
    picked = np.random.default_rng(_SEED).integers(0, len(column), (_RESAMPLES, len(column)))
    means: NDArray[np.float64] = column[picked].mean(axis=1)
    return means
