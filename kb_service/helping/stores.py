"""What the verbs of helping need to have kept: escalations with their talks, and who helps."""

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime
from typing import Protocol

from kb_service.domain.answers import Conversation
from kb_service.domain.clocks import Clock
from kb_service.domain.escalations import Escalation, Helper, Message, Subject
from kb_service.domain.sent_once import Once
from kb_service.helping.moves import Change, Line


class Escalations(Protocol):
    """Where escalations are kept, each change in one transaction."""

    def open(
        self,
        conversation: Conversation,
        subject: Subject,
        department_id: str,
        *,
        opened_by: str,
        at: datetime,
        change: Change,
    ) -> tuple[Escalation, bool]: ...

    def escalation(self, escalation_id: str) -> Escalation: ...

    def note_reading(self, escalation_id: str, *, actor: str, at: datetime) -> None: ...

    def going_on_of(self, conversation: Conversation) -> Escalation | None: ...

    def waiting(self, departments: Collection[str], *, limit: int) -> Sequence[Escalation]: ...

    def held_by(self, helper: str) -> Sequence[Escalation]: ...

    def count_of_held(self) -> Mapping[str, int]: ...

    def change(
        self,
        escalation_id: str,
        *,
        actor: str,
        at: datetime,
        decide: Callable[[Escalation], Change],
        if_revision: int | None = None,
        sent: Once | None = None,
    ) -> Escalation: ...

    def write(
        self, escalation_id: str, *, at: datetime, decide: Callable[[Escalation], Line], sent: Once | None = None
    ) -> tuple[Escalation, Message]: ...

    def last_of_person(self, escalation_id: str) -> Message | None: ...

    def running_out(self, at: datetime) -> Sequence[tuple[str, Clock]]: ...

    def note_warning(self, escalation_id: str, clock: Clock, *, at: datetime) -> bool: ...

    def note_breach(self, escalation_id: str, clock: Clock, *, at: datetime) -> bool: ...


class Helpers(Protocol):
    """Who answers people, and who is there now."""

    def helper(self, person_id: str) -> Helper | None: ...

    def all(self) -> Sequence[Helper]: ...
