"""`/v1/versions/{id}/…`: what a reviewer looks at, and `/v1/documents` with their versions."""

from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Query

from kb_service.api.access import Reviewer, ServiceOf, Staff
from kb_service.api.sizes import LARGEST_NUMBER
from kb_service.api.version_shapes import VersionRow, WantedVersions, rows_of
from kb_service.domain.causes import Cause
from kb_service.domain.documents import Passage
from kb_service.domain.errors import VersionNotFound
from kb_service.domain.life import IntervalChange
from kb_service.domain.open_points import OpenPoint
from kb_service.domain.rehearsals import Rehearsal
from kb_service.domain.trail import ChainedEvent
from kb_service.publishing.article_alignment import Article, articles
from kb_service.publishing.difference import Difference, difference, predecessor, related_documents
from kb_service.publishing.stated_days import StatedDay
from kb_service.service import Service

router = APIRouter(prefix="/v1", tags=["review"])


@dataclass(frozen=True, slots=True)
class ComparedVersions:
    """``before_version_id`` is None for a first version: then every article is an addition."""

    before_version_id: str | None
    after_version_id: str
    difference: Difference


@dataclass(frozen=True, slots=True)
class Gate:
    """``open_points``: their kinds are what `:submit` and `:approve` take as ``confirm``. Until it ``is_rehearsed`` as
    it is, lost and conflicting answers are not among them; a draft is rehearsed in the background once it came in
    by itself or its gate was read, and a step that comes earlier rehearses first. ``stated_days``: proposals only.
    ``cited_by``: how many answers that are still kept cite it, to be known before it is withdrawn.
    """

    version_id: str
    open_points: list[OpenPoint]
    is_rehearsed: bool
    stated_days: list[StatedDay]
    cited_by: int


@dataclass(frozen=True, slots=True)
class DocumentShown:
    document_id: str
    versions: list[VersionRow]


@dataclass(frozen=True, slots=True)
class DocumentList:
    documents: list[DocumentShown]
    next_cursor: str | None


@router.get("/versions/{version_id}/passages")
def passages(version_id: str, service: ServiceOf, _actor: Staff) -> list[Passage]:
    """As they are searched and cited, in order of the text."""
    service.library.version(version_id)
    return [each.passage for each in service.library.passages_of_version(version_id)]


@router.get("/versions/{version_id}/diff")
def diff(
    version_id: str, service: ServiceOf, _actor: Staff, against: Annotated[str | None, Query(max_length=36)] = None
) -> ComparedVersions:
    """Article by article, against the version it takes the place of, or another one."""
    return compared(service, version_id, against)


def compared(service: Service, version_id: str, against: str | None = None) -> ComparedVersions:
    version = service.library.version(version_id)
    before_id = against or predecessor(version, service.library.schedules(related_documents(version)))
    before = _articles(service, before_id) if before_id else []
    return ComparedVersions(before_id, version_id, difference(before, _articles(service, version_id)))


@router.get("/versions/{version_id}/changes")
def interval_changes(
    version_id: str, service: ServiceOf, _actor: Staff, withdraw: Annotated[str | None, Query(max_length=36)] = None
) -> list[IntervalChange]:
    """Every interval that its approval would change; with ``withdraw``, if that version is taken back with it."""
    return list(service.publishing.interval_changes(version_id, without=withdraw))


@router.get("/versions/{version_id}/gate")
def gate(version_id: str, service: ServiceOf, _actor: Staff) -> Gate:
    """What has to be confirmed by name before the next step, and the days that the text itself states."""
    version = service.library.version(version_id)
    rehearsal = service.rehearsing.of_version_as_it_is(version)
    points = service.publishing.open_points(version, rehearsal)
    cited_by = service.records.affected.counts([version_id]).get(version_id, 0)
    service.rehearse_ahead(version)
    return Gate(version_id, points, rehearsal is not None, service.stated_days(version), cited_by)


@router.get("/versions/{version_id}/rehearsal")
def rehearsal(version_id: str, service: ServiceOf, _actor: Staff) -> Rehearsal:
    """The last verdict: which known questions would be answered otherwise."""
    service.library.version(version_id)
    latest = service.records.rehearsals.latest(version_id)
    if latest is None:
        raise VersionNotFound(
            f"version {version_id!r} was not rehearsed yet; it is when it is submitted, or with POST …:rehearse",
            Cause("not_rehearsed"),
        )
    return latest


@router.post("/versions/{version_id}:rehearse")
def rehearse(version_id: str, service: ServiceOf, _actor: Staff) -> Rehearsal:
    """Answer the known questions now, with and without the version. Some seconds."""
    return service.rehearsing.rehearse(version_id)


@router.get("/versions/{version_id}/history")
def history(version_id: str, service: ServiceOf, _actor: Staff) -> list[ChainedEvent]:
    """Who did what to it, when and why."""
    service.library.version(version_id)
    return list(service.records.trail.events(version_id=version_id, limit=1000))


@router.get("/events")
def events(
    service: ServiceOf,
    _actor: Reviewer,
    document_id: Annotated[str | None, Query(max_length=400)] = None,
    version_id: Annotated[str | None, Query(max_length=36)] = None,
    actor: Annotated[str | None, Query(max_length=200)] = None,
    after: Annotated[int, Query(ge=0, le=LARGEST_NUMBER)] = 0,
    limit: Annotated[int, Query(ge=1, le=1000)] = 100,
) -> list[ChainedEvent]:
    """The trail, in order of its numbers; go on with ``after`` the last one."""
    found = service.records.trail.events(
        document_id=document_id, version_id=version_id, actor=actor, after=after, limit=limit
    )
    return list(found)


@router.get("/documents")
def documents(
    service: ServiceOf,
    _actor: Staff,
    wanted: WantedVersions,
    limit: Annotated[int, Query(ge=1, le=100)] = 20,
    cursor: Annotated[str, Query(max_length=400)] = "",
) -> DocumentList:
    """Documents with a version that fits, by their ids, each with all its versions."""
    ids = service.records.shelf.document_ids(wanted, limit=limit + 1, after=cursor)
    shown = [_document(service, each) for each in ids[:limit]]
    return DocumentList(shown, ids[limit - 1] if len(ids) > limit else None)


@router.get("/documents/{document_id:path}")
def document(document_id: str, service: ServiceOf, _actor: Staff) -> DocumentShown:
    """All its versions, in order of their first day."""
    return _document(service, document_id)


def _document(service: Service, document_id: str) -> DocumentShown:
    return DocumentShown(document_id, rows_of(service, service.records.shelf.document(document_id)))


def _articles(service: Service, version_id: str) -> list[Article]:
    version = service.library.version(version_id)
    return articles([each.passage for each in service.library.passages_of_version(version_id)], version.text)
