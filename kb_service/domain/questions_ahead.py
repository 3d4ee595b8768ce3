"""What becomes of the site's known questions on a switch day: asked as of the day before and as of the day."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from kb_service.domain.affected import effect_of
from kb_service.domain.answers import Answer, Outcome
from kb_service.domain.knowledge_use import SwitchDay
from kb_service.domain.rehearsals import Effect


@dataclass(frozen=True, slots=True)
class QuestionAhead:
    """``before``, ``after``: ids of the versions that are cited the day before and on the day. No words of answers:
    what they quote is in the versions."""

    question: str
    effect: Effect
    outcome: Outcome
    before: tuple[str, ...]
    after: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class DayAhead:
    """``fingerprint``: of what it was asked for; ``questions``: how many were asked; ``effects``: those of which the
    answer is not the same."""

    day: date
    fingerprint: str
    asked_at: datetime
    questions: int
    effects: tuple[QuestionAhead, ...]


def effect_ahead(before: Answer, after: Answer) -> Effect:
    """LOST too where it is asked back or handed over from that day on; UNCHANGED where the same words are quoted."""
    if before.outcome is Outcome.ANSWERED:
        return effect_of(before, after)
    return Effect.NEWLY_ANSWERED if after.outcome is Outcome.ANSWERED else Effect.UNCHANGED


def question_ahead(before: Answer, after: Answer) -> QuestionAhead:
    return QuestionAhead(before.question, effect_ahead(before, after), after.outcome, _cited(before), _cited(after))


def _cited(answer: Answer) -> tuple[str, ...]:
    return tuple(dict.fromkeys(each.version_id for each in answer.citations))


def fingerprint(day: SwitchDay, questions: Iterable[str]) -> str:
    """Another one when another version begins or ends that day, or other questions are asked."""
    said = "\n".join(
        [
            day.day.isoformat(),
            *sorted(f"begin {each.version_id}" for each in day.begin),
            *sorted(f"end {each.version_id}" for each in day.end),
            *questions,
        ]
    )
    return hashlib.sha256(said.encode()).hexdigest()
