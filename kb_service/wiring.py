"""The only place that names concrete classes: settings in, a working service out."""

import contextlib
import secrets
from dataclasses import dataclass, field
from datetime import datetime
from uuid import uuid4

from ingestion.checking import Finding, check
from ingestion.importing import Importing
from ingestion.preparing import Advance, Preparing, silent
from ingestion.sources import Reading
from ingestion.statistics import PublishedStatistics
from ingestion.surfaces import Surfacing
from ingestion.sync import Synchroniser
from kb_service.adapters.blobs import BlobFolder
from kb_service.adapters.embedding.building import MODEL_NAME
from kb_service.adapters.embedding.loading import ModelChoice, load_model
from kb_service.adapters.index.edge import EdgeIndex
from kb_service.adapters.index.manifest import Manifest
from kb_service.adapters.index.opening import open_edge_index
from kb_service.adapters.index.ownership import Ownership, claim
from kb_service.adapters.index.rebuilding import run_child, swap_in_rebuilt
from kb_service.adapters.script import OpenCCConverter
from kb_service.adapters.segmenter import JiebaSegmenter
from kb_service.adapters.sql.catalogue import SqlCatalogue
from kb_service.adapters.sql.engine import Database, upgrade
from kb_service.adapters.sql.library import SqlLibrary
from kb_service.adapters.sql.transcript import SqlTranscript
from kb_service.adapters.sql.vectors import SqlVectors
from kb_service.answering.confidence import load_confidence
from kb_service.answering.drafting import ExtractiveDrafter
from kb_service.answering.knobs import Knobs
from kb_service.answering.lexicon import Lexicon, load_lexicon
from kb_service.answering.pipeline import Pipeline
from kb_service.answering.retrieving import Retriever
from kb_service.answering.routing import Router
from kb_service.answering.understanding import Reader
from kb_service.asking import Asking
from kb_service.domain.days import SHANGHAI
from kb_service.domain.matters import Department, Matter
from kb_service.ports import EmbeddingModel, PassageIndex, ScriptConverter, Segmenter
from kb_service.settings import Settings

# What a passage of a government text has in terms, before there are any to measure.
_USUAL_TERMS = 250.0
_SAMPLE = 4000


def now() -> datetime:
    return datetime.now(SHANGHAI)


def new_id() -> str:
    """122 random bits."""
    return str(uuid4())


@dataclass(frozen=True, slots=True)
class Records:
    """What lives in the database and beside it."""

    database: Database
    library: SqlLibrary
    catalogue: SqlCatalogue
    transcript: SqlTranscript
    computed: SqlVectors
    blobs: BlobFolder


@dataclass(frozen=True, slots=True)
class Texts:
    """What turns texts into terms and vectors, with the site's own words."""

    converter: ScriptConverter
    segmenter: Segmenter
    model: EmbeddingModel
    preparing: Preparing


def open_records(settings: Settings) -> Records:
    """The database, with its schema brought up to date."""
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    database = Database(settings.database, synchronous=settings.sqlite_synchronous)
    upgrade(database)
    return Records(
        database=database,
        library=SqlLibrary(database, new_id=new_id),
        catalogue=SqlCatalogue(database),
        transcript=SqlTranscript(database),
        computed=SqlVectors(database),
        blobs=BlobFolder(settings.blobs_dir),
    )


def open_texts(settings: Settings, records: Records) -> Texts:
    """Raises EmbeddingModelUnavailable when the model is missing or wrong."""
    matters, departments = records.catalogue.matters(), records.catalogue.departments()
    named: list[Matter | Department] = [*matters, *departments]
    name_of = {each.id: each.name for each in named}
    converter = OpenCCConverter()
    words = (converter.to_simplified(word) for each in named for word in (each.name, *each.aliases))
    segmenter = JiebaSegmenter(words, cache_folder=settings.data_dir)
    model = load_model(_model_choice(settings))
    surfacing = Surfacing(converter, lambda name: name_of.get(name, name))
    preparing = Preparing(
        library=records.library, computed=records.computed, surfacing=surfacing, model=model, segmenter=segmenter
    )
    return Texts(converter, segmenter, model, preparing)


def importing(records: Records, converter: ScriptConverter) -> Importing:
    """Needs no model: it stores rows, which are embedded afterwards."""
    matter_ids = {
        name: matter.id for matter in records.catalogue.matters() for name in (*matter.aliases, matter.name, matter.id)
    }
    reading = Reading(converter=converter, matter_ids=matter_ids, keep=records.blobs.keep)
    return Importing(library=records.library, reading=reading, now=now)


@dataclass(slots=True)
class Service:
    """Everything a door needs. Close it, or use it as a context manager."""

    settings: Settings
    records: Records
    texts: Texts
    index: PassageIndex
    statistics: PublishedStatistics
    synchroniser: Synchroniser
    lexicon: Lexicon
    asking: Asking
    ownership: Ownership | None = None
    rebuild_reasons: list[str] = field(default_factory=list)

    @property
    def library(self) -> SqlLibrary:
        return self.records.library

    @property
    def catalogue(self) -> SqlCatalogue:
        return self.records.catalogue

    @property
    def transcript(self) -> SqlTranscript:
        return self.records.transcript

    def now(self) -> datetime:
        return now()

    def check(self) -> list[Finding]:
        """Everything that is not as it should be; nothing is changed."""
        return list(
            check(library=self.library, synchroniser=self.synchroniser, index=self.index, blobs=self.records.blobs)
        )

    def reread_catalogue(self) -> None:
        """Link matters and departments as they now are; their words reach the segmenter at the next rebuild."""
        self.asking = _asking(self.settings, self.records, self.texts, self.index, self.statistics, self.lexicon)

    def rebuild(self, *, advance: Advance = silent) -> int:
        """Build the index anew in a child process and swap it in; the number of points."""
        before = self.library.revisions(self.library.document_ids())
        mean_terms = _mean_terms(self.records, self.texts.preparing, self.statistics)
        written = 0

        def progressed(line: str) -> None:
            nonlocal written
            advance(int(line) - written)
            written = int(line)

        assert isinstance(self.index, EdgeIndex)
        run_child("ingestion.rebuilding", ["--mean-terms", str(mean_terms)], on_line=progressed)
        with self.synchroniser.paused():
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


def open_service(settings: Settings) -> Service:
    """Own the embedded index and open everything.

    Raises IndexOwnedElsewhere when another process owns the index, EmbeddingModelUnavailable without a model.
    """
    with contextlib.ExitStack() as undo:
        ownership = undo.enter_context(claim(settings.data_dir))
        records = open_records(settings)
        undo.callback(records.database.close)
        service = _open(settings, records, ownership)
        undo.pop_all()
        return service


def _open(settings: Settings, records: Records, ownership: Ownership) -> Service:
    texts = open_texts(settings, records)
    statistics = PublishedStatistics(records.library, texts.preparing, settings.data_dir / "statistics.npz")
    statistics.load()
    expected, in_flight = records.library.expected_points()
    opened = open_edge_index(
        ownership,
        _manifest(settings, records, texts, statistics),
        expected_count=expected,
        allowed_difference=in_flight,
        stamp=now().strftime("%Y%m%dT%H%M%S"),
    )
    index = opened.index
    lexicon = load_lexicon(settings.prompts_dir)
    synchroniser = Synchroniser(
        library=records.library,
        preparing=texts.preparing,
        statistics=statistics,
        index=index,
        mean_terms=lambda: index.manifest.mean_terms,
        now=now,
    )
    service = Service(
        settings=settings,
        records=records,
        texts=texts,
        index=index,
        statistics=statistics,
        synchroniser=synchroniser,
        lexicon=lexicon,
        asking=_asking(settings, records, texts, index, statistics, lexicon),
        ownership=ownership,
        rebuild_reasons=list(opened.rebuild_reasons),
    )
    if expected and index.count() == 0:  # lost, damaged or of another model: nothing could be answered until then
        service.rebuild()
    return service


def _manifest(settings: Settings, records: Records, texts: Texts, statistics: PublishedStatistics) -> Manifest:
    return Manifest(
        embedding=texts.model.fingerprint,
        segmenter=texts.segmenter.fingerprint,
        converter=texts.converter.fingerprint,
        dimensions=texts.model.dimensions,
        mean_terms=_mean_terms(records, texts.preparing, statistics),
    )


def _mean_terms(records: Records, preparing: Preparing, statistics: PublishedStatistics) -> float:
    """Of the published passages; before there are any, of those about to be; before those, a usual value."""
    if statistics.current().passages:
        return statistics.current().mean_length
    return preparing.mean_terms(records.library.approved_sample(limit=_SAMPLE)) or _USUAL_TERMS


def _asking(
    settings: Settings,
    records: Records,
    texts: Texts,
    index: PassageIndex,
    statistics: PublishedStatistics,
    lexicon: Lexicon,
) -> Asking:
    knobs = Knobs()
    reader = Reader(records.catalogue.matters(), lexicon, texts.converter)
    router = Router(records.catalogue.departments(), texts.converter)
    retriever = Retriever(
        index=index,
        library=records.library,
        model=texts.model,
        segmenter=texts.segmenter,
        converter=texts.converter,
        lexicon=lexicon,
        statistics=statistics.current,
        knobs=knobs,
    )
    drafter = ExtractiveDrafter(
        sections=records.library.passages_of_version,
        heading_names=retriever.heading_names,
        converter=texts.converter,
        longest=knobs.longest_quote,
    )
    pipeline = Pipeline(
        reader=reader,
        retriever=retriever,
        drafter=drafter,
        router=router,
        library=records.library,
        confidence=load_confidence(settings.confidence_model),
        lexicon=lexicon,
        converter=texts.converter,
        knobs=knobs,
        new_id=new_id,
    )
    return Asking(
        pipeline=pipeline,
        reader=reader,
        retriever=retriever,
        router=router,
        transcript=records.transcript,
        catalogue=records.catalogue,
        now=now,
        user_key=_user_key(settings),
    )


def _model_choice(settings: Settings) -> ModelChoice:
    key = settings.embedding_key
    return ModelChoice(
        source=settings.embedding_model or str(settings.models_dir / MODEL_NAME),
        question_prefix=settings.embedding_question_prefix,
        passage_prefix=settings.embedding_passage_prefix,
        passage_threads=settings.embedding_threads,
        fastembed_cache=settings.models_dir / "fastembed",
        endpoint_model=settings.embedding_endpoint_model,
        endpoint_key=key.get_secret_value() if key else "",
        endpoint_dimensions=settings.embedding_dimensions,
    )


def _user_key(settings: Settings) -> bytes:
    """From the environment, else made once and kept in the data folder, readable by its owner only."""
    if settings.user_key is not None:
        return settings.user_key.get_secret_value().encode()
    path = settings.data_dir / "user.key"
    with contextlib.suppress(FileExistsError):
        path.touch(mode=0o600, exist_ok=False)
        path.write_text(secrets.token_urlsafe(32))
    return path.read_bytes()
