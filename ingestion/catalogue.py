"""What a corpus folder holds besides documents: departments and matters in YAML, and perhaps a confidence model."""

import shutil
from pathlib import Path
from typing import Any, TypeVar

import yaml
from pydantic import BaseModel, ConfigDict, ValidationError

from ingestion.plain_yaml import NotPlain, load
from kb_service.domain.documents import Audience
from kb_service.domain.errors import InvalidRecord
from kb_service.domain.matters import Department, Matter, region_path
from kb_service.domain.service_hours import service_hours

_Fields = TypeVar("_Fields", bound=BaseModel)

# Ten thousand matters.
_LONGEST = 3_000_000


class _HoursFields(BaseModel):
    model_config = ConfigDict(extra="forbid")

    working_days: list[str] = []
    other_days: list[str] = []


class _DepartmentFields(BaseModel):
    model_config = ConfigDict(extra="forbid")

    id: str
    name: str
    aliases: list[str] = []
    phone: str | None = None
    hours: str | None = None
    owns: list[str] = []
    service_hours: _HoursFields | None = None
    region: str | None = None
    stands_for: str | None = None
    deputies: list[str] = []
    juniors_reply_alone: bool = False
    proposes_drafts: bool = False


class _MatterFields(BaseModel):
    model_config = ConfigDict(extra="forbid")

    id: str
    name: str
    department: str
    aliases: list[str] = []
    audience: Audience | None = None
    region: str | None = None


def read_departments(path: Path) -> list[Department]:
    """Raises InvalidRecord naming the file and the entry."""
    found = [_checked(_DepartmentFields, entry, path) for entry in _entries(path)]
    return [_department(each, path) for each in found]


def _department(found: _DepartmentFields, path: Path) -> Department:
    hours = found.service_hours
    try:
        serves = service_hours(hours.working_days, hours.other_days) if hours else None
    except InvalidRecord as error:
        raise InvalidRecord(f"{path}: {found.id}: {error}") from error
    if found.id in (found.stands_for, *found.deputies):
        raise InvalidRecord(f"{path}: {found.id} is named as its own deputy, or as what it stands for")
    if (found.stands_for is None) != (found.region is None):
        raise InvalidRecord(f"{path}: {found.id}: region and stands_for go together: a district's place for another")
    return Department(
        found.id,
        found.name,
        tuple(found.aliases),
        found.phone,
        found.hours,
        tuple(found.owns),
        serves,
        region_path(found.region),
        found.stands_for,
        tuple(found.deputies),
        juniors_reply_alone=found.juniors_reply_alone,
        proposes_drafts=found.proposes_drafts,
    )


def read_matters(path: Path) -> list[Matter]:
    """Raises InvalidRecord naming the file and the entry."""
    found = [_checked(_MatterFields, entry, path) for entry in _entries(path)]
    return [Matter(m.id, m.name, m.department, tuple(m.aliases), m.audience, m.region) for m in found]


def _entries(path: Path) -> list[Any]:
    try:
        entries = load(path.read_text(encoding="utf-8"), longest=_LONGEST)
    except (OSError, UnicodeDecodeError, yaml.YAMLError, ValueError, NotPlain) as error:
        raise InvalidRecord(f"{path} cannot be read as YAML: {error}") from error
    if not isinstance(entries, list):
        raise InvalidRecord(f"{path} must be a list of entries")
    return entries


def _checked(model: type[_Fields], entry: Any, path: Path) -> _Fields:
    try:
        return model.model_validate(entry)
    except ValidationError as error:
        fault = error.errors()[0]
        where = entry.get("id", "an entry") if isinstance(entry, dict) else entry
        raise InvalidRecord(f"{path}: {where}: {fault['loc']}: {fault['msg']}") from error


def take_confidence_model(folder: Path, own: Path) -> bool:
    """A corpus folder may bring the confidence model that was fitted on its questions (`kb eval calibrate`).

    Whether it does and became the one of the data folder, ``own``, which is never overwritten.
    """
    brought = folder / own.name
    if own.exists() or not brought.is_file():
        return False
    shutil.copyfile(brought, own)
    return True
