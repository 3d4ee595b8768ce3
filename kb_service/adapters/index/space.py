"""Whether the disk has room for a write. A full disk kills a process that maps the index into memory (SIGBUS)."""

import os
import shutil
from collections.abc import Callable
from pathlib import Path

from kb_service.domain.errors import NotEnoughSpace

FreeBytes = Callable[[Path], int]

# Building an optimised copy beside the old segments and the write-ahead log takes up to this much of the index's size.
SIZE_FACTOR = 2.5
# The engine maps two log files of 32 MB each before the first point.
LEAST_FREE_BYTES = 64 * 1024**2


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


def require_space_for_points(folder: Path, *, growth_bytes: int, free_bytes: FreeBytes) -> None:
    """Raises NotEnoughSpace unless 2.5 times the index, as large as it is about to become, is free."""
    _require(folder, int(SIZE_FACTOR * (bytes_used_by(folder) + growth_bytes)), free_bytes)


def require_space_for_log(folder: Path, *, free_bytes: FreeBytes) -> None:
    """For writes that add next to nothing, so that a withdrawal is still possible on a nearly full disk."""
    _require(folder, LEAST_FREE_BYTES, free_bytes)


def _require(folder: Path, wanted_bytes: int, free_bytes: FreeBytes) -> None:
    wanted_bytes = max(wanted_bytes, LEAST_FREE_BYTES)
    free = free_bytes(folder)
    if free < wanted_bytes:
        raise NotEnoughSpace(
            f"the disk of {folder} has {free // 1024**2} MB free and the index needs {wanted_bytes // 1024**2} MB; "
            "free some space and try again"
        )
