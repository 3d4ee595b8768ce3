"""The only place that names concrete classes: settings in, a working service out."""

import contextlib
import secrets
from collections.abc import Callable, Collection
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING
from uuid import uuid4

from ingestion.cleaning_pictures import PictureCleaning
from ingestion.examining import Examining
from ingestion.importing import Importing
from ingestion.parsing.limits import LIMITS
from ingestion.preparing import Preparing
from ingestion.reading_child import FileInFolder, ReadingChildren
from ingestion.sources import Reading
from ingestion.statistics import PublishedStatistics
from ingestion.surfaces import Surfacing
from ingestion.sync import Synchroniser
from ingestion.taking_in import KnownNames, TakingIn
from kb_service.adapters.blobs import BlobFolder
from kb_service.adapters.embedding.loading import ModelChoice, load_model
from kb_service.adapters.embedding.model_folder import MODEL_NAME
from kb_service.adapters.index.edge import EdgeIndex
from kb_service.adapters.index.manifest import Manifest
from kb_service.adapters.index.opening import ProbeResult, open_edge_index, probe_early
from kb_service.adapters.index.ownership import OwnerAddress, Ownership, claim, find_owner
from kb_service.adapters.outside import Outside
from kb_service.adapters.private_files import keep_private, require_folders, require_placed
from kb_service.adapters.script import OpenCCConverter
from kb_service.adapters.segmenter import JiebaSegmenter
from kb_service.adapters.sql.affected import SqlAffected
from kb_service.adapters.sql.attachments import SqlAttachments
from kb_service.adapters.sql.audits import SqlAudits
from kb_service.adapters.sql.canned_replies import SqlCannedReplies
from kb_service.adapters.sql.cases import SqlCases
from kb_service.adapters.sql.catalogue import SqlCatalogue
from kb_service.adapters.sql.consents import SqlConsents
from kb_service.adapters.sql.days_ahead import SqlDaysAhead
from kb_service.adapters.sql.emergencies import SqlEmergencies
from kb_service.adapters.sql.engine import Database, is_new, upgrade
from kb_service.adapters.sql.erasing import SqlErasing
from kb_service.adapters.sql.escalations import SqlEscalations
from kb_service.adapters.sql.exporting import SqlExporting
from kb_service.adapters.sql.feedback import SqlFeedback
from kb_service.adapters.sql.gaps import SqlGaps
from kb_service.adapters.sql.helpers import SqlHelpers
from kb_service.adapters.sql.intake import SqlIntake
from kb_service.adapters.sql.jobs import SqlJobs
from kb_service.adapters.sql.kept_reviews import SqlKeptReviews
from kb_service.adapters.sql.knowledge_use import SqlKnowledgeUse
from kb_service.adapters.sql.lessons import SqlLessons
from kb_service.adapters.sql.library import SqlLibrary
from kb_service.adapters.sql.meeting_links import SqlMeetingLinks
from kb_service.adapters.sql.month_counts import SqlMonthCounts
from kb_service.adapters.sql.neighbours import SqlNeighbours
from kb_service.adapters.sql.outcomes import SqlOutcomes
from kb_service.adapters.sql.people import SqlPeople
from kb_service.adapters.sql.problems import SqlProblems
from kb_service.adapters.sql.proposals import SqlProposals
from kb_service.adapters.sql.recurring import SqlRecurring
from kb_service.adapters.sql.rehearsals import SqlRehearsals
from kb_service.adapters.sql.remembered_weeks import RememberedWeeks
from kb_service.adapters.sql.resolution import SqlResolution
from kb_service.adapters.sql.resolution_rows import SqlResolutionRows
from kb_service.adapters.sql.shelf import SqlShelf
from kb_service.adapters.sql.suspicions import SqlSuspicions
from kb_service.adapters.sql.talk_signs import SqlTalkSigns
from kb_service.adapters.sql.told_lines import SqlToldLines
from kb_service.adapters.sql.trail import SqlTrail
from kb_service.adapters.sql.transcript import SqlTranscript
from kb_service.adapters.sql.uploads import SqlUploads
from kb_service.adapters.sql.vectors import SqlVectors
from kb_service.adapters.sql.version_states import SqlVersionStates
from kb_service.adapters.sql.webhooks import SqlWebhooks
from kb_service.adapters.sql.working_days import SqlWorkingDays
from kb_service.adapters.statutory_calendar import statutory_calendar
from kb_service.adapters.suite_file import SuiteFile
from kb_service.answer_wiring import open_asking
from kb_service.asking.asking import Asking, QuestionsInFlight
from kb_service.asking.drafting.words import load_quoting_words
from kb_service.asking.reading.lexicon import load_districts
from kb_service.domain.days import SHANGHAI
from kb_service.domain.errors import RecordsUnavailable
from kb_service.domain.knobs import KNOBS, Knobs
from kb_service.domain.matters import Department, Matter
from kb_service.helping_wiring import (
    open_canned_replies,
    open_delivering,
    open_helping,
    open_learning_routes,
    open_meetings,
    open_proposing,
    open_signing,
    open_suggesting,
)
from kb_service.learning.recurring import FindingRecurring
from kb_service.learning_wiring import (
    open_asking_again,
    open_closing,
    open_collecting,
    open_heeding_feedback,
    open_ledger,
    open_writing,
)
from kb_service.measuring.keeping import Keeping
from kb_service.measuring_wiring import (
    open_auditing,
    open_measuring,
    open_measuring_use,
    open_recalibrating,
    open_reporting,
)
from kb_service.ports import EmbeddingModel, ScriptConverter
from kb_service.publishing.asking_ahead import AskingAhead
from kb_service.publishing.contrasts import load_contrasts
from kb_service.publishing.emergencies import Emergencies
from kb_service.publishing.gate import KnownIds, points_of_fields
from kb_service.publishing.publishing import Publishing
from kb_service.publishing.rehearsal import KnownQuestions, Rehearsing
from kb_service.publishing.stated_days import load_stated_day_words
from kb_service.publishing.statements import Stating
from kb_service.service import Records, Service, Texts, mean_terms_of
from kb_service.settings import Settings

if TYPE_CHECKING:
    from kb_service.adapters.index.server import ServerIndex


def now() -> datetime:
    return datetime.now(SHANGHAI)


def new_id() -> str:
    """122 random bits."""
    return str(uuid4())


def new_secret() -> str:
    """256 random bits, as 43 URL-safe characters."""
    return secrets.token_urlsafe(32)


def open_records(settings: Settings) -> Records:
    """The database, with its schema brought up to date. Raises RecordsUnavailable."""
    require_folders(settings.data_dir)
    keep_private(settings.data_dir)
    require_placed(settings.data_dir)
    database = Database(settings.database, synchronous=settings.sqlite_synchronous)
    with contextlib.ExitStack() as undo:
        undo.callback(database.close)
        if not settings.start_new:
            _require_known(settings, database)
        upgrade(database)
        undo.pop_all()
    library, weeks = SqlLibrary(database, new_id=new_id), RememberedWeeks()
    return Records(
        database=database,
        library=library,
        catalogue=SqlCatalogue(database),
        transcript=SqlTranscript(database),
        computed=SqlVectors(database),
        blobs=BlobFolder(settings.blobs_dir),
        people=SqlPeople(database, new_id=new_id, new_secret=new_secret),
        version_states=SqlVersionStates(database, new_id=new_id),
        shelf=SqlShelf(database),
        trail=SqlTrail(database),
        working_days=SqlWorkingDays(database, statutory_calendar()),
        rehearsals=SqlRehearsals(database),
        suspicions=SqlSuspicions(database, new_id=new_id),
        uploads=SqlUploads(database, new_id=new_id),
        intake=SqlIntake(database, library),
        jobs=SqlJobs(database, now=now),
        erasing=SqlErasing(database),
        exporting=SqlExporting(database),
        escalations=SqlEscalations(database, new_id=new_id, most_attachments=settings.attachments_per_talk),
        helpers=SqlHelpers(database),
        webhooks=SqlWebhooks(database, new_id=new_id),
        cases=SqlCases(database),
        proposals=SqlProposals(database),
        emergencies=SqlEmergencies(database),
        gaps=SqlGaps(database, new_id=new_id),
        feedback=SqlFeedback(database, new_id=new_id),
        affected=SqlAffected(database, new_id=new_id),
        recurring=SqlRecurring(database, new_id=new_id),
        lessons=SqlLessons(database),
        talk_signs=SqlTalkSigns(database),
        told_lines=SqlToldLines(database),
        meeting_links=SqlMeetingLinks(database),
        canned_replies=SqlCannedReplies(database),
        attachments=SqlAttachments(database),
        outcomes=SqlOutcomes(database),
        resolution=SqlResolution(database, weeks),
        resolution_rows=SqlResolutionRows(database),
        month_counts=SqlMonthCounts(database),
        audits=SqlAudits(database),
        consents=SqlConsents(database),
        knowledge_use=SqlKnowledgeUse(database, weeks),
        days_ahead=SqlDaysAhead(database),
        problems=SqlProblems(database, new_id=new_id),
        kept_reviews=SqlKeptReviews(database),
        weeks=weeks,
    )


def _require_known(settings: Settings, database: Database) -> None:
    """A database that was lost or emptied is not taken for a new one."""
    left = [each for each in (settings.blobs_dir, settings.index_dir) if each.is_dir() and any(each.iterdir())]
    # A file that is not there is not opened to look into it: that would make one.
    if left and (database.is_missing or is_new(database)):
        raise _lost_database(f"holds nothing, although {' and '.join(map(str, left))} are of one that was used")


def _lost_database(what: str) -> RecordsUnavailable:
    return RecordsUnavailable(
        f"the database {what}: put the last backup back or correct KB_DATABASE_URL; if a new one is meant, say so once "
        "with --new"
    )


def open_converter() -> ScriptConverter:
    return OpenCCConverter()


def open_model(settings: Settings) -> EmbeddingModel:
    """Raises EmbeddingModelUnavailable when the model is missing or wrong."""
    return load_model(_model_choice(settings))


def open_texts(settings: Settings, records: Records) -> Texts:
    """Raises EmbeddingModelUnavailable when the model is missing or wrong."""
    matters, departments = records.catalogue.matters(), records.catalogue.departments()
    named: list[Matter | Department] = [*matters, *departments]
    name_of = {each.id: each.name for each in named}
    converter = open_converter()
    names = (converter.to_simplified(name) for each in named for name in (each.name, *each.aliases))
    segmenter = JiebaSegmenter(names, cache_folder=settings.data_dir)
    model = open_model(settings)
    words = load_quoting_words(settings.prompts_dir)
    surfacing = Surfacing(converter, lambda name: name_of.get(name, name), words)
    preparing = Preparing(
        library=records.library, computed=records.computed, surfacing=surfacing, model=model, segmenter=segmenter
    )
    return Texts(converter, segmenter, model, preparing)


def importing(settings: Settings, records: Records, *, now: Callable[[], datetime] = now) -> Importing:
    """Needs no model: it stores rows, which are embedded afterwards."""
    names = _known_names(records)
    return Importing(
        library=records.library,
        source=lambda path: FileInFolder(path, settings.blobs_dir, names.matters, names.departments),
        children=lambda: reading_children(settings),
        now=now,
    )


def reading_children(settings: Settings) -> ReadingChildren:
    return ReadingChildren(
        seconds=settings.reading_seconds,
        memory_mb=settings.reading_memory_mb,
        limits=replace(LIMITS, speaker_notes=settings.speaker_notes, libreoffice=settings.libreoffice),
    )


def taking_in(settings: Settings, records: Records) -> TakingIn:
    """For any process that reads uploads; it needs neither model nor index."""
    return TakingIn(
        uploads=records.uploads,
        intake=records.intake,
        blobs=records.blobs,
        names=lambda: _known_names(records),
        children=reading_children(settings),
        now=now,
    )


def _reading(records: Records, converter: ScriptConverter) -> Reading:
    """With the matters and departments as they are now."""
    names = _known_names(records)
    return Reading(
        converter=converter, matter_ids=names.matters, department_ids=names.departments, keep=records.blobs.keep
    )


def _known_names(records: Records) -> KnownNames:
    matters, departments = records.catalogue.matters(), records.catalogue.departments()
    return KnownNames(
        matters={name: each.id for each in matters for name in (*each.aliases, each.name, each.id)},
        departments={name: each.id for each in departments for name in (*each.aliases, each.name, each.id)},
    )


def owner_address(settings: Settings) -> OwnerAddress | None:
    """Where the process that owns the embedded index listens, if there is one.

    Raises IndexOwnedElsewhere when the owner takes no requests for longer than it is waited for.
    """
    return find_owner(settings.data_dir, wait_seconds=settings.index_wait_seconds)


def open_service(settings: Settings, *, now: Callable[[], datetime] = now, knobs: Knobs = KNOBS) -> Service:
    """Open everything; the embedded index is owned until the service is closed. ``now``: what doors and verbs go by;
    ``knobs``: other ones than a service has, to measure them.

    Raises IndexOwnedElsewhere when another process owns the index, EmbeddingModelUnavailable without a model.
    """
    require_folders(settings.data_dir)
    with contextlib.ExitStack() as undo:
        ownership = None if settings.qdrant_url else undo.enter_context(_claimed(settings))
        probed = probe_early(ownership) if ownership else None
        records = open_records(settings)
        undo.callback(records.close)
        texts = open_texts(settings, records)
        statistics = PublishedStatistics(records.library, texts.preparing, settings.data_dir / "statistics.npz")
        statistics.load()
        manifest = texts.manifest(mean_terms_of(records, texts.preparing, statistics))
        expected, in_flight = records.library.expected_points()
        if probed and not settings.start_new and records.trail.head().events == 0 and probed().points:
            raise _lost_database(f"was emptied: the index in {settings.index_dir} holds what it no longer has")
        index, reasons = _open_index(settings, ownership, manifest, (expected, in_flight), probed)
        undo.callback(index.close)
        service = _service(settings, records, texts, statistics, index, ownership, reasons, now, knobs)
        if expected and index.count() == 0:  # lost, damaged or of another model: nothing could be answered until then
            service.rebuild()
        undo.pop_all()
        return service


def _claimed(settings: Settings) -> Ownership:
    return claim(settings.data_dir, wait_seconds=settings.index_wait_seconds)


def _open_index(
    settings: Settings,
    ownership: Ownership | None,
    manifest: Manifest,
    points: tuple[int, int],
    probed: Callable[[], ProbeResult] | None,
) -> "tuple[EdgeIndex | ServerIndex, list[str]]":
    """The index, and the reasons to rebuild it. ``points``: expected, and in flight."""
    expected, in_flight = points
    if ownership is None:
        from kb_service.adapters.index.server import ServerIndex

        key = settings.qdrant_api_key
        server = ServerIndex(
            str(settings.qdrant_url),
            manifest,
            alias=settings.qdrant_collection,
            api_key=key.get_secret_value() if key else None,
        )
        is_short = abs(server.count() - expected) > in_flight
        missing = ["the collection does not hold what the database calls for"] if is_short else []
        return server, [*server.rebuild_reasons, *missing]
    stamp = now().strftime("%Y%m%dT%H%M%S")
    opened = open_edge_index(
        ownership, manifest, expected_count=expected, allowed_difference=in_flight, stamp=stamp, probed=probed
    )
    return opened.index, list(opened.rebuild_reasons)


def _service(
    settings: Settings,
    records: Records,
    texts: Texts,
    statistics: PublishedStatistics,
    index: "EdgeIndex | ServerIndex",
    ownership: Ownership | None,
    reasons: list[str],
    now: Callable[[], datetime],
    knobs: Knobs,
) -> Service:
    in_flight = QuestionsInFlight()
    outside = Outside(settings.webhook_hosts.split(","))
    helping = open_helping(
        settings,
        records,
        route=lambda text: service.asking.destination(text),
        region_in=lambda text: service.asking.region_in(text),
        suggesting=lambda: service.suggesting,
        now=now,
    )
    learning_routes = open_learning_routes(
        settings, records, said=lambda text: service.asking.said(text), give_way=in_flight.give_way
    )
    emergencies = open_emergencies(records)
    measuring = open_measuring(records, now=now)

    def asking() -> Asking:
        return open_asking(
            settings,
            records,
            texts,
            index,
            statistics,
            helping=helping,
            past=learning_routes.current,
            standing=emergencies.standing,
            now=now,
            new_id=new_id,
            in_flight=in_flight,
            knobs=knobs,
        )

    synchroniser = Synchroniser(
        library=records.library,
        preparing=texts.preparing,
        statistics=statistics,
        index=index,
        mean_terms=lambda: index.manifest.mean_terms,
        now=now,
    )

    def known_questions() -> KnownQuestions:
        return KnownQuestions(
            suites=settings.suites,
            matter_of=service.asking.matter_of,
            recent=records.transcript.recent_questions,
        )

    rehearsing = Rehearsing(
        asking=lambda: service.asking,
        questions=lambda version: known_questions().near(version),
        version=records.library.version,
        index_documents=synchroniser.sync,
        store=records.rehearsals,
        interval_changes=records.version_states.interval_changes,
        contradicting=records.suspicions.rivals_of,
        now=now,
        new_id=new_id,
    )
    districts = load_districts(settings.prompts_dir).districts
    publishing = Publishing(
        version_states=records.version_states,
        calendar=records.working_days.calendar,
        rehearsed=rehearsing.rehearsed,
        points_of_fields=lambda metadata: points_of_fields(metadata, _known_ids(records, districts)),
        now=now,
        review_days=settings.kept_review_days,
    )
    measuring = open_measuring(records, now=now)
    measuring_use = open_measuring_use(records, measuring, now=now)
    asked = asking()
    service = Service(
        settings=settings,
        records=records,
        texts=texts,
        index=index,
        statistics=statistics,
        synchroniser=synchroniser,
        asking=asked,
        asking_anew=asking,
        publishing=publishing,
        helping=helping,
        learning_routes=learning_routes,
        signing=open_signing(records, helping, now=now),
        meetings=open_meetings(records, helping, now=now),
        canned_replies=open_canned_replies(settings, records, now=now, new_id=new_id),
        delivering=open_delivering(settings, records, outside, now=now),
        outside=outside,
        suggesting=open_suggesting(settings, records, asking=lambda: service.asking),
        collecting=open_collecting(records, texts.model.embed_questions, give_way=in_flight.give_way, now=now),
        closing=open_closing(settings, records, asking=lambda: service.asking, now=now),
        writing=open_writing(
            settings, records, reading=lambda: _reading(records, texts.converter), new_id=new_id, now=now
        ),
        finding_recurring=FindingRecurring(records.recurring, texts.model.embed_questions, in_flight.give_way),
        asking_again=open_asking_again(
            records,
            asking=lambda: service.asking,
            follow=synchroniser.reconcile,
            give_way=in_flight.give_way,
            now=now,
        ),
        heeding_feedback=open_heeding_feedback(records, now=now),
        measuring=measuring,
        reporting=open_reporting(settings, records, measuring, now=now),
        auditing=open_auditing(settings, records, now=now),
        recalibrating=open_recalibrating(settings, records, now=now),
        keeping=Keeping(records.audits, SuiteFile(settings.own_questions_dir), records.library.documents_among, now),
        measuring_use=measuring_use,
        ledger=open_ledger(settings, records, new_id=new_id, now=now),
        asking_ahead=AskingAhead(
            store=records.days_ahead,
            days=measuring_use.days_ahead,
            questions=lambda: known_questions().suite(),
            asking=lambda: service.asking,
            give_way=in_flight.give_way,
            now=now,
        ),
        proposing=open_proposing(records, asking=lambda: service.asking, now=now),
        emergencies=emergencies,
        rehearsing=rehearsing,
        examining=Examining(
            library=records.library,
            neighbours=SqlNeighbours(records.database),
            suspicions=records.suspicions,
            index=index,
            preparing=texts.preparing,
            stating=Stating(load_contrasts(settings.prompts_dir), texts.converter),
            converter=texts.converter,
            now=now,
            give_way=in_flight.give_way,
        ),
        stated_day_words=load_stated_day_words(settings.prompts_dir),
        reading=lambda: _reading(records, texts.converter),
        taking_in=taking_in(settings, records),
        jobs=records.jobs,
        now=now,
        cleaning=PictureCleaning(largest=settings.attachment_mb * 2**20),
        ownership=ownership,
        rebuild_reasons=reasons,
    )
    return service


def open_emergencies(records: Records) -> Emergencies:
    """For any process that has the database: the others heed it within a second."""
    return Emergencies(
        store=records.emergencies,
        catalogue=records.catalogue,
        documents_among=records.library.documents_among,
        now=now,
        new_id=new_id,
    )


def _known_ids(records: Records, regions: Collection[str]) -> KnownIds:
    return KnownIds(
        regions=regions,
        matters={each.id for each in records.catalogue.matters()},
        departments={each.id for each in records.catalogue.departments()},
        documents=records.library.documents_among,
    )


def model_source(settings: Settings) -> str:
    """Folder, name or address of the embedding model: as set, else the folder that `make model` fills."""
    return settings.embedding_model or str(settings.models_dir / MODEL_NAME)


def _model_choice(settings: Settings) -> ModelChoice:
    key = settings.embedding_key
    return ModelChoice(
        source=model_source(settings),
        question_prefix=settings.embedding_question_prefix,
        passage_prefix=settings.embedding_passage_prefix,
        passage_threads=settings.embedding_threads,
        fastembed_cache=settings.models_dir / "fastembed",
        endpoint_model=settings.embedding_endpoint_model,
        endpoint_key=key.get_secret_value() if key else "",
        endpoint_dimensions=settings.embedding_dimensions,
    )
