"""The audited sample on pages: one question at a time to judge, and what became of the weeks."""

from dataclasses import dataclass
from datetime import date

from fastapi import APIRouter, Request, Response

from kb_service.api.access import Consenter, Evaluator, ServiceOf, Watcher, actor_of
from kb_service.api.audits import judged_questions, shown, to_read
from kb_service.api.sizes import LONGEST_COMMENT
from kb_service.console.admission import FormOf, Shown, text_field
from kb_service.console.screens import Trouble, page, see, settled
from kb_service.domain.answers import Citation
from kb_service.domain.audits import JudgingStage, Rating, Sample
from kb_service.domain.causes import Cause
from kb_service.domain.errors import InvalidRecord, VersionNotFound
from kb_service.domain.people import Role
from kb_service.measuring.keeping import FOLLOWS, Expect, ExpectedReply
from kb_service.service import Service

router = APIRouter(prefix="/console", include_in_schema=False, route_class=Shown)

# Code points of a version's text that are shown before and after a quote.
_AROUND = 800


@dataclass(frozen=True, slots=True)
class QuotedPassage:
    """A citation, and the version's text around it; empty where it was purged."""

    citation: Citation
    before: str
    after: str


@router.get("/audit")
def audit(request: Request, service: ServiceOf, actor: Watcher, week: date | None = None) -> Response:
    """What is mine to judge, and how far the weeks are."""
    return _audit(request, service, week)


@router.post("/audit/calibration")
def consent(request: Request, service: ServiceOf, actor: Consenter, form: FormOf) -> Response:
    def act() -> Response:
        service.recalibrating.accept(actor=actor.person_id)
        return see("/console/audit", done="recalibrated")

    def again(trouble: Trouble, _error: Exception) -> Response:
        return _audit(request, service, None, trouble=trouble)

    return settled(act, again)


@router.post("/audit/calibration/decline")
def decline(request: Request, service: ServiceOf, actor: Consenter, form: FormOf) -> Response:
    def act() -> Response:
        service.recalibrating.decline(text_field(form, "reason")[:LONGEST_COMMENT], actor=actor.person_id)
        return see("/console/audit", done="calibration_declined")

    def again(trouble: Trouble, _error: Exception) -> Response:
        return _audit(request, service, None, trouble=trouble)

    return settled(act, again)


@router.post("/audit/{answer_id}")
def judge(request: Request, answer_id: str, service: ServiceOf, actor: Evaluator, form: FormOf) -> Response:
    note = text_field(form, "note")[:LONGEST_COMMENT]

    def act() -> Response:
        judged = service.auditing.judge(
            answer_id, _rating(text_field(form, "rating")), note=note, actor=actor.person_id
        )
        return see("/console/audit", week=str(judged.week))

    def again(trouble: Trouble, _error: Exception) -> Response:
        return _audit(request, service, None, trouble=trouble)

    return settled(act, again)


@router.get("/audit/weeks/{week}")
def judged_week(request: Request, week: date, service: ServiceOf, actor: Watcher) -> Response:
    """What was said of each question, once all are settled."""
    return _week(request, service, week)


@router.post("/audit/weeks/{week}/{answer_id}/keep")
def keep(request: Request, week: date, answer_id: str, service: ServiceOf, actor: Evaluator, form: FormOf) -> Response:
    def act() -> Response:
        expect = text_field(form, "expect")
        said = ExpectedReply(
            question=text_field(form, "question")[:1000],
            expect=Expect(expect) if expect in set(Expect) else None,
            documents=_parts(text_field(form, "documents")),
            must_include=_parts(text_field(form, "must_include")),
            must_not=_parts(text_field(form, "must_not")),
        )
        service.keeping.keep(answer_id, said, actor=actor.person_id)
        return see(f"/console/audit/weeks/{week}", fragment=f"q-{answer_id}", done="question_kept")

    def again(trouble: Trouble, _error: Exception) -> Response:
        return _week(request, service, week, trouble=trouble)

    return settled(act, again)


def _audit(request: Request, service: Service, week: date | None, *, trouble: Trouble | None = None) -> Response:
    actor = actor_of(request)
    is_judge = actor.has_any_of((Role.EVALUATOR,))
    mine = service.auditing.to_judge(actor.person_id, week) if is_judge else None
    if mine and mine.next is None:  # of this week nothing is left; perhaps of another one
        mine = service.auditing.to_judge(actor.person_id) or mine
    reading = mine.next if mine else None
    return page(
        request,
        "audit.html",
        trouble=trouble,
        is_judge=is_judge,
        mine=mine,
        to_read=to_read(reading) if reading else None,
        quoted=[_quoted(service, each) for each in reading.answer.citations] if reading else [],
        weeks=[shown(each) for each in reversed(service.records.audits.samples())],
        wanted=service.settings.audit_questions,
        proposal=service.recalibrating.proposal(),
        person_id=actor.person_id,
        may_consent=actor.has_any_of((Role.EVALUATOR, Role.REVIEWER)),
        longest_note=LONGEST_COMMENT,
    )


def _week(request: Request, service: Service, week: date, *, trouble: Trouble | None = None) -> Response:
    samples = service.records.audits.samples(week, week)
    if not samples:
        return page(request, "trouble.html", trouble=Trouble("no_such_page", 404))
    sample: Sample = samples[0]
    return page(
        request,
        "audit_week.html",
        trouble=trouble,
        week=shown(sample),
        questions=judged_questions(service, sample),
        follows=FOLLOWS,
        expects=list(Expect),
        may_keep=actor_of(request).has_any_of((Role.EVALUATOR,)),
        was_disputed={each.answer_id for each in sample.items if len(each.judgements) > 2},
        settled=JudgingStage.SETTLED,
    )


def _quoted(service: Service, citation: Citation) -> QuotedPassage:
    try:
        text = service.library.version(citation.version_id).text
    except VersionNotFound:
        text = ""
    if text[citation.start : citation.end] != citation.quote:
        return QuotedPassage(citation, "", "")
    return QuotedPassage(
        citation,
        text[max(0, citation.start - _AROUND) : citation.start],
        text[citation.end : citation.end + _AROUND],
    )


def _rating(text: str) -> Rating:
    if text not in set(Rating):
        raise InvalidRecord(f"{text[:40]!r} is no rating", Cause("rating_unfit", {"value": text[:40]}))
    return Rating(text)


def _parts(text: str) -> tuple[str, ...]:
    """One a line."""
    return tuple(each.strip()[:200] for each in text.splitlines() if each.strip())[:20]
