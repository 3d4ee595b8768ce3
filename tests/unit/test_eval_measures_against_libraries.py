"""Our measures against those of ir-measures (trec_eval) and scikit-learn, on random rankings and confidences."""

import math
import random

import ir_measures
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from ir_measures import RR, R, nDCG
from sklearn.metrics import roc_auc_score

from eval.metrics.ranking import ndcg_at, recall_at, reciprocal_rank
from eval.metrics.reliability import bins, expected_calibration_error, risk_coverage, risk_coverage_area
from eval.statistics import auroc

DOCUMENTS = [f"d{number:02}" for number in range(30)]


def test_rankings_are_judged_as_trec_eval_does() -> None:
    """Two hundred rankings with equal scores, grades from 0 to 3, and rankings that find nothing."""
    drawing = random.Random(7)
    run: dict[str, dict[str, float]] = {}
    grades: dict[str, dict[str, int]] = {}
    for number in range(200):
        found = drawing.sample(DOCUMENTS, drawing.randint(0, 25)) or ["of nothing"]
        run[str(number)] = {each: float(drawing.randint(0, 8)) for each in found}
        judged = drawing.sample(DOCUMENTS, drawing.randint(1, 12))
        grades[str(number)] = {each: drawing.randint(0, 3) for each in judged} | {judged[0]: 1}
    theirs = {
        (str(each.measure), each.query_id): each.value
        for each in ir_measures.iter_calc([nDCG @ 10, R @ 5, R @ 20, RR], grades, run)
    }
    for query, score_of in run.items():
        # trec_eval puts the later id first where scores are equal.
        ranked = sorted(score_of, key=lambda each: (score_of[each], each), reverse=True)
        grade_of = grades[query]
        relevant = [each for each, grade in grade_of.items() if grade > 0]
        assert ndcg_at(ranked, grade_of, 10) == pytest.approx(theirs["nDCG@10", query])
        assert recall_at(ranked, relevant, 5) == pytest.approx(theirs["R@5", query])
        assert recall_at(ranked, relevant, 20) == pytest.approx(theirs["R@20", query])
        assert reciprocal_rank(ranked, relevant, len(ranked)) == pytest.approx(theirs["RR", query])


# Few distinct values, so that many are equal.
LABELLED = st.lists(st.tuples(st.integers(0, 10).map(lambda each: each / 10), st.booleans()), min_size=1, max_size=60)


@settings(max_examples=150, deadline=None)
@given(LABELLED)
def test_the_area_under_roc_is_that_of_scikit_learn(labelled: list[tuple[float, bool]]) -> None:
    confidences, labels = [each for each, _ in labelled], [label for _, label in labelled]
    found = auroc(confidences, labels)
    if len(set(labels)) < 2:
        assert found is None
    else:
        assert found == pytest.approx(float(roc_auc_score(labels, confidences)))


@settings(max_examples=150, deadline=None)
@given(LABELLED)
def test_calibration_error_and_risk_area_are_those_of_plain_arrays(labelled: list[tuple[float, bool]]) -> None:
    confidence = np.array([each for each, _ in labelled])
    right = np.array([label for _, label in labelled], dtype=float)
    which = np.minimum((confidence * 10).astype(int), 9)
    error = sum(
        (which == number).mean() * abs(confidence[which == number].mean() - right[which == number].mean())
        for number in np.unique(which)
    )
    assert expected_calibration_error(confidence.tolist(), [bool(each) for each in right]) == pytest.approx(error)
    # Every row bears the risk of answering all rows at least as sure as it.
    risks = [1 - right[confidence >= each].mean() for each in confidence]
    points = risk_coverage(confidence.tolist(), [bool(each) for each in right])
    assert risk_coverage_area(points) == pytest.approx(math.fsum(risks) / len(risks))
    assert sum(each.n for each in bins(confidence.tolist(), [bool(each) for each in right])) == len(labelled)
