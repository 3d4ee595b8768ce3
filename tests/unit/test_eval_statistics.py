"""Formulas of the evaluation against numbers worked by hand."""

import math

import pytest

from eval.metrics.reliability import OperatingPoint, bins, expected_calibration_error, risk_coverage, widest_within
from eval.statistics import auroc, mcnemar_exact, percentile, rate
from kb_service.domain.shares import wilson_interval


def test_the_wilson_interval_of_eight_in_ten() -> None:
    # z² = 3.84146; (0.8 + 0.192073 ± 1.959964·√(0.016 + 0.00960365)) / 1.384146
    assert wilson_interval(8, 10) == pytest.approx((0.49016, 0.94332), abs=1e-4)


def test_the_wilson_interval_of_all_begins_at_n_by_n_and_z_squared() -> None:
    # z² = 3.8415
    assert wilson_interval(4, 4)[0] == pytest.approx(4 / 7.8415, abs=1e-4)
    assert wilson_interval(3, 3)[0] == pytest.approx(3 / 6.8415, abs=1e-4)
    assert wilson_interval(0, 0) == (0, 1)


def test_the_wilson_interval_stays_inside_nought_and_one() -> None:
    low, high = wilson_interval(0, 10)
    assert (low, high) == pytest.approx((0.0, 0.384146 / 1.384146), abs=1e-5)
    assert wilson_interval(10, 10)[1] == pytest.approx(1.0)


def test_nothing_asked_says_nothing() -> None:
    assert (rate([]).low, rate([]).high) == (0.0, 1.0)


def test_a_percentile_is_a_value_that_occurred() -> None:
    assert percentile([20, 10, 40, 30], 0.5) == 20  # rank ⌈2⌉
    assert percentile(list(range(1, 21)), 0.95) == 19  # rank ⌈19⌉
    assert math.isnan(percentile([], 0.5))


def test_auroc_counts_ties_half() -> None:
    # pairs (true, false): .9>.8, .9>.1, .8=.8, .8>.1 → 3.5 of 4
    assert auroc([0.9, 0.8, 0.8, 0.1], [True, True, False, False]) == pytest.approx(0.875)


def test_auroc_of_one_kind_only_is_unknown() -> None:
    assert auroc([0.9, 0.1], [True, True]) is None


def test_mcnemar_counts_only_what_changed() -> None:
    assert mcnemar_exact(1, 5) == pytest.approx(14 / 64)  # 2·(1 + 6)/2⁶
    assert mcnemar_exact(0, 6) == pytest.approx(2 / 64)
    assert mcnemar_exact(3, 3) == 1.0
    assert mcnemar_exact(0, 0) == 1.0


def test_calibration_error_is_the_mean_distance_of_promise_and_fact() -> None:
    # at .1: half right, distance .4; at .9: all right, distance .1; two questions each
    confidences, labels = [0.1, 0.1, 0.9, 0.9], [False, True, True, True]
    assert expected_calibration_error(confidences, labels) == pytest.approx(0.25)
    assert [(each.low, each.n, each.share_right) for each in bins(confidences, labels)] == [(0.1, 2, 0.5), (0.9, 2, 1)]


def test_certainty_falls_into_the_last_bin() -> None:
    assert [(each.low, each.high) for each in bins([1.0], [True])] == [(0.9, 1.0)]


def test_risk_and_coverage_treat_equal_confidences_together() -> None:
    points = risk_coverage([0.9, 0.8, 0.8, 0.1], [True, False, True, False])
    assert points == [OperatingPoint(0.9, 0.25, 0), OperatingPoint(0.8, 0.75, 1 / 3), OperatingPoint(0.1, 1, 0.5)]


def test_the_widest_point_keeps_to_the_accepted_risk() -> None:
    points = [OperatingPoint(0.9, 0.2, 0.0), OperatingPoint(0.7, 0.5, 0.1), OperatingPoint(0.2, 0.9, 0.3)]
    assert widest_within(points, 0.1) == points[1]
    assert widest_within(points[2:], 0.1) is None
