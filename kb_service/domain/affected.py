"""Answers that cited a version, and what becomes of them when it is withdrawn."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from kb_service.domain.answers import Answer, Outcome
from kb_service.domain.rehearsals import Effect

# What may become of an answer that was given: it is the same, another one, or there is none any more.
EFFECTS = (Effect.UNCHANGED, Effect.CHANGED, Effect.LOST)


def effect_of(before: Answer, after: Answer) -> Effect:
    """UNCHANGED where the same words are quoted, of whichever version; LOST where it is not answered any more."""
    if after.outcome is not Outcome.ANSWERED:
        return Effect.LOST
    return Effect.UNCHANGED if _quoted(before) == _quoted(after) else Effect.CHANGED


def _quoted(answer: Answer) -> frozenset[str]:
    return frozenset("".join(each.quote.split()) for each in answer.citations)


@dataclass(frozen=True, slots=True)
class AffectedAnswer:
    """An answer that cited a version; ``question`` without personal data. ``effect``: None until it is asked again."""

    answer_id: str
    asked_at: datetime
    channel: str | None
    question: str
    effect: Effect | None
    asked_again_at: datetime | None


@dataclass(frozen=True, slots=True)
class AffectedPage:
    answers: Sequence[AffectedAnswer]
    next_cursor: str | None


@dataclass(frozen=True, slots=True)
class Affected:
    """``count``: answers that cited it and whose words are still kept. ``effects``: of those asked again, by effect."""

    count: int
    effects: Mapping[Effect, int]
