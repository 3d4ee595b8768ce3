"""`:typing` and `:read` of talks, and how much of one's own talks is unread. None of it is a change of the talk."""

from collections.abc import Mapping

from fastapi import APIRouter
from pydantic import Field

from kb_service.api.access import Asker, HelperActor, ServiceOf
from kb_service.api.request_body import RequestBody
from kb_service.api.talks import ConversationRequest, conversation_of

router = APIRouter(prefix="/v1", tags=["talks"])


class ReadRequest(RequestBody):
    """``number``: of the last message that was shown."""

    number: int = Field(ge=1, le=2**31 - 1)


class ReadByPersonRequest(ConversationRequest):
    number: int = Field(ge=1, le=2**31 - 1)


@router.post("/talks/{talk_id}:typing", status_code=204)
def person_types(talk_id: str, body: ConversationRequest, service: ServiceOf, actor: Asker) -> None:
    """The person presses keys; to be said again every three seconds while that goes on."""
    conversation = conversation_of(service, actor, channel=body.channel, user_ref=body.user_ref)
    service.desk.signing.person_types(talk_id, conversation)


@router.post("/talks/{talk_id}:read", status_code=204)
def person_has_read(talk_id: str, body: ReadByPersonRequest, service: ServiceOf, actor: Asker) -> None:
    """Everything up to this message was shown to the person. A smaller number than before changes nothing."""
    conversation = conversation_of(service, actor, channel=body.channel, user_ref=body.user_ref)
    service.desk.signing.person_has_read(talk_id, conversation, body.number)


@router.post("/escalations/{escalation_id}:typing", status_code=204)
def helper_types(escalation_id: str, service: ServiceOf, actor: HelperActor) -> None:
    """The helper in charge presses keys; to be said again every three seconds while that goes on."""
    service.desk.signing.helper_types(escalation_id, actor.person_id)


@router.post("/escalations/{escalation_id}:read", status_code=204)
def helper_has_read(escalation_id: str, body: ReadRequest, service: ServiceOf, actor: HelperActor) -> None:
    """Everything up to this message was shown to the helper in charge."""
    service.desk.signing.helper_has_read(escalation_id, actor.person_id, body.number)


@router.get("/helpers/me/unread")
def unread(service: ServiceOf, actor: HelperActor) -> Mapping[str, int]:
    """How many messages of the person the department's side has not read, of each talk the helper is in charge of."""
    return service.records.talk_signs.unread_of(actor.person_id)
