"""The folder of an embedded index: manifest, shard, the count of the tail; how folders take each other's place; and
whether the disk has room for a write, since a full disk kills a process that maps the index into memory (SIGBUS).

``index/manifest.json``, ``index/tail``, ``index/shard/…``; beside it ``index.new`` (built, not yet in use),
``index.old`` (during a swap) and ``index.bad-…`` (set aside).
"""

import functools
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from kb_service.adapters.full_disk import LEAST_FREE_BYTES, takes_room_when_read
from kb_service.adapters.index.manifest import MANIFEST_NAME
from kb_service.domain.errors import NotEnoughSpace

BAD_FOLDERS_KEPT = 2

FreeBytes = Callable[[Path], int]

# Building an optimised copy beside the old segments and the write-ahead log takes up to this much of the index's size.
SIZE_FACTOR = 2.5
# Opening writes next to nothing, so that a full disk does not keep a service from answering.
OPENING_BYTES = 4 * 1024**2
# The sizes of the files of an empty index (210 MB, 108 KB of them written), and room for the first log.
EMPTY_BYTES = 256 * 1024**2


def shard_folder(folder: Path) -> Path:
    return folder / "shard"


def folder_for_new(folder: Path) -> Path:
    return folder.with_name(f"{folder.name}.new")


class TailCount:
    """How many points the engine searches one by one, kept in a file: it cannot be had from the engine itself, whose
    counts of indexed vectors include overwritten ones. Counted before the write, so a crash can only overstate it."""

    def __init__(self, folder: Path) -> None:
        self._file = folder / "tail"
        self.count = 0
        with suppress(FileNotFoundError, ValueError):
            self.count = int(self._file.read_text(encoding="ascii"))

    def add(self, points: int) -> None:
        self._write(self.count + points)

    def reset(self) -> None:
        self._write(0)

    def _write(self, count: int) -> None:
        unfinished = self._file.with_name("tail.new")
        unfinished.write_text(str(count), encoding="ascii")
        unfinished.replace(self._file)
        self.count = count


@contextmanager
def put_in_place(new: Path, folder: Path) -> Iterator[None]:
    """Rename ``new`` to ``folder``; what was there is deleted when the block succeeds and comes back when it fails."""
    old = _folder_for_old(folder)
    shutil.rmtree(old, ignore_errors=True)
    if folder.exists():
        folder.rename(old)
    new.rename(folder)
    try:
        yield
    except BaseException:
        folder.rename(new)
        if old.exists():
            old.rename(folder)
        raise
    shutil.rmtree(old, ignore_errors=True)


def finish_interrupted_swap(folder: Path) -> None:
    """After a crash between the two renames of a swap: the new index, being whole, takes its place."""
    old, new = _folder_for_old(folder), folder_for_new(folder)
    if not folder.exists():
        if (new / MANIFEST_NAME).exists():
            new.rename(folder)
        elif old.exists():
            old.rename(folder)
    shutil.rmtree(old, ignore_errors=True)


def set_aside(folder: Path, *, stamp: str) -> Path:
    """Rename a doubtful index to ``index.bad-<stamp>`` for whoever looks into it; the last two are kept."""
    bad = folder.with_name(f"{folder.name}.bad-{stamp}")
    shutil.rmtree(bad, ignore_errors=True)
    folder.rename(bad)
    for older in sorted(folder.parent.glob(f"{folder.name}.bad-*"))[:-BAD_FOLDERS_KEPT]:
        shutil.rmtree(older, ignore_errors=True)
    return bad


def _folder_for_old(folder: Path) -> Path:
    return folder.with_name(f"{folder.name}.old")


def free_bytes_on(folder: Path) -> int:
    return shutil.disk_usage(folder).free


def bytes_used_by(folder: Path) -> int:
    """What the files take on the disk; holes in the engine's preallocated files do not count."""
    total = 0
    for directory, _, names in os.walk(folder):
        for name in names:
            try:
                total += os.stat(os.path.join(directory, name)).st_blocks * 512
            except FileNotFoundError:  # the engine replaces segment files while we look
                continue
    return total


def bytes_of_holes_in(folder: Path) -> int:
    """What the files would take on the disk if nothing of them were a hole, less what they take."""
    total = 0
    for directory, _, names in os.walk(folder):
        for name in names:
            with suppress(FileNotFoundError):
                found = os.stat(os.path.join(directory, name))
                total += max(0, found.st_size - found.st_blocks * 512)
    return total


def require_space_for_opening(folder: Path, *, free_bytes: FreeBytes) -> None:
    """Raises NotEnoughSpace where opening what is in ``folder`` would kill the process."""
    _require(folder, OPENING_BYTES, free_bytes)


def require_space_for_new(folder: Path, *, free_bytes: FreeBytes) -> None:
    """Raises NotEnoughSpace where an empty index cannot be made, or not opened, in ``folder``, which need not exist."""
    _require(folder, LEAST_FREE_BYTES, free_bytes, holes_bytes=EMPTY_BYTES)


def require_space_for_points(folder: Path, *, growth_bytes: int, free_bytes: FreeBytes) -> None:
    """Raises NotEnoughSpace unless 2.5 times the index, as large as it is about to become, is free."""
    wanted_bytes = int(SIZE_FACTOR * (bytes_used_by(folder) + growth_bytes))
    _require(folder, max(wanted_bytes, LEAST_FREE_BYTES), free_bytes)


def require_space_for_log(folder: Path, *, free_bytes: FreeBytes) -> None:
    """For writes that add next to nothing, so that a withdrawal is still possible on a nearly full disk."""
    _require(folder, LEAST_FREE_BYTES, free_bytes)


def _require(folder: Path, wanted_bytes: int, free_bytes: FreeBytes, *, holes_bytes: int | None = None) -> None:
    """``holes_bytes``: of the index as it will be; None for those of the one that is there."""
    there = next(each for each in (folder, *folder.parents) if each.exists())
    free = free_bytes(there)
    if free >= wanted_bytes and _holes_take_room(there):
        wanted_bytes += bytes_of_holes_in(folder) if holes_bytes is None else holes_bytes
    if free < wanted_bytes:
        raise NotEnoughSpace(
            f"the disk of {folder} has {free // 1024**2} MB free and the index needs {wanted_bytes // 1024**2} MB; "
            "free some space and try again"
        )


# A folder does not move to another disk while a process has it open.
_holes_take_room = functools.lru_cache(takes_room_when_read)
