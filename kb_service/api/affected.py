"""`/v1/versions/{id}/answers`: whom a version was told to, and what they would be told now."""

from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Query

from kb_service.api.access import ServiceOf, Staff
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


@router.get("/{version_id}/answers")
def answers(
    version_id: str,
    service: ServiceOf,
    _actor: Staff,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
    cursor: Annotated[str | None, Query(max_length=100)] = None,
) -> AffectedAnswers:
    """The newest first; questions without personal data. When the version is withdrawn, or corrected by another one,
    they are asked again in the background: unchanged, changed, or lost where they are not answered any more."""
    service.library.version(version_id)
    store = service.records.affected
    affected, page = store.affected(version_id), store.list(version_id, limit=limit, cursor=cursor)
    return AffectedAnswers(
        version_id=version_id,
        count=affected.count,
        kept_days=service.settings.keep_transcript_days or None,
        effects={each: affected.effects.get(each, 0) for each in EFFECTS},
        answers=list(page.answers),
        next_cursor=page.next_cursor,
    )
