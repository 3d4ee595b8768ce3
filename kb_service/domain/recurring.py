"""Recurring cases: what people asked again and again in talks, and helpers answered alike, without a text for it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from kb_service.domain.days import shanghai_day
from kb_service.domain.documents import VersionState

# So many talks, of so many people, make a case.
FEWEST = 2


@dataclass(frozen=True, slots=True)
class ResolvedTalk:
    """Personal data is masked in question and reply. ``asker`` tells people apart. ``said``: what the person wrote
    besides, masked; ``rests_on``: ids of the versions that the helper's replies cited. ``asked_before``: the question
    that the talk was opened on, masked; empty where there was none or its words were erased."""

    escalation_id: str
    question: str
    reply: str
    matter_id: str | None
    department_id: str
    region: str | None
    asker: str
    closed_at: datetime
    said: tuple[str, ...] = ()
    rests_on: tuple[str, ...] = ()
    asked_before: str = ""


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


@dataclass(frozen=True, slots=True)
class KeptDraft:
    """A talk that became a draft. ``due_at``: when a second person is to have reviewed it; ``ended_at``: when somebody
    did, or put it out of the way. ``rests_on``: ids of the versions that the helper's replies cited."""

    version_id: str
    document_id: str
    title: str
    state: VersionState
    department_id: str | None
    escalation_id: str
    kept_at: datetime
    due_at: datetime
    ended_at: datetime | None
    rests_on: tuple[str, ...]

    @property
    def last_day(self) -> date:
        """On which it is still reviewed in time: it is due at the midnight after it."""
        return shanghai_day(self.due_at - timedelta(microseconds=1))

    def is_late(self, now: datetime) -> bool:
        return self.ended_at is None and self.due_at <= now
