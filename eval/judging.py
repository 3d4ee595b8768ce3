"""How good a confidence is on a set of questions: its order, its honesty, and what may be answered with it."""

from dataclasses import dataclass

from eval.labelled_sets import Column, LabelledSet
from eval.metrics.reliability import (
    OperatingPoint,
    answered_right,
    auroc_interval,
    expected_calibration_error,
    risk_coverage,
    widest_within,
)
from eval.statistics import auroc

# The share of unanswerable questions that live traffic is thought to have; the sets have more.
USUAL_UNANSWERABLE = 0.15


@dataclass(frozen=True, slots=True)
class Judged:
    """A set as seen by a model that was fitted without these rows.

    ``answered_right``: of the questions that can be answered, the share answered right at the widest point within the
    accepted error, and ``answered_right_usual`` the same with `USUAL_UNANSWERABLE` of the questions unanswerable.
    """

    name: str
    sha256: str
    rows: int
    answerable: int
    share_right: float
    auroc: float | None
    auroc_interval: tuple[float, float] | None
    expected_calibration_error: float | None
    widest_within_accepted_error: OperatingPoint | None
    answered_right: float
    answered_right_usual: float


def judged(one: LabelledSet, probabilities: Column, accepted_error: float) -> Judged:
    confidences, labels = probabilities.tolist(), [bool(label) for label in one.labels]
    answerable = [bool(each) for each in one.answerable]
    area, right = auroc(confidences, labels), sum(labels)
    return Judged(
        name=one.name,
        sha256=one.sha256,
        rows=len(labels),
        answerable=sum(answerable),
        share_right=round(float(one.labels.mean()), 4),
        auroc=area,
        auroc_interval=None if area is None else auroc_interval(area, right=right, wrong=len(labels) - right),
        expected_calibration_error=expected_calibration_error(confidences, labels),
        widest_within_accepted_error=widest_within(risk_coverage(confidences, labels), accepted_error),
        answered_right=answered_right(confidences, labels, answerable, accepted_error),
        answered_right_usual=answered_right(
            confidences, labels, answerable, accepted_error, unanswerable_share=USUAL_UNANSWERABLE
        ),
    )
