"""A run beside an earlier one, case by case: McNemar's exact test of right and wrong, else a paired bootstrap."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from eval.gate.component_measures import Case, Measured, Statistic, score_of
from eval.statistics import mcnemar_exact

_RESAMPLES = 2000
_SEED = 20261015
_WHOLE = frozenset({0.0, 1.0})


@dataclass(frozen=True, slots=True)
class Paired:
    """Over the cases of both. ``change``: after less before. ``low``, ``high``: of the change, 95 % of the resamples.
    ``p_value``: two-sided, that a change so large is chance."""

    n: int
    before: float
    after: float
    change: float
    low: float
    high: float
    p_value: float
    better: tuple[Case, ...]
    worse: tuple[Case, ...]


def paired(measured: Measured, before: Mapping[str, Case], *, test_all: bool = False) -> Paired | None:
    """None where no case is in both. ``test_all``: an interval also where nothing differs or McNemar's test serves."""
    both = [(before[each.id], each) for each in measured.cases if each.id in before]
    statistic = measured.kind.statistic
    old, new = [one for one, _ in both], [one for _, one in both]
    was, now = score_of(statistic, old), score_of(statistic, new)
    if was is None or now is None:
        return None
    better = tuple(one for other, one in both if _worth(one, statistic) > _worth(other, statistic))
    worse = tuple(one for other, one in both if _worth(one, statistic) < _worth(other, statistic))
    is_whole = statistic is Statistic.MEAN and {each.value for each in (*old, *new)} <= _WHOLE
    low = high = now - was
    p_value = mcnemar_exact(len(worse), len(better)) if is_whole else 1.0
    if test_all or (not is_whole and any(_is_other(one, other) for one, other in both)):
        low, high, by_chance = _resampled(statistic, old, new)
        p_value = p_value if is_whole else by_chance
    return Paired(len(both), was, now, now - was, low, high, p_value, better, worse)


def holm(p_of: Mapping[str, float], significance: float) -> frozenset[str]:
    """Those that are significant when so many are looked at (Holm, Scandinavian Journal of Statistics 6, 1979)."""
    found: set[str] = set()
    for tested, (name, p_value) in enumerate(sorted(p_of.items(), key=lambda pair: pair[1])):
        if p_value * (len(p_of) - tested) > significance:
            break
        found.add(name)
    return frozenset(found)


def _is_other(one: Case, other: Case) -> bool:
    return (one.value, one.truth) != (other.value, other.truth)


def _worth(case: Case, statistic: Statistic) -> float:
    """Of a confidence how near it comes to what became true; small shifts are none."""
    if statistic is Statistic.MEAN:
        return round(case.value, 4)
    return round(1 - abs(case.value - bool(case.truth)), 1)


def _resampled(statistic: Statistic, old: Sequence[Case], new: Sequence[Case]) -> tuple[float, float, float]:
    """The paired bootstrap (Efron & Tibshirani 1993): questions are drawn anew, both runs keep theirs."""
    random = np.random.default_rng(_SEED)
    changes = []
    for _ in range(_RESAMPLES):
        drawn = random.integers(0, len(old), len(old)).tolist()
        was, now = score_of(statistic, [old[i] for i in drawn]), score_of(statistic, [new[i] for i in drawn])
        if was is not None and now is not None:
            changes.append(now - was)
    if not changes:
        return 0.0, 0.0, 1.0
    low, high = np.quantile(changes, [0.025, 0.975]).tolist()
    lower, upper = sum(each <= 0 for each in changes), sum(each >= 0 for each in changes)
    return low, high, min(1.0, 2 * (min(lower, upper) + 1) / (len(changes) + 1))
