"""Documents, their versions, and the one rule for when a version is in force."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum

from kb_service.domain.days import Interval, earliest

# A text of which only the end is known: standards and notices hold for a year at least.
_HELD_BEFORE_ITS_END = timedelta(days=365)
_YEAR_OF_NUMBER = re.compile(r"[〔\[(（【](19\d\d|20\d\d)[〕\])）】]")


class Kind(StrEnum):
    PROCEDURE = "procedure"
    INTERPRETATION = "interpretation"
    REGULATION = "regulation"
    OPERATING_GUIDE = "operating_guide"
    VIDEO = "video"


# Written in sections, one for each thing that is asked of a matter.
GUIDES = frozenset({Kind.PROCEDURE, Kind.OPERATING_GUIDE})


class VersionState(StrEnum):
    DRAFT = "draft"
    IN_REVIEW = "in_review"
    APPROVED = "approved"
    REJECTED = "rejected"
    WITHDRAWN = "withdrawn"
    DISCARDED = "discarded"

    @property
    def is_given_up(self) -> bool:
        """Out of every view for good: who brings the same text again wants it in again."""
        return self in (VersionState.REJECTED, VersionState.WITHDRAWN, VersionState.DISCARDED)


GIVEN_UP = tuple(each for each in VersionState if each.is_given_up)


class Audience(StrEnum):
    PERSON = "person"
    ENTERPRISE = "enterprise"


@dataclass(frozen=True, slots=True)
class Metadata:
    """What an editor says of a version beside its text. ``effective_to`` is exclusive.

    ``replaces`` and ``repeals`` name documents that end on this version's first day, the one with a successor, the
    others without; ``amends`` says which document this text was made from and ends nothing. ``review_by``: until when
    somebody is to look whether it is still right; it ends nothing either.
    """

    title: str
    kind: Kind
    question: str | None = None
    similar_questions: tuple[str, ...] = ()
    negative_questions: tuple[str, ...] = ()
    matter_id: str | None = None
    department: str | None = None
    region: str | None = None
    audience: Audience | None = None
    effective_from: date | None = None
    effective_to: date | None = None
    issued_on: date | None = None
    document_number: str | None = None
    source_url: str | None = None
    replaces: str | None = None
    repeals: tuple[str, ...] = ()
    amends: str | None = None
    review_by: date | None = None

    def ended_documents(self, own_id: str) -> frozenset[str]:
        """The other documents that end when this version comes into force."""
        return frozenset({self.replaces, *self.repeals} - {None, own_id})  # type: ignore[arg-type]


@dataclass(frozen=True, slots=True)
class Version:
    """A document's whole text from one day on. A draft may be edited; from its submission on ``text`` never changes.

    ``revision`` grows with every change of the row, so that nobody overwrites what another has done meanwhile.
    """

    id: str
    document_id: str
    text: str
    metadata: Metadata
    state: VersionState
    created_at: datetime
    created_by: str
    approved_at: datetime | None = None
    approved_by: str | None = None
    published_at: datetime | None = None
    approval_rule: str | None = None
    revision: int = 1
    content_sha256: str = ""
    submitted_at: datetime | None = None
    submitted_by: str | None = None
    late_reason: str | None = None
    rejection_reason: str | None = None
    source_name: str | None = None
    blob_sha256: str | None = None
    upload_id: str | None = None

    @property
    def is_public(self) -> bool:
        """Readable by everybody: what is or was knowledge, withdrawn texts included."""
        return self.state in (VersionState.APPROVED, VersionState.WITHDRAWN)


@dataclass(frozen=True, slots=True)
class Timespan:
    """The dates of one version that its document's intervals are computed from.

    ``issued_on``, ``document_number`` and ``approved_on`` (the day of ``approved_at``) tell what is known of a start
    that nobody stated.
    """

    version_id: str
    state: VersionState
    effective_from: date | None
    effective_to: date | None
    approved_at: datetime | None
    issued_on: date | None = None
    document_number: str | None = None
    approved_on: date | None = None


# Between the cells of a table's row, which is one line of a text.
CELL_BORDER = " | "


@dataclass(frozen=True, slots=True)
class Passage:
    """What is retrieved and cited: ``version.text[start:end]`` in code points, with its place in the source."""

    id: str
    version_id: str
    ordinal: int
    text: str
    start: int
    end: int
    heading_path: tuple[str, ...] = ()
    page: int | None = None
    second: int | None = None

    def heading_with(self, words: Sequence[str]) -> str:
        """The highest heading above it that has one of the words; empty where none has."""
        return next((each for each in self.heading_path if any(word in each for word in words)), "")


@dataclass(frozen=True, slots=True)
class PassageInVersion:
    """A passage with what is said of its version: enough to index it, to score it, and to cite it."""

    passage: Passage
    document_id: str
    state: VersionState
    metadata: Metadata


@dataclass(frozen=True, slots=True)
class DraftPassage:
    """A passage before its version has an id: what ingestion cuts from a version's text."""

    start: int
    end: int
    heading_path: tuple[str, ...] = field(default=())
    page: int | None = None
    second: int | None = None


@dataclass(frozen=True, slots=True)
class VersionDraft:
    """A version before it is stored: where it came from, its text, and where its passages are.

    ``question_key`` of a Q&A is a hash of its question and answer without width, script and punctuation.
    """

    document_id: str
    metadata: Metadata
    text: str
    passages: tuple[DraftPassage, ...]
    source_name: str | None = None
    blob_sha256: str | None = None
    question_key: str | None = None


def intervals_in_force(timespans: Iterable[Timespan], *, replaced_on: date | None = None) -> Mapping[str, Interval]:
    """When each approved version of one document is in force, by version id; other states have no interval.

    A version ends on the earliest of its own declared end, the first day of the document's next approved version, and
    the day another document replaces this one (``replaced_on``). Of two versions that start on one day the later
    approved one stands and the other's interval is empty. Withdrawing a version therefore reopens its predecessor by
    itself. A version without a start comes before those that have one.
    """
    approved = sorted((t for t in timespans if t.state is VersionState.APPROVED), key=_order)
    interval_of: dict[str, Interval] = {}
    next_first = next_stated = None
    for timespan in reversed(approved):
        end = earliest((timespan.effective_to, next_first, replaced_on))
        stated_end = earliest((timespan.effective_to, next_stated, replaced_on))
        known_from = None if timespan.effective_from else _first_day_known(timespan, stated_end)
        interval_of[timespan.version_id] = Interval(timespan.effective_from, end, known_from)
        next_first = timespan.effective_from or known_from
        next_stated = timespan.effective_from or timespan.issued_on
    return {timespan.version_id: interval_of[timespan.version_id] for timespan in approved}


def _first_day_known(timespan: Timespan, end: date | None) -> date:
    """The first day on which a text whose start nobody stated is known to have held: docs/decisions/0025.

    The day it was issued; else the last of the year in its number (沪府办发〔2021〕26号); else the day it was approved
    here. One that had ended by then is taken to have held for the year before its end.
    """
    if timespan.issued_on is not None:
        return timespan.issued_on
    approved_on = timespan.approved_on or date.min
    if found := _YEAR_OF_NUMBER.search(timespan.document_number or ""):
        return min(date(int(found[1]), 12, 31), approved_on)
    if end is not None and date.min + _HELD_BEFORE_ITS_END < end <= approved_on:
        return end - _HELD_BEFORE_ITS_END
    return approved_on


def _order(timespan: Timespan) -> tuple[date, float, str]:
    approved = timespan.approved_at.timestamp() if timespan.approved_at else 0.0
    return (timespan.effective_from or timespan.issued_on or date.min, approved, timespan.version_id)
