"""What the verbs of learning need to have kept, and what they hand over: gaps, and cases that helpers resolved."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from kb_service.domain.answers import Answer
from kb_service.domain.documents import VersionDraft
from kb_service.domain.gaps import AskedQuestion, Gap, Why
from kb_service.domain.matters import Facet
from kb_service.domain.recurring import ResolvedTalk


@dataclass(frozen=True, slots=True)
class Found:
    """An answer that may show a gap. ``helped``: what the person said of it; ``asker`` tells people apart."""

    answer: Answer
    helped: bool | None
    asker: str


@dataclass(frozen=True, slots=True)
class GapQuestion:
    """A question that stands in a gap already."""

    gap_id: str
    question: str
    facet: Facet | None


@dataclass(frozen=True, slots=True)
class NewGap:
    matter_id: str | None
    facet: Facet | None
    department_id: str | None
    at: datetime
    due_at: datetime


@dataclass(frozen=True, slots=True)
class Placed:
    """``gap``: an id, a new one, or None for what no text would help."""

    answer_id: str
    gap: str | NewGap | None
    question: str
    asker: str
    asked_at: datetime
    why: Why | None
    facet: Facet | None
    closest: str | None


class Gaps(Protocol):
    """Where gaps are kept, each move in one transaction."""

    def gap(self, gap_id: str) -> Gap: ...

    def questions(self, gap_id: str, *, limit: int) -> Sequence[AskedQuestion]: ...

    def regions(self, gap_id: str) -> Sequence[str | None]: ...

    def drafted(self) -> Mapping[str, str]: ...

    def kept(self) -> Mapping[str, str]: ...

    def not_looked_at(self, *, since: datetime, limit: int) -> Sequence[Found]: ...

    def like(self, matter_id: str | None, *, limit: int) -> Sequence[GapQuestion]: ...

    def place(self, placed: Placed) -> str | None: ...

    def write(
        self, gap_id: str, *, actor: str, at: datetime, decide: Callable[[Gap], VersionDraft | None]
    ) -> tuple[Gap, bool]: ...

    def change(
        self, gap_id: str, *, actor: str, at: datetime, action: str, decide: Callable[[Gap], Mapping[str, Any]]
    ) -> Gap: ...

    def merge(self, gap_id: str, into: str, *, actor: str, at: datetime, decide: Callable[[Gap, Gap], None]) -> Gap: ...

    def split(
        self,
        gap_id: str,
        answer_ids: Collection[str],
        *,
        actor: str,
        at: datetime,
        decide: Callable[[Gap, int], NewGap],
    ) -> Gap: ...

    def note_breaches(self, at: datetime) -> Sequence[str]: ...


class Cases(Protocol):
    """Where resolved talks become drafts."""

    def talk(self, escalation_id: str) -> ResolvedTalk | None: ...

    def write(
        self,
        draft: VersionDraft,
        escalation_ids: Sequence[str],
        *,
        rests_on: Sequence[str],
        actor: str,
        at: datetime,
        review_due_at: datetime,
    ) -> tuple[str, bool]: ...
