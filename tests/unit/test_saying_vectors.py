"""Vectors of sayings, while somebody waits: what is kept is read, the rest is embedded, nothing is written."""

from collections.abc import Mapping, Sequence
from typing import cast

import numpy as np

from ingestion.preparing import Preparing
from ingestion.surfaces import Surfacing, key_of
from kb_service.adapters.sql.library import SqlLibrary
from kb_service.ports import ComputedTexts, EmbeddingModel, Segmenter, Vector, Vectors


class Kept:
    def __init__(self, **vector_of: float) -> None:
        self._by_key = {key_of(text): np.array([value], np.float32) for text, value in vector_of.items()}

    def embeddings(self, model: str, keys: Sequence[str]) -> Mapping[str, Vector]:
        return {key: self._by_key[key] for key in keys if key in self._by_key}


class Model:
    fingerprint = "model"
    dimensions = 1

    def __init__(self) -> None:
        self.asked: list[str] = []

    def embed_sentences(self, texts: Sequence[str]) -> Vectors:
        self.asked += texts
        return np.array([[len(text)] for text in texts], np.float32)


def test_only_sayings_that_are_not_kept_are_embedded() -> None:
    model = Model()
    preparing = Preparing(
        library=cast(SqlLibrary, None),
        computed=cast(ComputedTexts, Kept(费用=7.0)),
        surfacing=cast(Surfacing, None),
        model=cast(EmbeddingModel, model),
        segmenter=cast(Segmenter, None),
    )
    assert preparing.saying_vectors(["签注免费", "费用", "签注"]).tolist() == [[4.0], [7.0], [2.0]]
    assert model.asked == ["签注免费", "签注"]
