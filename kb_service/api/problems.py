"""`/v1/problems`: the ledger of problems met while accompanying somebody, with owner, deadline and measures."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import Field

from kb_service.api.access import ServiceOf, Staff, Watcher
from kb_service.api.csv_files import AS_CSV, CsvAsked, csv_file, csv_text
from kb_service.api.request_body import RequestBody, StorableText
from kb_service.domain.answers import MatterRef
from kb_service.domain.days import SHANGHAI, days_later
from kb_service.domain.problems import WORKING_DAYS, Problem, ProblemMove, ProblemQuery, ProblemState, moves_of
from kb_service.learning.ledger import NewProblem
from kb_service.service import Service

router = APIRouter(prefix="/v1/problems", tags=["problems"])

_MOST_IN_CSV = 100_000
_Id = Annotated[StorableText, Field(min_length=1, max_length=400)]
_Words = Annotated[StorableText, Field(max_length=4000)]


@dataclass(frozen=True, slots=True)
class ProblemShown:
    problem: Problem
    matter: MatterRef | None
    is_late: bool
    moves: list[ProblemMove]


@dataclass(frozen=True, slots=True)
class ProblemsShown:
    """``total``: how many there are, listed or not."""

    problems: list[ProblemShown]
    total: int


class NoteProblemRequest(RequestBody):
    description: _Words
    owner: Annotated[StorableText, Field(max_length=200)] = Field(description="Who puts it right.")
    step: Annotated[StorableText, Field(max_length=400)] = Field(
        default="", description="At which step of the matter it was met."
    )
    measures: _Words = ""
    matter_id: Annotated[StorableText, Field(max_length=120)] | None = None
    gap_id: _Id | None = None
    document_id: _Id | None = None
    working_days: int = Field(default=WORKING_DAYS, ge=1, le=250, description="Until it is to be closed.")


class MoveProblemRequest(RequestBody):
    move: ProblemMove
    said: _Words = Field(default="", description="The measures, or what was seen.")


@router.get("", responses=AS_CSV)
def problems(
    service: ServiceOf,
    _actor: Watcher,
    is_csv_asked: CsvAsked,
    state: Annotated[list[ProblemState] | None, Query()] = None,
    owner: Annotated[str | None, Query(max_length=200)] = None,
    gap_id: Annotated[str | None, Query(max_length=36)] = None,
    matter_id: Annotated[str | None, Query(max_length=120)] = None,
    late: bool = False,
    due_until: Annotated[date | None, Query(description="To be closed by the end of that day, and not closed.")] = None,
    limit: Annotated[int, Query(ge=1, le=1000)] = 200,
) -> ProblemsShown:
    """What is to do first, by when it is due. As CSV with `format=csv` or `Accept: text/csv`, whole."""
    wanted = ProblemQuery(tuple(state or ()), owner, matter_id, gap_id, due_before(service, late, due_until))
    if is_csv_asked:
        found = service.records.problems.list(wanted, limit=_MOST_IN_CSV)
        return csv_file("problems.csv", csv_text(_rows(service, found.problems)))  # type: ignore[return-value]
    found = service.records.problems.list(wanted, limit=limit)
    return ProblemsShown(shown(service, found.problems), found.total)


@router.post("", status_code=201)
def note(body: NoteProblemRequest, service: ServiceOf, actor: Staff) -> ProblemShown:
    """Its words are kept without personal data."""
    return shown(service, [service.learning.ledger.note(NewProblem(**body.model_dump()), actor=actor.person_id)])[0]


@router.get("/{problem_id}")
def problem(problem_id: str, service: ServiceOf, _actor: Watcher) -> ProblemShown:
    return shown(service, [service.records.problems.problem(problem_id)])[0]


@router.post("/{problem_id}:move")
def move(problem_id: str, body: MoveProblemRequest, service: ServiceOf, actor: Staff) -> ProblemShown:
    """open → rectifying → closed → looked_back, by another person than who closed it; `reopen` when it turns out not to
    be put right."""
    return shown(service, [service.learning.ledger.move(problem_id, body.move, body.said, actor=actor.person_id)])[0]


def shown(service: Service, found: Sequence[Problem]) -> list[ProblemShown]:
    now = service.now()
    names = {each.id: each for each in service.catalogue.matter_names()}
    return [
        ProblemShown(each, names.get(each.matter_id or ""), each.is_late(now), [*moves_of(each.state)])
        for each in found
    ]


def due_before(service: Service, late: bool, due_until: date | None) -> datetime | None:
    """The end of a day is the midnight after it."""
    bounds = [service.now()] if late else []
    if due_until is not None and (day := days_later(due_until, 1)) is not None:
        bounds.append(datetime.combine(day, time(), SHANGHAI))
    return min(bounds, default=None)


def _rows(service: Service, found: Sequence[Problem]) -> list[tuple[object, ...]]:
    names = {each.id: each.name for each in service.catalogue.matter_names()}
    now = service.now()
    titles = (
        "id", "state", "matter_id", "matter", "step", "description", "measures", "owner", "found_at", "found_by",
        "due_on", "late", "closed_at", "closed_by", "found", "gap_id", "document_id",
    )  # fmt: skip
    return [
        titles,
        *(
            (
                each.id, each.state.value, each.matter_id or "", names.get(each.matter_id or "", ""), each.step,
                each.description, each.measures, each.owner, each.found_at.isoformat(), each.found_by,
                last_day(each), int(each.is_late(now)), each.closed_at.isoformat() if each.closed_at else "",
                each.closed_by or "", each.found, each.gap_id or "", each.document_id or "",
            )
            for each in found
        ),
    ]  # fmt: skip


def last_day(problem: Problem) -> date:
    """On which it can still be closed in time: it is due at the midnight after it."""
    return (problem.due_at - timedelta(microseconds=1)).astimezone(SHANGHAI).date()
