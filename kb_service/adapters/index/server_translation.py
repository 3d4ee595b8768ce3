"""Between our values and the classes of qdrant_client."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import assert_never

from qdrant_client import models
from qdrant_client.common.client_exceptions import QdrantException
from qdrant_client.http.exceptions import ApiException

from kb_service.adapters.index.conditions import Above, Absent, AnyOf, AtMost, Condition, Equals, NoneOf, OneOf
from kb_service.adapters.index.payloads import HIT_FIELDS, payload_as_dict
from kb_service.domain.errors import IndexUnavailable
from kb_service.ports import Hit, IndexPoint, SparseVector, Vector

DENSE = "dense"
SPARSE = "sparse"
# The same graph and search width as in the embedded index.
HNSW = models.HnswConfigDiff(m=16, ef_construct=128)
HNSW_EF = 384


@contextmanager
def server_faults(what: str) -> Iterator[None]:
    """The client's local mode raises ValueError and RuntimeError where a server answers with a status."""
    try:
        yield
    except (ApiException, QdrantException, OSError, RuntimeError, ValueError) as error:
        raise IndexUnavailable(f"{what}: {error}") from error


def hybrid_requests(
    dense: Vector | None, sparse: SparseVector | None, *, only: models.Filter, limit: int, hnsw_ef: int | None
) -> list[models.QueryRequest]:
    """One request for each vector that is given, dense first."""
    requests = []
    if dense is not None:
        params = models.SearchParams(hnsw_ef=max(hnsw_ef, limit)) if hnsw_ef else None
        requests.append(_request(dense.tolist(), DENSE, only, limit, params))
    if sparse is not None:
        requests.append(_request(_server_sparse(sparse), SPARSE, only, limit, None))
    return requests


def server_point(point: IndexPoint) -> models.PointStruct:
    vectors: models.VectorStruct = {DENSE: point.dense.tolist(), SPARSE: _server_sparse(point.sparse)}
    return models.PointStruct(id=point.id, vector=vectors, payload=payload_as_dict(point.payload))


def server_filter(conditions: Sequence[Condition]) -> models.Filter:
    return models.Filter(must=[_server_condition(condition) for condition in conditions])


def hit_of(point: models.ScoredPoint) -> Hit:
    payload = point.payload or {}
    missing = [key for key in HIT_FIELDS if key not in payload]
    if missing:
        raise IndexUnavailable(f"point {point.id} of the index has no {missing[0]}; rebuild it with `kb reindex`")
    return Hit(str(point.id), payload["passage_id"], payload["version_id"], payload["document_id"], point.score)


def _request(
    query: list[float] | models.SparseVector,
    using: str,
    only: models.Filter,
    limit: int,
    params: models.SearchParams | None,
) -> models.QueryRequest:
    return models.QueryRequest(
        query=query, using=using, filter=only, limit=limit, params=params, with_payload=list(HIT_FIELDS)
    )


def _server_sparse(vector: SparseVector) -> models.SparseVector:
    return models.SparseVector(indices=vector.term_ids.tolist(), values=vector.weights.tolist())


def _server_condition(condition: Condition) -> models.Condition:
    match condition:
        case OneOf(key, values):
            return models.FieldCondition(key=key, match=models.MatchAny(any=list(values)))
        case NoneOf(key, values):
            among = models.FieldCondition(key=key, match=models.MatchAny(any=list(values)))
            return models.Filter(must_not=[among])
        case Equals(key, value):
            return models.FieldCondition(key=key, match=models.MatchValue(value=value))
        case AtMost(key, value):
            return models.FieldCondition(key=key, range=models.Range(lte=value))
        case Above(key, value):
            return models.FieldCondition(key=key, range=models.Range(gt=value))
        case Absent(key):
            return models.IsEmptyCondition(is_empty=models.PayloadField(key=key))
        case AnyOf(conditions):
            return models.Filter(should=[_server_condition(each) for each in conditions])
        case _:
            assert_never(condition)
