"""Recurring cases: what people asked again and again in talks, and helpers answered alike, without a text for it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

# So many talks, of so many people, make a case.
FEWEST = 2


@dataclass(frozen=True, slots=True)
class ResolvedTalk:
    """Personal data is masked in question and reply. ``asker`` tells people apart."""

    escalation_id: str
    question: str
    reply: str
    matter_id: str | None
    department_id: str
    region: str | None
    asker: str
    closed_at: datetime


@dataclass(frozen=True, slots=True)
class RecurringCase:
    """``id``: of its oldest talk. ``talks``: the oldest first. ``reply``: the one that is most like all the others."""

    id: str
    talks: Sequence[ResolvedTalk]
    reply: str

    @property
    def people(self) -> int:
        return len({each.asker for each in self.talks})

    @property
    def is_worth_a_text(self) -> bool:
        return len(self.talks) >= FEWEST and self.people >= FEWEST
