"""What is known of the best passage before anybody answers from it, worked by hand."""

import math
import re
from dataclasses import replace

import pytest

from kb_service.asking.reading.lexicon import QuantityAsked
from kb_service.asking.search.features import features
from kb_service.asking.search.fusing import FusedHit, LegShape, LegShapes
from kb_service.asking.search.retrieving import Candidate, QuestionTerms
from tests.factories import passage_in_version, understanding

TERMS = QuestionTerms(
    words={"签注": 4.0, "材料": 2.0}, bigrams={"签注": 4.0, "注材": 4.0, "材料": 2.0}, text="签注材料 "
)
LEGS = LegShapes(
    dense=LegShape(mean=0.80, deviation=0.02, tenth=0.84, fiftieth=0.80, least=0.75),
    sparse=LegShape(mean=5.0, deviation=2.0, tenth=6.0, fiftieth=4.0, least=3.0),
    sparse_possible=20.0,
)


def found(document_id: str, own: str, *, score: float, dense: float | None, sparse: float | None) -> Candidate:
    in_version = passage_in_version(own, passage_id=f"p-{document_id}", document_id=document_id)
    hit = FusedHit(in_version.passage.id, "v", document_id, score - 1.0, dense, sparse, 0, None)
    return Candidate(in_version, hit, score, f"居住证\n{own}", own_from=4, legs=LEGS)


BEST = found("guide", "签注免费。", score=4.0, dense=0.90, sparse=10.0)
RIVAL = found("other", "材料见附件。", score=3.0, dense=0.86, sparse=None)


def of(*candidates: Candidate, question: str = "签注材料") -> dict[str, float]:
    quantity = QuantityAsked((re.compile("元"),)) if "多少" in question else QuantityAsked()
    return features(understanding(question, quantity_asked=quantity), candidates, TERMS, facet_agrees=True)


def test_without_candidates_there_is_nothing_to_know() -> None:
    assert of() == {}


def test_what_the_passage_says_of_the_question_and_what_only_others_say() -> None:
    seen = of(BEST, RIVAL)
    assert seen["words"] == pytest.approx(4 / 6)
    assert seen["bigrams_own"] == pytest.approx(0.4)
    assert seen["bigrams_rival"] == pytest.approx(0.2)
    assert (seen["pool"], seen["pool_ahead"]) == (pytest.approx(0.6), pytest.approx(0.2))
    assert seen["rarest_missing"] == 0.5  # 材料 weighs 2, the rarest word 4
    assert seen["runs"] == 0.5  # 签注 of 签注材料


def test_the_best_stands_out_by_its_scores_in_both_legs() -> None:
    seen = of(BEST, RIVAL)
    assert (seen["margin"], seen["margin_fused"]) == (1.0, 1.0)
    assert seen["cosine_deviation"] == pytest.approx(5.0, abs=1e-3)
    assert (seen["cosine_gap"], seen["cosine_gap_tenth"]) == (pytest.approx(0.04), pytest.approx(0.06))
    assert (seen["sparse_share"], seen["sparse_gap_tenth"]) == (0.5, pytest.approx(0.2))
    assert (seen["dense_rank"], seen["sparse_rank"]) == (0.0, pytest.approx(math.log1p(100)))


def test_a_passage_that_a_leg_lacks_counts_as_its_least() -> None:
    unseen = replace(BEST, hit=replace(BEST.hit, dense=None, sparse=None))
    assert (of(unseen)["cosine"], of(unseen)["sparse_share"]) == (0.75, pytest.approx(0.15))


def test_an_only_document_leads_by_as_much_as_counts() -> None:
    assert (of(BEST)["margin"], of(BEST)["same_document"], of(BEST)["sparse_ratio"]) == (3.0, 1.0, 1.0)


@pytest.mark.parametrize(
    ("question", "name"), [("2027年签注", "numbers_missing"), ("《暂行办法》的签注", "quoted_missing")]
)
def test_a_figure_or_a_quoted_name_that_the_document_lacks_is_noticed(question: str, name: str) -> None:
    assert of(BEST, question=question)[name] == 1.0
    assert of(BEST)[name] == 0.0


def test_an_amount_that_is_asked_for_may_stand_in_the_passage_in_its_document_or_nowhere() -> None:
    paid = found("guide", "每证收费20元。", score=2.0, dense=0.80, sparse=None)

    def missing(*candidates: Candidate) -> tuple[float, float, float]:
        seen = of(*candidates, question="签注多少钱")
        return seen["value_asked"], seen["value_missing"], seen["value_missing_document"]

    assert missing(paid) == (1.0, 0.0, 0.0)
    assert missing(BEST, paid) == (1.0, 1.0, 0.0)
    assert missing(BEST, RIVAL) == (1.0, 1.0, 1.0)
    assert of(BEST, question="签注材料")["value_asked"] == 0.0


def test_a_text_that_lacks_the_number_a_question_names_is_no_rival() -> None:
    line_2 = found("line-2", "2号线票价3元。", score=4.0, dense=0.9, sparse=9.0)
    line_3 = found("line-3", "3号线票价4元。", score=3.9, dense=0.9, sparse=9.0)
    named = of(line_2, line_3, question="2号线票价")
    assert named["margin"] == 3.0  # nobody is near
    assert of(line_2, line_3, question="票价")["margin"] == pytest.approx(0.1)
    assert of(line_2, line_3, question="5号线票价")["margin"] == pytest.approx(0.1)  # the best lacks it as well
