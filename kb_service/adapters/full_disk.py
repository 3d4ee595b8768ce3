"""Whether the disk has any room left."""

import shutil
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
