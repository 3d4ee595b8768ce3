"""Logistic regression with an L2 penalty, by iteratively reweighted least squares."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Matrix = NDArray[np.float64]
Column = NDArray[np.float64]

_LARGEST_LOGIT = 30.0
_CONVERGED = 1e-9
_MOST_STEPS = 100


@dataclass(frozen=True, slots=True)
class LinearModel:
    """``intercept + features · weights`` is the logit, on the features' own scales."""

    intercept: float
    weights: Column

    def probabilities(self, features: Matrix) -> Column:
        return _sigmoid(self.intercept + features @ self.weights)


def fit(features: Matrix, labels: Column, *, importance: Column, penalty: float) -> LinearModel:
    """Features (rows, names), labels 0 or 1, importance of each row (mean 1). ``penalty`` counts in rows.

    Newton's method on the penalised likelihood (Hastie, Tibshirani & Friedman, Elements of Statistical Learning, 4.4);
    the penalty acts on standardised features and leaves the intercept free. A feature that never varies weighs 0.
    """
    mean = np.average(features, axis=0, weights=importance)
    spread = np.sqrt(np.average((features - mean) ** 2, axis=0, weights=importance))
    varies = spread > 1e-12
    scale = np.where(varies, spread, 1.0)
    design = np.hstack([np.ones((len(features), 1)), np.where(varies, (features - mean) / scale, 0.0)])
    ridge = np.diag([0.0, *([penalty] * features.shape[1])])
    coefficients = _newton(design, labels, importance, ridge)
    weights = np.where(varies, coefficients[1:] / scale, 0.0)
    return LinearModel(float(coefficients[0] - mean @ weights), weights)


def _newton(design: Matrix, labels: Column, importance: Column, ridge: Matrix) -> Column:
    coefficients = np.zeros(design.shape[1])
    for _ in range(_MOST_STEPS):
        predicted = _sigmoid(design @ coefficients)
        gradient = design.T @ (importance * (labels - predicted)) - ridge @ coefficients
        curvature = importance * predicted * (1 - predicted)
        hessian = (design * curvature[:, None]).T @ design + ridge
        # A hair of ridge for the intercept too: without it perfectly predicted rows make the system singular.
        step = np.linalg.solve(hessian + 1e-9 * np.eye(len(coefficients)), gradient)
        coefficients = coefficients + step
        if np.abs(step).max() < _CONVERGED:
            break
    return coefficients


def balanced(sizes: Sequence[int]) -> Column:
    """An importance for each row of several sets laid end to end; the mean is 1.

    A set counts by the square root of its rows: between every row alike, where a large set drowns the others, and every
    set alike, where a small one speaks too loud.
    """
    parts = [size**0.5 for size in sizes]
    total = sum(sizes) / sum(parts)
    return np.concatenate([np.full(size, total * part / size) for size, part in zip(sizes, parts, strict=True)])


def _sigmoid(logits: Column) -> Column:
    clipped: Column = np.clip(logits, -_LARGEST_LOGIT, _LARGEST_LOGIT)
    result: Column = 1 / (1 + np.exp(-clipped))
    return result
