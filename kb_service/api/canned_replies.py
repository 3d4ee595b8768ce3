"""`/v1/canned-replies`: texts that helpers insert; `/v1/escalations/{id}/canned-replies`: the same, filled in."""

from fastapi import APIRouter
from pydantic import Field

from kb_service.api.access import HelperActor, ServiceOf
from kb_service.api.knowledge import known_department
from kb_service.api.request_body import RequestBody, StorableText
from kb_service.domain.canned_replies import LONGEST_SHORTCUT, LONGEST_TEXT, LONGEST_TITLE, CannedReply
from kb_service.service import Service

router = APIRouter(prefix="/v1", tags=["escalations"])


class CannedReplyRequest(RequestBody):
    """``department``: id, name or alias; none for all. ``shortcut``: a word that finds it first."""

    title: StorableText = Field(max_length=LONGEST_TITLE)
    text: StorableText = Field(max_length=LONGEST_TEXT)
    shortcut: StorableText | None = Field(default=None, max_length=LONGEST_SHORTCUT)
    department: StorableText | None = Field(default=None, max_length=200)

    def reply(self, service: Service, reply_id: str | None) -> CannedReply:
        department = known_department(service, self.department) if self.department else None
        return CannedReply(reply_id, department, self.title, self.text, self.shortcut)


@router.get("/canned-replies")
def canned_replies(service: ServiceOf, actor: HelperActor) -> list[CannedReply]:
    """For all and of the helper's departments, as they are written; of every department for an administrator."""
    return list(service.desk.canned_replies.seen_by(actor))


@router.post("/canned-replies", status_code=201)
def add(body: CannedReplyRequest, service: ServiceOf, actor: HelperActor) -> CannedReply:
    """By an administrator; by a lead for their own departments."""
    return service.desk.canned_replies.add(body.reply(service, None), actor)


@router.put("/canned-replies/{reply_id}")
def change(reply_id: str, body: CannedReplyRequest, service: ServiceOf, actor: HelperActor) -> CannedReply:
    """In place of what was written."""
    return service.desk.canned_replies.change(body.reply(service, reply_id), actor)


@router.delete("/canned-replies/{reply_id}", status_code=204)
def remove(reply_id: str, service: ServiceOf, actor: HelperActor) -> None:
    """What was inserted into replies stays."""
    service.desk.canned_replies.remove(reply_id, actor)


@router.get("/escalations/{escalation_id}/canned-replies")
def for_talk(escalation_id: str, service: ServiceOf, actor: HelperActor) -> list[CannedReply]:
    """Those of the talk's department and those for all, with what their variables stand for in this talk."""
    talk = service.helping.seen_by(escalation_id, actor.person_id)
    return list(service.desk.canned_replies.for_talk(talk, actor.person_id))
