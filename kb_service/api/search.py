"""`/v1/search` and `/v1/routes`: passages in force, and the department responsible."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Annotated

from fastapi import APIRouter, Body, Query, Response
from pydantic import BaseModel, Field, TypeAdapter

from kb_service.api.access import Asker, ServiceOf
from kb_service.api.asked import AsOf
from kb_service.asking.checking.checking import interval_of
from kb_service.asking.routing import Routed
from kb_service.asking.search.retrieving import Candidate, Narrowing
from kb_service.domain.addresses import web_address
from kb_service.domain.answers import Question
from kb_service.domain.days import Interval
from kb_service.domain.documents import Audience, Kind
from kb_service.service import Service

router = APIRouter(prefix="/v1", tags=["search"])


@dataclass(frozen=True, slots=True)
class SearchHit:
    """A passage in force; ``start`` and ``end`` are code points in its version's text.

    ``switched_off``: no answer is given of it at the moment.
    """

    passage_id: str
    document_id: str
    version_id: str
    title: str
    kind: Kind
    department: str | None
    heading_path: tuple[str, ...]
    text: str
    start: int
    end: int
    page: int | None
    second: int | None
    score: float
    effective_from: date | None
    effective_to: date | None
    source_url: str | None
    switched_off: bool


@dataclass(frozen=True, slots=True)
class SearchHits:
    hits: list[SearchHit]


_HITS = TypeAdapter(SearchHits)


@router.get("/search", response_model=SearchHits)
def search(
    service: ServiceOf,
    _actor: Asker,
    question: Annotated[str, Query(max_length=4000, examples=["居住证签注"])],
    as_of: Annotated[AsOf, Query()] = None,
    kind: Annotated[list[Kind] | None, Query()] = None,
    department: Annotated[str | None, Query(max_length=200)] = None,
    matter_id: Annotated[str | None, Query(max_length=120)] = None,
    region: Annotated[str | None, Query(max_length=100)] = None,
    audience: Audience | None = None,
    limit: Annotated[int, Query(ge=1, le=100)] = 10,
) -> Response:
    """Passages in force on a day (today unless given), best first."""
    asked = service.asking.question(question, as_of=as_of, region=region, audience=audience)
    narrowing = Narrowing(kinds=tuple(kind or ()), department=department, matter_id=matter_id)
    return Response(_HITS.dump_json(hits_of(service, asked, narrowing, limit)), media_type="application/json")


def hits_of(service: Service, asked: Question, narrowing: Narrowing, limit: int) -> SearchHits:
    """What was found, less what the database no longer holds to be in force."""
    found = service.asking.search(asked, narrowing=narrowing, limit=limit)
    schedules = service.library.schedules(sorted({each.document_id for each in found}))
    hits = []
    for each in found:
        interval = interval_of(each.source.passage.version_id, schedules.get(each.document_id, ()))
        if interval is not None and interval.contains(asked.as_of):
            hits.append(_hit(each, interval, service))
    return SearchHits(hits)


def _hit(candidate: Candidate, interval: Interval, service: Service) -> SearchHit:
    metadata, passage = candidate.source.metadata, candidate.source.passage
    return SearchHit(
        passage_id=passage.id,
        document_id=candidate.document_id,
        version_id=passage.version_id,
        title=metadata.title,
        kind=metadata.kind,
        department=service.departments.name(metadata.department) if metadata.department else None,
        heading_path=passage.heading_path,
        text=passage.text,
        start=passage.start,
        end=passage.end,
        page=passage.page,
        second=passage.second,
        score=round(candidate.score, 4),
        effective_from=interval.start,
        effective_to=interval.end,
        source_url=web_address(metadata.source_url),
        switched_off=service.asking.is_switched_off(candidate.source),
    )


class RouteRequest(BaseModel):
    question: str = Field(max_length=4000)


@dataclass(frozen=True, slots=True)
class RoutedDepartment:
    id: str
    name: str
    score: float
    reason: str
    phone: str | None
    hours: str | None


@dataclass(frozen=True, slots=True)
class RoutedDepartments:
    departments: list[RoutedDepartment]


@router.post("/routes")
def route(
    body: Annotated[RouteRequest, Body(examples=[{"question": "随申办登录不了怎么办"}])],
    service: ServiceOf,
    _actor: Asker,
) -> RoutedDepartments:
    """The departments responsible, most likely first."""
    return routed_departments(service.asking.route(service.asking.question(body.question)))


def routed_departments(routed: Sequence[Routed]) -> RoutedDepartments:
    return RoutedDepartments(
        [
            RoutedDepartment(
                each.department.id,
                each.department.name,
                round(each.score, 4),
                each.reason,
                each.department.phone,
                each.department.hours,
            )
            for each in routed[:10]
        ]
    )
