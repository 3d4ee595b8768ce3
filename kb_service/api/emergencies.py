"""`/v1/announcements` and `/v1/switches`: what people are told, and what is handed to people, in an emergency."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import AfterValidator, Field

from kb_service.api.access import Asker, Reviewer, ServiceOf, needs
from kb_service.api.request_body import RequestBody, StorableText
from kb_service.domain.announcements import LONGEST_ANNOUNCEMENT, Announcement, Reach
from kb_service.domain.days import storable_moment
from kb_service.domain.people import Actor, Role
from kb_service.domain.switches import Covers, Switch
from kb_service.service import Service

router = APIRouter(prefix="/v1", tags=["emergencies"])

_MOST_PAST = 200


# Without a zone it is Shanghai's. Every moment that a request gives is one.
Moment = Annotated[datetime, AfterValidator(storable_moment)]
Reason = Annotated[StorableText, Field(max_length=2000)]


class SwitchOffRequest(RequestBody):
    """``subject``: an id, a name or an alias; a document's id. Without ``covers`` whatever is named so."""

    covers: Covers | None = None
    subject: Annotated[StorableText, Field(max_length=400)] = ""
    reason: Reason


class SwitchOnRequest(RequestBody):
    reason: Reason


class AnnounceRequest(RequestBody):
    """``subject``: the channel, or an id, a name or an alias; none for all. From now on, unless ``starts_at`` says
    otherwise, and without ``ends_at`` until somebody ends it."""

    text: Annotated[StorableText, Field(min_length=1, max_length=LONGEST_ANNOUNCEMENT)]
    reach: Reach = Reach.ALL
    subject: Annotated[StorableText, Field(max_length=200)] = ""
    starts_at: Moment | None = None
    ends_at: Moment | None = None


@dataclass(frozen=True, slots=True)
class AnnouncementShown:
    """As residents see it: not who made it."""

    id: str
    text: str
    reach: Reach
    subject_id: str | None
    starts_at: datetime
    ends_at: datetime | None


@dataclass(frozen=True, slots=True)
class AnnouncementsShown:
    announcements: list[AnnouncementShown]


@dataclass(frozen=True, slots=True)
class SwitchShown:
    """``name``: of what it covers; None for everything."""

    id: str
    covers: Covers
    subject_id: str | None
    name: str | None
    reason: str
    off_at: datetime
    off_by: str
    on_at: datetime | None
    on_by: str | None
    on_reason: str | None


@dataclass(frozen=True, slots=True)
class SwitchesShown:
    switches: list[SwitchShown]


@router.get("/announcements")
def announcements(
    service: ServiceOf, _actor: Asker, channel: Annotated[str | None, Query(max_length=100)] = None
) -> AnnouncementsShown:
    """What is on now: for all, for this channel, and for departments and matters, whose ``reach`` tells."""
    at = service.now()
    on = [each for each in service.emergencies.standing().announcements if each.is_on(at)]
    shown = [each for each in on if each.reach is not Reach.CHANNEL or each.subject_id == channel]
    return AnnouncementsShown([announcement_shown(each) for each in shown])


@router.post("/announcements", status_code=201)
def announce(body: AnnounceRequest, service: ServiceOf, actor: Reviewer) -> AnnouncementShown:
    """One person suffices: it is an emergency. The trail tells who."""
    made = service.emergencies.announce(
        body.text,
        reach=body.reach,
        named=body.subject,
        actor=actor.person_id,
        starts_at=body.starts_at,
        ends_at=body.ends_at,
    )
    return announcement_shown(made)


@router.post("/announcements/{announcement_id}:end")
def end(announcement_id: str, service: ServiceOf, actor: Reviewer) -> AnnouncementShown:
    """Over from now on; doing it again changes nothing."""
    return announcement_shown(service.emergencies.end(announcement_id, actor=actor.person_id))


@router.get("/switches")
def switches(
    service: ServiceOf,
    _actor: Annotated[Actor, needs(Role.EDITOR, Role.REVIEWER, Role.HELPER, Role.EVALUATOR)],
    past: bool = False,
) -> SwitchesShown:
    """What is off now; ``past``: the last 200 that were taken back, instead."""
    store = service.records.emergencies
    found = store.past_switches(limit=_MOST_PAST) if past else store.standing(at=service.now())[0]
    return SwitchesShown(switches_shown(service, found))


@router.post("/switches", status_code=201)
def switch_off(body: SwitchOffRequest, service: ServiceOf, actor: Reviewer) -> SwitchShown:
    """Hand it to people from now on, in every process within a second. Off already, it stays as it is."""
    made = service.emergencies.switch_off(body.covers, body.subject, actor=actor.person_id, reason=body.reason)
    return switches_shown(service, [made])[0]


@router.post("/switches/{switch_id}:on")
def switch_on(switch_id: str, body: SwitchOnRequest, service: ServiceOf, actor: Reviewer) -> SwitchShown:
    """Answer it again; doing it again changes nothing."""
    back = service.emergencies.switch_on(switch_id, actor=actor.person_id, reason=body.reason)
    return switches_shown(service, [back])[0]


def announcement_shown(each: Announcement) -> AnnouncementShown:
    ends_at = min((moment for moment in (each.ends_at, each.ended_at) if moment), default=None)
    return AnnouncementShown(each.id, each.text, each.reach, each.subject_id, each.starts_at, ends_at)


def switches_shown(service: Service, found: Sequence[Switch]) -> list[SwitchShown]:
    """With the names of what they cover, as they are now."""
    name_of = subject_names(service, [each for each in found if each.subject_id])
    return [
        SwitchShown(
            id=each.id,
            covers=each.covers,
            subject_id=each.subject_id,
            name=name_of.get(each.subject_id, each.subject_id),
            reason=each.reason,
            off_at=each.off_at,
            off_by=each.off_by,
            on_at=each.on_at,
            on_by=each.on_by,
            on_reason=each.on_reason,
        )
        for each in found
    ]


def subject_names(service: Service, switches: list[Switch]) -> dict[str | None, str]:
    """Of matters and departments their names, of documents the newest title, by id."""
    names: dict[str | None, str] = {each.id: each.name for each in service.catalogue.matters()}
    names |= {each.id: each.name for each in service.catalogue.departments()}
    documents = [str(each.subject_id) for each in switches if each.covers is Covers.DOCUMENT]
    schedules = service.library.schedules(documents) if documents else {}
    return names | {document_id: versions[-1].title for document_id, versions in schedules.items() if versions}
