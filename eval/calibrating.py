"""Fitting the confidence model on what past questions showed, and judging it on questions that it has not seen.

Twice: on unseen questions of the sets fitted on (folds), and on sets left out whole. The first calibrate the model and
give the point from which on to answer; the second give the point for questions of another kind.
"""

import importlib.util
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass

import numpy as np

from eval.boosting import RECIPE, Recipe, boost, calibration_line, logits
from eval.errors import ScikitLearnMissing, TooFewRows
from eval.judging import Judged, judged
from eval.labelled_sets import Column, LabelledSet, balanced
from eval.reliability import thinned_risks
from kb_service.asking.search.confidence import ConfidenceModel, Risk, Tree, as_json

_FOLDS = 5
_FEWEST_OF_A_KIND = 10
# The share of unanswerable questions that a threshold is chosen for: what the sets have, three times what live traffic
# is thought to have (15 %), so that the accepted rate holds on a knowledge base with large gaps too.
_UNANSWERABLE = 0.45
# What says of which kind a question is; the other features say whether it is answered.
_KIND_OF_QUESTION = ("cosine", "length")
# The share of the rows at either end that a range leaves out, and by how much of itself it is widened again.
_TAIL = 0.005
_WIDENED = 0.1


@dataclass(frozen=True, slots=True)
class Fitted:
    """A confidence model, and how it was judged: on folds of each set, and on each set left out (one set: on folds)."""

    model: ConfidenceModel
    accepted_error: float
    sets: tuple[Mapping[str, str], ...]
    unseen: tuple[Judged, ...]
    left_out: tuple[Judged, ...]

    @property
    def answer_threshold(self) -> float | None:
        """None when no confidence keeps to the accepted error."""
        threshold = self.model.threshold(self.accepted_error)
        return threshold if threshold <= 1 else None

    def as_json(self) -> str:
        return as_json(
            self.model,
            {
                "sets": list(self.sets),
                "answer_threshold": self.answer_threshold,
                "unseen": [asdict(each) for each in self.unseen],
                "left_out": [asdict(each) for each in self.left_out],
            },
        )


def calibrate(sets: Sequence[LabelledSet], *, version: str, accepted_error: float, recipe: Recipe = RECIPE) -> Fitted:
    """Fit on all sets, each counting alike. Raises TooFewRows, or ScikitLearnMissing."""
    if importlib.util.find_spec("sklearn") is None:
        raise ScikitLearnMissing("fitting the confidence needs scikit-learn; install it with `make eval-tools`")
    _require_both_kinds(sets)
    folded = _folded(sets, recipe)
    slope, offset = _calibration(sets, folded)
    unseen = [_probabilities(each, slope, offset) for each in folded]
    elsewhere = _left_out(sets, recipe) if len(sets) > 1 else unseen
    trees = _boost(sets, recipe)
    model = ConfidenceModel(
        version=version,
        names=sets[0].names,
        trees=tuple(trees),
        slope=round(slope, 5),
        offset=round(offset, 5),
        range_of=_ranges(sets),
        risks=_risks(sets, unseen),
        risks_elsewhere=_risks(sets, elsewhere),
        max_wrong_rate=accepted_error,
    )
    return Fitted(
        model=model,
        accepted_error=accepted_error,
        sets=tuple({"name": each.name, "sha256": each.sha256} for each in sets),
        unseen=_judged(sets, unseen, accepted_error),
        left_out=_judged(sets, elsewhere, accepted_error),
    )


def _require_both_kinds(sets: Sequence[LabelledSet]) -> None:
    if len({each.names for each in sets}) > 1:
        raise TooFewRows("the files hold different features; collect them again with one version of the service")
    right = sum(int(each.labels.sum()) for each in sets)
    wrong = sum(len(each.labels) for each in sets) - right
    if min(right, wrong) < _FEWEST_OF_A_KIND:
        raise TooFewRows(f"{right} right and {wrong} wrong rows; at least {_FEWEST_OF_A_KIND} of each are needed")


def _boost(sets: Sequence[LabelledSet], recipe: Recipe) -> list[Tree]:
    features, labels = np.vstack([each.features for each in sets]), np.concatenate([each.labels for each in sets])
    return boost(features, labels, importance=balanced([len(each.labels) for each in sets]), recipe=recipe)


def _left_out(sets: Sequence[LabelledSet], recipe: Recipe) -> list[Column]:
    """Probabilities for each set from trees and a calibration that have seen the others only."""
    found = []
    for each in sets:
        others = [other for other in sets if other is not each]
        slope, offset = _calibration(others, _folded(others, recipe))
        found.append(_probabilities(logits(_boost(others, recipe), each.features), slope, offset))
    return found


def _folded(sets: Sequence[LabelledSet], recipe: Recipe) -> list[Column]:
    """Logits for each row from a fit on the other four fifths of every set; rows are dealt out in turn."""
    found = [np.zeros(len(each.labels)) for each in sets]
    for number in range(_FOLDS):
        held = [np.arange(len(each.labels)) % _FOLDS == number for each in sets]
        trees = _boost([each.rows(~out) for each, out in zip(sets, held, strict=True)], recipe)
        for column, each, out in zip(found, sets, held, strict=True):
            column[out] = logits(trees, each.features[out])
    return found


def _calibration(sets: Sequence[LabelledSet], folded: Sequence[Column]) -> tuple[float, float]:
    labels = np.concatenate([each.labels for each in sets])
    importance = balanced([len(each.labels) for each in sets])
    return calibration_line(np.concatenate(folded), labels, importance=importance)


def _probabilities(logit: Column, slope: float, offset: float) -> Column:
    column: Column = 1 / (1 + np.exp(-np.clip(slope * logit + offset, -30, 30)))
    return column


def _ranges(sets: Sequence[LabelledSet]) -> dict[str, tuple[float, float]]:
    together = np.vstack([each.features for each in sets])
    ranges = {}
    for name in _KIND_OF_QUESTION:
        if name in sets[0].names:
            low, high = np.quantile(together[:, sets[0].names.index(name)], [_TAIL, 1 - _TAIL])
            room = _WIDENED * (high - low)
            ranges[name] = (round(float(low - room), 4), round(float(high + room), 4))
    return ranges


def _judged(sets: Sequence[LabelledSet], found: Sequence[Column], accepted_error: float) -> tuple[Judged, ...]:
    return tuple(judged(each, column, accepted_error) for each, column in zip(sets, found, strict=True))


def _risks(sets: Sequence[LabelledSet], found: Sequence[Column]) -> tuple[Risk, ...]:
    labels = [bool(label) for each in sets for label in each.labels]
    answerable = [bool(able) for each in sets for able in each.answerable]
    return tuple(thinned_risks(np.concatenate(found).tolist(), labels, answerable, unanswerable_share=_UNANSWERABLE))
