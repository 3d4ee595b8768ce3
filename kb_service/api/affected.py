"""`/v1/versions/{id}/answers`: whom a version was told to, and what they would be told now."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Query

from kb_service.api.access import ServiceOf, Staff
from kb_service.api.csv_files import AS_CSV, CsvAsked, list_as_csv, whole
from kb_service.domain.affected import EFFECTS, AffectedAnswer
from kb_service.domain.rehearsals import Effect

router = APIRouter(prefix="/v1/versions", tags=["review"])


@dataclass(frozen=True, slots=True)
class AffectedAnswers:
    """``count``: of all answers that cited it and whose words are still kept, for ``kept_days`` (None: for ever).

    ``effects``: what became of those that were asked again after it was withdrawn.
    """

    version_id: str
    count: int
    kept_days: int | None
    effects: dict[Effect, int]
    answers: list[AffectedAnswer]
    next_cursor: str | None


@router.get("/{version_id}/answers", responses=AS_CSV)
def answers(
    version_id: str,
    service: ServiceOf,
    _actor: Staff,
    is_csv_asked: CsvAsked,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
    cursor: Annotated[str | None, Query(max_length=100)] = None,
) -> AffectedAnswers:
    """The newest first; questions without personal data. When the version is withdrawn, or corrected by another one,
    they are asked again in the background: unchanged, changed, or lost where they are not answered any more. As CSV
    with `format=csv`, whole."""
    service.library.version(version_id)
    store = service.records.affected

    def page(limit: int, cursor: str | None) -> tuple[Sequence[AffectedAnswer], str | None]:
        found = store.list(version_id, limit=limit, cursor=cursor)
        return found.answers, found.next_cursor

    if is_csv_asked:
        return list_as_csv("answers.csv", AffectedAnswer, whole(page))  # type: ignore[return-value]
    affected, (found, following) = store.affected(version_id), page(limit, cursor)
    return AffectedAnswers(
        version_id=version_id,
        count=affected.count,
        kept_days=service.settings.keep_transcript_days or None,
        effects={each: affected.effects.get(each, 0) for each in EFFECTS},
        answers=list(found),
        next_cursor=following,
    )
