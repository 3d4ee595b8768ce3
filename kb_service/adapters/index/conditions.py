"""What a search may see, described once; each engine translates it into its own filter."""

from dataclasses import dataclass
from typing import TypeAlias, Union

from kb_service.ports import InForceFilter


@dataclass(frozen=True, slots=True)
class OneOf:
    """The keyword is one of these."""

    key: str
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class NoneOf:
    """The keyword is none of these."""

    key: str
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Equals:
    key: str
    value: int


@dataclass(frozen=True, slots=True)
class AtMost:
    key: str
    value: int


@dataclass(frozen=True, slots=True)
class Above:
    key: str
    value: int


@dataclass(frozen=True, slots=True)
class Absent:
    """The point does not have the field; true for a field set to null as well."""

    key: str


@dataclass(frozen=True, slots=True)
class AnyOf:
    conditions: tuple["Condition", ...]


Condition: TypeAlias = Union[OneOf, NoneOf, Equals, AtMost, Above, Absent, AnyOf]  # noqa: UP007 (AnyOf is recursive)


def conditions_of(within: InForceFilter) -> tuple[Condition, ...]:
    """All of these must hold. Without an audience the question is nobody's in particular and sees both."""
    day = within.day.toordinal()
    conditions: list[Condition] = [
        AtMost("start_day", day),
        Above("end_day", day),
        _shown(within.include_version),
        _absent_or("region", within.regions),
    ]
    if within.audience is not None:
        conditions.append(_absent_or("audience", (within.audience.value,)))
    if within.kinds:
        conditions.append(OneOf("kind", tuple(kind.value for kind in within.kinds)))
    if within.matter_id is not None:
        conditions.append(OneOf("matter_id", (within.matter_id,)))
    if within.department is not None:
        conditions.append(OneOf("department", (within.department,)))
    if within.without_versions:
        conditions.append(NoneOf("version_id", within.without_versions))
    return tuple(conditions)


def points_of_document(document_id: str) -> tuple[Condition, ...]:
    return (OneOf("document_id", (document_id,)),)


def _shown(include_version: str | None) -> Condition:
    published = Equals("is_published", 1)
    if include_version is None:
        return published
    return AnyOf((published, OneOf("version_id", (include_version,))))


def _absent_or(key: str, values: tuple[str, ...]) -> Condition:
    absent = Absent(key)
    return AnyOf((absent, OneOf(key, values))) if values else absent
