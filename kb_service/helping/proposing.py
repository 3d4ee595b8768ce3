"""The verbs of proposed replies: a helper approves, rejects or takes back what nobody has been sent yet."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Protocol

from kb_service.domain.answers import Citation
from kb_service.domain.errors import ProposalNotThere, ProposalOutdated
from kb_service.domain.escalations import Escalation
from kb_service.domain.matters import Department
from kb_service.domain.proposals import Proposal
from kb_service.helping import approval
from kb_service.helping.approval import ReplyApproval
from kb_service.helping.moves import Change
from kb_service.helping.stores import Escalations, Helpers


class Proposals(Protocol):
    """Where they are kept; each change is one of its escalation."""

    def of(self, escalation_id: str) -> Sequence[Proposal]: ...


class Proposing:
    """``helper``: a person id. All raise EscalationNotThere for who helps for another department, ProposalNotThere, and
    ProposalSettled for what is not open any more."""

    def __init__(
        self,
        *,
        escalations: Escalations,
        proposals: Proposals,
        helpers: Helpers,
        departments: Callable[[], Sequence[Department]],
        still_hold: Callable[[Sequence[Citation]], bool],
        now: Callable[[], datetime],
    ) -> None:
        """``still_hold``: whether citations are in force today, and nothing of them is switched off."""
        self._escalations = escalations
        self._proposals = proposals
        self._helpers = helpers
        self._departments = departments
        self._still_hold = still_hold
        self._now = now

    def approval(self) -> ReplyApproval:
        """Who may decide on what, as it is now."""
        return ReplyApproval.of(self._helpers.all(), self._departments())

    def approve(self, escalation_id: str, number: int, helper: str, *, text: str | None = None) -> Escalation:
        """Send it, perhaps edited. Raises ApprovalNotYours, HelperNotInCharge, ProposalOutdated."""
        may, at = self.approval(), self._now()
        found = self._found(escalation_id, number, helper, may)
        if found.is_open and found.citations:
            # Read before the lock: a change reads nothing while it holds the connection.
            may.require_may_decide(self._escalations.escalation(escalation_id), found, helper)
            if not self._still_hold(found.citations):
                raise ProposalOutdated(
                    "what it cites is not in force any more, was withdrawn or is switched off; reject it"
                )
        return self._change(
            escalation_id, helper, lambda held: approval.approved(held, number, helper, may, text=text, at=at), at
        )

    def reject(self, escalation_id: str, number: int, helper: str, reason: str) -> Escalation:
        """Raises ApprovalNotYours, HelperNotInCharge, ReasonMissing."""
        may, at = self.approval(), self._now()
        self._found(escalation_id, number, helper, may)
        return self._change(
            escalation_id, helper, lambda held: approval.rejected(held, number, helper, may, reason), at
        )

    def withdraw(self, escalation_id: str, number: int, helper: str) -> Escalation:
        """By its author. Raises ApprovalNotYours."""
        at = self._now()
        self._found(escalation_id, number, helper, self.approval())
        return self._change(escalation_id, helper, lambda held: approval.withdrawn(held, number, helper), at)

    def _found(self, escalation_id: str, number: int, helper: str, may: ReplyApproval) -> Proposal:
        held, who = self._escalations.escalation(escalation_id), may.helpers.get(helper)
        if who is None or not who.serves(held.department_id):
            raise held.not_for_you()
        for each in self._proposals.of(escalation_id):
            if each.number == number:
                return each
        raise ProposalNotThere(f"there is no proposed reply {number} in this talk; GET …/proposals lists them")

    def _change(
        self, escalation_id: str, actor: str, decide: Callable[[Escalation], Change], at: datetime
    ) -> Escalation:
        return self._escalations.change(escalation_id, actor=actor, at=at, decide=decide)
