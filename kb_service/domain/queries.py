"""What lists of versions and suspicions are narrowed to, and the pages they come in."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from kb_service.domain.documents import Kind, Version, VersionState
from kb_service.domain.suspicions import SuspicionKind, SuspicionState


@dataclass(frozen=True, slots=True)
class VersionQuery:
    """What a list is narrowed to; ``text`` stands in the title, the question or the document's id."""

    states: tuple[VersionState, ...] = ()
    kinds: tuple[Kind, ...] = ()
    matter_id: str | None = None
    department: str | None = None
    document_id: str | None = None
    upload_id: str | None = None
    effective_from: date | None = None
    effective_until: date | None = None
    text: str | None = None


EVERY_VERSION = VersionQuery()


@dataclass(frozen=True, slots=True)
class VersionPage:
    """``next_cursor`` goes on behind the last one; None at the end."""

    versions: Sequence[Version]
    next_cursor: str | None


@dataclass(frozen=True, slots=True)
class SuspicionQuery:
    """What a list is narrowed to. ``version_id``, ``matter_id``: of either side."""

    states: tuple[SuspicionState, ...] = ()
    kinds: tuple[SuspicionKind, ...] = ()
    version_id: str | None = None
    matter_id: str | None = None
