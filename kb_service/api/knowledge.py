"""`/v1/versions/{id}`, `/v1/matters`, `/v1/departments`: reading what answers cite and what questions are about."""

from dataclasses import dataclass
from datetime import date

from fastapi import APIRouter, Response

from kb_service.api.access import Asker, ServiceOf
from kb_service.api.version_shapes import VersionRow, row_of
from kb_service.domain.addresses import web_address
from kb_service.domain.causes import Cause
from kb_service.domain.documents import Kind, VersionState
from kb_service.domain.errors import SubjectUnknown, VersionNotFound
from kb_service.domain.matters import Department, Matter, names_like
from kb_service.domain.people import Role
from kb_service.service import Service

router = APIRouter(prefix="/v1", tags=["knowledge"])


@dataclass(frozen=True, slots=True)
class PublicVersion:
    """A version's whole text and dates. ``withdrawn``: it was taken back after it had been cited."""

    version_id: str
    document_id: str
    title: str
    kind: Kind
    text: str
    department: str | None
    document_number: str | None
    issued_on: date | None
    effective_from: date | None
    effective_to: date | None
    source_url: str | None
    withdrawn: bool
    review: VersionRow | None


@router.get("/versions/{version_id}")
def version(version_id: str, service: ServiceOf, response: Response, actor: Asker) -> PublicVersion:
    """What a citation points into. Editors and reviewers see drafts too, and more of each under ``review``."""
    found = service.library.version(version_id)
    is_staff = actor.has_any_of((Role.EDITOR, Role.REVIEWER))
    if not (found.is_public or is_staff):
        raise VersionNotFound(f"there is no version {version_id!r}")
    response.headers["ETag"] = f'"{found.revision}"'
    interval = service.library.interval(version_id)
    metadata = found.metadata
    return PublicVersion(
        version_id=found.id,
        document_id=found.document_id,
        title=metadata.title,
        kind=metadata.kind,
        text=found.text,
        department=service.departments.name(metadata.department) if metadata.department else None,
        document_number=metadata.document_number,
        issued_on=metadata.issued_on,
        effective_from=interval.start if interval else metadata.effective_from,
        effective_to=interval.end if interval else metadata.effective_to,
        source_url=web_address(metadata.source_url),
        withdrawn=found.state is VersionState.WITHDRAWN,
        review=row_of(service, found) if is_staff else None,
    )


@router.get("/matters")
def matters(service: ServiceOf, _actor: Asker) -> list[Matter]:
    return list(service.catalogue.matters())


@router.get("/departments")
def departments(service: ServiceOf, _actor: Asker) -> list[Department]:
    return list(service.catalogue.departments())


def known_department(service: Service, named: str) -> str:
    """The id of a department, from its id, name or alias. Raises SubjectUnknown, with the names that are like it."""
    found, known = service.departments.id(named), service.catalogue.departments()
    if found in {each.id for each in known}:
        return found
    near = names_like(named, known)
    told = {"named": named} | ({"near": "、".join(near)} if near else {})
    cause = Cause("misspelt_department" if near else "unknown_department", told)
    meant = f" did you mean {', '.join(near)}?" if near else ""
    raise SubjectUnknown(f"there is no department {named!r};{meant} GET /v1/departments lists them", cause)
