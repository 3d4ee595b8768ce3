"""`/v1/helpers`: who helps, for which departments, and whether they are there."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter
from pydantic import Field

from kb_service.api.access import ServiceOf, needs
from kb_service.api.request_body import RequestBody, StorableText
from kb_service.domain.errors import InvalidHelper
from kb_service.domain.escalations import Helper
from kb_service.domain.people import Actor, Role, person_id, shown_name
from kb_service.service import Service

router = APIRouter(prefix="/v1/helpers", tags=["helpers"])


class DutyRequest(RequestBody):
    """``departments``: ids, names or aliases. ``capacity``: talks at a time. ``is_junior``: what they write is
    approved by another helper first, unless their department says otherwise (``juniors_reply_alone``).
    ``skills``: ids of matters, or words."""

    departments: list[Annotated[StorableText, Field(max_length=200)]] = Field(min_length=1, max_length=50)
    capacity: int = Field(default=3, ge=1, le=1000)
    is_lead: bool = False
    skills: list[Annotated[StorableText, Field(min_length=1, max_length=60)]] = Field(default=[], max_length=50)
    is_junior: bool = False


class PresenceRequest(RequestBody):
    is_present: bool


@dataclass(frozen=True, slots=True)
class HelperShown:
    """``is_on_duty``: said to be there, and their page was open within 90 seconds. ``holds``: talks now.
    ``skill_names``: matters by their names."""

    person_id: str
    name: str
    departments: list[str]
    capacity: int
    is_lead: bool
    is_junior: bool
    is_on_duty: bool
    seen_at: datetime | None
    holds: int
    skills: list[str]
    skill_names: list[str]


@router.get("")
def helpers(service: ServiceOf, _actor: Annotated[Actor, needs(Role.HELPER)]) -> list[HelperShown]:
    held = service.records.escalations.count_of_held()
    names = _matter_names(service)
    return [_shown(service, each, held.get(each.person_id, 0), names) for each in service.records.helpers.all()]


@router.put("/{name}")
def set_up(name: str, body: DutyRequest, service: ServiceOf, actor: Annotated[Actor, needs(Role.ADMIN)]) -> HelperShown:
    """By the name on their key. A department needs service hours before it can have helpers. Talks of departments that
    they no longer help for go back into the queue."""
    by_id = {each.id: each for each in service.catalogue.departments()}
    ids = list(dict.fromkeys(service.departments.id(each) for each in body.departments))
    for each in ids:
        if each not in by_id:
            raise InvalidHelper(f"there is no department {each!r}; GET /v1/departments lists them")
        if by_id[each].service_hours is None:
            raise InvalidHelper(
                f"{by_id[each].name} has no service hours, so nobody could be promised a reply; write service_hours "
                "into departments.yaml and load it with `kb ingest`"
            )
    skills = tuple(dict.fromkeys(filter(None, (each.strip() for each in body.skills))))
    helper = Helper(
        person_id(name),
        shown_name(name),
        tuple(ids),
        body.capacity,
        body.is_lead,
        skills=skills,
        is_junior=body.is_junior,
    )
    made = service.records.helpers.set_up(helper, actor=actor.person_id, at=service.now())
    service.helping.let_go(made.person_id, by=actor.person_id)
    return _shown(service, made, 0, _matter_names(service))


@router.delete("/{name}", status_code=204)
def remove(name: str, service: ServiceOf, actor: Annotated[Actor, needs(Role.ADMIN)]) -> None:
    """No longer a helper; what they wrote stays. Their talks go back into the queue."""
    service.records.helpers.remove(person_id(name), actor=actor.person_id, at=service.now())
    service.helping.let_go(person_id(name), by=actor.person_id)


@router.post("/me:presence")
def presence(body: PresenceRequest, service: ServiceOf, actor: Annotated[Actor, needs(Role.HELPER)]) -> HelperShown:
    """Say that one is there, or leaves. It counts while the page's events are read, or this is said again."""
    found = service.records.helpers.come_and_go(actor.person_id, is_present=body.is_present, at=service.now())
    if found is None:
        raise InvalidHelper(
            f"{actor.name} is no helper; an administrator sets one up with PUT /v1/helpers/{actor.name}"
        )
    service.helping.reassign()
    held = service.records.escalations.count_of_held()
    return _shown(service, found, held.get(found.person_id, 0), _matter_names(service))


def _matter_names(service: Service) -> Mapping[str, str]:
    return {each.id: each.name for each in service.catalogue.matter_names()}


def _shown(service: Service, helper: Helper, holds: int, matter_names: Mapping[str, str]) -> HelperShown:
    return HelperShown(
        person_id=helper.person_id,
        name=helper.name,
        departments=list(helper.departments),
        capacity=helper.capacity,
        is_lead=helper.is_lead,
        is_junior=helper.is_junior,
        is_on_duty=helper.is_on_duty(service.now()),
        seen_at=helper.seen_at,
        holds=holds,
        skills=list(helper.skills),
        skill_names=[matter_names.get(each, each) for each in helper.skills],
    )
