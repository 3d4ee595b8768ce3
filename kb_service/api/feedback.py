"""`/v1/feedback`: what people said of answers, and what becomes of it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Path, Query
from pydantic import Field

from kb_service.api.access import ServiceOf, Staff
from kb_service.api.csv_files import AS_CSV, CsvAsked, list_as_csv, whole
from kb_service.api.request_body import RequestBody, StorableText
from kb_service.domain.answers import DepartmentRef
from kb_service.domain.feedback import Feedback, FeedbackQuery, FeedbackReason, FeedbackState
from kb_service.service import Service

router = APIRouter(prefix="/v1/feedback", tags=["feedback"])

Number = Annotated[int, Path(ge=1, le=2**31 - 1)]


@dataclass(frozen=True, slots=True)
class FeedbackShown:
    """``department``: whose document was cited, or whose matter it is. ``due_at``: by when somebody should have looked:
    one working day where people may be misled, else five."""

    feedback: Feedback
    department: DepartmentRef | None
    due_at: datetime
    is_late: bool


@dataclass(frozen=True, slots=True)
class FeedbackList:
    feedback: list[FeedbackShown]
    next_cursor: str | None


class DismissFeedbackRequest(RequestBody):
    reason: StorableText = Field(max_length=2000)


class CorrectFeedbackRequest(RequestBody):
    version_id: StorableText = Field(min_length=1, max_length=36, description="That says it right.")


@router.get("", responses=AS_CSV)
def feedback(
    service: ServiceOf,
    _actor: Staff,
    is_csv_asked: CsvAsked,
    state: Annotated[list[FeedbackState] | None, Query()] = None,
    reason: Annotated[list[FeedbackReason] | None, Query()] = None,
    department: Annotated[list[str] | None, Query(max_length=200)] = None,
    late: bool = False,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
    cursor: Annotated[str | None, Query(max_length=100)] = None,
) -> FeedbackList:
    """What did not help, or says why, the newest first: question, answer as given, versions cited, without personal
    data. What was not answered, or did not help, stands in a gap too (``gap_id``).
    As CSV with `format=csv`, whole."""
    departments = [service.departments.id(each) for each in department or ()]
    wanted = FeedbackQuery(state or (), reason or (), departments, service.now() if late else None)

    def page(limit: int, cursor: str | None) -> tuple[list[FeedbackShown], str | None]:
        found = service.records.feedback.list(wanted, limit=limit, cursor=cursor)
        return [shown(service, each) for each in found.feedback], found.next_cursor

    if is_csv_asked:
        return list_as_csv("feedback.csv", FeedbackShown, whole(page))  # type: ignore[return-value]
    return FeedbackList(*page(limit, cursor))


@router.get("/{number}")
def one(number: Number, service: ServiceOf, _actor: Staff) -> FeedbackShown:
    return shown(service, service.records.feedback.one(number))


@router.post("/{number}:dismiss")
def dismiss(number: Number, body: DismissFeedbackRequest, service: ServiceOf, actor: Staff) -> FeedbackShown:
    """Nothing is to be mended, and why."""
    return shown(service, service.learning.feedback_review.dismiss(number, body.reason, actor=actor.person_id))


@router.post("/{number}:correct")
def correct(number: Number, body: CorrectFeedbackRequest, service: ServiceOf, actor: Staff) -> FeedbackShown:
    """This version says it right."""
    return shown(service, service.learning.feedback_review.correct(number, body.version_id, actor=actor.person_id))


def shown(service: Service, found: Feedback) -> FeedbackShown:
    review = service.learning.feedback_review
    department = service.departments.ref(found.department_id) if found.department_id else None
    return FeedbackShown(found, department, found.due_at or review.due_at(found), review.is_late(found))
