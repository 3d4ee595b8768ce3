"""What a helper may send: ready texts with citations in force, and how others like it were resolved."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from kb_service.domain.answers import Citation


class SuggestionUse(StrEnum):
    """What became of suggestions in a reply. IGNORED: they stood beside it, and it was written without them."""

    USED = "used"
    EDITED = "edited"
    IGNORED = "ignored"


def use_of(reply: str, suggested: str | None, *, is_ignored: bool) -> SuggestionUse | None:
    """``suggested``: what it was made from; None for a reply beside which no suggestion stood."""
    if suggested is None:
        return SuggestionUse.IGNORED if is_ignored else None
    return SuggestionUse.USED if suggested.strip() == reply.strip() else SuggestionUse.EDITED


@dataclass(frozen=True, slots=True)
class SuggestedText:
    """Words of one document; ``text`` has no marks, as it is sent to a person. Nobody has checked that it answers."""

    text: str
    citations: tuple[Citation, ...]


@dataclass(frozen=True, slots=True)
class ResolvedQuestion:
    """As it was asked."""

    escalation_id: str
    question: str


@dataclass(frozen=True, slots=True)
class ResolvedCase:
    """Personal data is masked in both."""

    escalation_id: str
    question: str
    reply: str
    closed_at: datetime


@dataclass(frozen=True, slots=True)
class Suggestions:
    """``question``: what they are for."""

    question: str
    texts: tuple[SuggestedText, ...]
    cases: tuple[ResolvedCase, ...]
