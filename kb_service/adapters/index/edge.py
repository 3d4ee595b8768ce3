"""The embedded index: one Qdrant Edge shard in one folder, open in one process.

The engine holds the GIL in every call, so a call costs all threads its time: writes go in small batches, and
`optimise` is for a process that serves nobody. Take the folder through `opening.open_edge_index`, which holds our lock
first: a second load of a folder is refused by the engine and then breaks the first holder's flush.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from threading import RLock

import qdrant_edge as engine

from kb_service.adapters.index.edge_files import (
    FreeBytes,
    TailCount,
    free_bytes_on,
    put_in_place,
    require_space_for_log,
    require_space_for_new,
    require_space_for_opening,
    require_space_for_points,
    shard_folder,
)
from kb_service.adapters.index.edge_translation import (
    edge_filter,
    engine_faults,
    hybrid_request,
    payload_index_operations,
    shard_config,
    upsert_operation,
)
from kb_service.adapters.index.manifest import Manifest, read_manifest, write_manifest
from kb_service.adapters.index.points import (
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
from kb_service.domain.errors import IndexUnavailable
from kb_service.ports import IndexPoint, InForceFilter, PointPayload, SparseVector, TwoLegs, Vector

# 64 points take the engine about 5 ms, the longest that a search waits for a write.
POINTS_PER_CALL = 64
# Points written since the last optimisation are searched one by one; past this many, rebuild (design: 10k).
TAIL_LIMIT = 10_000
_SCROLL_PAGE = 1_000


def create_empty(
    folder: Path, manifest: Manifest, *, hnsw_from_kb: int | None = None, free_bytes: FreeBytes = free_bytes_on
) -> None:
    """A new index without points; the manifest goes last, so that an interrupted creation is no index.

    Raises NotEnoughSpace, IndexUnavailable.
    """
    require_space_for_new(folder, free_bytes=free_bytes)
    shard_folder(folder).mkdir(parents=True)
    with engine_faults(f"cannot create an index in {folder}"):
        config = shard_config(dimensions=manifest.dimensions, hnsw_from_kb=hnsw_from_kb)
        shard = engine.EdgeShard.create(str(shard_folder(folder)), config)
        for operation in payload_index_operations():
            shard.update(operation)
        shard.flush()
        shard.close()
    write_manifest(folder, manifest)


class EdgeIndex:
    """`PassageIndex` on an existing folder. Raises NotEnoughSpace, or IndexUnavailable when it cannot be opened."""

    def __init__(self, folder: Path, *, free_bytes: FreeBytes = free_bytes_on) -> None:
        self._folder = folder
        self._free_bytes = free_bytes
        self._lock = RLock()
        self._shard: engine.EdgeShard | None = None
        self._manifest = _manifest_in(folder)
        self._tail = TailCount(folder)
        require_space_for_opening(folder, free_bytes=free_bytes)
        self._shard = self._load()

    @property
    def folder(self) -> Path:
        return self._folder

    @property
    def is_in_place(self) -> bool:
        """Whether the folder is still there; removed files that are open are searched as before."""
        return read_manifest(self._folder) is not None and shard_folder(self._folder).is_dir()

    @property
    def manifest(self) -> Manifest:
        with self._lock:
            return self._manifest

    @property
    def tail_points(self) -> int:
        """Points written or given another payload since the last optimisation; rebuild past TAIL_LIMIT."""
        with self._lock:
            return self._tail.count

    def upsert(self, points: Sequence[IndexPoint]) -> None:
        check_points(points, dimensions=self.manifest.dimensions)
        growth = sum(4 * point.dense.size + 16 * point.sparse.term_ids.size + 1_024 for point in points)
        require_space_for_points(self._folder, growth_bytes=growth, free_bytes=self._free_bytes)
        for start in range(0, len(points), POINTS_PER_CALL):
            some = points[start : start + POINTS_PER_CALL]
            operation = upsert_operation(some)
            with self._lock, engine_faults("the index could not take points"):
                shard = self._opened()
                self._tail.add(len(some))
                shard.update(operation)

    def set_payloads(self, payload_of: Mapping[str, PointPayload]) -> None:
        """Raises InvalidPoint before anything is written when a point does not exist."""
        require_space_for_log(self._folder, free_bytes=self._free_bytes)
        with self._lock, engine_faults("the index could not change payloads"):
            shard = self._opened()
            self._require_existing(shard, list(payload_of))
            # The engine copies a point of an optimised segment into the tail to change its payload.
            self._tail.add(len(payload_of))
            for point_id, payload in payload_of.items():
                shard.update(engine.UpdateOperation.overwrite_payload([point_id], payload_as_dict(payload)))

    def delete(self, point_ids: Sequence[str]) -> None:
        for point_id in point_ids:
            check_point_id(point_id)
        require_space_for_log(self._folder, free_bytes=self._free_bytes)
        if point_ids:
            with self._lock, engine_faults("the index could not delete points"):
                self._opened().update(engine.UpdateOperation.delete_points(list(point_ids)))

    def payloads_of_document(self, document_id: str) -> Mapping[str, PointPayload]:
        only = edge_filter(points_of_document(document_id))
        payload_of: dict[str, PointPayload] = {}
        offset: engine.PointId | None = None
        while True:
            page = engine.ScrollRequest(offset=offset, limit=_SCROLL_PAGE, filter=only, with_payload=True)
            with self._lock, engine_faults("the index could not be read"):
                records, offset = self._opened().scroll(page)
                payload_of |= {str(record.id): payload_from_dict(record.payload or {}) for record in records}
            if offset is None:
                return payload_of

    def vectors_of_document(self, document_id: str) -> Mapping[str, tuple[Vector, SparseVector]]:
        only = edge_filter(points_of_document(document_id))
        vectors_of: dict[str, tuple[Vector, SparseVector]] = {}
        offset: engine.PointId | None = None
        while True:
            page = engine.ScrollRequest(offset=offset, limit=POINTS_PER_CALL, filter=only, with_vector=True)
            with self._lock, engine_faults("the index could not be read"):
                records, offset = self._opened().scroll(page)
                vectors_of |= {str(record.id): vectors_from_dict(record.vector) for record in records}
            if offset is None:
                return vectors_of

    def search(
        self, *, dense: Vector | None, sparse: SparseVector | None, within: InForceFilter, limit: int
    ) -> TwoLegs:
        """Raises InvalidPoint for a query vector of another dimension or with a number that is not finite."""
        dense, sparse = checked_query(dense, sparse, dimensions=self.manifest.dimensions)
        if dense is None and sparse is None:
            return TwoLegs((), ())
        request = hybrid_request(dense, sparse, only=edge_filter(conditions_of(within)), limit=limit)
        with self._lock, engine_faults("the index could not be searched"):
            legs = [hits_in_order(leg) for leg in self._opened().query_batch(request)]
        return TwoLegs(dense=legs[0] if dense is not None else (), sparse=legs[-1] if sparse is not None else ())

    def count(self) -> int:
        with self._lock, engine_faults("the index could not be counted"):
            return self._opened().count(engine.CountRequest(exact=True))

    def flush(self) -> None:
        """After a failed flush the shard is closed and loaded again, once: its log brings back what was written."""
        with self._lock:
            shard = self._opened()
            try:
                shard.flush()
            except Exception:  # the engine has no class of its own for its errors
                self._reload()
                with engine_faults("the index could not be flushed, even after opening it again"):
                    self._opened().flush()

    def optimise(self) -> None:
        """Build the graph. Freezes this process for seconds to minutes: only for one that serves nobody."""
        with self._lock, engine_faults("the index could not be optimised"):
            self._opened().optimize()
            self._opened().flush()
            self._tail.reset()

    def swap_in(self, new_folder: Path) -> None:
        """Go on with the index built in ``new_folder``, which takes the place of this one's folder.

        Searches wait for the load (0.25 s at 10k points, 1 to 2 s at 100k). When the new one cannot be opened, the
        old one stays.
        """
        manifest = _manifest_in(new_folder)
        require_space_for_opening(new_folder, free_bytes=self._free_bytes)
        with self._lock:
            self._close_shard()
            try:
                with put_in_place(new_folder, self._folder):
                    self._shard = self._load()
            except BaseException:
                self._shard = self._load()
                raise
            self._manifest, self._tail = manifest, TailCount(self._folder)

    def close(self) -> None:
        """Flush and let go of the folder; a second close does nothing."""
        with self._lock:
            if self._shard is not None:
                self.flush()
                self._close_shard()

    def _opened(self) -> engine.EdgeShard:
        if self._shard is None:
            raise IndexUnavailable(f"the index in {self._folder} is closed")
        return self._shard

    def _load(self) -> engine.EdgeShard:
        with engine_faults(f"the index in {self._folder} cannot be opened (is the folder writable?)"):
            return engine.EdgeShard.load(str(shard_folder(self._folder)))

    def _close_shard(self) -> None:
        shard, self._shard = self._shard, None
        if shard is not None:
            with engine_faults("the index could not be closed"):
                shard.close()

    def _reload(self) -> None:
        self._close_shard()
        self._shard = self._load()

    def _require_existing(self, shard: engine.EdgeShard, point_ids: list[str]) -> None:
        for point_id in point_ids:
            check_point_id(point_id)
        require_all(point_ids, (record.id for record in shard.retrieve([*point_ids], False, False)))


def _manifest_in(folder: Path) -> Manifest:
    manifest = read_manifest(folder)
    if manifest is None:
        raise IndexUnavailable(f"there is no whole index in {folder}; run `kb reindex`")
    return manifest
