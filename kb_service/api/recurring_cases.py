"""`/v1/recurring-cases`: what helpers answer again and again, and the draft that one of them becomes."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Query, Response

from kb_service.api.access import Editor, ServiceOf, Staff
from kb_service.api.csv_files import AS_CSV, CsvAsked, list_as_csv
from kb_service.api.version_shapes import VersionRow, row_of
from kb_service.domain.answers import DepartmentRef, MatterRef
from kb_service.domain.recurring import RecurringCase
from kb_service.service import Service

router = APIRouter(prefix="/v1/recurring-cases", tags=["gaps"])


@dataclass(frozen=True, slots=True)
class AnsweredTalk:
    question: str
    reply: str
    closed_at: datetime


@dataclass(frozen=True, slots=True)
class RecurringCaseShown:
    """``count``: of talks, ``people``: of how many. ``reply``: the one that is most like all the others. Questions and
    replies are without personal data."""

    id: str
    question: str
    reply: str
    count: int
    people: int
    matter: MatterRef | None
    department: DepartmentRef
    last_at: datetime
    talks: list[AnsweredTalk]


@dataclass(frozen=True, slots=True)
class RecurringCases:
    cases: list[RecurringCaseShown]


@router.get("", responses=AS_CSV)
def recurring_cases(
    service: ServiceOf, _actor: Staff, is_csv_asked: CsvAsked, limit: Annotated[int, Query(ge=1, le=200)] = 50
) -> RecurringCases:
    """The most frequent first: like questions of two people or more that helpers resolved with like replies, and that
    are no text yet. Looked for anew each minute. As CSV with `format=csv`, whole."""
    found = service.learning.finding_recurring.found
    if is_csv_asked:
        return list_as_csv("recurring-cases.csv", RecurringCaseShown, shown(service, found))  # type: ignore[return-value]
    return RecurringCases(shown(service, found[:limit]))


@router.post("/{case_id}:write", status_code=201, responses={200: {"description": "It is a draft already."}})
def write(case_id: str, service: ServiceOf, actor: Editor, response: Response) -> VersionRow:
    """Open the draft of a Q&A with the reply as its answer, for the editor to check; see `POST /v1/gaps/{id}:write`."""
    version_id, is_new = service.learning.writing.write_case(
        service.learning.finding_recurring.case(case_id), actor=actor.person_id
    )
    if not is_new:
        response.status_code = 200
    service.jobs.follow()
    return row_of(service, service.library.version(version_id))


def shown(service: Service, found: Sequence[RecurringCase]) -> list[RecurringCaseShown]:
    names = {each.id: each for each in service.catalogue.matter_names()}
    return [
        RecurringCaseShown(
            id=each.id,
            question=each.talks[0].question,
            reply=each.reply,
            count=len(each.talks),
            people=each.people,
            matter=names.get(each.talks[0].matter_id or ""),
            department=service.departments.ref(each.talks[0].department_id),
            last_at=each.talks[-1].closed_at,
            talks=[AnsweredTalk(talk.question, talk.reply, talk.closed_at) for talk in each.talks],
        )
        for each in found
    ]
