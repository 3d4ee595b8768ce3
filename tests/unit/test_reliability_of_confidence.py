"""What may be answered with a confidence, worked by hand."""

import pytest

from eval.metrics.reliability import answered_right, auroc_interval, thinned_risks

# Four questions can be answered, three of them first hit right; two cannot.
CONFIDENCES = [0.9, 0.8, 0.7, 0.6, 0.5, 0.4]
LABELS = [True, True, False, True, False, False]
ANSWERABLE = [True, True, False, True, True, False]


def test_only_what_is_answered_right_counts_of_what_can_be_answered() -> None:
    assert answered_right(CONFIDENCES, LABELS, ANSWERABLE, 0.1) == 0.5  # the first two
    assert answered_right(CONFIDENCES, LABELS, ANSWERABLE, 0.25) == 0.75  # four, one of them wrong


def test_with_fewer_unanswerable_questions_more_may_be_answered() -> None:
    # A tenth unanswerable: weights 6·0.9/4 = 1.35 and 6·0.1/2 = 0.3, so four answers are wrong in 0.3 of 4.35 = 6.9 %.
    assert answered_right(CONFIDENCES, LABELS, ANSWERABLE, 0.1, unanswerable_share=0.1) == pytest.approx(0.75)


def test_nothing_answerable_is_nothing_answered_right() -> None:
    assert answered_right([0.5], [False], [False], 0.1) == 0


def test_a_risk_counts_as_many_questions_as_its_weights_are_worth() -> None:
    risks = thinned_risks(CONFIDENCES, LABELS, ANSWERABLE, unanswerable_share=1 / 3)  # as it is: every weight is 1
    assert [(each.threshold, each.answered, each.wrong) for each in risks] == [
        (0.9, 1, 0),
        (0.8, 2, 0),
        (0.7, 3, 1),
        (0.6, 4, 1),
        (0.5, 5, 2),
        (0.4, 6, 3),
    ]
    # Weights 1.35 and 0.3: from 0.7 on 3.0²/(2·1.35² + 0.3²) = 2.41 questions, 0.3/3.0 of them wrong.
    tilted = thinned_risks(CONFIDENCES, LABELS, ANSWERABLE, unanswerable_share=0.1)
    assert (tilted[2].answered, tilted[2].wrong) == (2.41, 0.24)


def test_the_interval_of_an_area_is_narrower_with_more_rows() -> None:
    # Area 0.8 of 50 and 50: pairs 2/3, squares 0.7111; variance (0.16 + 49·0.02667 + 49·0.07111) / 2500 = 0.00198
    low, high = auroc_interval(0.8, right=50, wrong=50)
    assert (low, high) == (pytest.approx(0.7128, abs=2e-4), pytest.approx(0.8872, abs=2e-4))
    assert auroc_interval(1.0, right=10, wrong=10) == (1.0, 1.0)
