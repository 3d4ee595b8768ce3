"""How lists of versions are asked for over HTTP, and how versions leave."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated

from fastapi import Depends, Query

from kb_service.api.access import ServiceOf
from kb_service.domain.addresses import web_address
from kb_service.domain.days import Interval, shanghai_day
from kb_service.domain.documents import Audience, Kind, Version, VersionState
from kb_service.domain.lead_time import LeadTimeVerdict
from kb_service.domain.life import Phase, phase_on
from kb_service.domain.queries import VersionQuery
from kb_service.service import Service


@dataclass(frozen=True, slots=True)
class VersionRow:
    """A version for editors and reviewers, without its text.

    ``effective_from`` and ``effective_to`` are those it declares; ``in_force_from`` and ``in_force_to`` the computed
    ones of an approved version. ``revision`` is its ETag. ``is_followed``: the index has it as it is.
    """

    version_id: str
    document_id: str
    title: str
    kind: Kind
    state: VersionState
    phase: Phase | None
    revision: int
    question: str | None
    similar_questions: tuple[str, ...]
    negative_questions: tuple[str, ...]
    matter_id: str | None
    department: str | None
    department_id: str | None
    region: str | None
    audience: Audience | None
    effective_from: date | None
    effective_to: date | None
    in_force_from: date | None
    in_force_to: date | None
    issued_on: date | None
    document_number: str | None
    source_url: str | None
    source_name: str | None
    replaces: str | None
    repeals: tuple[str, ...]
    amends: str | None
    review_by: date | None
    created_at: datetime
    created_by: str
    submitted_at: datetime | None
    submitted_by: str | None
    approved_at: datetime | None
    approved_by: str | None
    approval_rule: str | None
    published_at: datetime | None
    late_reason: str | None
    rejection_reason: str | None
    lead_time: LeadTimeVerdict


def row_of(service: Service, version: Version) -> VersionRow:
    return rows_of(service, [version])[0]


def rows_of(service: Service, versions: Sequence[Version]) -> list[VersionRow]:
    """A row a version, in order; the database is asked once for all of them."""
    interval_of = service.library.intervals([each.id for each in versions])
    verdicts = service.publishing.lead_times(versions)
    return [
        _row(service, version, interval_of.get(version.id), verdict)
        for version, verdict in zip(versions, verdicts, strict=True)
    ]


def _row(service: Service, version: Version, interval: Interval | None, verdict: LeadTimeVerdict) -> VersionRow:
    fields = version.metadata
    return VersionRow(
        version_id=version.id,
        document_id=version.document_id,
        title=fields.title,
        kind=fields.kind,
        state=version.state,
        phase=phase_on(interval, shanghai_day(service.now())),
        revision=version.revision,
        question=fields.question,
        similar_questions=fields.similar_questions,
        negative_questions=fields.negative_questions,
        matter_id=fields.matter_id,
        department=service.departments.name(fields.department) if fields.department else None,
        department_id=fields.department,
        region=fields.region,
        audience=fields.audience,
        effective_from=fields.effective_from,
        effective_to=fields.effective_to,
        in_force_from=interval.start if interval else None,
        in_force_to=interval.end if interval else None,
        issued_on=fields.issued_on,
        document_number=fields.document_number,
        source_url=web_address(fields.source_url),
        source_name=version.source_name,
        replaces=fields.replaces,
        repeals=fields.repeals,
        amends=fields.amends,
        review_by=fields.review_by,
        created_at=version.created_at,
        created_by=version.created_by,
        submitted_at=version.submitted_at,
        submitted_by=version.submitted_by,
        approved_at=version.approved_at,
        approved_by=version.approved_by,
        approval_rule=version.approval_rule,
        published_at=version.published_at,
        late_reason=version.late_reason,
        rejection_reason=version.rejection_reason,
        lead_time=verdict,
    )


def _wanted(
    service: ServiceOf,
    state: Annotated[list[VersionState] | None, Query()] = None,
    kind: Annotated[list[Kind] | None, Query()] = None,
    matter_id: Annotated[str | None, Query(max_length=120)] = None,
    department: Annotated[str | None, Query(max_length=200)] = None,
    document_id: Annotated[str | None, Query(max_length=400)] = None,
    effective_from: Annotated[date | None, Query(description="First day on or after this.")] = None,
    effective_until: Annotated[date | None, Query(description="First day before this.")] = None,
    text: Annotated[str | None, Query(max_length=200, description="In title, question or document id.")] = None,
) -> VersionQuery:
    return VersionQuery(
        states=tuple(state or ()),
        kinds=tuple(kind or ()),
        matter_id=matter_id,
        department=service.departments.id(department) if department else None,
        document_id=document_id,
        effective_from=effective_from,
        effective_until=effective_until,
        text=text,
    )


WantedVersions = Annotated[VersionQuery, Depends(_wanted)]
