"""The best passages ordered anew by somebody who has read them together with the question."""

from collections.abc import Sequence

import pytest

from kb_service.asking.search.reranking import reranked
from kb_service.asking.search.retrieving import Candidate
from tests.factories import candidate, passage_in_version
from tests.fakes import NumberReranker


def ranked(*pairs: tuple[str, float], names: str = "abcdefgh") -> list[Candidate]:
    """Candidates a, b, c … of a text that says the reranker's score, and a fused score."""
    named = zip(names, pairs, strict=False)
    return [candidate(passage_in_version(text, passage_id=name), score) for name, (text, score) in named]


def order(candidates: Sequence[Candidate]) -> str:
    return "".join(each.hit.passage_id for each in candidates)


def test_what_the_reranker_finds_better_comes_first() -> None:
    assert order(reranked("签注", ranked(("-9", 2.0), ("-8", 1.9), ("4", 1.8)), NumberReranker())) == "cba"


def test_a_new_score_is_half_the_fused_one_and_half_the_standardised_one_around_the_same_mean() -> None:
    """Scores 10 and 30 deviate by −1 and 1 from their mean; the fused scores 3 and 2 have the mean 2.5."""
    found = reranked("签注", ranked(("10", 3.0), ("30", 2.0)), NumberReranker())
    assert {each.hit.passage_id: each.score for each in found} == {
        "a": pytest.approx((3.0 + 2.5 - 1) / 2),
        "b": pytest.approx((2.0 + 2.5 + 1) / 2),
    }
    assert order(found) == "ba"


@pytest.mark.parametrize(("weight", "expected"), [(0.0, "ab"), (0.2, "ab"), (0.4, "ba"), (1.0, "ba")])
def test_the_weight_says_whose_word_counts_more(weight: float, expected: str) -> None:
    """Fused scores one apart, deviations two apart: they are even at a third."""
    assert order(reranked("签注", ranked(("10", 3.0), ("30", 2.0)), NumberReranker(), weight=weight)) == expected


def test_the_scale_of_the_reranker_means_nothing() -> None:
    small = reranked("签注", ranked(("0.1", 2.0), ("0.2", 1.9), ("0.15", 1.0)), NumberReranker())
    large = reranked("签注", ranked(("100", 2.0), ("200", 1.9), ("150", 1.0)), NumberReranker())
    assert [each.score for each in small] == pytest.approx([each.score for each in large])


def test_only_the_best_are_read_and_the_others_keep_their_scores() -> None:
    reader = NumberReranker()
    found = reranked("签注", ranked(("1", 9.0), ("2", 8.0), ("99", 0.5), ("98", 0.4)), reader, depth=2)
    assert reader.read == ["1", "2"]
    assert order(found) == "bacd"  # (8 + 8.5 + 1) / 2 = 8.75 and (9 + 8.5 − 1) / 2 = 8.25
    assert [each.score for each in found[2:]] == [0.5, 0.4]


def test_a_passage_that_reads_badly_may_fall_behind_those_that_were_not_read() -> None:
    """b's new score is (1.1 + 1.55 − 1) / 2 = 0.825; c keeps 1."""
    found = reranked("签注", ranked(("9", 2.0), ("1", 1.1), ("5", 1.0)), NumberReranker(), depth=2)
    assert order(found) == "acb"
    assert found[2].score == pytest.approx(0.825)


def test_scores_that_are_all_alike_change_nothing() -> None:
    given = ranked(("7", 3.0), ("7", 2.0), ("7", 1.0))
    assert reranked("签注", given, NumberReranker()) == given


def test_passages_that_come_out_alike_are_ordered_by_their_ids() -> None:
    """Fused 2 and 0, deviations −1 and 1: both come to (2 + 1 − 1) / 2 = (0 + 1 + 1) / 2 = 1."""
    assert order(reranked("签注", ranked(("1", 2.0), ("3", 0.0), names="ba"), NumberReranker())) == "ab"


def test_one_passage_alone_is_not_read() -> None:
    reader = NumberReranker()
    given = ranked(("7", 3.0))
    assert reranked("签注", given, reader) == given
    assert reranked("签注", [], reader) == []
    assert reader.read == []
