"""What the sides of a talk show each other while they write and read: no move, no line, nothing for the trail."""

from collections.abc import Callable
from datetime import datetime
from typing import Protocol

from kb_service.domain.answers import Conversation
from kb_service.domain.errors import EscalationStateWrong, HelperNotInCharge
from kb_service.domain.escalations import Escalation
from kb_service.domain.talk_signs import Signs, TalkSide


class TalkSigns(Protocol):
    """Where the signs of talks are kept."""

    def of(self, escalation_id: str, side: TalkSide) -> Signs: ...

    def note_typing(self, escalation_id: str, side: TalkSide, *, at: datetime) -> None: ...

    def note_reading(self, escalation_id: str, side: TalkSide, number: int, *, at: datetime) -> None: ...


class Signing:
    """Raises EscalationNotThere for strangers and other departments, HelperNotInCharge for others of the department."""

    def __init__(
        self,
        *,
        signs: TalkSigns,
        escalation: Callable[[str], Escalation],
        seen_by: Callable[[str, str], Escalation],
        number_of: Callable[[str, int], int],
        now: Callable[[], datetime],
    ) -> None:
        """``seen_by``: the escalation of an id, for a helper of its department. ``number_of``: in the whole talk,
        of the line that the person counts so."""
        self._signs = signs
        self._escalation = escalation
        self._seen_by = seen_by
        self._number_of = number_of
        self._now = now

    def person_types(self, escalation_id: str, conversation: Conversation) -> None:
        self._type(self._of_person(escalation_id, conversation), TalkSide.PERSON)

    def helper_types(self, escalation_id: str, helper: str) -> None:
        self._type(self._of_helper(escalation_id, helper), TalkSide.HELPER)

    def person_has_read(self, escalation_id: str, conversation: Conversation, number: int) -> None:
        """Up to the message that the person counts so; a smaller number than before changes nothing."""
        talk = self._of_person(escalation_id, conversation)
        self._read(talk, TalkSide.PERSON, self._number_of(talk.id, number))

    def helper_has_read(self, escalation_id: str, helper: str, number: int) -> None:
        self._read(self._of_helper(escalation_id, helper), TalkSide.HELPER, number)

    def _type(self, talk: Escalation, side: TalkSide) -> None:
        if not talk.is_going_on:
            raise EscalationStateWrong(f"the talk is closed ({talk.state}); nobody waits for what is typed")
        at = self._now()
        if self._signs.of(talk.id, side).is_typing_to_be_written(at):
            self._signs.note_typing(talk.id, side, at=at)

    def _read(self, talk: Escalation, side: TalkSide, number: int) -> None:
        """What is not written yet cannot have been read."""
        reached = min(number, talk.last_number)
        if reached > self._signs.of(talk.id, side).read_up_to:
            self._signs.note_reading(talk.id, side, reached, at=self._now())

    def _of_person(self, escalation_id: str, conversation: Conversation) -> Escalation:
        talk = self._escalation(escalation_id)
        talk.require_of(conversation)
        return talk

    def _of_helper(self, escalation_id: str, helper: str) -> Escalation:
        talk = self._seen_by(escalation_id, helper)
        if talk.helper != helper:
            raise HelperNotInCharge("only the helper in charge types and reads for the department's side")
        return talk
