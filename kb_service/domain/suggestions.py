"""What a helper may send: ready texts with citations in force, and how others like it were resolved."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from kb_service.domain.answers import Citation


class SuggestionUse(StrEnum):
    """What became of a suggestion in a reply; a reply without one says that all were ignored."""

    USED = "used"
    EDITED = "edited"


@dataclass(frozen=True, slots=True)
class SuggestedText:
    """Words of one document; ``text`` has no marks, as it is sent to a person. Nobody has checked that it answers."""

    text: str
    citations: tuple[Citation, ...]


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
