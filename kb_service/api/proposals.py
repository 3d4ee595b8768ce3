"""`/v1/escalations/{id}/proposals`: replies that a helper of the department approves before the person gets them."""

from typing import Annotated

from fastapi import APIRouter, Path
from pydantic import Field

from kb_service.api.access import HelperActor, ServiceOf
from kb_service.api.escalations import ReasonRequest
from kb_service.api.proposal_shapes import ProposalShown, ShowingProposals
from kb_service.api.request_body import RequestBody, StorableText, require_words
from kb_service.api.talk_shapes import EscalationShown, Showing
from kb_service.asking.asking import LONGEST_QUESTION

router = APIRouter(prefix="/v1/escalations/{escalation_id}/proposals", tags=["escalations"])

Number = Annotated[int, Path(ge=1, le=2**31 - 1)]


class ApproveRequest(RequestBody):
    """``text``: as it is to be sent, where it was edited."""

    text: StorableText | None = Field(default=None, max_length=4 * LONGEST_QUESTION)


@router.get("")
def proposals(escalation_id: str, service: ServiceOf, actor: HelperActor) -> list[ProposalShown]:
    """All of the talk, settled ones too; read as the talk is, with an entry in the trail for who is not in charge."""
    held = service.helping.read(escalation_id, actor.person_id)
    return ShowingProposals(service, actor.person_id).all(held)


@router.post("/{number}:approve")
def approve(
    escalation_id: str, number: Number, service: ServiceOf, actor: HelperActor, body: ApproveRequest | None = None
) -> EscalationShown:
    """Send it to the person under its author's name. Refused for its author, for juniors, and where it was changed
    meanwhile or cites what does not hold any more."""
    text = body.text if body else None
    if text is not None:
        require_words(text)
    return Showing(service).escalation(
        service.desk.proposing.approve(escalation_id, number, actor.person_id, text=text)
    )


@router.post("/{number}:reject")
def reject(
    escalation_id: str, number: Number, body: ReasonRequest, service: ServiceOf, actor: HelperActor
) -> EscalationShown:
    """Back to its author, who sees the reason."""
    return Showing(service).escalation(
        service.desk.proposing.reject(escalation_id, number, actor.person_id, body.reason)
    )


@router.post("/{number}:withdraw")
def withdraw(escalation_id: str, number: Number, service: ServiceOf, actor: HelperActor) -> EscalationShown:
    """By its author."""
    return Showing(service).escalation(service.desk.proposing.withdraw(escalation_id, number, actor.person_id))
