"""What words, legs and topics weigh, of made-up passages worked out by hand: numbers that order what is found, and that
a corpus hardly shows."""

import math
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import UTC, date, datetime

from eval.gate.component_measures import Case, Measured
from kb_service.asking.reading.understanding import Understanding
from kb_service.asking.search.fusing import by_nearest_sentence, fuse
from kb_service.asking.search.retrieving import topic_score
from kb_service.domain.answers import Question
from kb_service.domain.documents import Kind, Metadata
from kb_service.domain.knobs import KNOBS
from kb_service.domain.matters import Facet, Matter
from kb_service.ports import Hit, SparseVector, TwoLegs
from kb_service.text.terms import TermStatistics, asked_beside, counted, passage_vector, question_vector, term_id

_EXACT = 1e-4
_NOON = datetime(2026, 6, 1, 4, tzinfo=UTC)
_PUDONG = "上海市/浦东新区"
_KITES = Matter("kites", "风筝放飞", "park")
# What is nearest in meaning and the bonuses are told apart: the numbers are not those of the service.
_KNOBS = replace(
    KNOBS, matter_bonus=0.5, facet_bonus=0.7, section_bonus=2.0, district_bonus=0.4, nearness_weight=10.0,
    farthest=0.3, of_no_matter=0.15,
)  # fmt: skip


def of_weights() -> list[Measured]:
    return [
        Measured("words.weights", tuple(_of_words())),
        Measured("search.rules", (*_of_legs(), *_of_topics())),
    ]


def _of_words() -> Iterator[Case]:
    """BM25 with k1 = 1.2 and b = 0.75 (Robertson & Zaragoza 2009): 风筝 twice and 线 once, of a passage of three terms
    where the mean is three, six and one and a half; among ten passages of which one has 风筝 and all have 线."""
    terms = counted(["风筝", "线", "风筝"])
    for mean, (kite, line) in {3.0: (1.375, 1.0), 6.0: (1.6, 1.2571), 1.5: (1.0732, 0.7097)}.items():
        found = _by_term(passage_vector(terms, mean_length=mean))
        yield _case(f"passage, mean {mean}", found, {"风筝": kite, "线": line})
    statistics = TermStatistics.empty().plus([counted(["线", "风筝"]), *[counted(["线"])] * 9])
    asked = question_vector(counted(["风筝", "线", "气球", "风筝"]), statistics)
    weight_of = {"风筝": math.log(1 + 9.5 / 1.5), "线": math.log(1 + 0.5 / 10.5), "气球": math.log(22)}
    yield _case("question", _by_term(asked), weight_of)
    beside = question_vector(counted(["风筝", "飞艇"]), statistics)
    expected = weight_of | {"飞艇": math.log(22) / 2}
    yield _case("other words beside it", _by_term(asked_beside(asked, beside, 0.5)), expected)
    yield _case("mean length", {"mean": statistics.mean_length}, {"mean": 1.1})


def _of_legs() -> Iterator[Case]:
    """Scores as deviations from their leg's mean; what a leg does not have counts as its last. Of two places of one
    passage the better counts. A nearer sentence lifts a passage, a farther one does not lower it."""
    legs = TwoLegs(
        dense=(_hit("a", 0.9), _hit("b", 0.7), _hit("b", 0.5, point="b2")), sparse=(_hit("b", 10.0), _hit("c", 4.0))
    )
    fused = fuse(legs, dense_weight=0.6)
    yield _case("fused", {each.passage_id: each.score for each in fused}, {"a": 0.2, "b": -0.2, "c": -1.0})
    yield _case("best first", {each.passage_id: place for place, each in enumerate(fused)}, {"a": 0, "b": 1, "c": 2})
    ranks = {each.passage_id: (each.dense_rank, each.sparse_rank) for each in fused}
    is_ranked = ranks == {"a": (0, None), "b": (1, 0), "c": (None, 1)}
    yield Case("ranks", "ranks", float(is_ranked), note=f"{ranks}")
    lifted = by_nearest_sentence(legs, {"a": 0.8, "b": 0.9}, weight=0.5)
    found = {each.point_id: each.score for each in lifted.dense}
    yield _case("nearest sentence", found, {"a": 0.9, "b": 0.8, "b2": 0.7})


def _of_topics() -> Iterator[Case]:
    """Fees of 风筝放飞, asked in 浦东新区 or anywhere; near to the matter, less to balloons, least to boats."""
    fee = _read(_KITES)
    for name, understood, said, names_facet, expected in (
        ("guide's own section", fee, _of("kites"), True, 0.5 + 2.0),
        ("guide's other section", fee, _of("kites"), False, 0.5),
        ("statute of the matter", fee, _of("kites", Kind.REGULATION), True, 0.5 + 0.7),
        ("section of another matter", fee, _of("balloons"), True, -0.5 + 0.7 - 10 * 0.2),
        ("far from it", fee, _of("boats"), False, -0.5 - 10 * 0.3),
        ("of no matter", fee, _of(None), False, -10 * 0.15),
        ("no matter named", _read(None), _of("kites"), True, 0.7),
        ("no matter named, another", _read(None), _of("balloons"), False, -10 * 0.2),
        ("its district", _read(_KITES, _PUDONG), _of("kites", region="浦东新区"), False, 0.5 + 0.4),
        ("the city's, from a district", _read(_KITES, _PUDONG), _of("kites", region="上海市"), False, 0.5),
    ):
        score = topic_score(understood, said, names_facet=names_facet, knobs=_KNOBS)
        yield _case(name, {name: score}, {name: expected})


def _read(matter: Matter | None, region: str | None = None) -> Understanding:
    nearness = {"kites": 0.9, "balloons": 0.7, "boats": 0.1}
    question = Question("收费多少", date(2026, 6, 1), _NOON, region=region)
    return Understanding("收费多少", question, matter=matter, facet=Facet.FEE, nearness=nearness)


def _of(matter: str | None, kind: Kind = Kind.PROCEDURE, region: str | None = None) -> Metadata:
    return Metadata("指南", kind, matter_id=matter, region=region)


def _hit(passage: str, score: float, point: str | None = None) -> Hit:
    return Hit(point or passage, passage, f"{passage}-v", f"{passage}-d", score)


def _by_term(vector: SparseVector) -> Mapping[str, float]:
    name_of = {term_id(each): each for each in ("风筝", "线", "气球", "飞艇")}
    return {name_of[int(each)]: float(w) for each, w in zip(vector.term_ids, vector.weights, strict=True)}


def _case(name: str, found: Mapping[str, float], expected: Mapping[str, float]) -> Case:
    is_same = found.keys() == expected.keys() and all(abs(found[each] - expected[each]) < _EXACT for each in expected)
    note = "、".join(f"{each} {value:.4f}" for each, value in found.items())
    return Case(name, name, float(is_same), note=note)
