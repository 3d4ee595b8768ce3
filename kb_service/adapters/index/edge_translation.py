"""Between our values and the classes of qdrant_edge."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import assert_never

import qdrant_edge as engine

from kb_service.adapters.index.points import (
    DENSE,
    HIT_FIELDS,
    HNSW_EF,
    HNSW_EF_CONSTRUCT,
    HNSW_M,
    INTEGER_FIELDS,
    KEYWORD_FIELDS,
    SPARSE,
    Above,
    Absent,
    AnyOf,
    AtMost,
    Condition,
    Equals,
    NoneOf,
    OneOf,
    payload_as_dict,
)
from kb_service.domain.errors import IndexUnavailable, KbError
from kb_service.ports import IndexPoint, SparseVector, Vector

# Below this many kilobytes of matching vectors the engine scans them all, which is as fast and misses nothing.
FULL_SCAN_BELOW_KB = 10_000


@contextmanager
def engine_faults(what: str) -> Iterator[None]:
    """Turn whatever the engine raises into IndexUnavailable: plain Exceptions, and panics of its Rust code, which are
    BaseExceptions without an importable class."""
    try:
        yield
    except KbError:
        raise
    except BaseException as error:
        if not isinstance(error, Exception) and type(error).__name__ != "PanicException":
            raise
        raise IndexUnavailable(f"{what}: {error}") from error


def shard_config(*, dimensions: int, hnsw_from_kb: int | None) -> engine.EdgeConfig:
    """``hnsw_from_kb``: size from which `optimize` builds a graph; None is the engine's 10 MB."""
    return engine.EdgeConfig(
        vectors={DENSE: engine.EdgeVectorParams(size=dimensions, distance=engine.Distance.Cosine)},
        # No IDF modifier: the query's weights hold the IDF, counted over approved passages only.
        sparse_vectors={SPARSE: engine.EdgeSparseVectorParams()},
        hnsw_config=engine.HnswIndexConfig(
            m=HNSW_M, ef_construct=HNSW_EF_CONSTRUCT, full_scan_threshold=FULL_SCAN_BELOW_KB
        ),
        optimizers=engine.EdgeOptimizersConfig(indexing_threshold=hnsw_from_kb),
    )


def payload_index_operations() -> list[engine.UpdateOperation]:
    create = engine.UpdateOperation.create_field_index
    keywords = [create(key, engine.PayloadSchemaType.Keyword) for key in KEYWORD_FIELDS]
    return keywords + [create(key, engine.PayloadSchemaType.Integer) for key in INTEGER_FIELDS]


def upsert_operation(points: Sequence[IndexPoint]) -> engine.UpdateOperation:
    return engine.UpdateOperation.upsert_points([_edge_point(point) for point in points])


def hybrid_request(
    dense: Vector | None, sparse: SparseVector | None, *, only: engine.Filter, limit: int
) -> engine.QueryBatchRequest:
    """One batch with a query for each vector that is given, dense first."""
    queries = []
    if dense is not None:
        nearest = engine.Query.Nearest(dense, using=DENSE)  # type: ignore[arg-type]  # takes arrays without a copy
        queries.append(_request(nearest, only, limit, engine.SearchParams(hnsw_ef=max(HNSW_EF, limit))))
    if sparse is not None:
        queries.append(_request(engine.Query.Nearest(_edge_sparse(sparse), using=SPARSE), only, limit, None))
    return engine.QueryBatchRequest(queries)


def edge_filter(conditions: Sequence[Condition]) -> engine.Filter:
    return engine.Filter(must=[_edge_condition(condition) for condition in conditions])


def _request(
    query: engine.Query, only: engine.Filter, limit: int, params: engine.SearchParams | None
) -> engine.QueryRequest:
    return engine.QueryRequest(limit=limit, query=query, filter=only, params=params, with_payload=list(HIT_FIELDS))


def _edge_point(point: IndexPoint) -> engine.Point:
    vectors: Mapping[str, object] = {DENSE: point.dense, SPARSE: _edge_sparse(point.sparse)}
    return engine.Point(point.id, vectors, payload_as_dict(point.payload))  # type: ignore[arg-type]


def _edge_sparse(vector: SparseVector) -> engine.SparseVector:
    return engine.SparseVector(vector.term_ids, vector.weights)  # type: ignore[arg-type]


def _edge_condition(condition: Condition) -> engine.FieldCondition | engine.IsEmptyCondition | engine.Filter:
    match condition:
        case OneOf(key, values):
            return engine.FieldCondition(key, match=engine.MatchAny(list(values)))
        case NoneOf(key, values):
            return engine.Filter(must_not=[engine.FieldCondition(key, match=engine.MatchAny(list(values)))])
        case Equals(key, value):
            return engine.FieldCondition(key, match=engine.MatchValue(value))
        case AtMost(key, value):
            return engine.FieldCondition(key, range=engine.RangeFloat(lte=value))
        case Above(key, value):
            return engine.FieldCondition(key, range=engine.RangeFloat(gt=value))
        case Absent(key):
            return engine.IsEmptyCondition(key)
        case AnyOf(conditions):
            return engine.Filter(should=[_edge_condition(each) for each in conditions])
        case _:
            assert_never(condition)
