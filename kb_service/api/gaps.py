"""`/v1/gaps`: what nobody could answer, grouped, and what becomes of it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Annotated

from fastapi import APIRouter, Query, Response
from pydantic import Field

from kb_service.api.access import Editor, ServiceOf, Staff
from kb_service.api.csv_files import AS_CSV, CsvAsked, list_as_csv, whole
from kb_service.api.problems import ProblemShown
from kb_service.api.problems import shown as problems_shown
from kb_service.api.request_body import RequestBody, StorableText
from kb_service.api.sizes import LONGEST_ANSWER
from kb_service.api.version_shapes import VersionRow, row_of
from kb_service.console.words import screen_words
from kb_service.domain.answers import DepartmentRef, MatterRef
from kb_service.domain.gaps import AskedQuestion, Gap, GapQuery, GapState
from kb_service.learning.closing import worth
from kb_service.service import Service

router = APIRouter(prefix="/v1/gaps", tags=["gaps"])


@dataclass(frozen=True, slots=True)
class GapShown:
    """``worth``: how many questions an answer would resolve, as the past tells; ``is_late``: due and not done."""

    gap: Gap
    matter: MatterRef | None
    department: DepartmentRef | None
    is_late: bool
    worth: float


@dataclass(frozen=True, slots=True)
class GapList:
    gaps: list[GapShown]
    next_cursor: str | None


@dataclass(frozen=True, slots=True)
class GapWithQuestions:
    gap: GapShown
    questions: list[AskedQuestion]
    problems: list[ProblemShown]


@dataclass(frozen=True, slots=True)
class GapWithDraft:
    """``version``: the draft that is to close it, with what of it is filled in."""

    gap: GapShown
    version: VersionRow


class DraftRequest(RequestBody):
    version_id: StorableText = Field(min_length=1, max_length=36, description="Of the text that is to close it.")


class WriteRequest(RequestBody):
    answer: StorableText | None = Field(
        default=None, max_length=LONGEST_ANSWER, description="Without it the draft has no text yet."
    )


class GapReasonRequest(RequestBody):
    reason: StorableText = Field(max_length=2000)


class MergeRequest(RequestBody):
    into: StorableText = Field(min_length=1, max_length=36, description="The id of another gap.")


class SplitRequest(RequestBody):
    answers: list[Annotated[StorableText, Field(max_length=40)]] = Field(min_length=1, max_length=500)


@router.get("", responses=AS_CSV)
def gaps(
    service: ServiceOf,
    _actor: Staff,
    is_csv_asked: CsvAsked,
    state: Annotated[list[GapState] | None, Query()] = None,
    department: Annotated[list[str] | None, Query(max_length=200)] = None,
    matter_id: Annotated[str | None, Query(max_length=120)] = None,
    late: bool = False,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
    cursor: Annotated[str | None, Query(max_length=100)] = None,
) -> GapList:
    """The newest first; each with what it is worth to answer it. As CSV with `format=csv`, whole."""
    departments = [service.departments.id(each) for each in department or ()]
    wanted = GapQuery(tuple(state or ()), tuple(departments), matter_id, service.now() if late else None)

    def page(limit: int, cursor: str | None) -> tuple[Sequence[Gap], str | None]:
        found = service.records.gaps.list(wanted, limit=limit, cursor=cursor)
        return found.gaps, found.next_cursor

    if is_csv_asked:
        return list_as_csv("gaps.csv", GapShown, shown(service, whole(page)))  # type: ignore[return-value]
    found, following = page(limit, cursor)
    return GapList(shown(service, found), following)


@router.get("/{gap_id}")
def gap(gap_id: str, service: ServiceOf, _actor: Staff) -> GapWithQuestions:
    """With its questions, the newest first, without personal data."""
    found = service.records.gaps.gap(gap_id)
    problems = problems_shown(service, service.records.problems.of_gap(gap_id))
    return GapWithQuestions(shown(service, [found])[0], questions_shown(service, gap_id), problems)


@router.post("/{gap_id}:draft")
def draft(gap_id: str, body: DraftRequest, service: ServiceOf, actor: Staff) -> GapShown:
    """This version is to close it: once residents find it, the gap's questions are asked again."""
    return shown(service, [service.learning.closing.draft(gap_id, body.version_id, actor=actor.person_id)])[0]


@router.post(
    "/{gap_id}:write", status_code=201, responses={200: {"description": "It has a draft already, which is given."}}
)
def write(
    gap_id: str, service: ServiceOf, actor: Editor, response: Response, body: WriteRequest | None = None
) -> GapWithDraft:
    """Open the draft of a Q&A that is to close it: question, similar questions, matter, department, region and days are
    filled in, without personal data. The answer is the editor's; two people pass it as any other draft."""
    answer = (body or WriteRequest()).answer
    gap, is_new = service.learning.writing.write(gap_id, actor=actor.person_id, answer=answer)
    if not is_new:
        response.status_code = 200
    service.jobs.follow()
    return GapWithDraft(shown(service, [gap])[0], row_of(service, service.library.version(gap.version_id or "")))


@router.post(
    "/{gap_id}:problem", status_code=201, responses={200: {"description": "It is in the ledger already, as given."}}
)
def problem(gap_id: str, service: ServiceOf, actor: Staff, response: Response) -> ProblemShown:
    """Into the problem ledger, filled in: description, matter, owner, deadline, link."""
    noted, is_new = service.learning.ledger.note_gap(gap_id, actor=actor.person_id)
    if not is_new:
        response.status_code = 200
    return problems_shown(service, [noted])[0]


@router.post("/{gap_id}:ask-again")
def ask_again(gap_id: str, service: ServiceOf, actor: Staff) -> GapShown:
    """Closed where all its questions are answered now, else open, with the reason."""
    return shown(service, [service.learning.closing.ask_again(gap_id, actor=actor.person_id)])[0]


@router.post("/{gap_id}:not-ours")
def not_ours(gap_id: str, body: GapReasonRequest, service: ServiceOf, actor: Staff) -> GapShown:
    """Nobody here will write a text for it, and why."""
    return shown(service, [service.learning.closing.refuse(gap_id, body.reason, actor=actor.person_id)])[0]


@router.post("/{gap_id}:reopen")
def reopen(gap_id: str, body: GapReasonRequest, service: ServiceOf, actor: Staff) -> GapShown:
    return shown(service, [service.learning.closing.reopen(gap_id, body.reason, actor=actor.person_id)])[0]


@router.post("/{gap_id}:merge")
def merge(gap_id: str, body: MergeRequest, service: ServiceOf, actor: Staff) -> GapShown:
    """Its questions go to the other one, which is given back."""
    return shown(service, [service.learning.closing.merge(gap_id, body.into, actor=actor.person_id)])[0]


@router.post("/{gap_id}:split")
def split(gap_id: str, body: SplitRequest, service: ServiceOf, actor: Staff) -> GapShown:
    """Some of its questions, by the ids of their answers, become a gap of their own, which is given back."""
    return shown(service, [service.learning.closing.split(gap_id, body.answers, actor=actor.person_id)])[0]


def questions_shown(service: Service, gap_id: str) -> list[AskedQuestion]:
    """The newest first; in place of words that were erased a sentence that says so."""
    found = service.records.gaps.questions(gap_id)
    return [replace(each, question=each.question or _erased(service)) for each in found]


def _erased(service: Service) -> str:
    return screen_words(service.settings.prompts_dir).erased_question


def shown(service: Service, found: Sequence[Gap]) -> list[GapShown]:
    now, counts, erased = service.now(), service.records.gaps.counts(), _erased(service)
    closed, refused = counts.get(GapState.CLOSED, 0), counts.get(GapState.NOT_OURS, 0)
    names = {each.id: each for each in service.catalogue.matter_names()}
    return [
        GapShown(
            gap=replace(each, question=each.question or erased),
            matter=names.get(each.matter_id or ""),
            department=service.departments.ref(each.department_id) if each.department_id else None,
            is_late=each.closed_at is None and each.due_at <= now,
            worth=round(worth(each, closed=closed, decided=closed + refused), 2),
        )
        for each in found
    ]
