"""Fitting which answer to a follow-up is the right one, on invented follow-ups."""

import numpy as np
import pytest

from eval.errors import TooFewRows
from eval.follow_ups import LabelledFollowUp, fitted


def follow_up(number: int, *, is_answerable: bool, lacks: bool = False) -> LabelledFollowUp:
    """Of two answers the first fits (feature 1) and is right, where any is."""
    fits = 1.0 if is_answerable else -1.0
    return LabelledFollowUp(
        conversation=f"talk-{number // 2}",
        is_answerable=is_answerable,
        names=("fits",),
        features=np.array([[fits], [-1.0]]),
        right=np.array([float(is_answerable), 0.0]),
        may_be_said=np.array([float(not lacks), 1.0]),
    )


def test_the_answer_that_fits_is_chosen_and_what_nothing_answers_is_declined() -> None:
    asked = [follow_up(number, is_answerable=number % 4 != 0) for number in range(200)]
    found = fitted(asked, version="test", accepted_error=0.1)
    threshold = found.model.answer_threshold
    given = [is_right for chance, is_right in found.chosen if chance >= threshold]
    assert (found.answerable, found.any_right) == (150, 150)
    assert given == [True] * 150
    assert found.model.probability({"fits": 1.0}) >= threshold > found.model.probability({"fits": -1.0})


def test_an_answer_without_the_amount_asked_for_is_right_for_nobody() -> None:
    asked = [follow_up(number, is_answerable=True, lacks=number < 60) for number in range(120)]
    found = fitted(asked, version="test", accepted_error=0.1)
    assert found.any_right == 60
    assert sum(is_right for _, is_right in found.chosen) == 60


def test_too_few_follow_ups_are_refused() -> None:
    with pytest.raises(TooFewRows, match="49 follow-ups"):
        fitted([follow_up(number, is_answerable=True) for number in range(49)], version="test", accepted_error=0.1)
