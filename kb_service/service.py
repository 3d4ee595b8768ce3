"""A wired service: what doors hold, and the few things that take all of it."""

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

from ingestion.checking import Finding, check
from ingestion.preparing import Advance, Preparing, silent
from ingestion.rebuilding import all_points
from ingestion.statistics import PublishedStatistics
from ingestion.sync import Synchroniser
from kb_service.adapters.blobs import BlobFolder
from kb_service.adapters.index.edge import EdgeIndex
from kb_service.adapters.index.manifest import Manifest
from kb_service.adapters.index.ownership import Ownership
from kb_service.adapters.index.rebuilding import run_child, swap_in_rebuilt
from kb_service.adapters.sql.catalogue import SqlCatalogue
from kb_service.adapters.sql.engine import Database
from kb_service.adapters.sql.library import SqlLibrary
from kb_service.adapters.sql.life import SqlLife
from kb_service.adapters.sql.people import SqlPeople
from kb_service.adapters.sql.shelf import SqlShelf
from kb_service.adapters.sql.trail import SqlTrail
from kb_service.adapters.sql.transcript import SqlTranscript
from kb_service.adapters.sql.vectors import SqlVectors
from kb_service.adapters.sql.working_days import SqlWorkingDays
from kb_service.asking import Asking
from kb_service.ports import EmbeddingModel, Jobs, ScriptConverter, Segmenter, Unhurried
from kb_service.publishing import Publishing
from kb_service.settings import Settings

if TYPE_CHECKING:  # the server's client takes two seconds to import, for nothing where the index is embedded
    from kb_service.adapters.index.server import ServerIndex

# What a passage of a government text has in terms, before there are any to measure.
_USUAL_TERMS = 250.0
_SAMPLE = 4000


@dataclass(frozen=True, slots=True)
class Records:
    """What lives in the database and beside it."""

    database: Database
    library: SqlLibrary
    catalogue: SqlCatalogue
    transcript: SqlTranscript
    computed: SqlVectors
    blobs: BlobFolder
    people: SqlPeople
    life: SqlLife
    shelf: SqlShelf
    trail: SqlTrail
    working_days: SqlWorkingDays


@dataclass(frozen=True, slots=True)
class Texts:
    """What turns texts into terms and vectors, with the site's own words."""

    converter: ScriptConverter
    segmenter: Segmenter
    model: EmbeddingModel
    preparing: Preparing

    def manifest(self, mean_terms: float) -> Manifest:
        """What an index made with these texts is marked with."""
        return Manifest(
            embedding=self.model.fingerprint,
            segmenter=self.segmenter.fingerprint,
            converter=self.converter.fingerprint,
            dimensions=self.model.dimensions,
            mean_terms=mean_terms,
        )


@dataclass(slots=True)
class Service:
    """Everything a door needs. Close it, or use it as a context manager."""

    settings: Settings
    records: Records
    texts: Texts
    index: "EdgeIndex | ServerIndex"
    statistics: PublishedStatistics
    synchroniser: Synchroniser
    asking: Asking
    asking_anew: Callable[[], Asking]
    publishing: Publishing
    now: Callable[[], datetime]
    ownership: Ownership | None = None
    rebuild_reasons: list[str] = field(default_factory=list)
    jobs: Jobs = field(default_factory=Unhurried)
    _one_rebuild: threading.Lock = field(default_factory=threading.Lock)

    @property
    def library(self) -> SqlLibrary:
        return self.records.library

    @property
    def catalogue(self) -> SqlCatalogue:
        return self.records.catalogue

    @property
    def transcript(self) -> SqlTranscript:
        return self.records.transcript

    def check(self) -> list[Finding]:
        """Everything that is not as it should be; nothing is changed."""
        return list(
            check(library=self.library, synchroniser=self.synchroniser, index=self.index, blobs=self.records.blobs)
        )

    def reread_catalogue(self) -> None:
        """Link matters and departments as they now are; their words reach the segmenter at the next rebuild."""
        self.asking = self.asking_anew()

    def rebuild(self, *, advance: Advance = silent) -> int:
        """Build the index anew in a child process and swap it in; the number of points."""
        with self._one_rebuild:
            return self._rebuild(advance)

    def _rebuild(self, advance: Advance) -> int:
        before = self.library.revisions(self.library.document_ids())
        mean_terms = mean_terms_of(self.records, self.texts.preparing, self.statistics)
        written = 0

        def progressed(line: str) -> None:
            nonlocal written
            advance(int(line) - written)
            written = int(line)

        if not isinstance(self.index, EdgeIndex):
            batches = all_points(self.library, self.texts.preparing, mean_terms=mean_terms)
            manifest = self.texts.manifest(mean_terms)
            stamp = self.now().strftime("%Y%m%d%H%M%S")
            self.index.rebuild(batches, manifest, stamp=stamp, on_progress=lambda done: progressed(str(done)))
        else:
            run_child("kb_service.rebuild_child", ["--mean-terms", str(mean_terms)], on_line=progressed)
        with self.synchroniser.paused():
            if isinstance(self.index, EdgeIndex):
                swap_in_rebuilt(self.index, expected_count=written)
            after = self.library.revisions(self.library.document_ids())
            meanwhile = [each for each, (revision, _) in after.items() if before.get(each, (0, 0))[0] != revision]
            moved = [each for each, (_, synced) in after.items() if before.get(each, (0, 0))[1] != synced]
            self.library.mark_unsynced([*meanwhile, *moved])
        self.synchroniser.reconcile()
        self.rebuild_reasons.clear()
        return self.index.count()

    def close(self) -> None:
        self.index.close()
        if self.ownership is not None:
            self.ownership.release()
        self.records.database.close()

    def __enter__(self) -> "Service":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def mean_terms_of(records: Records, preparing: Preparing, statistics: PublishedStatistics) -> float:
    """Of the published passages; before there are any, of those about to be; before those, a usual value."""
    if statistics.current().passages:
        return statistics.current().mean_length
    return preparing.mean_terms(records.library.approved_sample(limit=_SAMPLE)) or _USUAL_TERMS
