"""Whether the disk has any room left."""

import contextlib
import mmap
import os
import shutil
import tempfile
from pathlib import Path

from kb_service.domain.errors import NotEnoughSpace

# The engine of the index maps two log files of 32 MB each before the first point; below it nothing more is taken.
LEAST_FREE_BYTES = 64 * 1024**2


def require_room(folder: Path) -> None:
    """Raises NotEnoughSpace where next to nothing more can be written."""
    free = shutil.disk_usage(folder).free
    if free < LEAST_FREE_BYTES:
        raise NotEnoughSpace(
            f"the disk of the data folder has {free // 1024**2} MB free and {LEAST_FREE_BYTES // 1024**2} MB are "
            "needed; free some space"
        )


def takes_room_when_read(folder: Path) -> bool:
    """Whether holes of a file take room as soon as they are mapped and read, as in a folder kept in memory (tmpfs).

    Reads such a hole, so it must not be asked of a full disk. False for a folder into which nothing can be written.
    """
    with contextlib.suppress(OSError), tempfile.TemporaryFile(dir=folder) as file:
        file.truncate(mmap.PAGESIZE)
        with mmap.mmap(file.fileno(), mmap.PAGESIZE, prot=mmap.PROT_READ) as hole:
            _ = hole[0]
        return os.fstat(file.fileno()).st_blocks > 0
    return False
