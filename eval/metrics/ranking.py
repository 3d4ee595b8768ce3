"""How well a ranking has what is relevant at its top; a document counts where it stands first.

Shares and gains are 0 to 1. None where nothing is relevant: there is nothing to find.
"""

import math
from collections.abc import Collection, Mapping, Sequence


def distinct(ranked: Sequence[str]) -> tuple[str, ...]:
    """Each once, where it stands first: passages lead to the same document several times."""
    return tuple(dict.fromkeys(ranked))


def recall_at(ranked: Sequence[str], relevant: Collection[str], depth: int) -> float | None:
    """The share of the relevant among the first ``depth``."""
    wanted = set(relevant)
    if not wanted:
        return None
    return len(wanted.intersection(distinct(ranked)[:depth])) / len(wanted)


def found_at(ranked: Sequence[str], relevant: Collection[str], depth: int) -> bool | None:
    """Whether one of the relevant is among the first ``depth``: where each of several documents would do."""
    found = recall_at(ranked, relevant, depth)
    return None if found is None else found > 0


def reciprocal_rank(ranked: Sequence[str], relevant: Collection[str], depth: int) -> float | None:
    """1 / rank of the first relevant one, 0 when none is among the first ``depth``; its mean is MRR (Voorhees, TREC-8,
    1999)."""
    wanted = set(relevant)
    if not wanted:
        return None
    ranks = (rank for rank, each in enumerate(distinct(ranked)[:depth], start=1) if each in wanted)
    return next((1 / rank for rank in ranks), 0.0)


def ndcg_at(ranked: Sequence[str], grade_of: Mapping[str, int], depth: int) -> float | None:
    """Discounted gain over that of the best order (Järvelin & Kekäläinen, TOIS 20, 2002): gains are the grades, the
    discount is log2(rank + 1), as trec_eval and BEIR count."""
    ideal = _gain(sorted((grade for grade in grade_of.values() if grade > 0), reverse=True)[:depth])
    if not ideal:
        return None
    return _gain([max(0, grade_of.get(each, 0)) for each in distinct(ranked)[:depth]]) / ideal


def _gain(grades: Sequence[int]) -> float:
    return sum(grade / math.log2(rank + 1) for rank, grade in enumerate(grades, start=1))
