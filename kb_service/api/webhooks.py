"""`/v1/webhooks` and `/v1/deliveries`: which systems are told what happens to escalations, and what reached them."""

from dataclasses import dataclass
from typing import Annotated, Self

from fastapi import APIRouter, Query
from pydantic import Field, model_validator

from kb_service.api.access import ServiceOf, needs
from kb_service.api.request_body import RequestBody, StorableText
from kb_service.domain.people import Actor, Role
from kb_service.domain.webhooks import Delivery, Webhook, WebhookEvent, WebhookForm

router = APIRouter(prefix="/v1", tags=["webhooks"])

Admin = Annotated[Actor, needs(Role.ADMIN)]


class WebhookRequest(RequestBody):
    """``events`` and ``departments`` empty: all of them.

    ``form``: `json` is signed; `wecom` and `dingtalk` are lines for a group of helpers. ``robot_secret``: what DingTalk
    shows for a robot whose messages are to be signed (加签); it is told to nobody afterwards.
    """

    url: StorableText = Field(max_length=2000)
    form: WebhookForm = WebhookForm.JSON
    events: list[WebhookEvent] = Field(default=[], max_length=20)
    departments: list[Annotated[StorableText, Field(max_length=200)]] = Field(default=[], max_length=200)
    robot_secret: str | None = Field(default=None, pattern=r"^[!-~]{1,200}$")

    @model_validator(mode="after")
    def _is_of_a_robot_that_signs(self) -> Self:
        if self.robot_secret is not None and self.form is not WebhookForm.DINGTALK:
            raise ValueError("robot_secret is for form dingtalk only")
        return self


@dataclass(frozen=True, slots=True)
class WebhookMade:
    """``secret``: shown now and never again; the receiver checks `X-KB-Signature` with it. Null for robots."""

    webhook: Webhook
    secret: str | None


@router.post("/webhooks", status_code=201)
def create(body: WebhookRequest, service: ServiceOf, actor: Admin) -> WebhookMade:
    """An address inside a private network has to be named in `KB_WEBHOOK_HOSTS`."""
    service.outside.require_allowed(body.url)
    made = service.records.webhooks.create(
        body.url,
        form=body.form,
        events=body.events,
        departments=[service.departments.id(each) for each in body.departments],
        actor=actor.person_id,
        at=service.now(),
        robot_secret=body.robot_secret,
    )
    return WebhookMade(made, service.desk.delivering.secret(made))


@router.get("/webhooks")
def webhooks(service: ServiceOf, _actor: Admin) -> list[Webhook]:
    """Ended ones too."""
    return list(service.records.webhooks.all())


@router.post("/webhooks/{webhook_id}:end", status_code=204)
def end(webhook_id: str, service: ServiceOf, actor: Admin) -> None:
    """It is told nothing more."""
    service.records.webhooks.end(webhook_id, actor=actor.person_id, at=service.now())


@router.get("/deliveries")
def deliveries(
    service: ServiceOf,
    _actor: Admin,
    dead: Annotated[bool | None, Query(description="Only dead letters, or only the others.")] = None,
    limit: Annotated[int, Query(ge=1, le=500)] = 100,
) -> list[Delivery]:
    """What was told or is still to be told, the newest first, with the last error."""
    return list(service.records.webhooks.list(is_dead=dead, limit=limit))


@router.post("/deliveries/{delivery_id}:send")
def send_again(delivery_id: str, service: ServiceOf, actor: Admin) -> Delivery:
    """A dead letter, for another day, with the same idempotency key."""
    return service.records.webhooks.send_again(delivery_id, actor=actor.person_id, at=service.now())
