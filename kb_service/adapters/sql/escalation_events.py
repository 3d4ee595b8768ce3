"""What other systems are told of escalations, written in the transaction of the change."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from kb_service.adapters.sql.webhooks import tell
from kb_service.domain.clocks import Clock
from kb_service.domain.escalations import Escalation, Move
from kb_service.domain.masking import masked
from kb_service.domain.webhooks import WebhookEvent
from kb_service.helping.moves import Line

EVENT_OF: Mapping[str, WebhookEvent] = {
    "propose": WebhookEvent.PROPOSED,
    Move.CLAIM: WebhookEvent.CLAIMED,
    Move.REPLY: WebhookEvent.MESSAGE,
    Move.TRANSFER: WebhookEvent.TRANSFERRED,
    Move.ORDER: WebhookEvent.ORDERED,
    Move.RESOLVE: WebhookEvent.RESOLVED,
    Move.RETURN: WebhookEvent.RETURNED,
    Move.REOPEN: WebhookEvent.REOPENED,
}


def tell_of(
    connection: Connection,
    event: WebhookEvent,
    found: Escalation,
    *,
    at: datetime,
    new_id: Callable[[], str],
    line: Line | None = None,
    clock: Clock | None = None,
) -> None:
    """To whoever wants to know."""
    tell(
        connection,
        event,
        escalation_id=found.id,
        department_id=found.department_id,
        at=at,
        new_id=new_id,
        body=lambda: _told(found, line, clock),
    )


def _told(found: Escalation, line: Line | None, clock: Clock | None) -> dict[str, Any]:
    """What leaves the service: no personal data, no reference to the person."""
    said: dict[str, Any] = {
        "escalation": {
            "id": found.id,
            "state": found.state,
            "department": found.department_id,
            "matter": found.subject.matter_id,
            "question": masked(found.subject.question),
            "reasons": list(found.subject.reasons),
            "helper": found.helper,
            "order_kind": found.order_kind,
            "verdict": found.verdict,
            "revision": found.revision,
        }
    }
    if line is not None:
        said["message"] = {"author": line.author, "by": line.by, "text": masked(line.text)}
        if line.files:
            said["message"]["attachments"] = [{"kind": each.kind, "size": len(each.content)} for each in line.files]
        if line.is_by_assistant:  # whoever shows it to people names it as made by AI
            said["message"]["is_by_assistant"] = True
    if clock is not None:
        said["clock"] = {"kind": clock.kind, "due_at": clock.due_at.isoformat()}
    return said
