"""A confidence model is proposed only where it is shown to be better than the one in use."""

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from eval.site_calibration import onto
from kb_service.adapters.calibration_folder import CalibrationFolder
from kb_service.asking.search.confidence import ConfidenceModel, Tree
from kb_service.asking.search.known_questions import KnownQuestion
from kb_service.domain.calibrations import CalibrationProposal, Outlook, PairedChange, change
from kb_service.domain.learning_errors import NoGainShown
from kb_service.domain.resolution import share
from kb_service.measuring.recalibrating import Recalibrating


def proposal(
    *, resolved: tuple[int, int], wrong: tuple[int, int], rates: tuple[int, int] = (8, 8)
) -> CalibrationProposal:
    """Of 200 questions, 10 % of answers may be wrong. ``resolved``, ``wrong``: for how many it holds only after, only
    before; ``rates``: how many of 100 answers were wrong before and after."""
    before, after = (Outlook(0.5, share(100, 200), share(100, 200), share(each, 100), None, None, ()) for each in rates)
    changes = (_of(*resolved), _of(*wrong))
    return CalibrationProposal("v", "sha", "zhang", datetime.now(UTC), "own", 200, before, after, 0.1, *changes)


def _of(gained: int, lost: int) -> PairedChange:
    both = 200 - gained - lost
    return change([False] * gained + [True] * (lost + both), [True] * gained + [False] * lost + [True] * both)


def test_the_interval_of_a_difference_is_that_of_bonett_and_price() -> None:
    # 10 and 2 of 200: shares 11/202 and 3/202, difference 8/202, ± 1.96 √((14/202 − (8/202)²)/202)
    found = _of(10, 2)
    assert (found.gained, found.lost, found.difference) == (10, 2, 0.04)
    assert (found.low, found.high) == pytest.approx((0.0037, 0.0755), abs=1e-4)


@pytest.mark.parametrize(
    ("resolved", "wrong", "rates"),
    [
        ((0, 32), (4, 2), (6, 7)),  # 58 % resolved before, 42 % after
        ((9, 4), (5, 1), (6, 8)),  # a little more, perhaps by chance
        ((0, 0), (0, 0), (8, 8)),
        ((30, 5), (20, 2), (8, 16)),  # more answers, and more of them wrong than may be
        ((0, 20), (0, 12), (9, 2)),  # fewer wrong, paid for with what was right
    ],
)
def test_what_shows_no_gain_is_no_gain(
    resolved: tuple[int, int], wrong: tuple[int, int], rates: tuple[int, int]
) -> None:
    assert not proposal(resolved=resolved, wrong=wrong, rates=rates).shows_gain


@pytest.mark.parametrize(
    ("resolved", "wrong", "rates"),
    [
        ((20, 3), (8, 1), (5, 9)),  # more resolved, within what may be wrong
        ((3, 4), (0, 12), (9, 2)),  # fewer wrong, as many resolved
        ((0, 20), (0, 25), (30, 6)),  # far more were wrong than may be: that it stops is worth what it costs
    ],
)
def test_more_resolved_or_fewer_wrong_is_a_gain(
    resolved: tuple[int, int], wrong: tuple[int, int], rates: tuple[int, int]
) -> None:
    assert proposal(resolved=resolved, wrong=wrong, rates=rates).shows_gain


def test_a_loss_is_never_proposed_and_what_waits_stays(tmp_path: Path) -> None:
    told: list[CalibrationProposal] = []
    trail: Any = type("Trail", (), {"propose": staticmethod(told.append)})
    folder = CalibrationFolder(tmp_path / "calibration", tmp_path / "model.json")
    recalibrating = Recalibrating(folder, trail, lambda: datetime.now(UTC))
    better = proposal(resolved=(20, 3), wrong=(0, 0))
    recalibrating.propose(better, "{}", picture="")
    with pytest.raises(NoGainShown, match=r"resolved -16\.0 points \(-2"):
        recalibrating.propose(proposal(resolved=(0, 32), wrong=(0, 0)), "{}", picture="")
    assert recalibrating.proposal() == better and told == [better]


SHIPPED = ConfidenceModel("shipped", ("covered",), (Tree((), (0.0,)),), 1.0, 0.0, {}, (), ())


def test_what_is_known_is_kept_where_it_has_not_seen_the_questions() -> None:
    of_corpus = replace(SHIPPED, version="corpus", known=(KnownQuestion("签注收费吗", False, line="k1"),))
    assert onto(of_corpus, SHIPPED, {"q1"}) is of_corpus
    assert onto(of_corpus, SHIPPED, {"q1", "k1"}) is SHIPPED


def test_calibrated_again_a_site_keeps_all_but_what_it_learned_from_these_questions() -> None:
    corpus, its = KnownQuestion("签注收费吗", False, line="k1"), KnownQuestion("居住证呢", False, line="q1")
    grown = (*SHIPPED.trees, Tree((), (0.5,)), Tree((), (0.7,)))
    own = replace(SHIPPED, version="own", trees=grown, known=(corpus, its), own_trees=2)
    found = onto(own, SHIPPED, {"q1", "q2"})
    assert (found.trees, found.known, found.own_trees) == (SHIPPED.trees, (corpus,), 0)
