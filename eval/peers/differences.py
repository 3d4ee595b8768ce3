"""How good a ranking of documents is, and whether two systems differ, from the published formulas."""

from collections.abc import Sequence, Set
from dataclasses import dataclass

import numpy as np

from eval.metrics.bootstrap import interval_of_mean
from eval.metrics.ranking import ndcg_at, reciprocal_rank

_DEPTH = 10
MEASURES = ("recall@1", "recall@5", "recall@10", "MRR@10", "nDCG@10")


@dataclass(frozen=True, slots=True)
class PeerDifference:
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


def measured(found: Sequence[str], relevant: Set[str]) -> tuple[float, ...]:
    """Each of `MEASURES` for one query, 0 to 1. ``found``: different documents, best first.

    Recall is capped (Thakur et al., NeurIPS 2021): of the relevant documents, or of k where there are more, those among
    the first k. MRR: one over the rank of the first relevant one (Voorhees, TREC-8, 1999). nDCG with gains of 0 and 1
    and a discount of log2(1 + rank) (Järvelin & Kekäläinen, TOIS 20, 2002).
    """
    recalls = [len(relevant & set(found[:depth])) / min(len(relevant), depth) for depth in (1, 5, _DEPTH)]
    gained = ndcg_at(found, dict.fromkeys(relevant, 1), _DEPTH)
    return (*recalls, reciprocal_rank(found, relevant, _DEPTH) or 0.0, gained or 0.0)


def mean_with_interval(values: Sequence[float]) -> tuple[float, float, float]:
    """Mean, and its 95 % percentile interval over resampled queries."""
    low, high = interval_of_mean(values) or (0.0, 1.0)
    return float(np.mean(values)), low, high


def difference(ours: Sequence[float], theirs: Sequence[float]) -> PeerDifference:
    """Paired: both stand for the same queries in the same order, and the queries are resampled, not the values."""
    column = np.asarray(ours, dtype=np.float64) - np.asarray(theirs, dtype=np.float64)
    return PeerDifference(*mean_with_interval(column.tolist()))
