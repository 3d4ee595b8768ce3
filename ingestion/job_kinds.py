"""The kinds of jobs: what they do, which queue they wait in, and before which others."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import PurePosixPath

from kb_service.adapters.sql.executors import UploadLeft

UPLOADS, LARGE = "uploads", "large"
INDEX, REVIEW, UPKEEP = "index", "review", "upkeep"  # only for processes that have an index
_LARGE_BYTES = 2_000_000
# What may be a scan: two to five seconds of recognition for every page.
_LARGE_PDF_BYTES = 256_000
_PICTURES = {".png", ".jpg", ".jpeg", ".bmp", ".tif", ".tiff", ".webp", ".gif"}


@dataclass(frozen=True, slots=True)
class Work:
    """What every process can do. ``give_up`` gets an upload id and the reason, when the last try has failed."""

    take_in: Callable[[str], None]
    give_up: Callable[[str, str], None]


@dataclass(frozen=True, slots=True)
class OwnersWork:
    """What only a process with an index can do. ``follow`` ends when the index is behind on nothing."""

    follow: Callable[[], None]
    rehearse: Callable[[str], None]
    rebuild: Callable[[], None]
    make_due_list: Callable[[date], None]


def upload_job_id(left: UploadLeft) -> str:
    return f"upload-{left.id}-{left.attempt}"


def queue_of(left: UploadLeft) -> str:
    """What may take long has a queue of its own, so that it never stands before what is short."""
    suffix = PurePosixPath(left.file_name).suffix.lower()
    limit = _LARGE_PDF_BYTES if suffix == ".pdf" else _LARGE_BYTES
    return LARGE if suffix in _PICTURES or left.size > limit else UPLOADS


def priority_of(left: UploadLeft) -> int:
    """Lower comes first: fewer files in the batch, then smaller files, by powers of two; else in order of arrival."""
    return 1 + left.files.bit_length() * 32 + (left.size // 1024).bit_length()
