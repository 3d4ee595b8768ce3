"""Proposed replies (拟复): what a junior or the assistant would write to a person, sent once a helper approves it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from kb_service.domain.answers import Citation
from kb_service.domain.suggestions import SuggestionUse


class ProposalState(StrEnum):
    """SUPERSEDED: its author wrote another in its place. LAPSED: the talk went on without it."""

    OPEN = "open"
    SENT = "sent"
    REJECTED = "rejected"
    WITHDRAWN = "withdrawn"
    SUPERSEDED = "superseded"
    LAPSED = "lapsed"


@dataclass(frozen=True, slots=True)
class Proposed:
    """A proposal before it has a number. ``by``: a person id, None for the assistant."""

    by: str | None
    text: str
    suggestion: Mapping[str, Any] | None = None
    citations: tuple[Citation, ...] = ()


@dataclass(frozen=True, slots=True)
class Settled:
    """What becomes of an open one. ``by``: a person id, None where it follows from a move of the talk."""

    number: int
    state: ProposalState
    by: str | None = None
    reason: str = ""
    use: SuggestionUse | None = None


@dataclass(frozen=True, slots=True)
class Proposal:
    """``number`` counts from 1 within its escalation; the text under a number never changes, so that what is approved
    is what was read. ``by``: a person id, None for the assistant.

    ``use``: of one that was sent, as it was or after an edit; ``message``: the number of that line of the talk.
    """

    escalation_id: str
    number: int
    at: datetime
    by: str | None
    text: str
    state: ProposalState
    suggestion: Mapping[str, Any] | None = None
    citations: tuple[Citation, ...] = ()
    settled_at: datetime | None = None
    settled_by: str | None = None
    reason: str = ""
    use: SuggestionUse | None = None
    message: int | None = None

    @property
    def is_open(self) -> bool:
        return self.state is ProposalState.OPEN
