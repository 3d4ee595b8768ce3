"""A wired service: what doors hold, and the few things that take all of it."""

import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from random import SystemRandom
from typing import TYPE_CHECKING

from pydantic import TypeAdapter

from ingestion.checking import Finding, check
from ingestion.checking_vectors import VectorCheck
from ingestion.cleaning_pictures import PictureCleaning
from ingestion.examining import Examining
from ingestion.preparing import Advance, Preparing, silent
from ingestion.reading_pictures import PictureReading
from ingestion.rebuilding import all_points
from ingestion.sources import Reading
from ingestion.statistics import PublishedStatistics
from ingestion.surfaces import SURFACES
from ingestion.sync import Synchroniser
from ingestion.taking_in import TakingIn
from kb_service.adapters.full_disk import require_room
from kb_service.adapters.index.edge import TAIL_LIMIT, EdgeIndex
from kb_service.adapters.index.manifest import Manifest
from kb_service.adapters.index.opening import run_child, swap_in_rebuilt
from kb_service.adapters.index.ownership import Ownership
from kb_service.adapters.outside import Outside
from kb_service.adapters.sql.catalogue import SqlCatalogue
from kb_service.adapters.sql.library import SqlLibrary
from kb_service.adapters.sql.purging import SqlPurging
from kb_service.adapters.sql.transcript import SqlTranscript
from kb_service.asking.asking import Asking
from kb_service.domain.documents import Version, VersionState
from kb_service.domain.errors import ReasonMissing
from kb_service.domain.jobs import Job, JobKind
from kb_service.domain.trail import TrailHead
from kb_service.helping.canned_replies import CannedReplies
from kb_service.helping.delivering import Delivering
from kb_service.helping.helping import Helping
from kb_service.helping.learning_routes import LearningRoutes
from kb_service.helping.meetings import Meetings
from kb_service.helping.opening import Opening
from kb_service.helping.proposing import Proposing
from kb_service.helping.signs import Signing
from kb_service.helping.suggesting import Suggesting
from kb_service.learning.asking_again import AskingAgain
from kb_service.learning.closing import Closing
from kb_service.learning.collecting import Collecting
from kb_service.learning.feedback_review import FeedbackReview
from kb_service.learning.ledger import Ledger
from kb_service.learning.recurring import FindingRecurring
from kb_service.learning.writing import Writing
from kb_service.measuring.auditing import Auditing
from kb_service.measuring.keeping import Keeping
from kb_service.measuring.knowledge_use import MeasuringUse
from kb_service.measuring.measuring import Measuring
from kb_service.measuring.recalibrating import Recalibrating
from kb_service.measuring.reporting import Reporting
from kb_service.ports import EmbeddingModel, Jobs, ScriptConverter, Segmenter
from kb_service.publishing.asking_ahead import AskingAhead
from kb_service.publishing.due import DueItem, due_items
from kb_service.publishing.emergencies import Emergencies
from kb_service.publishing.publishing import Publishing
from kb_service.publishing.rehearsal import Rehearsing
from kb_service.publishing.stated_days import StatedDay, StatedDayWords, stated_days
from kb_service.records import Records
from kb_service.settings import Settings
from kb_service.text.departments import DepartmentDirectory

if TYPE_CHECKING:  # the server's client takes two seconds to import, for nothing where the index is embedded
    from kb_service.adapters.index.server import ServerIndex

log = logging.getLogger(__name__)

_DUE_ITEMS = TypeAdapter(list[DueItem])
# What a passage of a government text has in terms, before there are any to measure.
_USUAL_TERMS = 250.0
_SAMPLE = 4000
_EXAMINED_AT_ONCE = 50
# More come in by an import: their editor looks at one after the other, which rehearses each.
_REHEARSED_AT_ONCE = 3


@dataclass(frozen=True, slots=True)
class DeskVerbs:
    """What a talk has at a desk besides its moves (`helping.py`)."""

    opening: Opening
    suggesting: Suggesting
    proposing: Proposing
    signing: Signing
    meetings: Meetings
    canned_replies: CannedReplies
    delivering: Delivering


@dataclass(frozen=True, slots=True)
class LearningVerbs:
    """The verbs of learning, as doors and jobs hold them."""

    collecting: Collecting
    writing: Writing
    closing: Closing
    finding_recurring: FindingRecurring
    feedback_review: FeedbackReview
    asking_again: AskingAgain
    ledger: Ledger

    def run_once(self) -> None:
        """What happens by itself: new questions are grouped before gaps are closed, and clocks are noted."""
        self.feedback_review.run_once()
        self.collecting.collect()
        self.closing.run_once()
        self.ledger.run_once()
        self.finding_recurring.run_once()


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
            surfaces=SURFACES,
        )


@dataclass(frozen=True, slots=True)
class CheckReport:
    """What `kb check` found, and the trail's head, to be kept elsewhere."""

    findings: list[Finding]
    trail: TrailHead


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
    helping: Helping
    desk: DeskVerbs
    learning_routes: LearningRoutes
    learning: LearningVerbs
    measuring: Measuring
    reporting: Reporting
    auditing: Auditing
    keeping: Keeping
    recalibrating: Recalibrating
    measuring_use: MeasuringUse
    asking_ahead: AskingAhead
    outside: Outside
    emergencies: Emergencies
    rehearsing: Rehearsing
    examining: Examining
    stated_day_words: StatedDayWords
    reading: Callable[[], Reading]
    taking_in: TakingIn
    jobs: Jobs
    now: Callable[[], datetime]
    cleaning: PictureCleaning
    ownership: Ownership | None = None
    rebuild_reasons: list[str] = field(default_factory=list)
    pictures: PictureReading = field(default_factory=PictureReading)
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

    @property
    def departments(self) -> DepartmentDirectory:
        """As the catalogue was last read."""
        return self.asking.departments

    def stated_days(self, version: Version) -> list[StatedDay]:
        """The days that its text states, to be proposed to its editor."""
        return stated_days(version.text, version.metadata, self.stated_day_words)

    def require_usable(self) -> None:
        """Raises NotEnoughSpace, RecordsUnavailable or RecordsBusy where it could not store an answer."""
        require_room(self.settings.data_dir)
        self.records.database.require_usable()

    def check(self, *, kept_head: str | None = None) -> CheckReport:
        """Everything that is not as it should be, and the head of the trail; nothing is changed."""
        findings = check(
            database=self.records.database,
            library=self.library,
            synchroniser=self.synchroniser,
            index=self.index,
            blobs=self.records.blobs,
            trail=self.records.trail,
            jobs=self.records.jobs,
            vectors=VectorCheck(
                preparing=self.texts.preparing,
                index=self.index,
                mean_terms=self.index.manifest.mean_terms,
                chance=SystemRandom(),
            ),
            statistics=self.statistics.current(),
            kept_head=kept_head,
        )
        return CheckReport(list(findings), self.records.trail.head())

    def examine_due(self) -> int:
        """Compare what came in with its neighbours; how many versions were examined. The index follows them already.

        A draft that came in or was edited by itself is rehearsed as well, so that no step has to wait for that.
        """
        examined = 0
        due = self.examining.due(_EXAMINED_AT_ONCE)
        for version_id in due:
            try:
                self.examining.examine(version_id)
            except Exception:  # it stays due; the others must not wait for it
                log.exception("version %s could not be compared with its neighbours", version_id)
            else:
                examined += 1
                if len(due) <= _REHEARSED_AT_ONCE:
                    self.rehearse_ahead(self.library.version(version_id))
        return examined

    def purge(self, version_id: str, *, actor: str, reason: str) -> None:
        """Take unlawful content away for good. Raises ReasonMissing, VersionNotFound."""
        if not reason.strip():
            raise ReasonMissing("a purge says why; give a reason")
        passages = self.library.passages_of_version(version_id)
        blob = SqlPurging(self.records.database).purge(
            version_id,
            text_keys=self.texts.preparing.text_keys(passages),
            actor=actor,
            at=self.now(),
            reason=reason,
        )
        if blob is not None:
            self.records.blobs.remove(blob)
        self.jobs.follow()

    def rehearse_ahead(self, version: Version) -> None:
        """In the background, so that whoever is looking at a draft need not wait for it when submitting."""
        is_waiting = version.state is VersionState.DRAFT and bool(version.text)
        if is_waiting and self.rehearsing.of_version_as_it_is(version) is None:
            self.records.jobs.enqueue_if_absent(Job(JobKind.REHEARSE, version.id), at=self.now())

    def make_due_list(self, day: date) -> None:
        """The list of that morning, kept; once a day."""
        if self.records.shelf.due_list(day) is None:
            calendar = self.records.working_days.calendar()
            items = due_items(self.records.shelf.with_a_deadline(), today=day, until=None, calendar=calendar)
            self.records.shelf.keep_due_list(day, _DUE_ITEMS.dump_python(items, mode="json"), at=self.now())

    def erase_old_transcripts(self) -> None:
        """The words of answers and talks older than a site keeps them."""
        days = self.settings.keep_transcript_days
        if not days:
            return
        now = self.now()
        self.records.webhooks.forget_before(now - timedelta(days=days))
        self.records.erasing.before(now - timedelta(days=days), actor="retention", at=now)

    def reread_catalogue(self) -> None:
        """Link matters and departments as they now are; their words reach the segmenter at the next rebuild."""
        self.asking = self.asking_anew()

    @property
    def has_lost_index(self) -> bool:
        """Whether somebody removed the folder of the index, whose open files still answer."""
        return isinstance(self.index, EdgeIndex) and not self.index.is_in_place

    @property
    def has_long_tail(self) -> bool:
        """Whether so many points are outside the index's graph that a rebuild pays."""
        return isinstance(self.index, EdgeIndex) and self.index.tail_points > TAIL_LIMIT

    def compute_anew(self, *, advance: Advance = silent) -> None:
        """Words and vectors from the texts again, when what is kept is in doubt; `rebuild` then puts them to use."""
        with self._one_rebuild:
            self.texts.preparing.compute_anew(self.library.document_ids(), advance=advance)
            self.statistics.recount()

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
        self.learning_routes.close()
        self.taking_in.close()
        self.pictures.close()
        self.cleaning.close()
        self.outside.close()
        self.index.close()
        if self.ownership is not None:
            self.ownership.release()
        self.records.close()

    def __enter__(self) -> "Service":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def mean_terms_of(records: Records, preparing: Preparing, statistics: PublishedStatistics) -> float:
    """Of the published passages; before there are any, of those about to be; before those, a usual value."""
    if statistics.current().passages:
        return statistics.current().mean_length
    return preparing.mean_terms(records.library.approved_sample(limit=_SAMPLE)) or _USUAL_TERMS
