"""Fitting the confidence model on what past questions showed, and judging it on questions that it has not seen.

Twice: on unseen questions of the sets fitted on (folds), and on sets left out whole. The first calibrate the model and
give the point from which on to answer; the second give the point for questions of another kind.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass

import numpy as np

from eval.boosting import RECIPE, Recipe, logits
from eval.fitting import boosted, calibration, folded, probabilities, ranges, require_enough
from eval.judging import Judged, judged
from eval.labelled_sets import Column, LabelledSet
from eval.metrics.reliability import thinned_risks
from kb_service.asking.search.confidence import ConfidenceModel, Risk, as_json

_FEWEST_OF_A_KIND = 10
# The share of unanswerable questions that a threshold is chosen for: what the sets have, three times what live traffic
# is thought to have (15 %), so that the accepted rate holds on a knowledge base with large gaps too.
_UNANSWERABLE = 0.45


@dataclass(frozen=True, slots=True)
class FittedConfidence:
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


def calibrate(
    sets: Sequence[LabelledSet], *, version: str, accepted_error: float, recipe: Recipe = RECIPE
) -> FittedConfidence:
    """Fit on all sets, each counting alike. Raises TooFewRows, or ScikitLearnMissing."""
    require_enough(sets, of_a_kind=_FEWEST_OF_A_KIND)
    logit_of = folded(sets, recipe)
    slope, offset = calibration(sets, logit_of)
    unseen = [probabilities(each, slope, offset) for each in logit_of]
    elsewhere = _left_out(sets, recipe) if len(sets) > 1 else unseen
    trees = boosted(sets, recipe)
    model = ConfidenceModel(
        version=version,
        names=sets[0].names,
        trees=tuple(trees),
        slope=round(slope, 5),
        offset=round(offset, 5),
        range_of=ranges(sets),
        risks=_risks(sets, unseen),
        risks_elsewhere=_risks(sets, elsewhere),
        max_wrong_rate=accepted_error,
    )
    return FittedConfidence(
        model=model,
        accepted_error=accepted_error,
        sets=tuple({"name": each.name, "sha256": each.sha256} for each in sets),
        unseen=_judged(sets, unseen, accepted_error),
        left_out=_judged(sets, elsewhere, accepted_error),
    )


def _left_out(sets: Sequence[LabelledSet], recipe: Recipe) -> list[Column]:
    """Probabilities for each set from trees and a calibration that have seen the others only."""
    found = []
    for each in sets:
        others = [other for other in sets if other is not each]
        slope, offset = calibration(others, folded(others, recipe))
        found.append(probabilities(logits(boosted(others, recipe), each.features), slope, offset))
    return found


def _judged(sets: Sequence[LabelledSet], found: Sequence[Column], accepted_error: float) -> tuple[Judged, ...]:
    return tuple(judged(each, column, accepted_error) for each, column in zip(sets, found, strict=True))


def _risks(sets: Sequence[LabelledSet], found: Sequence[Column]) -> tuple[Risk, ...]:
    labels = [bool(label) for each in sets for label in each.labels]
    answerable = [bool(able) for each in sets for able in each.answerable]
    return tuple(thinned_risks(np.concatenate(found).tolist(), labels, answerable, unanswerable_share=_UNANSWERABLE))
