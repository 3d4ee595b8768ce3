"""Measures worked by hand."""

from collections.abc import Sequence

import pytest

from eval.metrics.bootstrap import bootstrap_interval, interval_of_mean, interval_of_percentile, mean
from eval.metrics.citing import citation_precision, citation_recall
from eval.metrics.ranking import found_at, ndcg_at, recall_at, reciprocal_rank
from eval.metrics.reliability import risk_coverage, risk_coverage_area

# Two passages of b stand before c, which makes c the third document.
RANKED = ["a", "b", "b", "c", "d"]


@pytest.mark.parametrize(
    ("relevant", "depth", "share"),
    [
        ({"a"}, 1, 1.0),
        ({"b"}, 1, 0.0),
        ({"b", "c"}, 2, 0.5),
        ({"b", "c"}, 3, 1.0),
        ({"x"}, 5, 0.0),
        ({"a", "x"}, 5, 0.5),
    ],
)
def test_recall_is_the_share_of_the_relevant_among_the_first(relevant: set[str], depth: int, share: float) -> None:
    assert recall_at(RANKED, relevant, depth) == share


def test_where_each_document_would_do_one_of_them_is_enough() -> None:
    assert found_at(RANKED, {"b", "x"}, 2) is True
    assert found_at(RANKED, {"c", "x"}, 2) is False


@pytest.mark.parametrize(("relevant", "depth", "rank"), [({"a"}, 10, 1.0), ({"c", "d"}, 10, 1 / 3), ({"c"}, 2, 0.0)])
def test_the_reciprocal_rank_is_of_the_first_relevant_one(relevant: set[str], depth: int, rank: float) -> None:
    assert reciprocal_rank(RANKED, relevant, depth) == rank


def test_ndcg_discounts_by_the_logarithm_of_the_rank() -> None:
    # b of grade 2 at rank 2, c of grade 1 at rank 3: 2/log2(3) + 1/log2(4) = 1.26186 + 0.5;
    # at best 2/log2(2) + 1/log2(3) = 2.63093.
    assert ndcg_at(RANKED, {"b": 2, "c": 1}, 10) == pytest.approx(1.76186 / 2.63093, abs=1e-5)
    # Within two: b alone, against the same two at best.
    assert ndcg_at(RANKED, {"b": 2, "c": 1}, 2) == pytest.approx(1.26186 / 2.63093, abs=1e-5)
    assert ndcg_at(["b", "c"], {"b": 2, "c": 1}, 10) == 1.0


def test_where_nothing_is_relevant_nothing_can_be_found_or_missed() -> None:
    assert (recall_at(RANKED, (), 5), found_at(RANKED, (), 5), reciprocal_rank(RANKED, (), 5)) == (None, None, None)
    assert (ndcg_at(RANKED, {}, 5), ndcg_at(RANKED, {"a": 0}, 5)) == (None, None)
    assert (recall_at([], {"a"}, 5), reciprocal_rank([], {"a"}, 5), ndcg_at([], {"a": 1}, 5)) == (0.0, 0.0, 0.0)


def test_two_of_three_citations_of_the_expected_document_are_a_precision_of_two_thirds() -> None:
    assert citation_precision(["a", "b", "a"], {"a"}) == pytest.approx(2 / 3)
    assert (citation_precision([], {"a"}), citation_precision(["a"], ())) == (None, None)


def test_recall_of_citations_asks_for_one_document_or_for_all() -> None:
    assert citation_recall(["a", "x"], {"a", "b"}, needed=1) == 1.0
    assert citation_recall(["a", "x"], {"a", "b"}, needed=2) == 0.5
    assert citation_recall([], {"a"}, needed=1) == 0.0
    assert citation_recall(["a"], (), needed=1) is None


def test_the_area_is_the_mean_risk_and_equals_are_answered_together() -> None:
    # Answered one by one: wrong 0/1, 1/2, 1/3, 2/4; mean (0 + .5 + .3333 + .5) / 4.
    one_by_one = risk_coverage([0.9, 0.8, 0.7, 0.6], [True, False, True, False])
    assert risk_coverage_area(one_by_one) == pytest.approx((0 + 1 / 2 + 1 / 3 + 1 / 2) / 4)
    # The middle two together: 0 for the first quarter, 1/3 for the next half, 1/2 for the last quarter.
    together = risk_coverage([0.9, 0.7, 0.7, 0.6], [True, False, True, False])
    assert risk_coverage_area(together) == pytest.approx(0.25 * 0 + 0.5 / 3 + 0.25 / 2)
    assert risk_coverage_area([]) is None


def test_a_bootstrap_interval_holds_the_measure_and_is_always_the_same() -> None:
    rows = [0.0] * 50 + [1.0] * 50
    found = bootstrap_interval(rows, mean)
    assert found is not None
    low, high = found
    # The standard error of a share of a half among 100 is .05: about .4 to .6.
    assert (low, high) == (pytest.approx(0.4, abs=0.02), pytest.approx(0.6, abs=0.02))
    assert bootstrap_interval(rows, mean) == found


def test_of_equal_rows_the_interval_is_a_point_and_of_none_there_is_none() -> None:
    assert bootstrap_interval([2.0, 2.0, 2.0], mean) == (2.0, 2.0)
    assert bootstrap_interval([], mean) is None

    def says_nothing(_: Sequence[float]) -> None:
        return None

    assert bootstrap_interval([1.0], says_nothing) is None


def test_the_fast_intervals_agree_with_the_plain_one() -> None:
    rows = [float(each) for each in range(40)]
    plain = bootstrap_interval(rows, mean)
    assert plain is not None
    # The standard error of this mean is sqrt(133.25 / 40) = 1.83; the ends of two draws lie closer than a third of it.
    assert interval_of_mean(rows) == (pytest.approx(plain[0], abs=0.6), pytest.approx(plain[1], abs=0.6))
    assert interval_of_percentile([5.0, 5.0, 5.0], 0.95) == (5.0, 5.0)
    assert (interval_of_mean([]), interval_of_percentile([], 0.5)) == (None, None)
