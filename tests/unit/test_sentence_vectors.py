"""Vectors of sentences are read once; a changed text is read again, and what is not computed yet is asked for anew."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np

from ingestion.sentence_vectors import SentenceVectors
from kb_service.domain.documents import PassageInVersion
from kb_service.ports import Vectors
from tests.factories import passage_in_version


class Prepared:
    """Stands for `Preparing`: of each passage as many vectors as ``computed`` says."""

    def __init__(self, **computed: int) -> None:
        self.computed = computed
        self.asked: list[str] = []

    def sentence_vectors(self, passages: Sequence[PassageInVersion]) -> Mapping[str, Vectors]:
        self.asked += [found.passage.id for found in passages]
        known = [found.passage.id for found in passages if found.passage.id in self.computed]
        return {each: np.ones((self.computed[each], 2), np.float32) for each in known}


def test_a_passage_is_read_once_also_when_it_has_a_single_sentence() -> None:
    prepared = Prepared(p1=2, p2=0)
    vectors = SentenceVectors(prepared)
    found = [passage_in_version(passage_id="p1"), passage_in_version(passage_id="p2")]
    assert {each: len(of) for each, of in vectors.of(found).items()} == {"p1": 2}
    assert vectors.of(found).keys() == {"p1"}
    assert prepared.asked == ["p1", "p2"]


def test_what_is_not_computed_yet_is_asked_for_again() -> None:
    prepared = Prepared()
    vectors = SentenceVectors(prepared)
    found = passage_in_version(passage_id="p1")
    assert vectors.of([found]) == {}
    prepared.computed["p1"] = 3
    assert len(vectors.of([found])["p1"]) == 3


def test_a_draft_that_was_edited_is_read_again() -> None:
    prepared = Prepared(p1=1)
    vectors = SentenceVectors(prepared)
    found = passage_in_version("签注免费。", passage_id="p1")
    vectors.of([found])
    vectors.of([replace(found, passage=replace(found.passage, text="签注收费。"))])
    assert prepared.asked == ["p1", "p1"]
