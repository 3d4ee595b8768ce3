"""Collections of a Qdrant server, the alias that names the one in use, and the manifest kept in its metadata."""

from dataclasses import asdict, replace

from qdrant_client import QdrantClient, models

from kb_service.adapters.index.manifest import Manifest
from kb_service.adapters.index.payloads import INTEGER_FIELDS, KEYWORD_FIELDS
from kb_service.adapters.index.server_translation import DENSE, HNSW, SPARSE


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
        hnsw_config=HNSW,
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
