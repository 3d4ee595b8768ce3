"""`/v1/kept-drafts`: replies of helpers that became drafts, and until when a second person is to review each."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated

from fastapi import APIRouter, Query

from kb_service.api.access import ServiceOf, Watcher
from kb_service.api.csv_files import AS_CSV, MOST_ROWS, CsvAsked, list_as_csv
from kb_service.domain.answers import DepartmentRef
from kb_service.domain.documents import VersionState
from kb_service.domain.recurring import KeptDraft
from kb_service.service import Service

router = APIRouter(prefix="/v1/kept-drafts", tags=["gaps"])


@dataclass(frozen=True, slots=True)
class KeptDraftShown:
    """``due_at``: the first moment at which its review is late, ``last_day``: the day before. ``rests_on``: ids of the
    versions that the replies cited."""

    version_id: str
    document_id: str
    title: str
    state: VersionState
    department: DepartmentRef | None
    escalation_id: str
    kept_at: datetime
    due_at: datetime
    last_day: date
    is_late: bool
    rests_on: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class KeptDrafts:
    drafts: list[KeptDraftShown]


@router.get("", responses=AS_CSV)
def kept_drafts(
    service: ServiceOf,
    _actor: Watcher,
    is_csv_asked: CsvAsked,
    late: bool = False,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> KeptDrafts:
    """Those that nobody has reviewed yet, the first due first. As CSV with `format=csv`, whole."""
    late_at = service.now() if late else None
    if is_csv_asked:
        found = service.records.kept_reviews.waiting(late_at=late_at, limit=MOST_ROWS)
        return list_as_csv("kept-drafts.csv", KeptDraftShown, shown(service, found))  # type: ignore[return-value]
    return KeptDrafts(shown(service, service.records.kept_reviews.waiting(late_at=late_at, limit=limit)))


def shown(service: Service, found: Sequence[KeptDraft]) -> list[KeptDraftShown]:
    now = service.now()
    return [
        KeptDraftShown(
            version_id=each.version_id,
            document_id=each.document_id,
            title=each.title,
            state=each.state,
            department=service.departments.ref(each.department_id) if each.department_id else None,
            escalation_id=each.escalation_id,
            kept_at=each.kept_at,
            due_at=each.due_at,
            last_day=each.last_day,
            is_late=each.is_late(now),
            rests_on=each.rests_on,
        )
        for each in found
    ]
