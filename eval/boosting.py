"""Gradient-boosted trees for a yes or no, in NumPy: small, complete, and read by the service without a library.

Second-order boosting with shrunken leaves (Chen & Guestrin, XGBoost, KDD 2016, 2.2) on quantile bins; every tree sees a
random part of the rows and features (Friedman, Stochastic gradient boosting, 2002), always the same for the same seed.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from eval.fitting import Column, Matrix
from kb_service.asking.search.confidence import Tree

Bins = NDArray[np.int64]
_ALWAYS_LEFT = (0, 1e30)


@dataclass(frozen=True, slots=True)
class Recipe:
    """How trees are grown. ``shrinkage`` of each tree's step; ``penalty`` and ``least_weight`` of a leaf count in rows
    at even odds (a row weighs p·(1 − p))."""

    trees: int = 200
    depth: int = 3
    shrinkage: float = 0.05
    bins: int = 32
    rows: float = 0.6
    features: float = 0.3
    penalty: float = 8.0
    least_weight: float = 4.0
    seed: int = 7


RECIPE = Recipe()


def boost(features: Matrix, labels: Column, *, importance: Column, recipe: Recipe) -> list[Tree]:
    """Features (rows, names), labels 0 or 1, importance of each row (mean 1). The trees' sum is a logit."""
    limits = [_limits(column, recipe.bins) for column in features.T]
    binned = np.stack([np.searchsorted(each, column) for each, column in zip(limits, features.T, strict=True)], axis=1)
    rng = np.random.default_rng(recipe.seed)
    rate = float(np.average(labels, weights=importance))
    start = float(np.log(rate / (1 - rate)))
    trees = [Tree((), (start,))]
    logits = np.full(len(labels), start)
    for _ in range(recipe.trees):
        predicted = 1 / (1 + np.exp(-logits))
        gradient, curvature = importance * (labels - predicted), importance * predicted * (1 - predicted)
        chosen = rng.random(len(labels)) < recipe.rows
        columns = rng.permutation(features.shape[1])[: max(1, round(recipe.features * features.shape[1]))]
        grown = _Growing(binned[chosen], gradient[chosen], curvature[chosen], columns, limits, recipe).tree()
        logits = logits + values(grown, features)
        trees.append(grown)
    return trees


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


def logits(trees: list[Tree], features: Matrix) -> Column:
    total: Column = np.sum([values(tree, features) for tree in trees], axis=0)
    return total


def _limits(column: Column, bins: int) -> Column:
    """Between the quantiles, rounded so that the file stays small; rows at a limit belong below it."""
    quantiles = np.quantile(column, np.linspace(0, 1, bins + 1)[1:-1])
    limits: Column = np.unique(np.round(quantiles, 4))
    below: Column = limits[limits < column.max()]
    return below


@dataclass(frozen=True, slots=True)
class _Growing:
    """One tree: the rows it sees, binned, and the columns it may ask."""

    binned: Bins
    gradient: Column
    curvature: Column
    columns: NDArray[np.int64]
    limits: list[Column]
    recipe: Recipe

    def tree(self) -> Tree:
        inner = 2**self.recipe.depth - 1
        rows_of: list[NDArray[np.int64]] = [np.arange(len(self.gradient))]
        splits: list[tuple[int, float]] = []
        for node in range(inner):
            rows = rows_of[node]
            found = self._best_split(rows)
            if found is None:
                splits.append(_ALWAYS_LEFT)
                rows_of += [rows, rows[:0]]
                continue
            column, cut = found
            splits.append((column, float(self.limits[column][cut])))
            below = self.binned[rows, column] <= cut
            rows_of += [rows[below], rows[~below]]
        return Tree(tuple(splits), tuple(self._leaf(rows) for rows in rows_of[inner:]))

    def _best_split(self, rows: NDArray[np.int64]) -> tuple[int, int] | None:
        best, least_gain = None, 1e-6
        for column in self.columns.tolist():
            if not len(self.limits[column]):
                continue
            gains = self._gains(rows, column)
            cut = int(np.argmax(gains))
            if gains[cut] > least_gain:
                best, least_gain = (column, cut), float(gains[cut])
        return best

    def _gains(self, rows: NDArray[np.int64], column: int) -> Column:
        """What each cut wins over none; nothing where a side is too light."""
        bins, count = self.binned[rows, column], len(self.limits[column]) + 1
        gradient = np.cumsum(np.bincount(bins, self.gradient[rows], count))
        curvature = np.cumsum(np.bincount(bins, self.curvature[rows], count))
        left, right = (gradient[:-1], curvature[:-1]), (gradient[-1] - gradient[:-1], curvature[-1] - curvature[:-1])
        penalty, least = self.recipe.penalty / 4, self.recipe.least_weight / 4
        won = sum(side**2 / (weight + penalty) for side, weight in (left, right))
        gains: Column = won - gradient[-1] ** 2 / (curvature[-1] + penalty)
        allowed: Column = np.where((left[1] >= least) & (right[1] >= least), gains, 0.0)
        return allowed

    def _leaf(self, rows: NDArray[np.int64]) -> float:
        if not len(rows):
            return 0.0
        weight = self.curvature[rows].sum() + self.recipe.penalty / 4
        return round(float(self.recipe.shrinkage * self.gradient[rows].sum() / weight), 5)
