"""What both engines share: the payload of a point, what must hold of a point and of a query, what a search may see, and
the order of what it finds.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias, Union
from uuid import UUID

import numpy as np

from kb_service.domain.documents import Audience, Kind
from kb_service.domain.errors import IndexUnavailable, InvalidPoint
from kb_service.ports import Hit, IndexPoint, InForceFilter, PointPayload, SparseVector, Vector

# The names of a point's two vectors.
DENSE = "dense"
SPARSE = "sparse"
# Recall@100 against brute force with m = 16 and ef_construct = 128, under an in-force filter, on synthetic clusters of
# 384 dimensions at 10k / 100k points: ef 128 gives .978 / .952, 256 .996 / .994, 384 .999 / .998 at 0.4 / 3 ms more.
HNSW_EF = 384
HNSW_M = 16
HNSW_EF_CONSTRUCT = 128

KEYWORD_FIELDS = ("document_id", "version_id", "kind", "matter_id", "department", "region", "audience")
INTEGER_FIELDS = ("start_day", "end_day", "is_published")
HIT_FIELDS = ("passage_id", "version_id", "document_id")


def payload_as_dict(payload: PointPayload) -> dict[str, str | int]:
    """Without the fields that are None: an engine deletes a key that is set to null, so absence is the one form.

    ``is_published`` is 0 or 1, because Qdrant Edge 0.9 reads ``MatchValue(True)`` as the integer 1, which matches no
    stored boolean.
    """
    value_of: dict[str, str | int | None] = {
        "passage_id": payload.passage_id,
        "version_id": payload.version_id,
        "document_id": payload.document_id,
        "kind": payload.kind.value,
        "matter_id": payload.matter_id,
        "department": payload.department,
        "region": payload.region,
        "audience": payload.audience.value if payload.audience else None,
        "start_day": payload.start_day,
        "end_day": payload.end_day,
        "is_published": int(payload.is_published),
    }
    return {key: value for key, value in value_of.items() if value is not None}


def payload_from_dict(value_of: Mapping[str, Any]) -> PointPayload:
    """Raises KeyError or ValueError when a point was not written by this service."""
    audience = value_of.get("audience")
    return PointPayload(
        passage_id=value_of["passage_id"],
        version_id=value_of["version_id"],
        document_id=value_of["document_id"],
        kind=Kind(value_of["kind"]),
        matter_id=value_of.get("matter_id"),
        department=value_of.get("department"),
        region=value_of.get("region"),
        audience=Audience(audience) if audience is not None else None,
        start_day=int(value_of["start_day"]),
        end_day=int(value_of["end_day"]),
        is_published=bool(value_of["is_published"]),
    )


def vectors_from_dict(vector_of: Any) -> tuple[Vector, SparseVector]:
    """``vector_of``: as either engine gives a point's vectors back; one that is gone is empty."""
    named = vector_of if isinstance(vector_of, Mapping) else {}
    sparse = named.get(SPARSE)
    ids, weights = (sparse.indices, sparse.values) if sparse is not None else ([], [])
    term_ids = np.asarray(ids, dtype=np.uint32)
    order = np.argsort(term_ids)
    in_order = SparseVector(term_ids[order], np.asarray(weights, dtype=np.float32)[order])
    return np.asarray(named.get(DENSE, []), dtype=np.float32), in_order


# The engines accept NaN, wrong order and unequal lengths.
def check_points(points: Sequence[IndexPoint], *, dimensions: int) -> None:
    """Raises InvalidPoint naming the first bad point; call it before the first one is written."""
    for point in points:
        check_point_id(point.id)
        check_dense(point.dense, dimensions=dimensions, of=f"point {point.id}")
        check_sparse(point.sparse, of=f"point {point.id}")


def check_point_id(point_id: str) -> None:
    """Only the canonical spelling, since an engine gives that one back."""
    try:
        canonical = str(UUID(point_id))
    except (ValueError, AttributeError, TypeError) as error:
        raise InvalidPoint(f"the point id {point_id!r} is not a UUID") from error
    if canonical != point_id:
        raise InvalidPoint(f"the point id {point_id!r} is not in canonical form; write it as {canonical}")


def check_dense(vector: Vector, *, dimensions: int, of: str) -> None:
    if vector.shape != (dimensions,):
        raise InvalidPoint(f"the dense vector of {of} has shape {vector.shape}; the index has {dimensions} dimensions")
    if not np.isfinite(vector).all():
        raise InvalidPoint(f"the dense vector of {of} has a number that is not finite")
    if not vector.any():
        raise InvalidPoint(f"the dense vector of {of} is all zeros and has no direction")


def check_sparse(vector: SparseVector, *, of: str) -> None:
    term_ids, weights = vector.term_ids, vector.weights
    if term_ids.ndim != 1 or term_ids.shape != weights.shape:
        raise InvalidPoint(f"the sparse vector of {of} has {term_ids.size} term ids and {weights.size} weights")
    if term_ids.dtype != np.uint32:
        raise InvalidPoint(f"the term ids of {of} are {term_ids.dtype}, not uint32")
    if (term_ids[1:] <= term_ids[:-1]).any():
        raise InvalidPoint(f"the term ids of {of} are not ascending and unique")
    if not np.isfinite(weights).all():
        raise InvalidPoint(f"the sparse vector of {of} has a weight that is not finite")


def checked_query(
    dense: Vector | None, sparse: SparseVector | None, *, dimensions: int
) -> tuple[Vector | None, SparseVector | None]:
    """The vectors to search with; a sparse one without terms is none. Raises InvalidPoint for a faulty one."""
    if dense is not None:
        check_dense(dense, dimensions=dimensions, of="the question")
    if sparse is not None:
        check_sparse(sparse, of="the question")
    return dense, sparse if sparse is not None and sparse.term_ids.size else None


def require_all(point_ids: Iterable[str], existing: Iterable[object]) -> None:
    """Raises InvalidPoint naming the first of the ids that is not among the ``existing`` ones."""
    found = {str(each) for each in existing}
    missing = [point_id for point_id in point_ids if point_id not in found]
    if missing:
        raise InvalidPoint(f"the index has no point {missing[0]}; nothing was changed")


def hits_in_order(found: Iterable[Any]) -> tuple[Hit, ...]:
    """``found``: scored points of either engine. Best first; of equal scores the engines' order changes from call to
    call, ours is by point id. Raises IndexUnavailable for a point that this service did not write.
    """
    return tuple(sorted(map(_hit, found), key=lambda hit: (-hit.score, hit.point_id)))


def _hit(point: Any) -> Hit:
    payload = point.payload or {}
    missing = [key for key in HIT_FIELDS if key not in payload]
    if missing:
        raise IndexUnavailable(f"point {point.id} of the index has no {missing[0]}; rebuild it with `kb reindex`")
    return Hit(str(point.id), payload["passage_id"], payload["version_id"], payload["document_id"], point.score)


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
