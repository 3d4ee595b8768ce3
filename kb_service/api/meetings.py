"""`/v1/meeting-links`, and offering and opening a meeting in a talk."""

from fastapi import APIRouter
from pydantic import Field

from kb_service.api.access import AdminActor, Asker, HelperActor, ServiceOf
from kb_service.api.knowledge import known_department
from kb_service.api.request_body import RequestBody, StorableText
from kb_service.api.talk_shapes import EscalationShown, Showing, TalkShown
from kb_service.api.talks import ConversationRequest, conversation_of
from kb_service.domain.meetings import LONGEST_LINK, MeetingLink, checked_link
from kb_service.domain.people import Role

router = APIRouter(prefix="/v1", tags=["escalations"])


class LinkRequest(RequestBody):
    url: StorableText = Field(max_length=LONGEST_LINK, description="Begins with https://.")


@router.get("/meeting-links")
def meeting_links(service: ServiceOf, actor: HelperActor) -> list[MeetingLink]:
    """Of the helper's departments; of all for an administrator."""
    links = service.records.meeting_links.all()
    if Role.ADMIN in actor.roles:
        return list(links)
    served = service.helping.departments_of(actor.person_id)
    return [each for each in links if each.department_id in served]


@router.put("/meeting-links/{department}")
def set_link(department: str, body: LinkRequest, service: ServiceOf, actor: AdminActor) -> MeetingLink:
    """Where the department's helpers meet people; by its id, name or alias. The service fetches nothing of it."""
    link = MeetingLink(known_department(service, department), checked_link(body.url), service.now(), actor.person_id)
    service.records.meeting_links.set(link)
    return link


@router.delete("/meeting-links/{department}", status_code=204)
def remove_link(department: str, service: ServiceOf, actor: AdminActor) -> None:
    """What was offered in a talk stays in it."""
    service.records.meeting_links.remove(service.departments.id(department), actor=actor.person_id, at=service.now())


@router.post("/escalations/{escalation_id}:meet")
def meet(escalation_id: str, service: ServiceOf, actor: HelperActor) -> EscalationShown:
    """Offer the person the meeting of the department."""
    return Showing(service).escalation(service.desk.meetings.offer(escalation_id, actor.person_id))


@router.post("/talks/{talk_id}:join")
def join(talk_id: str, body: ConversationRequest, service: ServiceOf, actor: Asker) -> TalkShown:
    """The person opened the newest meeting that was offered."""
    conversation = conversation_of(service, actor, channel=body.channel, user_ref=body.user_ref)
    return Showing(service).talk(service.desk.meetings.join(talk_id, conversation))
