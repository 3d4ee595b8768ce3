"""Which versions a list is narrowed to, as every list of versions or documents takes it."""

from datetime import date
from typing import Annotated

from fastapi import Depends, Query

from kb_service.api.state import ServiceOf
from kb_service.domain.documents import Kind, VersionState
from kb_service.domain.queries import VersionQuery


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
        department=service.asking.department_id(department) if department else None,
        document_id=document_id,
        effective_from=effective_from,
        effective_until=effective_until,
        text=text,
    )


WantedVersions = Annotated[VersionQuery, Depends(_wanted)]
