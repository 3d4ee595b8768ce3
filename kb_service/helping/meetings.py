"""Meeting people by voice and video: the link of a department is offered in a talk, and the person may open it."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Protocol

from kb_service.domain.answers import Conversation
from kb_service.domain.errors import EscalationStateWrong, HelperNotInCharge, MeetingLinkMissing
from kb_service.domain.escalations import Author, Escalation, Message, Move, state_after
from kb_service.domain.meetings import MeetingLink, is_joined
from kb_service.helping.helping import PERSON
from kb_service.helping.moves import Change, Line

# Lines of a talk: an offer is followed by few others before it is opened.
_LOOKED_THROUGH = 500


class MeetingLinks(Protocol):
    """Where the links of departments are kept."""

    def link(self, department_id: str) -> MeetingLink | None: ...


class MetTalks(Protocol):
    """What of `helping.Escalations` a meeting needs."""

    def escalation(self, escalation_id: str) -> Escalation: ...

    def messages(self, escalation_id: str, *, after: int) -> Sequence[Message]: ...

    def change(
        self, escalation_id: str, *, actor: str, at: datetime, decide: Callable[[Escalation], Change]
    ) -> Escalation: ...


class Meetings:
    def __init__(
        self,
        *,
        links: MeetingLinks,
        escalations: MetTalks,
        seen_by: Callable[[str, str], Escalation],
        now: Callable[[], datetime],
    ) -> None:
        """``seen_by``: the escalation of an id, for a helper of its department."""
        self._links = links
        self._escalations = escalations
        self._seen_by = seen_by
        self._now = now

    def offer(self, escalation_id: str, helper: str) -> Escalation:
        """The department's link, as it is now, as a line of the talk. Raises MeetingLinkMissing, HelperNotInCharge."""
        department_id = self._seen_by(escalation_id, helper).department_id
        link = self._links.link(department_id)
        if link is None:
            raise MeetingLinkMissing(
                f"{department_id} has no meeting link; an administrator sets one with PUT /v1/meeting-links/"
                f"{department_id}"
            )

        def decide(held: Escalation) -> Change:
            if held.helper != helper:
                raise HelperNotInCharge("only the helper in charge offers a meeting; claim it first")
            return _met(held, Move.MEET, helper, link.url)

        return self._escalations.change(escalation_id, actor=helper, at=self._now(), decide=decide)

    def join(self, escalation_id: str, conversation: Conversation) -> Escalation:
        """The person opened the newest one that was offered; doing it again changes nothing."""
        talk = self._escalations.escalation(escalation_id)
        talk.require_of(conversation)
        newest = self._escalations.messages(escalation_id, after=max(0, talk.last_number - _LOOKED_THROUGH))
        joined = is_joined(newest)
        if joined is None:
            raise EscalationStateWrong("no meeting was offered in this talk")
        if joined:
            return talk
        at = self._now()
        return self._escalations.change(
            escalation_id, actor=PERSON, at=at, decide=lambda held: _met(held, Move.JOIN, PERSON, "")
        )


def _met(held: Escalation, move: Move, by: str, url: str) -> Change:
    """A line and an entry; nobody's clock is met by it."""
    line = Line(Author.EVENT, url, by, move)
    detail = {"by": by} | ({"url": url} if url else {})
    return Change(state_after(move, held.state), move, lines=[line], detail=detail)
