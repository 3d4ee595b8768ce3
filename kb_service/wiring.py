"""Settings in, a working service out. The clock and the ids are from here."""

import contextlib
import secrets
from collections.abc import Callable
from datetime import datetime
from functools import cache
from typing import TYPE_CHECKING
from uuid import uuid4

from ingestion.importing import Importing
from ingestion.preparing import Preparing
from ingestion.reading_child import FileInFolder
from ingestion.statistics import PublishedStatistics
from ingestion.surfaces import Surfacing
from kb_service.adapters.embedding.loading import ModelChoice, load_model
from kb_service.adapters.embedding.model_folder import MODEL_NAME
from kb_service.adapters.index.edge import EdgeIndex
from kb_service.adapters.index.manifest import Manifest
from kb_service.adapters.index.opening import ProbeResult, open_edge_index, probe_early
from kb_service.adapters.index.ownership import OwnerAddress, Ownership, claim, find_owner
from kb_service.adapters.private_files import keep_private, require_folders, require_placed
from kb_service.adapters.script import OpenCCConverter
from kb_service.adapters.segmenter import JiebaSegmenter
from kb_service.adapters.sql.engine import Database, is_new, upgrade
from kb_service.answer_wiring import user_key
from kb_service.asking.drafting.words import load_quoting_words
from kb_service.domain.days import SHANGHAI
from kb_service.domain.errors import RecordsUnavailable
from kb_service.domain.knobs import KNOBS, Knobs
from kb_service.domain.matters import Department, Matter
from kb_service.intake_wiring import known_names, reading_children
from kb_service.ports import EmbeddingModel, ScriptConverter
from kb_service.records import Records, records_in
from kb_service.service import Service, Texts, mean_terms_of
from kb_service.service_wiring import wired_service
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
    database = Database(
        settings.database,
        synchronous=settings.sqlite_synchronous,
        patience_seconds=settings.database_patience_seconds,
        site_key=cache(lambda: user_key(settings)),
    )
    with contextlib.ExitStack() as undo:
        undo.callback(database.close)
        if not settings.start_new:
            _require_known(settings, database)
        upgrade(database)
        undo.pop_all()
    return records_in(database, settings, now=now, new_id=new_id, new_secret=new_secret)


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
    names = known_names(records)
    return Importing(
        library=records.library,
        source=lambda path: FileInFolder(path, settings.blobs_dir, names.matters, names.departments),
        children=lambda: reading_children(settings),
        now=now,
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
        service = wired_service(
            settings,
            records,
            texts,
            statistics,
            index,
            ownership=ownership,
            rebuild_reasons=reasons,
            now=now,
            new_id=new_id,
            knobs=knobs,
        )
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
