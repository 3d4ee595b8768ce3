"""Proposed replies as helpers are shown them; nobody else is shown any."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from functools import cached_property
from typing import Any

from kb_service.api.answer_shapes import ProducedBy, produced_by
from kb_service.api.talk_shapes import EscalationShown, Showing
from kb_service.domain.answers import Citation, Method
from kb_service.domain.escalations import Escalation
from kb_service.domain.proposals import Proposal, ProposalState
from kb_service.domain.suggestions import SuggestionUse
from kb_service.helping.approval import ReplyApproval
from kb_service.service import Service


@dataclass(frozen=True, slots=True)
class ProposalShown:
    """``by`` and ``name``: of its author, None for the assistant. ``settled_by``: the name of who decided.

    ``is_own``, ``may_approve``, ``may_withdraw``: of who asks, now.
    """

    number: int
    at: datetime
    by: str | None
    name: str | None
    produced_by: ProducedBy
    text: str
    state: ProposalState
    citations: tuple[Citation, ...]
    settled_at: datetime | None
    settled_by: str | None
    reason: str
    use: SuggestionUse | None
    message: int | None
    is_own: bool
    may_approve: bool
    may_withdraw: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplyShown(EscalationShown):
    """What became of a reply. ``is_sent``: the person has it; else it is the ``proposal`` that waits for approval."""

    is_sent: bool
    proposal: ProposalShown | None


@dataclass(frozen=True, slots=True, kw_only=True)
class EscalationWithProposals(EscalationShown):
    """``proposals``: all of them, settled ones too, in order of their numbers. ``needs_approval``: whether what who
    asks writes to the person is approved first."""

    needs_approval: bool
    proposals: list[ProposalShown]


class ShowingProposals:
    """To one helper, with one look at who may decide on what."""

    def __init__(self, service: Service, person_id: str) -> None:
        self._person_id = person_id
        self._service = service
        self._showing = Showing(service)

    @cached_property
    def _approval(self) -> ReplyApproval:
        """Looked up where something is to be decided: most talks have nothing that waits."""
        return self._service.desk.proposing.approval()

    def proposal(self, held: Escalation, found: Proposal) -> ProposalShown:
        # The assistant's quotes documents until somebody has sent it.
        method = Method.PERSON if found.by else Method.QUOTATION
        return ProposalShown(
            number=found.number,
            at=found.at,
            by=found.by,
            name=self._showing.name(found.by),
            produced_by=produced_by(method, self._service.settings.prompts_dir),
            text=found.text,
            state=found.state,
            citations=found.citations,
            settled_at=found.settled_at,
            settled_by=self._showing.name(found.settled_by),
            reason=found.reason,
            use=found.use,
            message=found.message,
            is_own=found.by == self._person_id,
            may_approve=self._approval.may_decide(held, found, self._person_id),
            may_withdraw=found.is_open and found.by == self._person_id,
        )

    def all(self, held: Escalation) -> list[ProposalShown]:
        return [self.proposal(held, each) for each in self._service.records.proposals.of(held.id)]

    def awaits(self) -> Callable[[Escalation], bool]:
        """Whether an open one of it is theirs to decide."""
        return lambda held: any(self._approval.may_decide(held, each, self._person_id) for each in held.proposals)

    def reply(self, changed: Escalation) -> ReplyShown:
        """After a reply of theirs: a new one takes the place of what they had proposed."""
        own: Sequence[Proposal] = [each for each in changed.proposals if each.by == self._person_id]
        proposal = self.proposal(changed, own[-1]) if own else None
        return ReplyShown(**_values(self._showing.escalation(changed)), is_sent=not own, proposal=proposal)

    def escalation(self, found: Escalation) -> EscalationWithProposals:
        values = _values(self._showing.escalation(found)) | {"awaits_you": self.awaits()(found)}
        needs = self._approval.is_needed(self._person_id, found.department_id)
        return EscalationWithProposals(**values, needs_approval=needs, proposals=self.all(found))


def _values(shown: EscalationShown) -> dict[str, Any]:
    return {each.name: getattr(shown, each.name) for each in fields(shown)}
