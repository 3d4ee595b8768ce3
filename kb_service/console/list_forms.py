"""The form above the list of versions; a field left blank narrows nothing."""

from datetime import date
from typing import Annotated

from pydantic import BaseModel, BeforeValidator, Field

from kb_service.domain.documents import Kind, VersionState
from kb_service.domain.queries import VersionQuery

_Day = Annotated[date | None, BeforeValidator(lambda value: value or None)]
_State = Annotated[VersionState | None, BeforeValidator(lambda value: value or None)]
_Kind = Annotated[Kind | None, BeforeValidator(lambda value: value or None)]


class ListForm(BaseModel):
    text: str = Field(default="", max_length=200)
    state: _State = None
    kind: _Kind = None
    matter: str = Field(default="", max_length=120)
    department: str = Field(default="", max_length=200)
    document_id: str = Field(default="", max_length=400)
    effective_from: _Day = None
    effective_until: _Day = None
    cursor: str = Field(default="", max_length=100)


def wanted_by(form: ListForm) -> VersionQuery:
    return VersionQuery(
        states=(form.state,) if form.state else (),
        kinds=(form.kind,) if form.kind else (),
        matter_id=form.matter or None,
        department=form.department or None,
        document_id=form.document_id or None,
        effective_from=form.effective_from,
        effective_until=form.effective_until,
        text=form.text.strip() or None,
    )
