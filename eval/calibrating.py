"""Fitting the confidence model on what past questions showed, and judging it on questions that it has not seen."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
from pydantic import BaseModel, ConfigDict

from eval.errors import RunNotFound, TooFewRows
from eval.fitting import Column, LinearModel, Matrix, balanced, fit
from eval.reliability import OperatingPoint, expected_calibration_error, risk_coverage, widest_within
from eval.runs import ROWS_NAME
from eval.statistics import auroc

_FOLDS = 5
_FEWEST_OF_A_KIND = 10


class _Line(BaseModel):
    """What a row of a run and a collected row have in common."""

    model_config = ConfigDict(extra="ignore")

    features: dict[str, float]
    label: bool


@dataclass(frozen=True, slots=True)
class LabelledSet:
    """The rows of one file that have features: (rows, names) and 0 or 1."""

    name: str
    sha256: str
    names: tuple[str, ...]
    features: Matrix
    labels: Column


@dataclass(frozen=True, slots=True)
class Judged:
    """A set as seen by a model that was fitted without it (of a single set: without the fold)."""

    name: str
    sha256: str
    rows: int
    share_right: float
    auroc: float | None
    expected_calibration_error: float | None
    widest_within_accepted_error: OperatingPoint | None


@dataclass(frozen=True, slots=True)
class Fitted:
    """A confidence model and the threshold that keeps to the accepted error on unseen rows (None: none does)."""

    version: str
    intercept: float
    weight_of: Mapping[str, float]
    range_of: Mapping[str, tuple[float, float]]
    answer_threshold: float | None
    accepted_error: float
    left_out: tuple[Judged, ...]

    def as_json(self) -> str:
        return json.dumps(asdict(self), ensure_ascii=False, indent=2) + "\n"


def calibrate(sets: Sequence[LabelledSet], *, version: str, accepted_error: float, penalty: float = 1.0) -> Fitted:
    """Fit on all sets, each counting alike; judge each by a fit on the others. Raises TooFewRows."""
    _require_both_kinds(sets)
    unseen = _left_out(sets, penalty) if len(sets) > 1 else [_folded(sets[0], penalty)]
    together = np.vstack([each.features for each in sets])
    model = _fit(sets, penalty)
    names = sets[0].names
    points = risk_coverage(np.concatenate(unseen).tolist(), _labels(sets))
    best = widest_within(points, accepted_error)
    return Fitted(
        version=version,
        intercept=round(model.intercept, 6),
        weight_of={name: round(float(weight), 6) for name, weight in zip(names, model.weights, strict=True)},
        range_of={
            name: (float(low), float(high))
            for name, low, high in zip(names, together.min(axis=0), together.max(axis=0), strict=True)
        },
        answer_threshold=round(best.threshold, 4) if best else None,
        accepted_error=accepted_error,
        left_out=tuple(_judged(each, found, accepted_error) for each, found in zip(sets, unseen, strict=True)),
    )


def read_set(path: Path) -> LabelledSet:
    """A file of rows, or a run folder. Rows without features (nothing was found) are left out: their confidence is 0.

    Raises RunNotFound for a missing file, TooFewRows when no row is left.
    """
    file = path / ROWS_NAME if path.is_dir() else path
    if not file.exists():
        raise RunNotFound(f"{file} does not exist; `kb eval run` and `kb eval collect` write rows")
    content = file.read_bytes()
    lines = [_Line.model_validate_json(line) for line in content.decode().splitlines() if line.strip()]
    rows = [line for line in lines if line.features]
    if not rows:
        raise TooFewRows(f"{file} has no row with features")
    names = tuple(sorted(rows[0].features))
    return LabelledSet(
        name=path.name,
        sha256=hashlib.sha256(content).hexdigest(),
        names=names,
        features=np.array([[row.features[name] for name in names] for row in rows]),
        labels=np.array([float(row.label) for row in rows]),
    )


def _require_both_kinds(sets: Sequence[LabelledSet]) -> None:
    if len({each.names for each in sets}) > 1:
        raise TooFewRows("the files hold different features; collect them again with one version of the service")
    right = sum(int(each.labels.sum()) for each in sets)
    wrong = sum(len(each.labels) for each in sets) - right
    if min(right, wrong) < _FEWEST_OF_A_KIND:
        raise TooFewRows(f"{right} right and {wrong} wrong rows; at least {_FEWEST_OF_A_KIND} of each are needed")


def _fit(sets: Sequence[LabelledSet], penalty: float) -> LinearModel:
    features, labels = np.vstack([each.features for each in sets]), np.concatenate([each.labels for each in sets])
    return fit(features, labels, importance=balanced([len(each.labels) for each in sets]), penalty=penalty)


def _left_out(sets: Sequence[LabelledSet], penalty: float) -> list[Column]:
    """Probabilities for each set from a fit on the others."""
    return [_fit([other for other in sets if other is not each], penalty).probabilities(each.features) for each in sets]


def _folded(only: LabelledSet, penalty: float) -> Column:
    """Probabilities for each row from a fit on the other four fifths; rows are dealt out in turn."""
    fold = np.arange(len(only.labels)) % _FOLDS
    found = np.zeros(len(only.labels))
    for number in range(_FOLDS):
        seen, held = fold != number, fold == number
        model = fit(only.features[seen], only.labels[seen], importance=np.ones(int(seen.sum())), penalty=penalty)
        found[held] = model.probabilities(only.features[held])
    return found


def _judged(one: LabelledSet, probabilities: Column, accepted_error: float) -> Judged:
    confidences, labels = probabilities.tolist(), [bool(label) for label in one.labels]
    return Judged(
        name=one.name,
        sha256=one.sha256,
        rows=len(labels),
        share_right=float(one.labels.mean()),
        auroc=auroc(confidences, labels),
        expected_calibration_error=expected_calibration_error(confidences, labels),
        widest_within_accepted_error=widest_within(risk_coverage(confidences, labels), accepted_error),
    )


def _labels(sets: Sequence[LabelledSet]) -> list[bool]:
    return [bool(label) for each in sets for label in each.labels]
