"""Gaps: questions that nobody could answer, grouped by what they are about. open → drafted → closed, or not ours.

A text is due five working days after the first of them was found (沪府办发〔2021〕26号). A gap closes only when its
questions are answered, asked again.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from kb_service.domain.answers import REASONS_OF_KNOWLEDGE, Answer, Outcome, Reason
from kb_service.domain.learning_errors import GapStateWrong
from kb_service.domain.matters import Facet

WORKING_DAYS = 5


class GapState(StrEnum):
    """NOT_OURS: nobody here will write a text for it, and why. MERGED: its questions stand in another one."""

    OPEN = "open"
    DRAFTED = "drafted"
    CLOSED = "closed"
    NOT_OURS = "not_ours"
    MERGED = "merged"


TO_DO = frozenset({GapState.OPEN, GapState.DRAFTED})
_UNANSWERED = frozenset({Outcome.NO_SOURCE, Outcome.NOT_GROUNDED, Outcome.HANDED_OVER})


class Why(StrEnum):
    """Why a question is in a gap."""

    UNANSWERED = "unanswered"
    NOT_HELPED = "not_helped"  # it was answered, and the person said that it did not help


def why_in_gap(answer: Answer, *, helped: bool | None) -> Why | None:
    """None for what no text would help against. ``helped``: what the person said of it."""
    if answer.outcome in _UNANSWERED and REASONS_OF_KNOWLEDGE & set(answer.escalation.reasons or (Reason.NO_SOURCE,)):
        return Why.UNANSWERED
    return Why.NOT_HELPED if answer.outcome is Outcome.ANSWERED and helped is False else None


@dataclass(frozen=True, slots=True)
class AskedQuestion:
    """A question of a gap, without personal data. ``closest``: the title of what came closest, if anything did.
    ``region``: for which it was asked, while its answer is kept."""

    answer_id: str
    question: str
    asked_at: datetime
    why: Why
    facet: Facet | None
    closest: str | None
    region: str | None


@dataclass(frozen=True, slots=True)
class Gap:
    """``question``: the first one whose words are still kept, without personal data; empty where all were erased.
    ``count``: how often it was asked, ``people``: by how many who can be told apart.

    ``version_id``: of the draft that is to close it; ``left_open``: why that draft did not. ``reason``: of what is not
    ours. ``merged_into``: the id of another gap.
    """

    id: str
    state: GapState
    question: str
    matter_id: str | None
    facet: Facet | None
    department_id: str | None
    opened_at: datetime
    due_at: datetime
    first_at: datetime
    last_at: datetime
    count: int
    people: int
    revision: int
    version_id: str | None = None
    closed_at: datetime | None = None
    breached_at: datetime | None = None
    reason: str | None = None
    left_open: str | None = None
    merged_into: str | None = None

    def require_to_do(self) -> None:
        """Raises GapStateWrong for one that nobody works on any more."""
        if self.state not in TO_DO:
            raise GapStateWrong(f"the gap is {self.state} already; only what is open or drafted can be worked on")


@dataclass(frozen=True, slots=True)
class GapQuery:
    """Each narrows; empty is any. ``late_at``: due before that moment and not done."""

    states: Sequence[GapState] = ()
    departments: Sequence[str] = ()
    matter_id: str | None = None
    late_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class GapPage:
    gaps: Sequence[Gap]
    next_cursor: str | None
