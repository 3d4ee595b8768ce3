"""What could not be answered and what people said of answers: gaps and feedback, for editors."""

from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response

from kb_service.api.access import Editor, ServiceOf, Staff, actor_of
from kb_service.api.feedback import shown as feedback_shown
from kb_service.api.gaps import GapShown
from kb_service.api.gaps import questions_shown as gap_questions_shown
from kb_service.api.gaps import shown as gaps_shown
from kb_service.api.problems import shown as problems_shown
from kb_service.api.recurring_cases import shown as recurring_shown
from kb_service.console.admission import FormOf, Shown, text_field
from kb_service.console.screens import Trouble, page, see, settled
from kb_service.console.version_view import matter_names
from kb_service.domain.causes import Cause
from kb_service.domain.errors import InvalidRecord
from kb_service.domain.feedback import FeedbackQuery, FeedbackReason, FeedbackState
from kb_service.domain.gaps import TO_DO, Gap, GapQuery, GapState
from kb_service.domain.people import Role
from kb_service.service import Service

router = APIRouter(prefix="/console", include_in_schema=False, route_class=Shown)

_ROWS = 50


@router.get("/gaps")
def gaps(
    request: Request,
    service: ServiceOf,
    actor: Staff,
    state: GapState = GapState.OPEN,
    cursor: Annotated[str, Query(max_length=100)] = "",
) -> Response:
    """What is worth most comes first."""
    return _gaps(request, service, state, cursor)


@router.get("/gaps/{gap_id}")
def gap(request: Request, gap_id: str, service: ServiceOf, actor: Staff) -> Response:
    return _gap(request, service, gap_id)


@router.post("/gaps/{gap_id}")
def move_gap(request: Request, gap_id: str, service: ServiceOf, actor: Staff, form: FormOf) -> Response:
    move, who, closing = text_field(form, "move"), actor.person_id, service.learning.closing

    def act() -> Response:
        match move:
            case "draft":
                closing.draft(gap_id, text_field(form, "version_id").strip(), actor=who)
            case "ask-again":
                closing.ask_again(gap_id, actor=who)
            case "not-ours":
                closing.refuse(gap_id, text_field(form, "reason"), actor=who)
            case "reopen":
                closing.reopen(gap_id, text_field(form, "reason"), actor=who)
            case "merge":
                into = closing.merge(gap_id, text_field(form, "into").strip(), actor=who)
                return see(f"/console/gaps/{into.id}", done="gap_moved")
            case "split":
                answers = [each for each in form.getlist("answers") if isinstance(each, str)]
                return see(f"/console/gaps/{closing.split(gap_id, answers, actor=who).id}", done="gap_moved")
            case _:
                raise InvalidRecord(f"move={move!r} is none", Cause("unknown_state", {"value": move[:40]}))
        return see(f"/console/gaps/{gap_id}", done="gap_moved")

    def again(trouble: Trouble, _error: Exception) -> Response:
        return _gap(request, service, gap_id, trouble=trouble)

    return settled(act, again)


@router.post("/gaps/{gap_id}/write")
def write(request: Request, gap_id: str, service: ServiceOf, actor: Editor) -> Response:
    """To the draft, whose answer is still to be written."""

    def act() -> Response:
        gap, is_new = service.learning.writing.write(gap_id, actor=actor.person_id)
        service.jobs.follow()
        done = {"done": "written"} if is_new else {}
        return see(f"/console/versions/{gap.version_id}", fragment="edit", **done)

    def again(trouble: Trouble, _error: Exception) -> Response:
        return _gap(request, service, gap_id, trouble=trouble)

    return settled(act, again)


@router.post("/gaps/{gap_id}/problem")
def note_problem(request: Request, gap_id: str, service: ServiceOf, actor: Staff) -> Response:
    """To the problem of the ledger that it is now, or was already."""

    def act() -> Response:
        noted, is_new = service.learning.ledger.note_gap(gap_id, actor=actor.person_id)
        done = {"done": "problem_kept"} if is_new else {}
        return see("/console/problems", fragment=noted.id, **done)

    def again(trouble: Trouble, _error: Exception) -> Response:
        return _gap(request, service, gap_id, trouble=trouble)

    return settled(act, again)


@router.get("/recurring-cases")
def recurring_cases(request: Request, service: ServiceOf, actor: Staff) -> Response:
    """What helpers answer again and again; the most frequent first."""
    return _recurring(request, service)


@router.post("/recurring-cases/{case_id}/write")
def write_case(request: Request, case_id: str, service: ServiceOf, actor: Editor) -> Response:
    """To the draft, whose answer is a helper's reply and still to be checked."""

    def act() -> Response:
        case = service.learning.finding_recurring.case(case_id)
        version_id, is_new = service.learning.writing.write_case(case, actor=actor.person_id)
        service.jobs.follow()
        done = {"done": "written"} if is_new else {}
        return see(f"/console/versions/{version_id}", fragment="edit", **done)

    def again(trouble: Trouble, _error: Exception) -> Response:
        return _recurring(request, service, trouble=trouble)

    return settled(act, again)


@router.get("/feedback")
def feedback(
    request: Request,
    service: ServiceOf,
    actor: Staff,
    state: FeedbackState = FeedbackState.OPEN,
    reason: FeedbackReason | None = None,
    department: Annotated[str, Query(max_length=80)] = "",
    cursor: Annotated[str, Query(max_length=100)] = "",
) -> Response:
    narrowed = {"state": state, "reason": reason, "department": department, "cursor": cursor}
    return _feedback(request, service, narrowed)


@router.post("/feedback/{number}")
def decide_feedback(request: Request, number: int, service: ServiceOf, actor: Staff, form: FormOf) -> Response:
    def act() -> Response:
        if version_id := text_field(form, "version_id").strip():
            service.learning.feedback_review.correct(number, version_id, actor=actor.person_id)
        else:
            service.learning.feedback_review.dismiss(number, text_field(form, "reason"), actor=actor.person_id)
        return see("/console/feedback", done="feedback_decided")

    def again(trouble: Trouble, _error: Exception) -> Response:
        return _feedback(request, service, {"state": FeedbackState.OPEN}, trouble=trouble)

    return settled(act, again)


def _recurring(request: Request, service: Service, *, trouble: Trouble | None = None) -> Response:
    return page(
        request,
        "recurring_cases.html",
        trouble=trouble,
        cases=recurring_shown(service, service.learning.finding_recurring.found[:_ROWS]),
        may_write=actor_of(request).has_any_of((Role.EDITOR,)),
    )


def _gaps(request: Request, service: Service, state: GapState, cursor: str) -> Response:
    found = service.records.gaps.list(GapQuery((state,)), limit=_ROWS, cursor=cursor or None)
    shown = gaps_shown(service, found.gaps)
    return page(
        request,
        "gaps.html",
        gaps=sorted(shown, key=lambda each: -each.worth) if state in TO_DO else shown,
        state=state,
        states=list(GapState),
        counts=service.records.gaps.counts(),
        next_cursor=found.next_cursor,
        recurring=len(service.learning.finding_recurring.found),
    )


def _gap(request: Request, service: Service, gap_id: str, *, trouble: Trouble | None = None) -> Response:
    (shown,) = gaps_shown(service, [service.records.gaps.gap(gap_id)])
    is_to_do = shown.gap.state in TO_DO
    return page(
        request,
        "gap.html",
        trouble=trouble,
        shown=shown,
        questions=gap_questions_shown(service, gap_id),
        problems=problems_shown(service, service.records.problems.of_gap(gap_id)),
        is_to_do=is_to_do,
        may_split=is_to_do and shown.gap.count > 1,
        others=_others(service, shown.gap) if is_to_do else [],
        has_draft=shown.gap.state is GapState.DRAFTED,
        may_write=actor_of(request).has_any_of((Role.EDITOR,)),
    )


def _others(service: Service, gap: Gap) -> list[GapShown]:
    """What it may be merged into: those of its matter first."""
    queries = [GapQuery(tuple(TO_DO), matter_id=each) for each in (gap.matter_id, None)]
    near, all_of_them = (service.records.gaps.list(each, limit=_ROWS).gaps for each in queries)
    found = {each.id: each for each in (*near, *all_of_them)}
    return gaps_shown(service, [each for each in found.values() if each.id != gap.id])


def _feedback(
    request: Request, service: Service, narrowed: dict[str, Any], *, trouble: Trouble | None = None
) -> Response:
    state, reason, department = narrowed["state"], narrowed.get("reason"), narrowed.get("department")
    wanted = FeedbackQuery((state,), (reason,) if reason else (), (department,) if department else ())
    found = service.records.feedback.list(wanted, limit=_ROWS, cursor=narrowed.get("cursor") or None)
    return page(
        request,
        "feedback.html",
        trouble=trouble,
        items=[feedback_shown(service, each) for each in found.feedback],
        narrowed={"state": state, "reason": reason or "", "department": department or ""},
        departments=service.catalogue.departments(),
        states=list(FeedbackState),
        reasons=list(FeedbackReason),
        matter_name_of=matter_names(service),
        next_cursor=found.next_cursor,
    )
