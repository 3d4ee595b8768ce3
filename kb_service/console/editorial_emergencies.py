"""The page of an emergency: what is switched off, and what people are told, with the forms to begin and end both."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import TypeVar

from fastapi import APIRouter, Request, Response
from starlette.datastructures import FormData

from kb_service.api.access import Reviewer, ServiceOf, Staff
from kb_service.api.emergencies import subject_names, switches_shown
from kb_service.console.admission import FormOf, Shown, text_field
from kb_service.console.screens import Trouble, page, see, settled
from kb_service.domain.announcements import LONGEST_ANNOUNCEMENT, Reach
from kb_service.domain.causes import Cause
from kb_service.domain.days import cause_of_bad_day, storable_moment
from kb_service.domain.errors import InvalidRecord, KbError
from kb_service.domain.people import Actor, Role
from kb_service.domain.switches import Covers
from kb_service.service import Service

router = APIRouter(prefix="/console/emergencies", include_in_schema=False, route_class=Shown)

Choice = TypeVar("Choice", Covers, Reach)

_PAST = 20
_FIELDS = ("covers", "reach", "subject", "reason", "text", "starts_at", "ends_at")


@router.get("")
def emergencies(request: Request, service: ServiceOf, actor: Staff) -> Response:
    return _shown(request, service, actor)


@router.post("/switches")
def switch_off(request: Request, service: ServiceOf, actor: Reviewer, form: FormOf) -> Response:
    def act() -> Response:
        covers = _choice(Covers, form, "covers")
        named, reason = text_field(form, "subject"), text_field(form, "reason")
        service.emergencies.switch_off(covers, named, actor=actor.person_id, reason=reason)
        return see("/console/emergencies", done="switched_off")

    return settled(act, _again(request, service, actor, form, "switch"))


@router.post("/switches/{switch_id}")
def switch_on(request: Request, switch_id: str, service: ServiceOf, actor: Reviewer, form: FormOf) -> Response:
    def act() -> Response:
        service.emergencies.switch_on(switch_id, actor=actor.person_id, reason=text_field(form, "reason"))
        return see("/console/emergencies", done="switched_on")

    return settled(act, _again(request, service, actor, form, f"switch-{switch_id}"))


@router.post("/announcements")
def announce(request: Request, service: ServiceOf, actor: Reviewer, form: FormOf) -> Response:
    def act() -> Response:
        service.emergencies.announce(
            text_field(form, "text"),
            reach=_choice(Reach, form, "reach"),
            named=text_field(form, "subject"),
            actor=actor.person_id,
            starts_at=_moment(form, "starts_at"),
            ends_at=_moment(form, "ends_at"),
        )
        return see("/console/emergencies", done="announced")

    return settled(act, _again(request, service, actor, form, "announcement"))


@router.post("/announcements/{announcement_id}")
def end(request: Request, announcement_id: str, service: ServiceOf, actor: Reviewer, form: FormOf) -> Response:
    def act() -> Response:
        service.emergencies.end(announcement_id, actor=actor.person_id)
        return see("/console/emergencies", done="announcement_ended")

    return settled(act, _again(request, service, actor, form, f"announcement-{announcement_id}"))


def _again(
    request: Request, service: Service, actor: Actor, form: FormData, name: str
) -> Callable[[Trouble, KbError], Response]:
    def again(trouble: Trouble, _error: KbError) -> Response:
        typed = {"form": name} | {each: _kept(form, each) for each in _FIELDS}
        return _shown(request, service, actor, trouble=trouble, typed=typed)

    return again


def _shown(
    request: Request,
    service: Service,
    actor: Actor,
    *,
    trouble: Trouble | None = None,
    typed: Mapping[str, str] | None = None,
) -> Response:
    at, store = service.now(), service.records.emergencies
    off, announcements = store.standing(at=at)
    matters, departments = service.catalogue.matters(), service.catalogue.departments()
    return page(
        request,
        "emergencies.html",
        trouble=trouble,
        typed=typed or {},
        off=switches_shown(service, off),
        back=switches_shown(service, store.past_switches(limit=_PAST)),
        announcements=announcements,
        over=store.past_announcements(at=at, limit=_PAST),
        at=at,
        name_of=subject_names(service, []),
        names=[*(each.name for each in matters), *(each.name for each in departments)],
        covers=list(Covers),
        reaches=list(Reach),
        longest=LONGEST_ANNOUNCEMENT,
        may_act=actor.has_any_of((Role.REVIEWER,)),
    )


def _choice(choices: type[Choice], form: FormData, name: str) -> Choice:
    written = text_field(form, name)
    if written not in list(choices):
        raise InvalidRecord(
            f"{name}: {written!r} is none of {', '.join(choices)}",
            Cause("wrong_value", {"field": name, "value": written[:40]}),
        )
    return choices(written)


def _moment(form: FormData, name: str) -> datetime | None:
    """As a browser writes a local moment, which is Shanghai's; None where nothing was filled in."""
    written = text_field(form, name).strip()
    try:
        return storable_moment(datetime.fromisoformat(written)) if written else None
    except ValueError as error:
        raise InvalidRecord(
            f"{name}: {written!r} is no moment such as 2026-07-01T08:00", cause_of_bad_day(name, written)
        ) from error


def _kept(form: FormData, name: str) -> str:
    value = form.get(name)
    return value if isinstance(value, str) else ""
