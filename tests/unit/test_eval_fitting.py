"""Logistic regression against cases whose solution is known."""

import math

import numpy as np
import pytest

from eval.calibrating import LabelledSet, calibrate
from eval.errors import TooFewRows
from eval.fitting import balanced, fit


def test_a_single_yes_or_no_feature_gives_the_log_odds() -> None:
    # 1 of 4 right without it, 3 of 4 with it: intercept ln(1/3), weight ln(3) − ln(1/3) = ln 9
    features = np.array([[0.0]] * 4 + [[1.0]] * 4)
    labels = np.array([1.0, 0, 0, 0, 1, 1, 1, 0])
    model = fit(features, labels, importance=np.ones(8), penalty=0.0)
    assert model.intercept == pytest.approx(math.log(1 / 3), abs=1e-5)
    assert model.weights[0] == pytest.approx(math.log(9), abs=1e-5)


def test_a_penalty_draws_the_weight_towards_nothing_and_leaves_the_base_rate() -> None:
    features = np.array([[0.0]] * 4 + [[1.0]] * 4)
    labels = np.array([1.0, 0, 0, 0, 1, 1, 1, 0])
    model = fit(features, labels, importance=np.ones(8), penalty=1e6)
    assert model.weights[0] == pytest.approx(0, abs=1e-4)
    assert model.probabilities(features) == pytest.approx(0.5, abs=1e-4)  # 4 of 8


def test_a_feature_that_never_varies_weighs_nothing() -> None:
    features = np.array([[7.0, 0.0], [7.0, 1.0], [7.0, 0.0], [7.0, 1.0]])
    model = fit(features, np.array([0.0, 1, 1, 0]), importance=np.ones(4), penalty=1.0)
    assert model.weights[0] == 0


def test_sets_of_unlike_size_count_alike() -> None:
    importance = balanced([1, 3])
    assert importance.tolist() == pytest.approx([2, 2 / 3, 2 / 3, 2 / 3])
    assert importance.mean() == pytest.approx(1)


def test_a_threshold_keeps_to_the_accepted_error_on_unseen_rows() -> None:
    one, other = _separable("one", 40), _separable("other", 60)
    fitted = calibrate([one, other], version="v", accepted_error=0.1)
    assert [each.auroc for each in fitted.left_out] == [1.0, 1.0]
    assert fitted.answer_threshold is not None
    assert fitted.range_of == {"covered": (0.0, 1.0)}
    assert fitted.weight_of["covered"] > 0


def test_too_few_wrong_answers_teach_nothing() -> None:
    rows = _separable("one", 40)
    only_right = LabelledSet("x", "", rows.names, rows.features, np.ones(40))
    with pytest.raises(TooFewRows, match="40 right and 0 wrong"):
        calibrate([only_right], version="v", accepted_error=0.1)


def _separable(name: str, rows: int) -> LabelledSet:
    """Right exactly when more than half of the question is covered."""
    covered = np.linspace(0, 1, rows)
    return LabelledSet(name, "", ("covered",), covered[:, None], (covered > 0.5).astype(float))
