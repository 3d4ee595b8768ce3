"""Fusing, sentences, regions, and the sparse weights: numbers worked by hand."""

import math

import numpy as np
import pytest

from kb_service.asking.search.fusing import by_nearest_sentence, fuse
from kb_service.domain.matters import region_path, visible_regions
from kb_service.ports import Hit, TwoLegs
from kb_service.text.clauses import sentences
from kb_service.text.terms import TermStatistics, asked_beside, counted, passage_vector, question_vector, term_id


def hit(passage_id: str, score: float) -> Hit:
    return Hit(passage_id, passage_id, f"v-{passage_id}", f"d-{passage_id}", score)


def test_a_passage_that_both_legs_like_wins() -> None:
    legs = TwoLegs(
        dense=(hit("a", 0.9), hit("b", 0.8), hit("c", 0.7)), sparse=(hit("b", 30.0), hit("c", 20.0), hit("d", 10.0))
    )
    fused = fuse(legs, dense_weight=0.5)
    # Both legs have deviations +1.2247, 0, −1.2247; what a leg lacks counts as its last.
    assert [each.passage_id for each in fused] == ["b", "a", "c", "d"]
    assert fused[0].score == pytest.approx(0.5 * 1.2247, abs=1e-3)
    assert fused[1].score == pytest.approx(0.0, abs=1e-3)
    assert fused[3].score == pytest.approx(-1.2247, abs=1e-3)


def test_a_similar_question_speaks_for_its_passage_once() -> None:
    legs = TwoLegs(dense=(hit("a", 0.9), Hit("point-2", "a", "v-a", "d-a", 0.95), hit("b", 0.1)), sparse=())
    fused = fuse(legs, dense_weight=0.5)
    assert [each.passage_id for each in fused] == ["a", "b"]
    assert fused[0].dense == 0.95


def test_a_passage_counts_by_its_nearest_sentence_where_that_is_nearer_than_the_whole() -> None:
    legs = TwoLegs(dense=(hit("a", 0.9), hit("b", 0.8), hit("c", 0.7)), sparse=(hit("c", 3.0),))
    read = by_nearest_sentence(legs, {"b": 0.96, "a": 0.5, "d": 0.99}, weight=0.75)
    assert [(each.passage_id, each.score) for each in read.dense] == [
        ("b", pytest.approx(0.92)),
        ("a", 0.9),
        ("c", 0.7),
    ]
    assert read.sparse == legs.sparse


def test_guide_words_weigh_less_and_only_where_the_question_lacks_them() -> None:
    statistics = TermStatistics.empty()
    asked = question_vector(counted(["房东"]), statistics)
    both = asked_beside(asked, question_vector(counted(["房东", "租赁"]), statistics), 0.5)
    weight_of = dict(zip(both.term_ids.tolist(), both.weights.tolist(), strict=True))
    assert weight_of[term_id("租赁")] == pytest.approx(0.5 * weight_of[term_id("房东")])
    assert (np.diff(both.term_ids.astype(np.int64)) > 0).all()


def test_equal_scores_are_ordered_by_passage_id() -> None:
    legs = TwoLegs(dense=(hit("b", 0.5), hit("a", 0.5)), sparse=())
    assert [each.passage_id for each in fuse(legs, dense_weight=0.5)] == ["a", "b"]


def test_a_sentence_keeps_its_closing_marks_and_its_place() -> None:
    text = "第一条 为了规范，制定本办法。\n（一）有下列情形之一的：身份证；户口簿。他说：“好。”然后离开"
    found = [text[span.start : span.end] for span in sentences(text)]
    assert found == [
        "第一条 为了规范，制定本办法。",
        "（一）有下列情形之一的：身份证；",
        "户口簿。",
        "他说：“好。”",
        "然后离开",
    ]


def test_sparse_weights_multiply_to_bm25() -> None:
    first, second = counted(["签注", "签注", "材料"]), counted(["材料"])
    statistics = TermStatistics.empty().plus([first, second])
    assert statistics.mean_length == 2.0
    passage = passage_vector(first, mean_length=2.0)
    asked = question_vector(counted(["签注"]), statistics)
    weight = passage.weights[passage.term_ids == asked.term_ids[0]][0] * asked.weights[0]
    # idf = ln(1 + (2 − 1 + ½)/(1 + ½)) = ln 2; tf part = 2·2.2 / (2 + 1.2·(0.25 + 0.75·3/2)) = 4.4 / 3.65
    assert float(weight) == pytest.approx(math.log(2) * 4.4 / 3.65, rel=1e-5)


def test_a_term_nobody_has_seen_weighs_most() -> None:
    statistics = TermStatistics.empty().plus([counted(["材料"]), counted(["材料", "签注"])])
    known, unknown = counted(["材料"]).term_ids, counted(["护照"]).term_ids
    assert statistics.idf(unknown)[0] > statistics.idf(known)[0]
    assert np.all(TermStatistics.empty().idf(unknown) > 0)


@pytest.mark.parametrize(
    ("given", "path"),
    [
        ("上海", "上海市"),
        ("浦东新区", "上海市/浦东新区"),
        ("上海市/浦东新区", "上海市/浦东新区"),
        ("全国", None),
        (None, None),
    ],
)
def test_regions_are_paths_from_the_city_down(given: str | None, path: str | None) -> None:
    assert region_path(given) == path


def test_a_question_sees_its_district_and_the_city_but_without_one_only_the_city() -> None:
    assert visible_regions("徐汇区") == ("上海市", "上海市/徐汇区")
    assert visible_regions(None) == ("上海市",)
