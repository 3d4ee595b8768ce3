"""Gradient-boosted trees for a yes or no, grown by scikit-learn and written out as complete trees, which the service
reads without a library.

Every tree sees a random part of the rows, and every split a random part of the features (Friedman, Stochastic gradient
boosting, 2002), always the same for the same seed.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from eval.labelled_sets import Column, Matrix
from kb_service.asking.search.confidence import Tree

_SAME_BELOW = (0, 1e30)
_LARGEST_LOGIT = 30.0


@dataclass(frozen=True, slots=True)
class Recipe:
    """How trees are grown: ``shrinkage`` of each tree's step, ``rows`` and ``features`` as shares, ``leaf`` in rows."""

    trees: int = 200
    depth: int = 3
    shrinkage: float = 0.05
    rows: float = 0.6
    features: float = 0.1
    leaf: int = 40
    seed: int = 7


RECIPE = Recipe()


def boost(
    features: Matrix, labels: Column, *, importance: Column, recipe: Recipe, onto: Sequence[Tree] = ()
) -> list[Tree]:
    """Features (rows, names), labels 0 or 1, importance of each row (mean 1). The trees' sum is a logit.

    ``onto``: trees that are there already, which further ones correct; they come first in what is returned.
    """
    from sklearn.ensemble import GradientBoostingClassifier

    model = GradientBoostingClassifier(
        init=_Start(onto) if onto else None,
        n_estimators=recipe.trees,
        max_depth=recipe.depth,
        learning_rate=recipe.shrinkage,
        subsample=recipe.rows,
        max_features=recipe.features,
        min_samples_leaf=recipe.leaf,
        random_state=recipe.seed,
    ).fit(features, labels, sample_weight=importance)
    grown = [_complete(each.tree_, recipe) for each in model.estimators_[:, 0]]
    if onto:
        return [*onto, *grown]
    rate = float(np.average(labels, weights=importance))
    start = Tree((), (float(np.log(rate / (1 - rate))),))
    return [start, *grown]


class _Start:
    """What scikit-learn begins with: an estimator that has learned already."""

    def __init__(self, trees: Sequence[Tree]) -> None:
        self._trees = list(trees)

    def fit(self, _features: Matrix, _labels: Column, sample_weight: Column | None = None) -> "_Start":
        return self

    def predict_proba(self, features: Matrix) -> Matrix:
        right = 1 / (1 + np.exp(-np.clip(logits(self._trees, features), -_LARGEST_LOGIT, _LARGEST_LOGIT)))
        return np.stack([1 - right, right], axis=1)


def calibration_line(scores: Column, labels: Column, *, importance: Column) -> tuple[float, float]:
    """Slope and offset that turn scores into the logits of probabilities (Platt, 1999).

    scikit-learn's own penalty, of one row, keeps the slope finite where the scores separate the labels.
    """
    from sklearn.linear_model import LogisticRegression

    line = LogisticRegression().fit(scores[:, None], labels, sample_weight=importance)
    return float(line.coef_[0, 0]), float(line.intercept_[0])


def values(tree: Tree, features: Matrix) -> Column:
    """What `Tree.value` gives, for many rows at once."""
    node = np.zeros(len(features), dtype=np.int64)
    rows = np.arange(len(features))
    inner = len(tree.splits)
    if inner:
        at = np.array([split[0] for split in tree.splits])
        limit = np.array([split[1] for split in tree.splits])
        for _ in range(inner.bit_length()):
            node = 2 * node + np.where(features[rows, at[node]] <= limit[node], 1, 2)
    leaves: Column = np.array(tree.leaves)[node - inner]
    return leaves


def logits(trees: Sequence[Tree], features: Matrix) -> Column:
    total: Column = np.sum([values(tree, features) for tree in trees], axis=0)
    return total


def _complete(grown: Any, recipe: Recipe) -> Tree:
    """``grown``: the arrays of a scikit-learn tree. Below a leaf that ends early both sides repeat it.

    Rounded, so that the file stays small.
    """
    nodes, splits = [0], list[tuple[int, float]]()
    for place in range(2**recipe.depth - 1):
        node = nodes[place]
        if grown.children_left[node] < 0:
            splits.append(_SAME_BELOW)
            nodes += [node, node]
        else:
            splits.append((int(grown.feature[node]), round(float(grown.threshold[node]), 5)))
            nodes += [int(grown.children_left[node]), int(grown.children_right[node])]
    leaves = grown.value[nodes[len(splits) :], 0, 0] * recipe.shrinkage
    return Tree(tuple(splits), tuple(round(float(leaf), 5) for leaf in leaves))
