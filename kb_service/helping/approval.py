"""Approving before sending: what becomes of a proposed reply, and who decides. Pure; the store writes all or none."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from kb_service.domain.errors import (
    ApprovalNotYours,
    EscalationStateWrong,
    HelperNotInCharge,
    KbError,
    ProposalSettled,
    ReasonMissing,
)
from kb_service.domain.escalations import Escalation, Helper, Move
from kb_service.domain.matters import Department
from kb_service.domain.proposals import Proposal, ProposalState, Proposed, Settled
from kb_service.domain.suggestions import SuggestionUse
from kb_service.helping import moves
from kb_service.helping.moves import Change

ASSISTANT = "assistant"  # who proposes where no person does, in the trail
# After these nobody replies in the department's name, or nobody waits for a reply.
_LAPSE_AFTER = frozenset({Move.TRANSFER, Move.RESOLVE, Move.RETURN})


@dataclass(frozen=True, slots=True)
class ReplyApproval:
    """Whose replies are approved, as of when it was read. ``helpers``: by person id; ``alone``: departments whose
    juniors need no approval."""

    helpers: Mapping[str, Helper]
    alone: frozenset[str]

    @classmethod
    def of(cls, helpers: Sequence[Helper], departments: Sequence[Department]) -> "ReplyApproval":
        alone = frozenset(each.id for each in departments if each.juniors_reply_alone)
        return cls({each.person_id: each for each in helpers}, alone)

    def is_needed(self, person_id: str | None, department_id: str) -> bool:
        """Whether what they write there is approved first."""
        helper = self.helpers.get(person_id or "")
        return helper is not None and helper.is_junior and department_id not in self.alone

    def require_may_decide(self, held: Escalation, found: Proposal, by: str) -> None:
        """A helper of the department, who is no junior and not its author; on what the assistant proposed the one in
        charge, and any of them where a junior is in charge. Raises EscalationNotThere, ApprovalNotYours,
        HelperNotInCharge.
        """
        helper = self.helpers.get(by)
        if helper is None or not helper.serves(held.department_id):
            raise held.not_for_you()
        if found.by == by:
            raise ApprovalNotYours("nobody approves their own reply; another helper of the department does")
        if self.is_needed(by, held.department_id):
            raise ApprovalNotYours("a junior approves nothing; a helper of the department who is none does")
        if held.helper is None:
            raise HelperNotInCharge("nobody has claimed it yet; claim it first")
        if found.by is None and held.helper != by and not self.is_needed(held.helper, held.department_id):
            raise HelperNotInCharge(f"{held.helper} is in charge of it, and decides on what the assistant proposed")

    def may_decide(self, held: Escalation, found: Proposal, by: str) -> bool:
        try:
            self.require_may_decide(held, found, by)
        except KbError:
            return False
        return found.is_open


def proposed(
    held: Escalation, helper: str, text: str, *, at: datetime, suggestion: Mapping[str, Any] | None = None
) -> Change:
    """By the helper in charge, in place of what they proposed before. The person has got nothing: no clock is met."""
    moves.replied(held, helper, text, at=at)  # raises where they could not reply at all
    return _quiet(
        held, "propose", proposed=Proposed(helper, text, suggestion), settled=superseded(held, helper), by=helper
    )


def drafted(held: Escalation, draft: Proposed) -> Change:
    """By the assistant, for whoever takes the talk. Raises EscalationStateWrong for one that is closed by now."""
    if not held.is_going_on:
        raise EscalationStateWrong(f"the talk is closed ({held.state})")
    return _quiet(held, "propose", proposed=draft, by=ASSISTANT)


def superseded(held: Escalation, helper: str) -> list[Settled]:
    """What a new reply takes the place of."""
    own = [each for each in held.proposals if each.by == helper]
    return [Settled(each.number, ProposalState.SUPERSEDED, helper) for each in own]


def approved(
    held: Escalation, number: int, by: str, approval: ReplyApproval, *, text: str | None, at: datetime
) -> Change:
    """Sent under the author's name; the assistant's under that of who is in charge. ``text``: as it was edited."""
    found = _open(held, number)
    approval.require_may_decide(held, found, by)
    sent = found.text if text is None else text
    use = SuggestionUse.USED if sent.strip() == found.text.strip() else SuggestionUse.EDITED
    author = found.by or held.helper or by
    change = moves.replied(held, author, sent, at=at, suggestion=_made_from(found, use))
    line = replace(change.lines[0], confirmed_by=by, is_by_assistant=found.by is None)
    told = {"proposal": number, "by": found.by or ASSISTANT, "under": author, "confirmed_by": by, "use": use}
    settled = [Settled(number, ProposalState.SENT, by, use=use)]
    return replace(change, lines=[line], settled=settled, detail=told)


def rejected(held: Escalation, number: int, by: str, approval: ReplyApproval, reason: str) -> Change:
    """Raises ReasonMissing: its author has to know what to change."""
    found = _open(held, number)
    approval.require_may_decide(held, found, by)
    if found.by is not None and not reason.strip():
        raise ReasonMissing("who wrote it has to know what to change; give a reason")
    settled = [Settled(number, ProposalState.REJECTED, by, reason.strip())]
    return _quiet(held, "reject_proposal", settled=settled, by=by, proposal=number)


def withdrawn(held: Escalation, number: int, by: str) -> Change:
    """By its author."""
    if _open(held, number).by != by:
        raise ApprovalNotYours("only its author takes a proposed reply back; reject it instead")
    settled = [Settled(number, ProposalState.WITHDRAWN, by)]
    return _quiet(held, "withdraw_proposal", settled=settled, by=by, proposal=number)


def lapsed(held: Escalation, change: Change) -> list[Settled]:
    """The open ones that a move of the talk ends: all, or those of a helper who is not in charge any more."""
    settled = {each.number for each in change.settled}
    in_charge = change.values.get("helper", held.helper)
    return [
        Settled(each.number, ProposalState.LAPSED)
        for each in held.proposals
        if each.number not in settled and (change.action in _LAPSE_AFTER or each.by not in (None, in_charge))
    ]


def _quiet(
    held: Escalation, action: str, *, proposed: Proposed | None = None, settled: Sequence[Settled] = (), **told: Any
) -> Change:
    """What the person may notice nothing of: neither state nor revision changes."""
    same = {"revision": held.revision}
    return Change(held.state, action, values=same, detail=told, proposed=proposed, settled=settled)


def _open(held: Escalation, number: int) -> Proposal:
    found = next((each for each in held.proposals if each.number == number), None)
    if found is None:
        raise ProposalSettled("it was sent, changed, rejected or taken back meanwhile; read the talk again")
    return found


def _made_from(found: Proposal, use: SuggestionUse) -> Mapping[str, Any] | None:
    """As a reply keeps it; an edit at the approval is an edit of the suggestion too."""
    if found.by is None:
        return {"use": use, "versions": list(dict.fromkeys(each.version_id for each in found.citations))}
    if found.suggestion is None or use is SuggestionUse.USED:
        return found.suggestion
    return {**found.suggestion, "use": use}


def nobody_approves(helpers: Sequence[Helper], departments: Sequence[Department]) -> Sequence[Department]:
    """Departments that can send nothing: all their helpers are juniors, whose replies somebody else has to approve."""
    return [
        each
        for each in departments
        if not each.juniors_reply_alone
        and (its := [helper for helper in helpers if helper.serves(each.id)])
        and all(helper.is_junior for helper in its)
    ]
