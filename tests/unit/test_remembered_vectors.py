from collections.abc import Sequence

import numpy as np

from kb_service.adapters.embedding.remembering import RememberedVectors
from kb_service.ports import Vectors


class Model:
    """Gives a text the vector of its length, and notes what it was asked for."""

    def __init__(self) -> None:
        self.asked: list[list[str]] = []

    def embed(self, texts: Sequence[str]) -> Vectors:
        self.asked.append(list(texts))
        return np.array([[len(text)] for text in texts], np.float32)


def test_new_texts_are_embedded_together_and_each_once() -> None:
    model = Model()
    vectors = RememberedVectors(model.embed, most=10)
    assert [float(each[0]) for each in vectors.of(["费用", "费", "费用"])] == [2, 1, 2]
    assert model.asked == [["费用", "费"]]


def test_a_text_that_is_known_is_not_embedded_again() -> None:
    model = Model()
    vectors = RememberedVectors(model.embed, most=10)
    vectors.one("费用")
    assert [float(each[0]) for each in vectors.of(["费", "费用"])] == [1, 2]
    assert model.asked == [["费用"], ["费"]]


def test_the_text_asked_for_longest_ago_is_forgotten_first() -> None:
    model = Model()
    vectors = RememberedVectors(model.embed, most=2)
    for text in ("甲", "乙", "甲", "丙", "甲", "乙"):
        vectors.one(text)
    assert model.asked == [["甲"], ["乙"], ["丙"], ["乙"]]
