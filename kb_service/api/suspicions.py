"""`/v1/suspicions`: what repeats or contradicts something else, side by side, for people to decide."""

from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import Field

from kb_service.api.access import Reviewer, ServiceOf, Staff
from kb_service.api.request_body import RequestBody, StorableText
from kb_service.domain.people import Actor
from kb_service.domain.queries import SuspicionQuery
from kb_service.domain.suspicions import Suspicion, SuspicionKind, SuspicionPage, SuspicionState
from kb_service.service import Service

router = APIRouter(prefix="/v1", tags=["suspicions"])


class DecideRequest(RequestBody):
    reason: StorableText = Field(max_length=2000)


@router.get("/suspicions")
def suspicions(
    service: ServiceOf,
    _actor: Staff,
    state: Annotated[list[SuspicionState] | None, Query()] = None,
    kind: Annotated[list[SuspicionKind] | None, Query()] = None,
    version_id: Annotated[str | None, Query(max_length=36)] = None,
    matter_id: Annotated[str | None, Query(max_length=120)] = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
    cursor: Annotated[str | None, Query(max_length=100)] = None,
) -> SuspicionPage:
    """The newest first. ``span`` and ``figures`` are code points of each side's ``text``."""
    wanted = SuspicionQuery(tuple(state or ()), tuple(kind or ()), version_id, matter_id)
    return service.records.suspicions.list(wanted, limit=limit, cursor=cursor)


@router.get("/versions/{version_id}/suspicions")
def of_version(
    version_id: str,
    service: ServiceOf,
    _actor: Staff,
    cursor: Annotated[str | None, Query(max_length=100)] = None,
) -> SuspicionPage:
    """All that concern this version, whichever side it is, 200 at a time."""
    service.library.version(version_id)
    return service.records.suspicions.list(SuspicionQuery(version_id=version_id), limit=200, cursor=cursor)


@router.post("/suspicions/{suspicion_id}:dismiss")
def dismiss(suspicion_id: str, body: DecideRequest, service: ServiceOf, actor: Reviewer) -> Suspicion:
    """It is none."""
    return _decided(service, suspicion_id, SuspicionState.DISMISSED, body, actor)


@router.post("/suspicions/{suspicion_id}:settle")
def settle(suspicion_id: str, body: DecideRequest, service: ServiceOf, actor: Reviewer) -> Suspicion:
    """It was one, and has been mended."""
    return _decided(service, suspicion_id, SuspicionState.SETTLED, body, actor)


@router.post("/suspicions/{suspicion_id}:confirm")
def confirm(suspicion_id: str, body: DecideRequest, service: ServiceOf, actor: Reviewer) -> Suspicion:
    """It is one: until it is settled, answers that would cite either side hand over."""
    return _decided(service, suspicion_id, SuspicionState.CONFIRMED, body, actor)


def _decided(
    service: Service, suspicion_id: str, state: SuspicionState, body: DecideRequest, actor: Actor
) -> Suspicion:
    return service.records.suspicions.decide(
        suspicion_id, state, actor=actor.person_id, at=service.now(), reason=body.reason
    )
