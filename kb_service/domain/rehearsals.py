"""What a rehearsal found: known questions, answered with a version and without it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from kb_service.domain.answers import Outcome

# The source of questions that people asked lately.
RECENT = "recent"


class Effect(StrEnum):
    NEWLY_ANSWERED = "newly_answered"
    CHANGED = "changed"
    LOST = "lost"
    IN_CONFLICT = "in_conflict"
    UNCHANGED = "unchanged"


@dataclass(frozen=True, slots=True)
class RehearsedReply:
    """What a person would read, and the versions it cites."""

    outcome: Outcome
    text: str
    version_ids: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class QuestionEffect:
    question: str
    source: str
    effect: Effect
    without: RehearsedReply
    with_version: RehearsedReply


@dataclass(frozen=True, slots=True)
class Rehearsal:
    """The verdict: ``counts`` of all questions by effect, and those that are not unchanged."""

    id: str
    version_id: str
    revision: int
    rehearsed_at: datetime
    as_of: date
    questions: int
    counts: Mapping[str, int]
    effects: tuple[QuestionEffect, ...]
    seconds: float
