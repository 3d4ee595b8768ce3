"""Suspicions: two places of the knowledge that may repeat or contradict each other, until somebody decides."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import IntEnum, StrEnum

from kb_service.domain.documents import Kind, Metadata, VersionState
from kb_service.domain.errors import SuspicionDecided


class SuspicionKind(StrEnum):
    DUPLICATE = "duplicate"
    NEAR_DUPLICATE = "near_duplicate"
    CONTRADICTION = "contradiction"


class SuspicionState(StrEnum):
    """``dismissed``: it was none; ``settled``: it was one and has been mended; ``confirmed``: answers hand over."""

    OPEN = "open"
    DISMISSED = "dismissed"
    SETTLED = "settled"
    CONFIRMED = "confirmed"


# What may become of a suspicion; whoever was wrong to confirm can still take it back.
NEXT_STATES = {
    SuspicionState.OPEN: {SuspicionState.DISMISSED, SuspicionState.SETTLED, SuspicionState.CONFIRMED},
    SuspicionState.CONFIRMED: {SuspicionState.DISMISSED, SuspicionState.SETTLED},
}


class Authority(IntEnum):
    """How high a text ranks, 立法法 articles 98 to 103; only texts of one level contradict each other.

    The platform's guides, questions and answers and videos explain the others and are one level among themselves.
    """

    EXPLANATION = 0
    NORMATIVE_DOCUMENT = 1
    RULES = 2
    REGULATIONS = 3
    LAW = 4


_EXPLAINS = re.compile("指南|问答|须知|解读|指引|手册|一览|要点|流程|攻略|说明")
_AUTHORITY_ENDS = (
    (Authority.RULES, re.compile("(?:规定|办法|细则|规则)$")),
    (Authority.REGULATIONS, re.compile("条例$")),
    (Authority.LAW, re.compile("(?:法|法典|宪法)$")),
    (Authority.NORMATIVE_DOCUMENT, re.compile("通知|意见|公告|决定|方案|批复")),
)
_NOT_ITS_NAME = re.compile(r"[(（〔\[【][^)）〕\]】]*[)）〕\]】]|[《》\s]")


def level_of_authority(metadata: Metadata) -> Authority:
    """By the name that a regulation bears; without such a name it is normative if it has a number, else explains."""
    name = _NOT_ITS_NAME.sub("", metadata.title)
    if metadata.kind is not Kind.REGULATION or metadata.question or _EXPLAINS.search(name):
        return Authority.EXPLANATION
    for level, pattern in _AUTHORITY_ENDS:
        if pattern.search(name):
            return level
    return Authority.NORMATIVE_DOCUMENT if metadata.document_number else Authority.EXPLANATION


def on_one_level(one: Metadata, other: Metadata) -> bool:
    """Whether neither text gives way to the other: below legislation an explanation restates what it explains."""
    ours, theirs = level_of_authority(one), level_of_authority(other)
    return ours is theirs or max(ours, theirs) < Authority.RULES


@dataclass(frozen=True, slots=True)
class Place:
    """A version, or a sentence in one of its passages with figures that differ. Spans are code points of the passage.

    No text is repeated: where one is purged, nothing of it stays here.
    """

    version_id: str
    passage_id: str | None = None
    span: tuple[int, int] | None = None
    figures: tuple[tuple[int, int], ...] = ()


@dataclass(frozen=True, slots=True)
class Suspected:
    """What an examination found between the examined version (``ours``) and another.

    ``fingerprint``: finding the same again gives the same. ``likeness``: of two texts, or of two statements.
    """

    kind: SuspicionKind
    ours: Place
    theirs: Place
    fingerprint: str
    likeness: float = 1.0


@dataclass(frozen=True, slots=True)
class SuspicionSide:
    """One of the two places, with what is shown of it; without a passage when it was edited away or purged."""

    place: Place
    document_id: str
    state: VersionState
    title: str
    question: str | None
    matter_id: str | None
    effective_from: date | None
    effective_to: date | None
    text: str | None
    heading_path: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Suspicion:
    """An item of the list. ``ours`` is the version whose examination found it; ``decided_by`` a person's id."""

    id: str
    kind: SuspicionKind
    state: SuspicionState
    ours: SuspicionSide
    theirs: SuspicionSide
    likeness: float
    found_at: datetime
    decided_at: datetime | None = None
    decided_by: str | None = None
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class SuspicionPage:
    """``next_cursor`` goes on behind the last one; None at the end."""

    suspicions: Sequence[Suspicion]
    next_cursor: str | None


def state_after(present: SuspicionState, decided: SuspicionState) -> SuspicionState:
    """Raises SuspicionDecided when somebody has decided otherwise."""
    if decided not in NEXT_STATES.get(present, ()):
        raise SuspicionDecided(f"the suspicion is {present} already; only an open or a confirmed one is decided")
    return decided
