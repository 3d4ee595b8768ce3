"""Making the index equal to the rows. Safe to repeat, to lose, and to run twice."""

import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

import numpy as np

from ingestion.preparing import Advance, Preparing, batches, silent
from ingestion.statistics import PublishedStatistics
from kb_service.adapters.sql.library import SqlLibrary
from kb_service.domain.days import Interval
from kb_service.domain.documents import PassageInVersion, VersionState
from kb_service.domain.matters import region_path
from kb_service.ports import IndexPoint, PassageIndex, PointPayload, Scheduled
from kb_service.text.terms import passage_vector

_DOCUMENTS_AT_ONCE = 128
# Some seconds of embedding.
_PASSAGES_AT_ONCE = 128
_LOOK_AGAIN_SECONDS = 2.0


@dataclass(frozen=True, slots=True)
class IndexDifference:
    """What separates a document's points from its rows: nothing, when all three are empty."""

    document_id: str
    points: int
    missing: tuple[str, ...]
    surplus: tuple[str, ...]
    changed: tuple[str, ...]

    @property
    def is_none(self) -> bool:
        return not (self.missing or self.surplus or self.changed)


class Synchroniser:
    """Owned by the process that owns the index; one document set at a time."""

    def __init__(
        self,
        *,
        library: SqlLibrary,
        preparing: Preparing,
        statistics: PublishedStatistics,
        index: PassageIndex,
        mean_terms: Callable[[], float],
        now: Callable[[], datetime],
    ) -> None:
        """``mean_terms``: the mean length of a passage that the weights in the index are made with."""
        self._library = library
        self._preparing = preparing
        self._statistics = statistics
        self._index = index
        self._mean_terms = mean_terms
        self._now = now
        self._one_at_a_time = threading.Lock()

    def reconcile(self, *, advance: Advance = silent) -> int:
        """Follow every document that the index is behind on, the shortest first; the number of documents followed."""
        counted_anew, followed = False, 0
        while behind := self._library.unsynced_by_size():
            look_again = time.monotonic() + _LOOK_AGAIN_SECONDS
            for batch in _shortest_first(behind):
                counted_anew |= self._follow(batch, advance)
                followed += len(batch)
                if time.monotonic() > look_again:  # something shorter may have come in
                    break
        self._save(counted_anew)
        return followed

    def sync(self, document_ids: Sequence[str], *, advance: Advance = silent) -> None:
        """Bring these documents' points in line with their rows, and mark what is thereby published."""
        counted_anew = False
        for batch in batches(list(document_ids), _DOCUMENTS_AT_ONCE):
            counted_anew |= self._follow(batch, advance)
        self._save(counted_anew)

    def _follow(self, batch: Sequence[str], advance: Advance) -> bool:
        """Whether the statistics changed."""
        self._preparing.prepare(batch, advance=advance)  # long, so outside the lock
        with self._one_at_a_time:
            return self._sync(batch)

    def _save(self, counted_anew: bool) -> None:
        if counted_anew:
            with self._one_at_a_time:
                self._statistics.save()

    @contextmanager
    def paused(self) -> Iterator[None]:
        """Nothing is synchronised inside: for swapping the index."""
        with self._one_at_a_time:
            yield

    def _sync(self, document_ids: Sequence[str]) -> bool:
        """Whether the statistics changed."""
        revisions = self._library.revisions(document_ids)
        passages = self._library.passages_of_documents(list(revisions))
        schedules = self._library.schedules(list(revisions))
        statistics_changed = self._count(document_ids, passages)
        upserts: list[IndexPoint] = []
        for document_id, (_revision, synced) in revisions.items():
            of_it = passages[document_id], schedules[document_id]
            wanted = list(points(*of_it, self._preparing, mean_terms=self._mean_terms()))
            # Ids follow from the rows, so writing a never synced document over its own half-written points is enough.
            present = self._index.payloads_of_document(document_id) if synced else {}
            is_edited = synced < 0  # a draft has another text or title under the same ids
            upserts += [point for point in wanted if is_edited or point.id not in present]
            self._index.set_payloads({} if is_edited else _changed(wanted, present))
            if surplus := sorted(set(present) - {point.id for point in wanted}):
                self._index.delete(surplus)
        if upserts:
            self._index.upsert(upserts)
        self._index.flush()
        revision_of = {document_id: revision for document_id, (revision, _) in revisions.items()}
        self._library.mark_synced(revision_of, at=self._now())
        return statistics_changed

    def _count(self, document_ids: Sequence[str], passages: Mapping[str, Sequence[PassageInVersion]]) -> bool:
        """Let the statistics follow what is published or was withdrawn since the last time; whether anything was."""
        withdrawn = self._statistics.current().passages != self._library.published_passages()
        if withdrawn:
            self._statistics.recount()
        new = self._library.about_to_be_published(document_ids)
        self._statistics.add([each for found in passages.values() for each in found if each.passage.id in new])
        return withdrawn or bool(new)

    def difference(self, document_id: str, passages: Sequence[PassageInVersion]) -> IndexDifference:
        """Compare a document's points with its rows and ``passages``, changing nothing."""
        schedule = self._library.schedules([document_id])[document_id]
        payload_of = payloads(passages, schedule, self._preparing)
        present = self._index.payloads_of_document(document_id)
        return IndexDifference(
            document_id,
            points=len(payload_of),
            missing=tuple(sorted(set(payload_of) - set(present))),
            surplus=tuple(sorted(set(present) - set(payload_of))),
            changed=tuple(sorted(i for i in set(present) & set(payload_of) if present[i] != payload_of[i])),
        )


def _shortest_first(sized: Sequence[tuple[str, int]]) -> Iterator[list[str]]:
    """Batches of documents; a long document is one of its own."""
    batch: list[str] = []
    passages = 0
    for document_id, size in sized:
        if batch and (passages + size > _PASSAGES_AT_ONCE or len(batch) == _DOCUMENTS_AT_ONCE):
            yield batch
            batch, passages = [], 0
        batch.append(document_id)
        passages += size
    if batch:
        yield batch


def points(
    passages: Sequence[PassageInVersion], schedule: Sequence[Scheduled], preparing: Preparing, *, mean_terms: float
) -> Iterator[IndexPoint]:
    """The points that a document's passages should have."""
    payload_of = payloads(passages, schedule, preparing)
    surfaces = preparing.surfaces(passages)
    terms = preparing.term_counts(surfaces)
    vectors = preparing.embeddings(surfaces)
    for surface in surfaces:
        yield IndexPoint(
            id=surface.point_id,
            dense=np.asarray(vectors[surface.dense_key], dtype=np.float32),
            sparse=passage_vector(terms[surface.sparse_key], mean_length=mean_terms),
            payload=payload_of[surface.point_id],
        )


def payloads(
    passages: Sequence[PassageInVersion], schedule: Sequence[Scheduled], preparing: Preparing
) -> dict[str, PointPayload]:
    """What the engine filters on, by point id."""
    interval_of = {each.version_id: each.interval for each in schedule}
    payload_of: dict[str, PointPayload] = {}
    for found in passages:
        declared = Interval(found.metadata.effective_from, found.metadata.effective_to)
        interval = interval_of.get(found.passage.version_id, declared)
        for surface in preparing.surfaces([found]):
            payload_of[surface.point_id] = _payload(found, interval)
    return payload_of


def _payload(found: PassageInVersion, interval: Interval) -> PointPayload:
    metadata = found.metadata
    return PointPayload(
        passage_id=found.passage.id,
        version_id=found.passage.version_id,
        document_id=found.document_id,
        kind=metadata.kind,
        matter_id=metadata.matter_id,
        department=metadata.department,
        region=region_path(metadata.region),
        audience=metadata.audience,
        start_day=interval.start_day,
        end_day=interval.end_day,
        is_published=found.state is VersionState.APPROVED,
    )


def _changed(wanted: Sequence[IndexPoint], present: Mapping[str, PointPayload]) -> dict[str, PointPayload]:
    return {point.id: point.payload for point in wanted if point.id in present and present[point.id] != point.payload}
