"""How much of a question a text says, worked by hand."""

import math

import pytest

from kb_service.text.terms import covered, covered_within, shared_runs, trigrams, with_gaps


def test_coverage_is_the_weighted_share_of_the_terms() -> None:
    assert covered("签注免费", {"签注": 3.0, "材料": 1.0}) == 0.75
    assert covered("签注免费", {}) == 0


def test_words_far_apart_cover_less_within_a_window() -> None:
    weight_of = {"签注": 1.0, "免费": 1.0, "材料": 2.0}
    text = "签注免费。" + "本" * 60 + "材料"
    assert covered_within(text, weight_of, 50) == 0.5  # 签注 with 免费, or 材料 alone: 2 of 4
    assert covered_within(text, weight_of, 100) == 1.0
    assert covered_within("无关", weight_of, 50) == 0


def test_a_repeated_term_counts_once_within_a_window() -> None:
    assert covered_within("签注签注签注", {"签注": 1.0, "材料": 1.0}, 50) == 0.5


def test_three_characters_weigh_what_their_pairs_weigh() -> None:
    assert trigrams("居住证 费", {"居住": 2.0, "住证": 3.0}) == {"居住证": 5.0}


def test_runs_of_the_question_are_the_longest_that_stand_in_the_text() -> None:
    assert shared_runs("居住证签注要多少钱", "居住证到期前办理签注") == [3, 2]
    assert shared_runs("abc", "xyz") == []
    assert math.fsum(shared_runs("签注签注", "签注")) == 4


@pytest.mark.parametrize(("words", "left"), [(["多少", "多少钱"], "签注要 "), ([], "签注要多少钱")])
def test_words_that_only_ask_leave_a_gap(words: list[str], left: str) -> None:
    assert with_gaps("签注要多少钱", words) == left
