"""What fitting a model for all sites and fitting it further for one have in common."""

import importlib.util
from collections.abc import Sequence

import numpy as np

from eval.boosting import Recipe, boost, calibration_line, logits
from eval.errors import ScikitLearnMissing, TooFewRows
from eval.labelled_sets import Column, LabelledSet, balanced
from kb_service.asking.search.confidence import Tree

_FOLDS = 5
# What says of which kind a question is; the other features say whether it is answered.
_KIND_OF_QUESTION = ("cosine", "length")
# The share of the rows at either end that a range leaves out, and by how much of itself it is widened again.
_TAIL = 0.005
_WIDENED = 0.1


def require_scikit_learn() -> None:
    """Raises ScikitLearnMissing."""
    if importlib.util.find_spec("sklearn") is None:
        raise ScikitLearnMissing("fitting the confidence needs scikit-learn; install it with `make eval-tools`")


def require_enough(sets: Sequence[LabelledSet], *, of_a_kind: int) -> None:
    """Raises TooFewRows without so many right and wrong rows of the same features, or ScikitLearnMissing."""
    require_scikit_learn()
    if len({each.names for each in sets}) > 1:
        raise TooFewRows("the files hold different features; collect them again with one version of the service")
    right = sum(int(each.labels.sum()) for each in sets)
    wrong = sum(len(each.labels) for each in sets) - right
    if min(right, wrong) < of_a_kind:
        raise TooFewRows(f"{right} right and {wrong} wrong rows; at least {of_a_kind} of each are needed")


def boosted(sets: Sequence[LabelledSet], recipe: Recipe, *, onto: Sequence[Tree] = ()) -> list[Tree]:
    """``onto``: trees that are there already, see `eval.boosting.boost`."""
    features, labels = np.vstack([each.features for each in sets]), np.concatenate([each.labels for each in sets])
    importance = balanced([len(each.labels) for each in sets])
    return boost(features, labels, importance=importance, recipe=recipe, onto=onto)


def folded(sets: Sequence[LabelledSet], recipe: Recipe, *, onto: Sequence[Tree] = ()) -> list[Column]:
    """Logits for each row from a fit on the other four fifths of every set; rows are dealt out in turn."""
    found = [np.zeros(len(each.labels)) for each in sets]
    for number in range(_FOLDS):
        held = [np.arange(len(each.labels)) % _FOLDS == number for each in sets]
        trees = boosted([each.rows(~out) for each, out in zip(sets, held, strict=True)], recipe, onto=onto)
        for column, each, out in zip(found, sets, held, strict=True):
            column[out] = logits(trees, each.features[out])
    return found


def calibration(sets: Sequence[LabelledSet], logit_of: Sequence[Column]) -> tuple[float, float]:
    """Slope and offset. ``logit_of``: the rows of each set, by trees that had not seen them."""
    labels = np.concatenate([each.labels for each in sets])
    importance = balanced([len(each.labels) for each in sets])
    return calibration_line(np.concatenate(logit_of), labels, importance=importance)


def probabilities(logit: Column, slope: float, offset: float) -> Column:
    column: Column = 1 / (1 + np.exp(-np.clip(slope * logit + offset, -30, 30)))
    return column


def ranges(sets: Sequence[LabelledSet]) -> dict[str, tuple[float, float]]:
    """Where the features lay that say of which kind a question is, and a little more."""
    together = np.vstack([each.features for each in sets])
    ranges = {}
    for name in _KIND_OF_QUESTION:
        if name in sets[0].names:
            low, high = np.quantile(together[:, sets[0].names.index(name)], [_TAIL, 1 - _TAIL])
            room = _WIDENED * (high - low)
            ranges[name] = (round(float(low - room), 4), round(float(high + room), 4))
    return ranges
