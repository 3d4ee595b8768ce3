"""Between our values and the classes of qdrant_client; a server's collections, the alias that names the one in use, and
the manifest kept in its metadata.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, replace
from typing import assert_never

from qdrant_client import QdrantClient, models
from qdrant_client.common.client_exceptions import QdrantException
from qdrant_client.http.exceptions import ApiException

from kb_service.adapters.index.manifest import Manifest
from kb_service.adapters.index.points import (
    DENSE,
    HIT_FIELDS,
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
from kb_service.domain.errors import IndexUnavailable
from kb_service.ports import IndexPoint, SparseVector, Vector


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


def is_local(location: str) -> bool:
    """Whether it names the client's own slow engine (``:memory:`` or a folder) instead of a server."""
    return not location.startswith(("http://", "https://"))


def connect(location: str, *, api_key: str | None, timeout_seconds: int) -> QdrantClient:
    if location == ":memory:":
        return QdrantClient(location=location)
    if is_local(location):
        return QdrantClient(path=location, force_disable_check_same_thread=True)
    # The check prints a warning instead of failing; a server that is too old refuses the first request anyway.
    return QdrantClient(url=location, api_key=api_key, timeout=timeout_seconds, check_compatibility=False)


def of_server(manifest: Manifest) -> Manifest:
    """A server upgrades its own files, so the release of the embedded engine does not matter there."""
    return replace(manifest, engine="qdrant server")


def create_collection(client: QdrantClient, name: str, manifest: Manifest, *, with_payload_indexes: bool) -> None:
    """Replaces a collection of that name, left by a rebuild that did not end."""
    client.delete_collection(name)
    client.create_collection(
        name,
        vectors_config={DENSE: models.VectorParams(size=manifest.dimensions, distance=models.Distance.COSINE)},
        # No IDF modifier: the query's weights hold the IDF, counted over approved passages only.
        sparse_vectors_config={SPARSE: models.SparseVectorParams()},
        hnsw_config=models.HnswConfigDiff(m=HNSW_M, ef_construct=HNSW_EF_CONSTRUCT),
        metadata=asdict(manifest),
    )
    if with_payload_indexes:
        for key in KEYWORD_FIELDS:
            client.create_payload_index(name, key, models.PayloadSchemaType.KEYWORD)
        for key in INTEGER_FIELDS:
            client.create_payload_index(name, key, models.PayloadSchemaType.INTEGER)


def manifest_of(client: QdrantClient, collection: str) -> Manifest:
    """Raises ValueError when the collection was not made by this service."""
    metadata = client.get_collection(collection).config.metadata or {}
    try:
        return Manifest(**metadata)
    except TypeError as error:
        raise ValueError(f"the collection behind {collection} has no manifest of this service") from error


def collection_behind(client: QdrantClient, alias: str) -> str | None:
    aliases = client.get_aliases().aliases
    return next((each.collection_name for each in aliases if each.alias_name == alias), None)


def point_alias_at(client: QdrantClient, alias: str, *, collection: str) -> None:
    """In one request, so that no search falls between the old collection and the new."""
    operations: list[models.AliasOperations] = []
    if collection_behind(client, alias) is not None:
        operations.append(models.DeleteAliasOperation(delete_alias=models.DeleteAlias(alias_name=alias)))
    create = models.CreateAlias(collection_name=collection, alias_name=alias)
    operations.append(models.CreateAliasOperation(create_alias=create))
    client.update_collection_aliases(change_aliases_operations=operations)
