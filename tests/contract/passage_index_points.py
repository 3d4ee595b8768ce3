"""Points, questions and filters with boring defaults, for the tests of the passage index."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from uuid import UUID

import numpy as np

from kb_service.adapters.index.manifest import Manifest
from kb_service.domain.days import Interval
from kb_service.domain.documents import Audience, Kind
from kb_service.ports import IndexPoint, InForceFilter, PointPayload, SparseVector, Vector

DIMENSIONS = 4
TODAY = date(2026, 5, 1)
MANIFEST = Manifest(
    embedding="model-a", segmenter="words-a", converter="script-a", dimensions=DIMENSIONS, mean_terms=100.0
)


def uuid_of(number: int) -> str:
    return str(UUID(int=number))


def dense(*numbers: float) -> Vector:
    """A direction; missing numbers are zero."""
    padded = np.zeros(DIMENSIONS, dtype=np.float32)
    padded[: len(numbers)] = numbers
    return padded / np.linalg.norm(padded)


def sparse(weight_of: dict[int, float]) -> SparseVector:
    term_ids = sorted(weight_of)
    weights = [weight_of[term_id] for term_id in term_ids]
    return SparseVector(np.array(term_ids, dtype=np.uint32), np.array(weights, dtype=np.float32))


def payload(
    number: int = 1,
    *,
    interval: Interval = Interval(),  # noqa: B008 (a frozen value)
    document_id: str = "document-1",
    version_id: str = "version-1",
    kind: Kind = Kind.PROCEDURE,
    matter_id: str | None = None,
    department: str | None = None,
    region: str | None = None,
    audience: Audience | None = None,
    is_published: bool = True,
) -> PointPayload:
    return PointPayload(
        passage_id=f"passage-{number}",
        version_id=version_id,
        document_id=document_id,
        kind=kind,
        matter_id=matter_id,
        department=department,
        region=region,
        audience=audience,
        start_day=interval.start_day,
        end_day=interval.end_day,
        is_published=is_published,
    )


def point(
    number: int,
    *,
    direction: Vector | None = None,
    terms: dict[int, float] | None = None,
    filtered_on: PointPayload | None = None,
) -> IndexPoint:
    """Point ``number`` has passage ``passage-<number>``; by default it lies along the first axis, with term 7."""
    kept = filtered_on or payload()
    return IndexPoint(
        id=uuid_of(number),
        dense=dense(1.0) if direction is None else direction,
        sparse=sparse({7: 1.0} if terms is None else terms),
        payload=replace(kept, passage_id=f"passage-{number}"),
    )


def points(numbers: Sequence[int]) -> list[IndexPoint]:
    """One document of ten points, then the next; each point has a term of its own."""
    return [
        point(number, terms={1_000 + number: 1.0}, filtered_on=payload(document_id=f"document-{number // 10}"))
        for number in numbers
    ]


def within(
    day: date = TODAY,
    *,
    regions: tuple[str, ...] = ("上海市",),
    audience: Audience | None = None,
    kinds: tuple[Kind, ...] = (),
    matter_id: str | None = None,
    department: str | None = None,
    include_version: str | None = None,
    without_versions: tuple[str, ...] = (),
) -> InForceFilter:
    return InForceFilter(day, regions, audience, kinds, matter_id, department, include_version, without_versions)
