"""The index on a Qdrant server. Collections stand behind an alias, so that a rebuild is swapped in at once."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from threading import RLock

from qdrant_client import models

from kb_service.adapters.index.manifest import Manifest, differences
from kb_service.adapters.index.points import (
    HNSW_EF,
    check_point_id,
    check_points,
    checked_query,
    conditions_of,
    hits_in_order,
    payload_as_dict,
    payload_from_dict,
    points_of_document,
    require_all,
    vectors_from_dict,
)
from kb_service.adapters.index.server_translation import (
    collection_behind,
    connect,
    create_collection,
    hybrid_requests,
    is_local,
    manifest_of,
    of_server,
    point_alias_at,
    server_faults,
    server_filter,
    server_point,
)
from kb_service.domain.errors import IndexMismatch
from kb_service.ports import IndexPoint, InForceFilter, PointPayload, SparseVector, TwoLegs, Vector

# The server refuses bodies over 32 MB; 256 points of 1,024 dimensions are about 5 MB of JSON.
_POINTS_PER_CALL = 256
_SCROLL_PAGE = 1_000


class ServerIndex:
    """`PassageIndex` behind ``alias``. ``location`` is an http(s) URL; a folder or ``:memory:`` is the client's slow
    local mode, for tests of up to 1,000 points.

    Creates an empty collection when the alias is new. Raises IndexUnavailable when the server does not answer.
    """

    def __init__(
        self,
        location: str,
        wanted: Manifest,
        *,
        alias: str = "passages",
        api_key: str | None = None,
        timeout_seconds: int = 10,
    ) -> None:
        self._alias = alias
        self._wanted = of_server(wanted)
        self._is_local = is_local(location)
        # Local mode is plain Python objects; the client for a server is safe to share between threads.
        self._lock: AbstractContextManager[object] = RLock() if self._is_local else nullcontext()
        with self._guarded(f"the Qdrant server at {location} does not answer"):
            self._client = connect(location, api_key=api_key, timeout_seconds=timeout_seconds)
            if collection_behind(self._client, alias) is None:
                create_collection(self._client, f"{alias}-0", self._wanted, with_payload_indexes=not self._is_local)
                point_alias_at(self._client, alias, collection=f"{alias}-0")
            self._manifest = manifest_of(self._client, alias)

    @property
    def manifest(self) -> Manifest:
        return self._manifest

    @property
    def rebuild_reasons(self) -> tuple[str, ...]:
        """Empty when the collection was made with what the service now uses."""
        return tuple(map(str, differences(self._manifest, self._wanted)))

    def upsert(self, points: Sequence[IndexPoint]) -> None:
        self._require_match()
        check_points(points, dimensions=self._manifest.dimensions)
        with self._guarded("the index could not take points"):
            self._write(self._alias, points)

    def set_payloads(self, payload_of: Mapping[str, PointPayload]) -> None:
        """Raises InvalidPoint before anything is written when a point does not exist."""
        if not payload_of:
            return
        for point_id in payload_of:
            check_point_id(point_id)
        with self._guarded("the index could not change payloads"):
            self._require_existing(list(payload_of))
            operations = [
                models.OverwritePayloadOperation(
                    overwrite_payload=models.SetPayload(payload=payload_as_dict(payload), points=[point_id])
                )
                for point_id, payload in payload_of.items()
            ]
            self._client.batch_update_points(self._alias, update_operations=operations, wait=True)

    def delete(self, point_ids: Sequence[str]) -> None:
        for point_id in point_ids:
            check_point_id(point_id)
        if point_ids:
            with self._guarded("the index could not delete points"):
                selector = models.PointIdsList(points=[*point_ids])
                self._client.delete(self._alias, points_selector=selector, wait=True)

    def payloads_of_document(self, document_id: str) -> Mapping[str, PointPayload]:
        only = server_filter(points_of_document(document_id))
        payload_of: dict[str, PointPayload] = {}
        offset = None
        while True:
            with self._guarded("the index could not be read"):
                records, offset = self._client.scroll(
                    self._alias, scroll_filter=only, limit=_SCROLL_PAGE, offset=offset, with_payload=True
                )
                payload_of |= {str(record.id): payload_from_dict(record.payload or {}) for record in records}
            if offset is None:
                return payload_of

    def vectors_of_document(self, document_id: str) -> Mapping[str, tuple[Vector, SparseVector]]:
        only = server_filter(points_of_document(document_id))
        vectors_of: dict[str, tuple[Vector, SparseVector]] = {}
        offset = None
        while True:
            with self._guarded("the index could not be read"):
                records, offset = self._client.scroll(
                    self._alias, scroll_filter=only, limit=_POINTS_PER_CALL, offset=offset, with_vectors=True
                )
                vectors_of |= {str(record.id): vectors_from_dict(record.vector) for record in records}
            if offset is None:
                return vectors_of

    def search(
        self, *, dense: Vector | None, sparse: SparseVector | None, within: InForceFilter, limit: int
    ) -> TwoLegs:
        """Raises InvalidPoint for a bad query vector, IndexMismatch when another model made the index."""
        self._require_match()
        dense, sparse = checked_query(dense, sparse, dimensions=self._manifest.dimensions)
        if dense is None and sparse is None:
            return TwoLegs((), ())
        only = server_filter(conditions_of(within))
        hnsw_ef = None if self._is_local else HNSW_EF  # local mode compares with every vector, and warns of the width
        requests = hybrid_requests(dense, sparse, only=only, limit=limit, hnsw_ef=hnsw_ef)
        with self._guarded("the index could not be searched"):
            responses = self._client.query_batch_points(self._alias, requests=requests)
        legs = [hits_in_order(response.points) for response in responses]
        return TwoLegs(dense=legs[0] if dense is not None else (), sparse=legs[-1] if sparse is not None else ())

    def count(self) -> int:
        with self._guarded("the index could not be counted"):
            return self._client.count(self._alias, exact=True).count

    def flush(self) -> None:
        """Nothing to do: the server answers a write after it is in its log."""

    def close(self) -> None:
        with self._guarded("the connection could not be closed"):
            self._client.close()

    def rebuild(
        self,
        batches: Iterable[Sequence[IndexPoint]],
        manifest: Manifest,
        *,
        stamp: str,
        on_progress: Callable[[int], None],
    ) -> int:
        """Fill a new collection ``<alias>-<stamp>``, let the alias name it, delete the old one; gives the points.

        Searches go on in the old collection until then; what was written to it meanwhile has to be synced again.
        """
        written = 0
        with self._guarded("the index could not be rebuilt"):
            old, new = collection_behind(self._client, self._alias), f"{self._alias}-{stamp}"
            create_collection(self._client, new, of_server(manifest), with_payload_indexes=not self._is_local)
            for batch in batches:
                check_points(batch, dimensions=manifest.dimensions)
                self._write(new, batch)
                written += len(batch)
                on_progress(written)
            point_alias_at(self._client, self._alias, collection=new)
            self._wanted = self._manifest = of_server(manifest)
            if old is not None:
                self._client.delete_collection(old)
        return written

    @contextmanager
    def _guarded(self, what: str) -> Iterator[None]:
        with self._lock, server_faults(what):
            yield

    def _write(self, collection: str, points: Sequence[IndexPoint]) -> None:
        for start in range(0, len(points), _POINTS_PER_CALL):
            some = [server_point(point) for point in points[start : start + _POINTS_PER_CALL]]
            self._client.upsert(collection, points=some, wait=True)

    def _require_match(self) -> None:
        for difference in differences(self._manifest, self._wanted):
            if difference.is_fatal:
                raise IndexMismatch(f"{difference}; rebuild it with `kb reindex`")

    def _require_existing(self, point_ids: list[str]) -> None:
        records = self._client.retrieve(self._alias, [*point_ids], with_payload=False)
        require_all(point_ids, (record.id for record in records))
