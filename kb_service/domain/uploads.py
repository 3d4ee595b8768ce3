"""Files that came in over HTTP: what each is, how far it has come, and what became of its records."""

import hashlib
import json
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from pathlib import PurePosixPath
from typing import Any

from kb_service.domain.causes import Cause
from kb_service.domain.documents import VersionDraft
from kb_service.domain.file_reports import FileReport

LONGEST_FILE_NAME = 200
# An ending longer than this is no file format.
_LONGEST_SUFFIX = 20


class UploadState(StrEnum):
    """REFUSED: the file must be mended; FAILED: taking it in went wrong, and trying again may help."""

    WAITING = "waiting"
    READING = "reading"
    STORED = "stored"
    REFUSED = "refused"
    FAILED = "failed"

    @property
    def is_final(self) -> bool:
        return self in (UploadState.STORED, UploadState.REFUSED, UploadState.FAILED)


class RecordOutcome(StrEnum):
    """What became of a record, as `ports.Stored` has it, or what would become of it."""

    ADDED = "added"
    NEW_VERSION = "new_version"
    APPROVED = "approved"
    UNCHANGED = "unchanged"
    REFUSED = "refused"
    WOULD_ADD = "would_add"
    WOULD_BE_NEW_VERSION = "would_be_new_version"
    WOULD_BE_APPROVED = "would_be_approved"


@dataclass(frozen=True, slots=True)
class Arrival:
    """A file as it was sent; its bytes are kept already, unless ``refusal`` says why nobody will read them."""

    file_name: str
    size: int
    blob_sha256: str
    fields: Mapping[str, Any]
    refusal: str | None = None
    cause: Cause | None = None


@dataclass(frozen=True, slots=True)
class Upload:
    """A file on its way in. ``lease``: of the job that reads it.

    ``counts`` by `RecordOutcome`, of the records done so far. ``actor``, ``publish`` and ``dry_run`` are those of the
    batch it came in first. ``report``: what was read of it, once something was. ``cause``: of what ``reason`` says.
    """

    id: str
    batch_id: str
    file_name: str
    size: int
    blob_sha256: str
    fields: Mapping[str, Any]
    state: UploadState
    attempt: int
    lease: str | None
    reason: str | None
    records_done: int
    records_total: int | None
    counts: Mapping[str, int]
    version_id: str | None
    created_at: datetime
    updated_at: datetime
    actor: str
    publish: bool
    dry_run: bool
    report: FileReport | None = None
    cause: Cause | None = None

    @property
    def is_retryable(self) -> bool:
        """Whether it came to nothing for a cause that may be gone when it is tried again."""
        came_to_nothing = self.state in (UploadState.REFUSED, UploadState.FAILED)
        return came_to_nothing and self.cause is not None and self.cause.is_passing


@dataclass(frozen=True, slots=True)
class Batch:
    """What was sent in one request; ``upload_ids`` in the order sent."""

    id: str
    actor: str
    created_at: datetime
    publish: bool
    dry_run: bool
    upload_ids: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class IncomingRecord:
    """One record as read: a draft, or the reason there is none. ``ordinal`` counts the file's records from 0.

    ``line`` is its place as an editor sees it, None where the file is one document; ``content`` the record as it came,
    of refused ones, and ``cause`` what their reason says.
    """

    ordinal: int
    line: int | None
    draft: VersionDraft | None
    reason: str | None = None
    content: str | None = None
    cause: Cause | None = None

    @property
    def rows(self) -> int:
        """How many rows it writes, about."""
        return 1 if self.draft is None else 4 + len(self.draft.passages)


@dataclass(frozen=True, slots=True)
class RecordReport:
    """What became of one record, or in a dry run would."""

    upload_id: str
    ordinal: int
    line: int | None
    outcome: RecordOutcome
    document_id: str | None = None
    reason: str | None = None
    content: str | None = None
    cause: Cause | None = None


@dataclass(frozen=True, slots=True)
class Ending:
    """How an upload ends; ``version_id`` where the file is one document."""

    state: UploadState
    reason: str | None = None
    version_id: str | None = None
    cause: Cause | None = None


@dataclass(frozen=True, slots=True)
class Chunk:
    """Records in the order of their file; ``total`` is how many the whole file has; ``report`` is of the file."""

    records: Sequence[IncomingRecord]
    total: int
    is_last: bool = field(default=False)
    report: FileReport | None = None


def safe_file_name(given: str) -> str:
    """The last part of a name that a stranger sent, without what cannot be seen; to be shown, never opened."""
    last = unicodedata.normalize("NFC", given).replace("\\", "/").rsplit("/", 1)[-1]
    # Categories C*: control characters, direction marks that turn "fdp.exe" around, half surrogates.
    seen = "".join(letter for letter in last if unicodedata.category(letter)[0] != "C" and letter not in "\u2028\u2029")
    name = seen.strip()
    if not name.strip("."):
        return "upload"
    suffix = PurePosixPath(name).suffix
    if len(name) <= LONGEST_FILE_NAME or len(suffix) > _LONGEST_SUFFIX:
        return name[:LONGEST_FILE_NAME]
    return name[: LONGEST_FILE_NAME - len(suffix)] + suffix


def identity_of(arrival: Arrival, *, publish: bool, dry_run: bool) -> str:
    """SHA-256 of all that decides what comes of a file: bytes, fields, purpose, format, and the name where it counts.

    Without an id in the fields the file's name may give the document's.
    """
    path = PurePosixPath(arrival.file_name)
    stem = "" if arrival.fields.get("id") else path.stem
    parts = [arrival.blob_sha256, dict(arrival.fields), stem, path.suffix.lower(), publish, dry_run]
    written = json.dumps(parts, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(written.encode("utf-8", "surrogatepass")).hexdigest()


@dataclass(frozen=True, slots=True)
class Registered:
    """``repeated``: ids of uploads that had come before."""

    batch: Batch
    uploads: tuple[Upload, ...]
    repeated: frozenset[str]
