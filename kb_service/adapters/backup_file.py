"""One file with everything a product keeps: a zip whose last member, the manifest, tells what must be in it.

A file that was cut off has no directory, which stands at its end; whatever else is damaged has another SHA-256.
"""

import contextlib
import hashlib
import os
import re
import shutil
import zipfile
import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from tempfile import NamedTemporaryFile
from types import TracebackType
from typing import BinaryIO, Self

from pydantic import TypeAdapter

from kb_service.domain.errors import BackupRefused, NotEnoughSpace
from kb_service.domain.trail import TrailHead

MANIFEST = "manifest.json"
DATABASE = "kb.sqlite"
FORMAT = 1

_PIECE = 1024 * 1024
# What zipfile makes of damaged bytes: some read as encrypted, or as compressed in another way.
_DAMAGED = (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, ValueError)
_NAMES = re.compile(
    r"kb\.sqlite|user\.key|confidence_model\.json|audited\.jsonl"
    r"|blobs/[0-9a-f]{2}/[0-9a-f]{64}|(prompts|questions)(/[^./\\\0][^/\\\0]*)+"
)


@dataclass(frozen=True, slots=True)
class Packed:
    size: int
    sha256: str


@dataclass(frozen=True, slots=True)
class BackupManifest:
    """``missing``: originals that were not there, or not as they came in, when the backup was made.

    ``settings``: the numbers and switches that were set; ``user_key``: a hash that tells whether a key is the same.
    """

    format: int
    made_at: datetime
    service: str
    schema: str
    trail: TrailHead
    user_key: str | None
    missing: tuple[str, ...]
    settings: Mapping[str, bool | int | float]
    files: Mapping[str, Packed]


_MANIFEST = TypeAdapter(BackupManifest)


class BackupWriter:
    """Written beside its place and renamed when it is whole; readable by its owner only."""

    def __init__(self, path: Path) -> None:
        self._path = path
        # Open until `finish` or the end of the block.
        self._unfinished = NamedTemporaryFile(dir=path.parent, prefix=f"{path.name}-", suffix=".part", delete=False)  # noqa: SIM115
        self._zip = zipfile.ZipFile(self._unfinished, "w", zipfile.ZIP_DEFLATED, compresslevel=1)
        self.files: dict[str, Packed] = {}

    def add(self, name: str, file: BinaryIO, advance: Callable[[int], None] = lambda _bytes: None) -> str:
        """The SHA-256 of what was read from the file."""
        digest, size = hashlib.sha256(), 0
        with self._zip.open(name, "w", force_zip64=True) as member:
            while piece := file.read(_PIECE):
                digest.update(piece)
                size += len(piece)
                member.write(piece)
                advance(size)
        self.files[name] = Packed(size, digest.hexdigest())
        return digest.hexdigest()

    def finish(self, manifest: BackupManifest) -> None:
        self._zip.writestr(MANIFEST, _MANIFEST.dump_json(manifest, indent=2))
        self._zip.close()
        self._unfinished.flush()
        os.fsync(self._unfinished.fileno())
        self._unfinished.close()
        Path(self._unfinished.name).replace(self._path)
        folder = os.open(self._path.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        with contextlib.suppress(OSError):  # of a full disk, told already
            self._zip.close()
            self._unfinished.close()
        Path(self._unfinished.name).unlink(missing_ok=True)


def read_manifest(path: Path) -> BackupManifest:
    """Raises BackupRefused for what is no backup, is cut off, or is of a newer version."""
    with _opened(path) as packed:
        try:
            manifest = _MANIFEST.validate_json(packed.read(MANIFEST))
        except (KeyError, *_DAMAGED) as error:
            raise BackupRefused(f"{path} is no backup of this service, or its manifest is damaged") from error
        if manifest.format > FORMAT:
            raise BackupRefused(f"{path} was made by a newer version ({manifest.service}) of this service; use that")
        names = packed.namelist()
    if sorted(names) != sorted([*manifest.files, MANIFEST]) or DATABASE not in manifest.files:
        raise BackupRefused(f"{path} does not hold what its manifest tells; use another backup")
    if odd := next((name for name in manifest.files if not _NAMES.fullmatch(name)), None):
        raise BackupRefused(f"{path} holds {odd!r}, which no backup of this service does")
    return manifest


def unpack(path: Path, manifest: BackupManifest, folder: Path, advance: Callable[[int], None]) -> None:
    """Raises BackupRefused unless every byte is as it was packed, NotEnoughSpace."""
    needed = sum(each.size for each in manifest.files.values())
    if needed > (free := shutil.disk_usage(folder).free):
        raise NotEnoughSpace(f"{folder} has {free // 2**20} MB free, and the backup needs {needed // 2**20} MB")
    with _opened(path) as packed:
        for name, expected in manifest.files.items():
            target = folder / name
            target.parent.mkdir(parents=True, exist_ok=True)
            if _unpacked(packed, name, target, expected.size, advance) != expected.sha256:
                raise BackupRefused(f"{path} is damaged: {name} is not what was packed; use another backup")


def _unpacked(
    packed: zipfile.ZipFile, name: str, target: Path, size: int, advance: Callable[[int], None]
) -> str | None:
    """The SHA-256 of what came out; None when nothing sensible did."""
    digest, read = hashlib.sha256(), 0
    try:
        with packed.open(name) as member, target.open("wb") as file:
            while read <= size and (piece := member.read(_PIECE)):
                digest.update(piece)
                read += len(piece)
                file.write(piece)
                advance(len(piece))
    except _DAMAGED:
        return None
    return digest.hexdigest()


def _opened(path: Path) -> zipfile.ZipFile:
    try:
        return zipfile.ZipFile(path)
    except _DAMAGED as error:
        raise BackupRefused(f"{path} is no backup, or was cut off ({error}); use another one") from error
