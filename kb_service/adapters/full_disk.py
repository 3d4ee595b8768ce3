"""A full disk told as such, wherever a file is written."""

import errno
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from kb_service.domain.errors import NotEnoughSpace

_NO_ROOM = {errno.ENOSPC, errno.EDQUOT}
# The engine of the index maps two log files of 32 MB each before the first point; below it nothing more is taken.
LEAST_FREE_BYTES = 64 * 1024**2


@contextmanager
def told_of_a_full_disk(what: str) -> Iterator[None]:
    """Raises NotEnoughSpace where there was no room for ``what``."""
    try:
        yield
    except OSError as error:
        if error.errno not in _NO_ROOM:
            raise
        raise NotEnoughSpace(f"there is no space on the disk for {what}; free some space and try again") from error


def require_room(folder: Path) -> None:
    """Raises NotEnoughSpace where next to nothing more can be written."""
    free = shutil.disk_usage(folder).free
    if free < LEAST_FREE_BYTES:
        raise NotEnoughSpace(
            f"the disk of the data folder has {free // 1024**2} MB free and {LEAST_FREE_BYTES // 1024**2} MB are "
            "needed; free some space"
        )
