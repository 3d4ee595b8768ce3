"""`/v1/audits`: the audited sample: what is mine to judge, the results of weeks, and questions kept for the suite."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import Field

from kb_service.api.access import Consenter, Evaluator, ServiceOf, Watcher
from kb_service.api.csv_files import AS_CSV, CsvAsked, list_as_csv
from kb_service.api.request_body import RequestBody, StorableText
from kb_service.api.sizes import LONGEST_COMMENT
from kb_service.domain.answers import Citation, Outcome, Possible
from kb_service.domain.audits import (
    Agreement,
    AuditedShare,
    JudgingStage,
    Rating,
    Sample,
    SampledQuestion,
    agreement,
    audited_share,
    counts_of,
    ratings_of,
)
from kb_service.domain.calibrations import CalibrationProposal
from kb_service.domain.masking import masked
from kb_service.measuring.auditing import SampledAnswer
from kb_service.measuring.keeping import Expect, ExpectedReply
from kb_service.service import Service

router = APIRouter(prefix="/v1/audits", tags=["resolution"])


@dataclass(frozen=True, slots=True)
class ToRead:
    """A question without personal data, and the answer as it was given: neither how sure the assistant was, nor what
    anybody else says. ``before``: the question before it, where it follows on. ``ratings``: those to choose from."""

    answer_id: str
    week: date
    question: str
    before: str | None
    asked_at: datetime
    as_of: date
    outcome: Outcome
    text: str
    citations: list[Citation]
    possible: list[Possible]
    handed_to: str | None
    ratings: list[Rating]


@dataclass(frozen=True, slots=True)
class MineToJudge:
    """``next`` is None where nothing is left for you; ``done`` of ``all`` are yours in that week."""

    week: date | None
    next: ToRead | None
    done: int
    all: int


@dataclass(frozen=True, slots=True)
class AuditedWeek:
    """``week``: its Monday. ``left``: of the ``drawn`` ones those whose words were not erased before they were judged.
    What was judged is told only when all of it is: ``resolved`` and ``wrong`` are weighted shares of all ``questions``,
    ``counts`` those that were judged so."""

    week: date
    drawn_at: datetime
    questions: int
    drawn: int
    left: int
    open: int
    disputed: int
    settled: int
    is_complete: bool
    agreement: Agreement | None
    resolved: AuditedShare | None
    wrong: AuditedShare | None
    counts: Mapping[Rating, int] | None


@dataclass(frozen=True, slots=True)
class JudgedQuestion:
    """What counts, and what was said in turn, by nobody's name. ``question`` is empty where its words were erased."""

    answer_id: str
    place: int
    question: str
    outcome: Outcome | None
    rating: Rating | None
    said: list[Rating]
    notes: list[str]
    kept_as: str | None


@dataclass(frozen=True, slots=True)
class JudgedWeek:
    """``questions``: those that are settled, once all are; before that none."""

    week: AuditedWeek
    questions: list[JudgedQuestion]


class JudgeAnswerRequest(RequestBody):
    rating: Rating
    note: StorableText = Field(default="", max_length=LONGEST_COMMENT)


_Fact = Annotated[StorableText, Field(min_length=1, max_length=200)]


class DeclineRequest(RequestBody):
    reason: StorableText = Field(max_length=2000)


class KeepRequest(RequestBody):
    """What is left out follows from the question, its answer and the judgement, where it can."""

    question: StorableText = Field(default="", max_length=1000, description="Worded so that it stands alone.")
    expect: Expect | None = None
    documents: list[_Fact] = Field(default=[], max_length=10, description="Ids, of which one is enough.")
    must_include: list[_Fact] = Field(default=[], max_length=20)
    must_not: list[_Fact] = Field(default=[], max_length=20)


@router.get("/next")
def next_to_judge(
    service: ServiceOf,
    actor: Evaluator,
    week: Annotated[date | None, Query(description="Its Monday; else the oldest with something for you.")] = None,
) -> MineToJudge:
    """What is mine to judge next."""
    found = service.auditing.to_judge(actor.person_id, week)
    if found is None:
        return MineToJudge(week, None, 0, 0)
    return MineToJudge(found.week, to_read(found.next) if found.next else None, found.done, found.all)


@router.post("/questions/{answer_id}:judge")
def judge(answer_id: str, body: JudgeAnswerRequest, service: ServiceOf, actor: Evaluator) -> MineToJudge:
    """Once a person; gives what is next. Two people judge each question, and a third one where they differ."""
    judged = service.auditing.judge(answer_id, body.rating, note=body.note, actor=actor.person_id)
    return next_to_judge(service, actor, judged.week)


@router.post("/questions/{answer_id}:keep")
def keep(answer_id: str, service: ServiceOf, actor: Evaluator, body: KeepRequest | None = None) -> dict[str, object]:
    """Put a settled question into the site's suite (`questions/audited.jsonl` of the data folder), with what a right
    reply is; gives the line. Kept again, it takes the place of the one before."""
    said = body or KeepRequest()
    expectation = ExpectedReply(
        said.question, said.expect, tuple(said.documents), tuple(said.must_include), tuple(said.must_not)
    )
    return dict(service.keeping.keep(answer_id, expectation, actor=actor.person_id))


@router.get("/calibration")
def calibration(service: ServiceOf, _actor: Watcher) -> CalibrationProposal | None:
    """The confidence model that `kb eval calibrate` proposed and that waits for a second person; null without one."""
    return service.recalibrating.proposal()


@router.post("/calibration:accept")
def accept_calibration(service: ServiceOf, actor: Consenter) -> CalibrationProposal:
    """Take it into use, from the next start on. Who proposed it cannot."""
    return service.recalibrating.accept(actor=actor.person_id)


@router.post("/calibration:decline")
def decline_calibration(body: DeclineRequest, service: ServiceOf, actor: Consenter) -> CalibrationProposal:
    """It is not taken into use, and why. Also by who proposed it."""
    return service.recalibrating.decline(body.reason, actor=actor.person_id)


@router.get("/weeks", responses=AS_CSV)
def weeks(service: ServiceOf, _actor: Watcher, is_csv_asked: CsvAsked) -> list[AuditedWeek]:
    """The newest first. As CSV with `format=csv`."""
    found = [shown(each) for each in reversed(service.records.audits.samples())]
    if is_csv_asked:
        return list_as_csv("audited-weeks.csv", AuditedWeek, found)  # type: ignore[return-value]
    return found


@router.get("/weeks/{week}", responses=AS_CSV)
def judged_week(week: date, service: ServiceOf, _actor: Watcher, is_csv_asked: CsvAsked) -> JudgedWeek | None:
    """With its questions, once all are judged; null where nothing was drawn of it. The questions as CSV with
    `format=csv`."""
    found = next(iter(service.records.audits.samples(week, week)), None)
    questions = judged_questions(service, found) if found else []
    if is_csv_asked:
        return list_as_csv(f"audited-{week}.csv", JudgedQuestion, questions)  # type: ignore[return-value]
    return JudgedWeek(shown(found), questions) if found else None


def to_read(reading: SampledAnswer) -> ToRead:
    answer = reading.answer
    department = answer.escalation.department
    return ToRead(
        answer_id=answer.answer_id,
        week=reading.question.week,
        question=masked(answer.question),
        before=masked(reading.before) if reading.before else None,
        asked_at=answer.asked_at,
        as_of=answer.as_of,
        outcome=answer.outcome,
        text=answer.text,
        citations=list(answer.citations),
        possible=list(answer.possible),
        handed_to=department.name if department and answer.escalation.recommended else None,
        ratings=list(ratings_of(is_answered=reading.question.is_answered)),
    )


def shown(sample: Sample) -> AuditedWeek:
    is_complete = sample.is_complete
    return AuditedWeek(
        week=sample.week,
        drawn_at=sample.drawn_at,
        questions=sample.questions,
        drawn=sample.drawn,
        left=len(sample.items),
        open=sample.count(JudgingStage.OPEN),
        disputed=sample.count(JudgingStage.DISPUTED),
        settled=sample.count(JudgingStage.SETTLED),
        is_complete=is_complete,
        agreement=agreement(sample.items) if is_complete else None,
        resolved=audited_share([sample]) if is_complete else None,
        wrong=audited_share([sample], Rating.WRONG) if is_complete else None,
        counts=counts_of(sample.items) if is_complete else None,
    )


def judged_questions(service: Service, sample: Sample) -> list[JudgedQuestion]:
    """What was disputed comes first."""
    if not sample.is_complete:
        return []
    answer_of = service.records.audits.answers([each.answer_id for each in sample.items])
    ordered: Sequence[SampledQuestion] = sorted(sample.items, key=lambda each: (-len(each.judgements), each.place))
    return [
        JudgedQuestion(
            answer_id=each.answer_id,
            place=each.place,
            question=masked(answer_of[each.answer_id].question) if each.answer_id in answer_of else "",
            outcome=answer_of[each.answer_id].outcome if each.answer_id in answer_of else None,
            rating=each.rating,
            said=[one.rating for one in each.judgements],
            notes=[masked(one.note) for one in each.judgements if one.note],
            kept_as=each.kept_as,
        )
        for each in ordered
    ]
