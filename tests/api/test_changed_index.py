"""Somebody changes what the index searches by: `kb check` names the document and what to do."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
import qdrant_edge as engine

from kb_service.adapters.index.edge import EdgeIndex
from kb_service.adapters.index.edge_translation import upsert_operation
from kb_service.ports import IndexPoint, SparseVector
from tests.api.conftest import Http

NO_TERMS = SparseVector(np.array([], dtype=np.uint32), np.array([], dtype=np.float32))


def zeroed(point: IndexPoint) -> IndexPoint:
    return replace(point, dense=np.zeros_like(point.dense))


def turned(point: IndexPoint) -> IndexPoint:
    return replace(point, dense=-point.dense)


def without_terms(point: IndexPoint) -> IndexPoint:
    return replace(point, sparse=NO_TERMS)


def lighter(point: IndexPoint) -> IndexPoint:
    return replace(point, sparse=SparseVector(point.sparse.term_ids, point.sparse.weights / 2))


@pytest.mark.parametrize("change", [zeroed, turned, without_terms, lighter])
def test_changed_vectors_of_a_document_are_found(http: Http, change: Callable[[IndexPoint], IndexPoint]) -> None:
    index = http.service.index
    assert isinstance(index, EdgeIndex)
    document_id = http.service.library.document_ids()[0]
    payload_of = index.payloads_of_document(document_id)
    before = [
        IndexPoint(point_id, dense, sparse, payload_of[point_id])
        for point_id, (dense, sparse) in index.vectors_of_document(document_id).items()
    ]
    assert before
    assert [each for each in http.service.check().findings if each.kind == "index"] == []
    shard: engine.EdgeShard = index._opened()
    shard.update(upsert_operation([change(before[0]), *before[1:]]))
    try:
        found = [each for each in http.service.check().findings if each.kind == "index"]
        assert [each.subject for each in found] == [document_id]
        assert "1 points" in found[0].detail
        assert "kb reindex" in found[0].detail
    finally:
        index.upsert(before)
