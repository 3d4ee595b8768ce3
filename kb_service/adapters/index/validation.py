"""What must hold of a vector before an engine sees it: the engines accept NaN, wrong order and unequal lengths."""

from collections.abc import Sequence
from uuid import UUID

import numpy as np

from kb_service.domain.errors import InvalidPoint
from kb_service.ports import IndexPoint, SparseVector, Vector


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
