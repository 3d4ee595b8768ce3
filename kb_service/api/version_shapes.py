"""How versions leave over HTTP."""

from dataclasses import dataclass
from datetime import date, datetime

from kb_service.domain.days import shanghai_day
from kb_service.domain.documents import Audience, Kind, Version, VersionState
from kb_service.domain.lead_time import LeadTimeVerdict
from kb_service.domain.life import Phase, phase_on
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
    said = version.metadata
    interval = service.library.interval(version.id)
    return VersionRow(
        version_id=version.id,
        document_id=version.document_id,
        title=said.title,
        kind=said.kind,
        state=version.state,
        phase=phase_on(interval, shanghai_day(service.now())),
        revision=version.revision,
        question=said.question,
        similar_questions=said.similar_questions,
        negative_questions=said.negative_questions,
        matter_id=said.matter_id,
        department=service.asking.department_name(said.department) if said.department else None,
        department_id=said.department,
        region=said.region,
        audience=said.audience,
        effective_from=said.effective_from,
        effective_to=said.effective_to,
        in_force_from=interval.start if interval else None,
        in_force_to=interval.end if interval else None,
        issued_on=said.issued_on,
        document_number=said.document_number,
        source_url=said.source_url,
        source_name=version.source_name,
        replaces=said.replaces,
        repeals=said.repeals,
        amends=said.amends,
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
        lead_time=service.publishing.lead_time(version),
    )
