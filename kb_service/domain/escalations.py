"""Escalations: a question in the hands of people. open → claimed → answered → resolved, returned or a work order.

While one is going on, what the person writes goes to people and not to the assistant.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from kb_service.domain.answers import Conversation, Evidence, Reason
from kb_service.domain.attachments import Attachment
from kb_service.domain.clocks import Clock, ClockKind, OrderKind
from kb_service.domain.errors import EscalationNotThere, EscalationStateWrong
from kb_service.domain.matters import Facet
from kb_service.domain.proposals import Proposal
from kb_service.domain.routing import HandOn, RoutingStep

# A helper whose page was silent for longer is not there.
SEEN_WITHIN = timedelta(seconds=90)
# Who was not helped may come back for so long.
REOPENED_WITHIN = timedelta(days=7)


class EscalationState(StrEnum):
    OPEN = "open"
    CLAIMED = "claimed"
    ANSWERED = "answered"
    RESOLVED = "resolved"
    RETURNED = "returned"
    WORK_ORDER = "work_order"


class Move(StrEnum):
    """RELEASE: back into the queue of the same department. RETURN: back to the assistant. MEET: a meeting is offered;
    JOIN: the person opened it."""

    CLAIM = "claim"
    RELEASE = "release"
    REPLY = "reply"
    TRANSFER = "transfer"
    ORDER = "order"
    RETURN = "return"
    RESOLVE = "resolve"
    REOPEN = "reopen"
    MEET = "meet"
    JOIN = "join"


_O, _C, _A = EscalationState.OPEN, EscalationState.CLAIMED, EscalationState.ANSWERED
_W, _DONE, _BACK = EscalationState.WORK_ORDER, EscalationState.RESOLVED, EscalationState.RETURNED
TRANSITIONS: dict[Move, dict[EscalationState, EscalationState]] = {
    Move.CLAIM: {_O: _C, _W: _W},
    Move.RELEASE: {_C: _O, _A: _O},
    Move.REPLY: {_C: _A, _A: _A, _W: _W},
    Move.TRANSFER: {_O: _O, _C: _O, _A: _O, _W: _W},
    Move.ORDER: {_O: _W, _C: _W, _A: _W},
    Move.RETURN: {_O: _BACK, _C: _BACK, _A: _BACK},
    Move.RESOLVE: {_C: _DONE, _A: _DONE, _W: _DONE},
    Move.REOPEN: {_DONE: _O, _BACK: _O},
    Move.MEET: {_C: _C, _A: _A, _W: _W},
    Move.JOIN: {_O: _O, _C: _C, _A: _A, _W: _W},
}
GOING_ON = frozenset({_O, _C, _A, _W})
# Talks that a helper holds now; an order is worked on beside them.
HELD = frozenset({_C, _A})


def state_after(move: Move, state: EscalationState) -> EscalationState:
    """Raises EscalationStateWrong when the move cannot be made from ``state``."""
    following = TRANSITIONS[move].get(state)
    if following is None:
        allowed = " or ".join(TRANSITIONS[move])
        raise EscalationStateWrong(f"to {move} an escalation it must be {allowed}, but this one is {state}")
    return following


class Verdict(StrEnum):
    """Whether the person was helped: said by the helper at the close, and by the person."""

    RESOLVED = "resolved"
    PARTLY = "partly"
    NOT = "not"


class Author(StrEnum):
    """NOTE: a helper's, seen by helpers only. EVENT: a move, told in the talk."""

    PERSON = "person"
    HELPER = "helper"
    NOTE = "note"
    EVENT = "event"


FOR_HELPERS_ONLY = frozenset({Author.NOTE})


@dataclass(frozen=True, slots=True)
class Message:
    """One line of a talk. ``number`` counts from 1 within its escalation and is never used twice.

    ``by``: the helper's or actor's person id, None for the person. ``text``: of an event its reason, if it has one.
    ``confirmed_by``: the person id of who approved it; ``is_by_assistant``: the assistant proposed it.
    """

    number: int
    at: datetime
    author: Author
    by: str | None
    text: str
    move: Move | None = None
    attachments: tuple[Attachment, ...] = ()
    confirmed_by: str | None = None
    is_by_assistant: bool = False


@dataclass(frozen=True, slots=True)
class Subject:
    """What it is about, as far as the conversation's words and the answers before showed."""

    question: str
    summary: str
    reasons: tuple[Reason, ...] = ()
    matter_id: str | None = None
    facet: Facet | None = None
    region: str | None = None
    answer_id: str | None = None
    evidence: tuple[Evidence, ...] = ()


@dataclass(frozen=True, slots=True)
class Escalation:
    """``helper``: the person id of who is in charge. ``last_number``: of its newest message.

    ``opened_by``: a person id, or ``person`` where the conversation asked for it. ``routed_by``: how it came to its
    first department; ``handed_on``: its transfers since, oldest first. ``proposals``: the open ones;
    ``proposal_changes`` counts what became of all of them, apart from the revision, which the person sees.
    """

    id: str
    conversation: Conversation
    subject: Subject
    state: EscalationState
    department_id: str
    opened_at: datetime
    opened_by: str
    revision: int
    last_number: int
    helper: str | None = None
    claimed_at: datetime | None = None
    first_reply_at: datetime | None = None
    closed_at: datetime | None = None
    verdict: Verdict | None = None
    verdict_of_person: Verdict | None = None
    order_kind: OrderKind | None = None
    clocks: tuple[Clock, ...] = field(default=())
    routed_by: tuple[RoutingStep, ...] = ()
    handed_on: tuple[HandOn, ...] = ()
    proposals: tuple[Proposal, ...] = ()
    proposal_changes: int = 0

    @property
    def is_going_on(self) -> bool:
        return self.state in GOING_ON

    def running(self, kind: ClockKind) -> Clock | None:
        return next((each for each in self.clocks if each.kind is kind and each.is_running), None)

    def next_round(self, kind: ClockKind) -> int:
        return 1 + max((each.round for each in self.clocks if each.kind is kind), default=0)

    def may_reopen(self, at: datetime) -> bool:
        return self.closed_at is not None and at < self.closed_at + REOPENED_WITHIN

    def is_of(self, conversation: Conversation) -> bool:
        """Whether it came by the same key, channel and user; the conversation may be left unsaid."""
        return (conversation.asked_by, conversation.channel, conversation.user_hash) == (
            self.conversation.asked_by,
            self.conversation.channel,
            self.conversation.user_hash,
        )

    def require_of(self, conversation: Conversation) -> None:
        """Raises EscalationNotThere: nobody else is told that it exists."""
        if not self.is_of(conversation):
            raise self.not_for_you()

    def not_for_you(self) -> EscalationNotThere:
        return not_there(self.id)


def not_there(escalation_id: str) -> EscalationNotThere:
    return EscalationNotThere(
        f"there is no escalation {escalation_id!r} for you; the id comes with the answer that opened it"
    )


@dataclass(frozen=True, slots=True)
class Helper:
    """Who answers people. ``capacity``: talks at a time. ``is_present``: said to be there; counts while ``seen_at`` is
    recent, so that a closed browser does not promise a person. ``skills``: ids of matters, or words such as 粤语.
    ``is_junior``: what they write is approved first."""

    person_id: str
    name: str
    departments: tuple[str, ...]
    capacity: int
    is_lead: bool = False
    is_present: bool = False
    seen_at: datetime | None = None
    skills: tuple[str, ...] = ()
    is_junior: bool = False

    def is_on_duty(self, at: datetime) -> bool:
        """A sign of life from after ``at`` came before the clock was set back: it promises nobody either."""
        return self.is_present and self.seen_at is not None and abs(at - self.seen_at) < SEEN_WITHIN

    def serves(self, department_id: str) -> bool:
        return department_id in self.departments


@dataclass(frozen=True, slots=True)
class Availability:
    """Of a department's helpers, as residents are told it: nothing promises a person who will not come.

    ``opens_at``: None while it is open. ``first_response_due``: by when somebody replies; None where it is open and
    nobody is there.
    """

    department_id: str
    available_now: bool
    opens_at: datetime | None
    first_response_due: datetime | None


@dataclass(frozen=True, slots=True)
class EscalationStamp:
    """What tells whether a talk changed, but for its words: as `Escalation` has it."""

    state: EscalationState
    department_id: str
    revision: int
    proposal_changes: int


@dataclass(frozen=True, slots=True)
class EscalationPage:
    escalations: Sequence[Escalation]
    next_cursor: str | None


@dataclass(frozen=True, slots=True)
class EscalationQuery:
    """Each narrows; empty is any. ``helper``: a person id. ``late_at``: a running clock is over at that moment.
    ``skills``: one of them is its matter, or stands in its question; None is any."""

    states: Collection[EscalationState] = ()
    departments: Collection[str] = ()
    helper: str | None = None
    late_at: datetime | None = None
    skills: Collection[str] | None = None
