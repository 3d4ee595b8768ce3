"""Putting a backup into an empty place: all of it is verified before anything is placed."""

import contextlib
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from ingestion.checking import Finding
from kb_service.adapters.backup_file import DATABASE, BackupManifest, read_manifest, unpack
from kb_service.adapters.index.ownership import claim
from kb_service.adapters.private_files import KEPT, RESTORING, keep_private
from kb_service.adapters.sql.copying import holds_rows, load_from_file, opened_copy, require_sound_file
from kb_service.adapters.sql.engine import Database, file_of, head_revision, is_new
from kb_service.adapters.sql.trail import SqlTrail, record
from kb_service.adapters.suite_file import AUDITED
from kb_service.adapters.user_key import USER_KEY
from kb_service.backing_up import (
    CONFIDENCE_MODEL,
    Told,
    files_below,
    fingerprint_of_user_key,
    folders_of_words,
    settings_told,
)
from kb_service.domain.errors import BackupRefused
from kb_service.domain.trail import TrailHead
from kb_service.settings import Settings
from kb_service.wiring import now, open_service

_ACTOR = "operator"
_UNPACKING = "unpacking-"


@dataclass(frozen=True, slots=True)
class Restored:
    """``differences``: sentences on what is not here as it was there; ``set_aside``: where what was here is now."""

    manifest: BackupManifest
    originals: int
    differences: tuple[str, ...]
    set_aside: Path | None


@dataclass(frozen=True, slots=True)
class CheckedBackup:
    findings: tuple[Finding, ...]
    trail: TrailHead
    points: int


def verify(settings: Settings, file: Path, told: Told) -> BackupManifest:
    """Everything that a restore verifies before it places anything. Raises BackupRefused."""
    manifest = read_manifest(file)
    keep_private(settings.data_dir)
    with _unpacked(settings, file, manifest, told):
        return manifest


def restore(settings: Settings, file: Path, told: Told, *, replace: bool) -> Restored:
    """``replace``: what is here already is set aside (rows on PostgreSQL are deleted). Raises BackupRefused,
    IndexOwnedElsewhere while a service runs here, RecordsUnavailable."""
    manifest = read_manifest(file)
    keep_private(settings.data_dir)
    with contextlib.ExitStack() as stack:
        if not settings.qdrant_url:
            stack.enter_context(claim(settings.data_dir))
        if not replace:
            _require_empty(settings)
        unpacked = stack.enter_context(_unpacked(settings, file, manifest, told))
        placing = settings.data_dir / RESTORING
        shutil.rmtree(placing, ignore_errors=True)  # of a restore that was cut off
        unpacked.rename(placing)  # from here on nothing starts here until all is in place
        set_aside = _set_aside(settings) if replace else None
        differences = (*_different_settings(settings, manifest), *_place_files(settings, placing))
        _place_database(settings, placing / DATABASE, told)
        shutil.rmtree(placing)
        keep_private(settings.data_dir)
        if fingerprint_of_user_key(settings) != manifest.user_key:
            differences += (
                "KB_USER_KEY is not the key of the backup: people who asked before are not recognised, nor found by "
                "`kb erase --user`",
            )
        _tell_the_trail(settings, manifest)
    originals = sum(name.startswith("blobs/") for name in manifest.files)
    return Restored(manifest, originals, differences, set_aside)


def check_restored(settings: Settings, kept_head: str | None) -> CheckedBackup:
    """Make the index from the database, and compare everything; ``kept_head`` must occur in the trail."""
    with open_service(settings) as service:
        if service.rebuild_reasons:
            service.rebuild()
        service.synchroniser.reconcile()
        report = service.check(kept_head=kept_head)
        return CheckedBackup(tuple(report.findings), report.trail, service.index.count())


@contextlib.contextmanager
def _unpacked(settings: Settings, file: Path, manifest: BackupManifest, told: Told) -> Iterator[Path]:
    """A folder with what was packed, verified: every byte, the database as a whole, and the head of its trail."""
    size, done = sum(each.size for each in manifest.files.values()), 0

    def advance(written: int) -> None:
        nonlocal done
        done += written
        told("unpacking", done, size)

    for left in settings.data_dir.glob(f"{_UNPACKING}*"):  # by one that was killed
        shutil.rmtree(left, ignore_errors=True)
    with TemporaryDirectory(dir=settings.data_dir, prefix=_UNPACKING, ignore_cleanup_errors=True) as folder:
        inner = Path(folder) / "backup"
        inner.mkdir()
        unpack(file, manifest, inner, advance)
        _require_same_trail(inner / DATABASE, manifest)
        yield inner


def _require_same_trail(file: Path, manifest: BackupManifest) -> None:
    require_sound_file(file)
    if manifest.schema > head_revision():
        raise BackupRefused(f"the backup is of a newer version of this service ({manifest.service}); restore with that")
    database = Database(f"sqlite:///{file}")
    try:
        head = SqlTrail(database).head()
    finally:
        database.close()
    if head != manifest.trail:
        raise BackupRefused(
            f"the trail in the backup ends with {head.hash}, its manifest says {manifest.trail.hash}; use another one"
        )


def _require_empty(settings: Settings) -> None:
    found = [str(path) for path in (*_kept(settings), *settings.data_dir.glob(RESTORING))]
    if not found and file_of(settings.database) is None and _has_rows(settings):
        found = ["the database of KB_DATABASE_URL"]
    if found:
        raise BackupRefused(
            f"there is something already: {', '.join(found)}; choose another KB_DATA_DIR or database, or set it aside "
            "with --replace (rows on PostgreSQL are deleted)"
        )


def _kept(settings: Settings) -> list[Path]:
    """What is of a product here; an empty folder is nothing."""
    found = {path for name in KEPT for path in settings.data_dir.glob(name)}
    if (file := file_of(settings.database)) is not None:
        found |= set(file.parent.glob(f"{file.name}*"))
    return sorted(path for path in found if path.is_file() or any(path.iterdir()))


def _has_rows(settings: Settings) -> bool:
    database = Database(settings.database)
    try:
        return not is_new(database) and holds_rows(database)
    finally:
        database.close()


def _set_aside(settings: Settings) -> Path | None:
    """On the same disk, under a name of its own; None where nothing was."""
    kept = _kept(settings)
    if not kept:
        return None
    folder = settings.data_dir / f"replaced-{now():%Y%m%d-%H%M%S}"
    folder.mkdir()
    for path in kept:
        shutil.move(path, folder / path.name)
    return folder


def _place_files(settings: Settings, unpacked: Path) -> Iterator[str]:
    """All but the database; a sentence on each folder of words that differs from the one in use."""
    for name in ("blobs", USER_KEY, CONFIDENCE_MODEL):
        if (unpacked / name).exists():
            (unpacked / name).rename(settings.data_dir / name)
    for name, folder in folders_of_words(settings).items():
        packed = unpacked / name
        if packed.exists() and _contents(packed) != _contents(folder):
            packed.rename(settings.data_dir / name)
            yield (
                f"{name}/ of the backup is not as {folder}: it is in {settings.data_dir / name}; set "
                f"KB_{name.upper()}_DIR to that folder to use it"
            )
    if (unpacked / AUDITED).exists():
        settings.own_questions_dir.mkdir(mode=0o700, exist_ok=True)
        (unpacked / AUDITED).rename(settings.own_questions_dir / AUDITED)


def _contents(folder: Path) -> dict[Path, bytes]:
    return {path.relative_to(folder): path.read_bytes() for path in files_below(folder)}


def _place_database(settings: Settings, packed: Path, told: Told) -> None:
    """Last: as long as it is missing, nothing starts here."""
    if (file := file_of(settings.database)) is not None:
        with opened_copy(packed):
            pass  # brought up to date before it is in place
        file.parent.mkdir(parents=True, exist_ok=True)
        shutil.move(packed, file)
        return
    database = Database(settings.database)
    try:
        load_from_file(packed, database, lambda done, total: told("filling the database", done, total))
    finally:
        database.close()


def _different_settings(settings: Settings, manifest: BackupManifest) -> Iterator[str]:
    here = settings_told(settings)
    for name in sorted({*here, *manifest.settings}):
        there_value, here_value = manifest.settings.get(name), here.get(name)
        if there_value != here_value:
            default = Settings.model_fields[name].default if name in Settings.model_fields else "unknown here"
            shown = [default if each is None else each for each in (there_value, here_value)]
            yield f"KB_{name.upper()} was {shown[0]} and is {shown[1]} here"


def _tell_the_trail(settings: Settings, manifest: BackupManifest) -> None:
    """What happened since the backup is gone; the trail says from which moment on."""
    database = Database(settings.database)
    try:
        with database.writing() as connection:
            detail = {"made_at": manifest.made_at.isoformat(), "head": manifest.trail.hash}
            record(connection, at=now(), actor=_ACTOR, action="restore", detail=detail)
    finally:
        database.close()
