"""How near two sentences are, without embedding more than an examination has time for."""

from collections.abc import Mapping, Sequence

import numpy as np
import pytest

from ingestion.sentence_nearness import SentenceNearness
from kb_service.ports import Vector
from kb_service.publishing.contradictions import unknown
from kb_service.publishing.figure_statement import FigureStatement
from tests.contradicting import STATING, section


def statement(text: str) -> FigureStatement:
    return next(iter(STATING.statements(section("收费", text))))


FREE, PRICED, DEAR = statement("停靠免费。"), statement("停靠收60元。"), statement("停靠收90元。")


class Embedding:
    """Sentences with 免费 one way, all others 60 degrees from it."""

    def __init__(self) -> None:
        self.embedded: list[str] = []

    def __call__(self, texts: Sequence[str]) -> Mapping[str, Vector]:
        self.embedded += texts
        return {each: np.array([2, 0] if "免费" in each else [0.5, 0.75**0.5], np.float32) for each in texts}


def test_the_cosine_does_not_depend_on_the_length_of_vectors() -> None:
    assert SentenceNearness(Embedding())(FREE, PRICED) == pytest.approx(0.5)


def test_a_sentence_is_embedded_once_behind_its_title() -> None:
    embedding = Embedding()
    nearness = SentenceNearness(embedding)
    assert nearness(FREE, PRICED) == nearness(PRICED, FREE)
    assert embedding.embedded == ["游船停靠证办事指南。停靠免费", "游船停靠证办事指南。停靠收60元"]


def test_what_there_is_no_time_to_embed_is_taken_to_be_far() -> None:
    embedding = Embedding()
    nearness = SentenceNearness(embedding, most=2)
    nearness(FREE, PRICED)
    assert nearness(FREE, DEAR) == unknown(FREE, DEAR)
    assert len(embedding.embedded) == 2
