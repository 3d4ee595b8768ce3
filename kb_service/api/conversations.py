"""`/v1/conversations/{id}/export`: what is kept of a conversation, for the person who asks for it."""

from typing import Annotated

from fastapi import APIRouter, Query, Response

from kb_service.api.access import ServiceOf, needs
from kb_service.domain.exports import ConversationExport
from kb_service.domain.people import Actor, Role

router = APIRouter(prefix="/v1/conversations", tags=["conversations"])


# An id is the client's own: a stroke may stand in it.
@router.get("/{conversation_id:path}/export")
def export(
    conversation_id: str,
    service: ServiceOf,
    actor: Annotated[Actor, needs(Role.ADMIN)],
    response: Response,
    of: Annotated[
        str | None, Query(max_length=64, description="Which one, where several people's have this id.")
    ] = None,
    notes: Annotated[bool, Query(description="With helpers' notes and the reasons of their moves.")] = False,
) -> ConversationExport:
    """Questions, answers as they were given with their citations, feedback, talks with their moves and clocks, and
    whatever else is kept of it. Leaves an entry in the trail."""
    response.headers["Cache-Control"] = "no-store"
    return service.records.exporting.conversation(
        conversation_id, of=of, with_notes=notes, actor=actor.person_id, at=service.now()
    )
