"""What there is to do and what there is: the overview, versions, the queue of reviews, deadlines, suspicions."""

from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel, BeforeValidator, Field

from kb_service.api.access import Reviewer, ServiceOf, Staff, Watcher
from kb_service.api.lead_times import calendar_year
from kb_service.api.periods import DayOrNone
from kb_service.api.upload_shapes import batch_view
from kb_service.api.version_shapes import rows_of
from kb_service.console.admission import FormOf, Shown, text_field
from kb_service.console.due_view import PAGE, compliance_since, due_now, queue, stretches
from kb_service.console.editorial_version import shown_version
from kb_service.console.screens import Trouble, page, see, settled
from kb_service.console.version_view import excerpts, matter_names
from kb_service.domain.causes import Cause
from kb_service.domain.days import shanghai_day
from kb_service.domain.documents import Kind, VersionState
from kb_service.domain.errors import InvalidRecord
from kb_service.domain.people import Actor, Role
from kb_service.domain.queries import SuspicionQuery, VersionQuery
from kb_service.domain.suspicions import SuspicionKind, SuspicionState
from kb_service.service import Service

router = APIRouter(prefix="/console", include_in_schema=False, route_class=Shown)

_ROWS = 50
_MANY = 200


_State = Annotated[VersionState | None, BeforeValidator(lambda value: value or None)]
_Kind = Annotated[Kind | None, BeforeValidator(lambda value: value or None)]


class ListForm(BaseModel):
    text: str = Field(default="", max_length=200)
    state: _State = None
    kind: _Kind = None
    matter: str = Field(default="", max_length=120)
    department: str = Field(default="", max_length=200)
    document_id: str = Field(default="", max_length=400)
    upload_id: str = Field(default="", max_length=36)
    effective_from: DayOrNone = None
    effective_until: DayOrNone = None
    cursor: str = Field(default="", max_length=100)


def wanted_by(form: ListForm) -> VersionQuery:
    return VersionQuery(
        states=(form.state,) if form.state else (),
        kinds=(form.kind,) if form.kind else (),
        matter_id=form.matter or None,
        department=form.department or None,
        document_id=form.document_id or None,
        upload_id=form.upload_id or None,
        effective_from=form.effective_from,
        effective_until=form.effective_until,
        text=form.text.strip() or None,
    )


@router.get("")
def overview(request: Request, service: ServiceOf, actor: Staff) -> Response:
    shelf, uploads = service.records.shelf, service.records.uploads
    open_ones = SuspicionQuery(states=(SuspicionState.OPEN,))
    return page(
        request,
        "overview.html",
        count_of={state: shelf.count(VersionQuery(states=(state,))) for state in VersionState},
        due=due_now(service, shanghai_day(service.now())),
        department_name=service.departments.name,
        suspected=len(service.records.suspicions.list(open_ones, limit=_MANY).suspicions),
        many=_MANY,
        batches=[batch_view(service, each, with_uploads=False) for each in uploads.batches(limit=5)],
    )


@router.get("/versions")
def versions(request: Request, service: ServiceOf, actor: Staff, form: Annotated[ListForm, Query()]) -> Response:
    """The newest first, narrowed by what the form says."""
    wanted = wanted_by(form)
    found = service.records.shelf.versions(wanted, limit=_ROWS, cursor=form.cursor or None)
    return page(
        request,
        "versions.html",
        rows=rows_of(service, found.versions),
        total=service.records.shelf.count(wanted),
        next_cursor=found.next_cursor,
        form=form.model_dump(mode="json", exclude={"cursor"}),
        is_first=not form.cursor,
        states=list(VersionState),
        kinds=list(Kind),
        matters=service.catalogue.matters(),
        matter_name_of=matter_names(service),
        departments=service.catalogue.departments(),
    )


@router.get("/review")
def review(
    request: Request, service: ServiceOf, actor: Staff, start: Annotated[int, Query(ge=0, le=100_000)] = 0
) -> Response:
    """Whoever waits longest comes first."""
    items, total = queue(service, actor, start=start)
    following = start + PAGE if start + PAGE < total else None
    may_review = actor.has_any_of((Role.REVIEWER,))
    return page(
        request, "review.html", items=items, total=total, start=start, following=following, may_review=may_review
    )


@router.get("/due")
def due(request: Request, service: ServiceOf, actor: Watcher, by: str = "week") -> Response:
    today = shanghai_day(service.now())
    years = [calendar_year(year, service, actor) for year in (today.year, today.year + 1)]
    return page(
        request,
        "due.html",
        due=due_now(service, today),
        by=by if by in ("overdue", "today", "week", "all") else "week",
        compliance=compliance_since(service, today),
        kept=service.records.kept_reviews.waiting(limit=200),
        now=service.now(),
        department_name=service.departments.name,
        years=[(year, stretches(year)) for year in years],
        may_open=actor.has_any_of((Role.EDITOR, Role.REVIEWER)),
    )


@router.get("/suspicions")
def suspicions(
    request: Request,
    service: ServiceOf,
    actor: Staff,
    state: SuspicionState = SuspicionState.OPEN,
    kind: SuspicionKind | None = None,
    cursor: Annotated[str, Query(max_length=100)] = "",
) -> Response:
    return _suspicions(request, service, actor, {"state": state, "kind": kind, "cursor": cursor})


@router.post("/suspicions/{suspicion_id}")
def decide(request: Request, suspicion_id: str, service: ServiceOf, actor: Reviewer, form: FormOf) -> Response:
    """On a version's page the reader stays there."""
    version_id = text_field(form, "version_id")

    def act() -> Response:
        service.records.suspicions.decide(
            suspicion_id,
            _decision(text_field(form, "state")),
            actor=actor.person_id,
            at=service.now(),
            reason=text_field(form, "reason"),
        )
        path = f"/console/versions/{service.library.version(version_id).id}" if version_id else "/console/suspicions"
        return see(path, done="decided")

    def again(trouble: Trouble, _error: Exception) -> Response:
        typed = {"form": f"suspicion-{suspicion_id}", "reason": text_field(form, "reason")}
        if version_id:
            return shown_version(request, service, version_id, trouble=trouble, typed=typed)
        return _suspicions(request, service, actor, {"state": SuspicionState.OPEN}, trouble=trouble, typed=typed)

    return settled(act, again)


def _suspicions(
    request: Request,
    service: Service,
    actor: Actor,
    narrowed: dict[str, Any],
    *,
    trouble: Trouble | None = None,
    typed: dict[str, str] | None = None,
) -> Response:
    state, kind = narrowed["state"], narrowed.get("kind")
    wanted = SuspicionQuery(states=(state,), kinds=(kind,) if kind else ())
    found = service.records.suspicions.list(wanted, limit=20, cursor=narrowed.get("cursor") or None)
    return page(
        request,
        "suspicions.html",
        trouble=trouble,
        typed=typed or {},
        suspicions=found.suspicions,
        excerpt_of=excerpts(service, found.suspicions),
        next_cursor=found.next_cursor,
        narrowed={"state": state, "kind": kind or ""},
        states=list(SuspicionState),
        kinds=list(SuspicionKind),
        may_decide=actor.has_any_of((Role.REVIEWER,)),
    )


def _decision(written: str) -> SuspicionState:
    decisions = {str(each): each for each in SuspicionState if each is not SuspicionState.OPEN}
    if written not in decisions:
        raise InvalidRecord(
            f"state={written!r} is none of {', '.join(decisions)}", Cause("unknown_state", {"value": written[:40]})
        )
    return decisions[written]
