"""问题台账: problems met while accompanying somebody, by when they are due, each with its next moves."""

from dataclasses import replace
from datetime import date

from fastapi import APIRouter, Request, Response

from kb_service.api.access import ServiceOf, Staff, Watcher
from kb_service.api.problems import due_before, last_day, shown
from kb_service.console.admission import FormOf, Shown, text_field
from kb_service.console.screens import Trouble, page, see, settled
from kb_service.domain.causes import Cause
from kb_service.domain.days import days_later, shanghai_day
from kb_service.domain.errors import InvalidRecord
from kb_service.domain.people import Role
from kb_service.domain.problems import ProblemMove, ProblemQuery, ProblemState
from kb_service.learning.ledger import NewProblem
from kb_service.service import Service

router = APIRouter(prefix="/console", include_in_schema=False, route_class=Shown)

_ROWS = 200
_LONGEST = 4000


@router.get("/problems")
def problems(
    request: Request,
    service: ServiceOf,
    actor: Watcher,
    state: ProblemState | None = None,
    late: bool = False,
    due_until: date | None = None,
) -> Response:
    return _problems(request, service, state, late=late, due_until=due_until)


@router.post("/problems")
def note(request: Request, service: ServiceOf, actor: Staff, form: FormOf) -> Response:
    new = NewProblem(
        description=text_field(form, "description")[:_LONGEST],
        owner=text_field(form, "owner")[:200],
        step=text_field(form, "step")[:400],
        measures=text_field(form, "measures")[:_LONGEST],
        matter_id=text_field(form, "matter_id")[:120] or None,
        gap_id=text_field(form, "gap_id").strip()[:36] or None,
        document_id=text_field(form, "document_id").strip()[:400] or None,
    )
    days = text_field(form, "working_days").strip()

    def act() -> Response:
        if days and not (days.isascii() and days.isdigit() and len(days) <= 3 and 1 <= int(days) <= 250):
            raise InvalidRecord(
                f"working_days={days[:10]!r} is no number from 1 to 250", Cause("no_problem_days", {"value": days[:10]})
            )
        service.learning.ledger.note(replace(new, working_days=int(days)) if days else new, actor=actor.person_id)
        return see("/console/problems", done="problem_kept")

    return settled(act, lambda trouble, _error: _problems(request, service, None, trouble=trouble))


@router.post("/problems/{problem_id}")
def move(request: Request, problem_id: str, service: ServiceOf, actor: Staff, form: FormOf) -> Response:
    asked = text_field(form, "move")

    def act() -> Response:
        if asked not in [*ProblemMove]:
            raise InvalidRecord(f"move={asked[:40]!r} is none", Cause("no_problem_move", {"value": asked[:40]}))
        said = text_field(form, "said")[:_LONGEST]
        service.learning.ledger.move(problem_id, ProblemMove(asked), said, actor=actor.person_id)
        return see("/console/problems", fragment=problem_id, done="problem_kept")

    return settled(act, lambda trouble, _error: _problems(request, service, None, trouble=trouble))


def _problems(
    request: Request,
    service: Service,
    state: ProblemState | None,
    *,
    late: bool = False,
    due_until: date | None = None,
    trouble: Trouble | None = None,
) -> Response:
    wanted = ProblemQuery((state,) if state else (), due_before=due_before(service, late, due_until))
    found = service.records.problems.list(wanted, limit=_ROWS)
    return page(
        request,
        "problems.html",
        trouble=trouble,
        problems=shown(service, found.problems),
        total=found.total,
        states=[*ProblemState],
        state=state,
        late=late,
        due_until=due_until,
        in_a_week=days_later(shanghai_day(service.now()), 7),
        last_day=last_day,
        matters=service.catalogue.matters(),
        me=request.state.actor.person_id,
        may_write=request.state.actor.has_any_of((Role.EDITOR, Role.REVIEWER)),
    )
