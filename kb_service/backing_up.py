"""Everything a product keeps, in one file, while it is served."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from importlib.metadata import version
from pathlib import Path
from tempfile import TemporaryDirectory

from kb_service.adapters.backup_file import DATABASE, FORMAT, BackupManifest, BackupWriter
from kb_service.adapters.blobs import BlobFolder
from kb_service.adapters.private_files import require_placed
from kb_service.adapters.sql.copying import copy_into_file, originals
from kb_service.adapters.sql.engine import Database, file_of, head_revision, require_current
from kb_service.adapters.sql.trail import SqlTrail
from kb_service.adapters.suite_file import AUDITED
from kb_service.adapters.user_key import USER_KEY
from kb_service.answer_wiring import user_key
from kb_service.domain.errors import BackupRefused, RecordsUnavailable
from kb_service.domain.privacy import hash_of_user
from kb_service.domain.trail import TrailHead
from kb_service.settings import Settings
from kb_service.wiring import now

# What is being done, how much of it is done, and of how much.
Told = Callable[[str, int, int], None]

CONFIDENCE_MODEL = "confidence_model.json"
# Numbers and switches that say where and how fast a process runs, not what it answers or keeps.
_OF_A_PROCESS = {"port", "start_new", "allow_remote", "embedding_threads"}


@dataclass(frozen=True, slots=True)
class BackedUp:
    """``missing``: originals that were not there, or not as they came in."""

    path: Path
    size: int
    originals: int
    missing: tuple[str, ...]
    trail: TrailHead


def back_up(settings: Settings, target: Path, told: Told) -> BackedUp:
    """``target``: a .zip to be made, or a folder that gets one named after the moment. Raises BackupRefused,
    RecordsUnavailable, NotEnoughSpace."""
    at = now()
    is_file = target.suffix == ".zip" and not target.is_dir()
    path = target if is_file else target / f"kb-{at:%Y%m%d-%H%M%S}.zip"
    if path.exists():
        raise BackupRefused(f"{path} is there already; name another file, or a folder")
    _require_database(settings)
    if path.resolve().is_relative_to(settings.data_dir.resolve()):
        raise BackupRefused(f"{path} is in the data folder, and would be lost with it; name a place elsewhere")
    path.parent.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(dir=path.parent, prefix=f"{path.name}-", suffix=".part") as folder:
        copied = Path(folder) / DATABASE
        database = Database(settings.database, patience_seconds=settings.database_patience_seconds)
        try:
            require_current(database)
            copy_into_file(database, copied, lambda done, total: told("copying the database", done, total))
        finally:
            database.close()
        with BackupWriter(path) as writer:
            manifest = _pack(settings, copied, writer, at, told)
            writer.finish(manifest)
    kept = sum(name.startswith("blobs/") for name in manifest.files)
    return BackedUp(path, path.stat().st_size, kept, manifest.missing, manifest.trail)


def _require_database(settings: Settings) -> None:
    """SQLite would make a missing one."""
    require_placed(settings.data_dir)
    file = file_of(settings.database)
    if file is not None and not file.exists():
        raise RecordsUnavailable(f"there is no database {file} to back up; check KB_DATA_DIR and KB_DATABASE_URL")


def _pack(settings: Settings, copied: Path, writer: BackupWriter, at: datetime, told: Told) -> BackupManifest:
    """Originals after the database: what its rows name was there before they were."""
    copy = Database(f"sqlite:///{copied}")
    try:
        trail = SqlTrail(copy).head()
        of_versions, others = originals(copy)
    finally:
        copy.close()
    with copied.open("rb") as file:
        size = copied.stat().st_size
        writer.add(DATABASE, file, lambda done: told("packing the database", done, size))
    missing = _pack_originals(settings, writer, of_versions, others, told)
    for name, path in _other_files(settings):
        with path.open("rb") as file:
            writer.add(name, file)
    return BackupManifest(
        format=FORMAT,
        made_at=at,
        service=version("kb-service"),
        schema=head_revision(),
        trail=trail,
        user_key=fingerprint_of_user_key(settings),
        missing=tuple(missing),
        settings=settings_told(settings),
        files=writer.files,
    )


def _pack_originals(
    settings: Settings, writer: BackupWriter, of_versions: Sequence[str], others: Sequence[str], told: Told
) -> Iterator[str]:
    """Gives those of versions that are not there as they came in."""
    blobs = BlobFolder(settings.blobs_dir)
    wanted = [*of_versions, *others]
    for number, digest in enumerate(wanted, start=1):
        told("packing originals", number, len(wanted))
        path = blobs.path(digest)
        found = None
        if path.exists():
            with path.open("rb") as file:
                found = writer.add(f"blobs/{digest[:2]}/{digest}", file)
        if found != digest and digest in of_versions:
            yield digest


def _other_files(settings: Settings) -> Iterator[tuple[str, Path]]:
    """What a site may have of its own: the key of user references, its confidence model, words and known questions."""
    if settings.user_key is None and (key := settings.data_dir / USER_KEY).exists():
        yield USER_KEY, key
    if settings.confidence_in_use != Settings.model_fields["confidence_model"].default:
        yield CONFIDENCE_MODEL, settings.confidence_in_use
    for name, folder in folders_of_words(settings).items():
        for path in files_below(folder):
            yield f"{name}/{path.relative_to(folder)}", path
    kept = settings.own_questions_dir / AUDITED
    if len(settings.suites) > 1 and kept.exists():  # else it is among the known questions already
        yield AUDITED, kept


def folders_of_words(settings: Settings) -> Mapping[str, Path]:
    return {"prompts": settings.prompts_dir, "questions": settings.questions_dir}


def files_below(folder: Path) -> list[Path]:
    """Hidden ones left out."""
    return sorted(
        path
        for path in folder.rglob("*")
        if path.is_file() and not any(part.startswith(".") for part in path.relative_to(folder).parts)
    )


def fingerprint_of_user_key(settings: Settings) -> str | None:
    """Tells whether a key is the same, and not which; None before there is one."""
    if settings.user_key is None and not (settings.data_dir / USER_KEY).exists():
        return None
    return hash_of_user("fingerprint", user_key(settings))


def settings_told(settings: Settings) -> Mapping[str, bool | int | float]:
    """Numbers and switches that were set; addresses, names and secrets stay out."""
    return {
        name: value
        for name, value in settings.model_dump(exclude_defaults=True).items()
        if isinstance(value, bool | int | float) and name not in _OF_A_PROCESS
    }
