"""What each move makes of an escalation: state, lines of the talk, clocks. Pure; the store writes all or nothing."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any

from kb_service.domain.attachments import AttachedFile
from kb_service.domain.calendar import WorkingCalendar
from kb_service.domain.clocks import OF_TALKS, Clock, ClockKind, OrderKind, order_clocks
from kb_service.domain.errors import EscalationStateWrong, HelperNotInCharge, ReasonMissing
from kb_service.domain.escalations import (
    HELD,
    REOPENED_WITHIN,
    Author,
    Escalation,
    EscalationState,
    Move,
    Verdict,
    state_after,
)
from kb_service.domain.masking import masked
from kb_service.domain.proposals import Proposed, Settled
from kb_service.domain.routing import HandOn, RoutingStep


@dataclass(frozen=True, slots=True)
class Line:
    """A message before it has a number. ``suggestion``: of a reply, what it was made from and what was done to it.
    ``confirmed_by``: who approved it; ``is_by_assistant``: the assistant proposed it."""

    author: Author
    text: str = ""
    by: str | None = None
    move: Move | None = None
    suggestion: Mapping[str, Any] | None = None
    files: Sequence[AttachedFile] = ()
    confirmed_by: str | None = None
    is_by_assistant: bool = False


@dataclass(frozen=True, slots=True)
class Change:
    """``values``: columns besides the state. ``takes``: the person id of who takes the talk and needs room for it.
    ``proposed``, ``settled``: a reply that waits for approval, and what becomes of those that did."""

    state: EscalationState
    action: str
    values: Mapping[str, Any] = field(default_factory=dict)
    lines: Sequence[Line] = ()
    started: Sequence[Clock] = ()
    met: Sequence[ClockKind] = ()
    stopped: Sequence[ClockKind] = ()
    detail: Mapping[str, Any] = field(default_factory=dict)
    takes: str | None = None
    proposed: Proposed | None = None
    settled: Sequence[Settled] = ()

    def only_says(self, held: Escalation) -> bool:
        """Whether it is one line of the talk and nothing else, as most replies are: no move, nothing for the trail."""
        ends = any(held.running(kind) for kind in (*self.met, *self.stopped))
        is_said = len(self.lines) == 1 and self.lines[0].move is None
        return self.state is held.state and is_said and not (self.values or self.started or ends or self.settled)


# What goes into the trail cannot be erased again: reasons are masked there, and stand whole in the talk.


def opened(first_reply: Clock | None, words: str, routed_by: Sequence[RoutingStep] = ()) -> Change:
    """``words``: what the person said when asking for somebody, perhaps nothing."""
    said = [Line(Author.PERSON, words)] if words.strip() else []
    steps = [asdict(each) for each in routed_by]
    return Change(
        EscalationState.OPEN,
        "escalate",
        values={"routed_by": steps},
        lines=said,
        started=[first_reply] if first_reply else [],
        detail={"routed_by": steps},
    )


def claimed(held: Escalation, helper: str, *, at: datetime, by: str | None = None) -> Change:
    """``by``: who gave it to the helper, where that was not the helper. An order's helper may be changed by a claim."""
    if held.helper == helper:
        raise EscalationStateWrong("you are in charge of it already")
    if held.state in HELD:
        raise EscalationStateWrong(f"{held.helper} claimed it meanwhile; take another one from the queue")
    return Change(
        state_after(Move.CLAIM, held.state),
        Move.CLAIM,
        values={"helper": helper, "claimed_at": at},
        lines=[Line(Author.EVENT, by=helper, move=Move.CLAIM)],
        detail={"helper": helper} | ({"by": by} if by else {}),
        takes=helper if held.state is EscalationState.OPEN else None,
    )


def released(held: Escalation, helper: str, reason: str, *, again: Clock | None) -> Change:
    """Back into the queue of its department."""
    _require_in_charge(held, helper)
    return _handed_on(held, Move.RELEASE, helper, reason, again=again)


def transferred(held: Escalation, by: str, department_id: str, reason: str, *, again: Clock | None) -> Change:
    """To another department, or on to another helper of the same; an order keeps its clocks. A lead may do it too."""
    if not reason.strip():
        raise ReasonMissing("a transfer says why, to the helper who takes it; give a reason")
    change = _handed_on(held, Move.TRANSFER, by, reason, again=again)
    handed = [asdict(each) for each in (*held.handed_on, HandOn(held.department_id, department_id, by))]
    values = dict(change.values) | {"department_id": department_id, "handed_on": handed}
    detail = dict(change.detail) | {"from": held.department_id, "to": department_id}
    return Change(
        change.state, change.action, values, change.lines, change.started, stopped=change.stopped, detail=detail
    )


def _handed_on(held: Escalation, move: Move, by: str, reason: str, *, again: Clock | None) -> Change:
    """Who waits for a first reply goes on waiting on the same clock; who had one waits on a new one."""
    state = state_after(move, held.state)
    waits_anew = state is EscalationState.OPEN and held.running(ClockKind.FIRST_REPLY) is None
    return Change(
        state,
        move,
        values={"helper": None, "claimed_at": None},
        lines=[Line(Author.EVENT, reason, by, move)],
        started=[again] if waits_anew and again is not None else [],
        detail={"by": by, "reason": masked(reason)},
    )


def replied(
    held: Escalation,
    helper: str,
    text: str,
    *,
    at: datetime,
    suggestion: Mapping[str, Any] | None = None,
    files: Sequence[AttachedFile] = (),
) -> Change:
    """The first reply meets its clock; to who owes an order, a reply is the contact."""
    _require_in_charge(held, helper)
    met = [ClockKind.FIRST_REPLY]
    if held.state is EscalationState.WORK_ORDER:
        met.append(ClockKind.CONTACT)
    return Change(
        state_after(Move.REPLY, held.state),
        Move.REPLY,
        values={} if held.first_reply_at else {"first_reply_at": at},
        lines=[Line(Author.HELPER, text, helper, suggestion=suggestion, files=files)],
        met=met,
    )


def ordered(
    held: Escalation, by: str, kind: OrderKind, reason: str, *, at: datetime, calendar: WorkingCalendar
) -> Change:
    """What cannot be answered on the spot is owed: contact, and a result. Nobody waits at the screen any more."""
    contact, result = order_clocks(at, kind, calendar, round=held.next_round(ClockKind.ORDER))
    return Change(
        state_after(Move.ORDER, held.state),
        Move.ORDER,
        values={"order_kind": kind},
        lines=[Line(Author.EVENT, reason, by, Move.ORDER)],
        started=[contact, result],
        stopped=[ClockKind.FIRST_REPLY],
        detail={"by": by, "kind": kind, "due_at": result.due_at.isoformat(), "reason": masked(reason)},
    )


def returned(held: Escalation, by: str, reason: str, *, at: datetime) -> Change:
    """Back to the assistant: by the helper in charge, or by the person, who may do so at any time."""
    return _closed(held, Move.RETURN, by, reason, None, at=at)


def resolved(held: Escalation, helper: str, verdict: Verdict, reason: str, *, at: datetime) -> Change:
    """Closed, with the helper's word on whether the person was helped. An order's result meets its clock."""
    _require_in_charge(held, helper)
    if verdict is not Verdict.RESOLVED and not reason.strip():
        raise ReasonMissing("what was not resolved says why, so that it can be mended; give a reason")
    change = _closed(held, Move.RESOLVE, helper, reason, verdict, at=at)
    met = (ClockKind.CONTACT, ClockKind.ORDER) if held.state is EscalationState.WORK_ORDER else ()
    return Change(
        change.state,
        change.action,
        change.values,
        change.lines,
        met=met,
        stopped=change.stopped,
        detail=change.detail,
    )


def _closed(held: Escalation, move: Move, by: str, reason: str, verdict: Verdict | None, *, at: datetime) -> Change:
    return Change(
        state_after(move, held.state),
        move,
        values={"closed_at": at, "verdict": verdict, "talking_in": None},
        lines=[Line(Author.EVENT, reason, by, move)],
        stopped=OF_TALKS,
        detail={"by": by, "reason": masked(reason)} | ({"verdict": verdict} if verdict else {}),
    )


def reopened(held: Escalation, by: str, words: str, *, at: datetime, again: Clock | None) -> Change:
    """Within seven days; it goes to a person, not to the assistant, and waits on a new clock."""
    state = state_after(Move.REOPEN, held.state)
    if not held.may_reopen(at):
        raise EscalationStateWrong(f"it was closed more than {REOPENED_WITHIN.days} days ago; ask again instead")
    said = [Line(Author.PERSON, words)] if words.strip() else []
    fresh = {"closed_at": None, "verdict": None, "verdict_of_person": None, "order_kind": None}
    return Change(
        state,
        Move.REOPEN,
        values={**fresh, "helper": None, "claimed_at": None, "talking_in": held.conversation.key},
        lines=[Line(Author.EVENT, by=by, move=Move.REOPEN), *said],
        started=[again] if again is not None else [],
        detail={"by": by},
    )


def judged(held: Escalation, verdict: Verdict, *, at: datetime) -> Change:
    """The person's own word, after the close and as long as it may be reopened."""
    if held.is_going_on or not held.may_reopen(at):
        raise EscalationStateWrong(
            "whether it helped is said once the talk is closed, for seven days; this one is " + held.state
        )
    return Change(held.state, "judge", values={"verdict_of_person": verdict}, detail={"verdict": verdict})


def said_by_person(held: Escalation, text: str, files: Sequence[AttachedFile] = ()) -> Line:
    """Raises EscalationStateWrong for a talk that is closed: it can be reopened."""
    _require_going_on(held)
    return Line(Author.PERSON, text, files=files)


def noted(held: Escalation, by: str, text: str) -> Line:
    """Seen by helpers only."""
    _require_going_on(held)
    return Line(Author.NOTE, text, by)


def _require_going_on(held: Escalation) -> None:
    if not held.is_going_on:
        raise EscalationStateWrong(f"the talk is closed ({held.state}); reopen it within seven days, or ask again")


def _require_in_charge(held: Escalation, person_id: str) -> None:
    if held.helper != person_id:
        who = f"{held.helper} is in charge of it" if held.helper else "nobody has claimed it yet"
        raise HelperNotInCharge(f"{who}; claim it first")
