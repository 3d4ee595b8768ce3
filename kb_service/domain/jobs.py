"""Jobs: work that is written down in the same transaction as the reason for it, and done soon by one process."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from enum import StrEnum
from pathlib import PurePosixPath

from kb_service.domain.days import SHANGHAI

_LARGE_BYTES = 2_000_000
# What may be a scan: two to five seconds of recognition for every page.
_LARGE_PDF_BYTES = 256_000
_PICTURES = {".png", ".jpg", ".jpeg", ".bmp", ".tif", ".tiff", ".webp", ".gif"}


class JobKind(StrEnum):
    """READ_LARGE: what may take long, or did, is a kind of its own, so that it never stands before what is short.
    READ_AGAIN: what took longer than a short one, and is tried for a while before it counts as long.
    """

    READ = "read"
    READ_AGAIN = "read_again"
    READ_LARGE = "read_large"
    FOLLOW = "follow"
    EXAMINE = "examine"
    REHEARSE = "rehearse"
    DUE_LIST = "due_list"
    REBUILD = "rebuild"
    ERASE = "erase"
    CLOCKS = "clocks"
    DELIVER = "deliver"
    LEARN = "learn"
    ASK_AGAIN = "ask_again"
    AUDIT = "audit"
    ASK_AHEAD = "ask_ahead"
    TELL_TALKS = "tell_talks"


@dataclass(frozen=True, slots=True)
class Job:
    """There is one for a kind and subject (an id; empty where the kind needs none). A lower priority comes first."""

    kind: JobKind
    subject: str = ""
    priority: int = 0


@dataclass(frozen=True, slots=True)
class ClaimedJob:
    """``lease``: name, host and number of the process, and a number of its own; no two claims have the same.

    ``attempt`` counts from 1, those that ended with their process included; ``error``: of the attempt before.
    """

    kind: JobKind
    subject: str
    lease: str
    attempt: int
    due_at: datetime
    error: str | None


@dataclass(frozen=True, slots=True)
class DeadLetter:
    """A job that was given up after its last attempt; nobody does it, unless it is enqueued again."""

    kind: JobKind
    subject: str
    error: str
    since: datetime


def reading_job(upload_id: str, *, file_name: str, size: int, files: int) -> Job:
    """First come fewer ``files`` that one person sent and that wait, this one among them; then smaller ones (``size``
    in bytes), by powers of two.
    """
    suffix = PurePosixPath(file_name).suffix.lower()
    limit = _LARGE_PDF_BYTES if suffix == ".pdf" else _LARGE_BYTES
    kind = JobKind.READ_LARGE if suffix in _PICTURES or size > limit else JobKind.READ
    return Job(kind, upload_id, files.bit_length() * 32 + (size // 1024).bit_length())


def back_off(attempt: int, *, longest: timedelta) -> timedelta:
    """The pause after a failed attempt: 1, 3, 9, … seconds."""
    seconds = float(3 ** min(attempt - 1, 20))
    return min(longest, timedelta(seconds=seconds))


# From a moment to the next one at which a recurring job is due.
Schedule = Callable[[datetime], datetime]


def every(interval: timedelta) -> Schedule:
    return lambda moment: moment + interval


def every_morning(moment: datetime) -> datetime:
    """08:00 in Shanghai, which has no summer time."""
    here = moment.astimezone(SHANGHAI)
    morning = datetime.combine(here.date(), time(8), SHANGHAI)
    return morning if morning > here else morning + timedelta(days=1)


def first_due(schedule: Schedule, now: datetime) -> datetime:
    """Of a recurring job that was never done: its first moment of today, which may be over."""
    return schedule(datetime.combine(now.astimezone(SHANGHAI).date(), time(), SHANGHAI))
