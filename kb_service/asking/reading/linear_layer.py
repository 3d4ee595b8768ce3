"""Which class a message belongs to: multinomial logistic regression on its vector and its pairs of characters.

What a message means is in its vector; how it is put, in its characters (转人工, 还没到账). Together they tell classes
apart better than either: docs/decisions/0021-reading-by-examples.md.
"""

import zlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Self

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]

# Characters and pairs are counted in so many slots; two that share one are seldom in the same message. With a quarter
# of them 4 complaints and 1 message of distress in a hundred fewer were found.
_SLOTS = 4096
# A message's characters weigh as much as its vector, whose 384 numbers have a variance of 1 each.
_WEIGHT_OF_CHARACTERS = 22.0
# Half as much and twice as much give the same recall within two points.
_PENALTY = 80.0
_STEPS = 30
# What was learnt otherwise is learnt anew.
LEARNT_BY = (_SLOTS, _WEIGHT_OF_CHARACTERS, _PENALTY, _STEPS)
_FOLDS = 4
_INVERTED_AT_ONCE = 1024


@dataclass(frozen=True, slots=True)
class LinearLayer:
    """``weights``: features × classes, the last row the bias."""

    mean: Floats
    scale: Floats
    weights: Floats

    def probabilities(self, texts: Sequence[str], vectors: Floats) -> Floats:
        """Texts × classes; each row adds up to 1."""
        return _softmax(self._features(texts, vectors) @ self.weights)

    @classmethod
    def fitted(
        cls, texts: Sequence[str], vectors: Floats, classes: NDArray[np.intp], count: int
    ) -> tuple[Self, Floats]:
        """The layer, and the probabilities of each text by a layer that was fitted without it.

        ``classes``: the class of each text, from 0 to ``count``.
        """
        empty = np.zeros((0, 0), np.float32)
        layer = cls(vectors.mean(0), vectors.std(0) + np.float32(1e-6), empty)
        features = layer._features(texts, vectors)
        wanted = np.eye(count, dtype=np.float32)[classes]
        inverse = _inverse_bound(features)
        unseen = np.zeros((len(texts), count), np.float32)
        fold_of = np.arange(len(texts)) % _FOLDS  # the examples of a class stand together: each fold has its share
        for fold in range(_FOLDS):
            others = fold_of != fold
            unseen[~others] = _softmax(features[~others] @ _fit(features, wanted, inverse, others))
        return replace(layer, weights=_fit(features, wanted, inverse, np.ones(len(texts), np.bool_))), unseen

    def _features(self, texts: Sequence[str], vectors: Floats) -> Floats:
        size = vectors.shape[1]
        features = np.zeros((len(texts), size + _SLOTS + 1), np.float32)
        features[:, :size] = (vectors - self.mean) / self.scale
        for row, text in zip(features[:, size:-1], texts, strict=True):
            framed = f"^{text}$"
            parts = {*framed, *(framed[at : at + 2] for at in range(len(framed) - 1))}
            row[[zlib.crc32(part.encode("utf-8", "replace")) % _SLOTS for part in parts]] = 1
            row *= _WEIGHT_OF_CHARACTERS / np.sqrt(row.sum())
        features[:, -1] = 1
        return features


def _inverse_bound(features: Floats) -> Floats:
    """No step that uses this bound of the curvature overshoots (Böhning 1992), also for a part of the rows."""
    bound = (features.T @ features).astype(np.float64)
    bound *= 0.5
    bound[np.diag_indices_from(bound)] += _penalties(features.shape[1])
    return _inverse(bound).astype(np.float32)


def _inverse(matrix: NDArray[np.float64]) -> NDArray[np.float64]:
    """Of a symmetric positive definite one, in its place, by halves: in one go it takes several times the memory."""
    if len(matrix) <= _INVERTED_AT_ONCE:
        return np.linalg.inv(matrix).astype(np.float64, copy=False)
    half = len(matrix) // 2
    first, beside, last = matrix[:half, :half], matrix[:half, half:], matrix[half:, half:]
    first[:] = _inverse(first)
    through = first @ beside
    last -= beside.T @ through
    last[:] = _inverse(last)
    beside[:] = -through @ last
    first -= beside @ through.T
    matrix[half:, :half] = beside.T
    return matrix


def _fit(features: Floats, wanted: Floats, inverse: Floats, counted: NDArray[np.bool_]) -> Floats:
    """Steps of Newton's method with a fixed curvature, with Nesterov's momentum. ``counted``: which rows are learnt."""
    weight_of_row = counted.astype(np.float32)[:, None]
    penalties = _penalties(features.shape[1])[:, None]
    weights = ahead = np.zeros((features.shape[1], wanted.shape[1]), np.float32)
    pace = 1.0
    for _ in range(_STEPS):
        slope = features.T @ (weight_of_row * (_softmax(features @ ahead) - wanted)) + penalties * ahead
        stepped = ahead - inverse @ slope
        next_pace = (1 + (1 + 4 * pace * pace) ** 0.5) / 2
        ahead = stepped + np.float32((pace - 1) / next_pace) * (stepped - weights)
        weights, pace = stepped, next_pace
    return weights


def _penalties(width: int) -> Floats:
    """The bias is free to say how common a class is."""
    penalties = np.full(width, _PENALTY, np.float32)
    penalties[-1] = 0.1
    return penalties


def _softmax(scores: Floats) -> Floats:
    raised = np.exp(scores - scores.max(1, keepdims=True))
    shares: Floats = raised / raised.sum(1, keepdims=True)
    return shares
