"""What the verbs need from outside the process, or have in two forms. Adapters implement these; tests run contracts on them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from kb_service.domain.documents import Audience, Kind

Vector = NDArray[np.float32]  # (dimensions,), length 1
Vectors = NDArray[np.float32]  # (texts, dimensions), each of length 1


@dataclass(frozen=True, slots=True)
class SparseVector:
    """Hashed term ids (uint32, ascending, unique) and their weights (float32), of equal length."""

    term_ids: NDArray[np.uint32]
    weights: NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class PointPayload:
    """What the engine filters on. Days are ordinals with the sentinels of `domain.days`; the end is exclusive."""

    passage_id: str
    version_id: str
    document_id: str
    kind: Kind
    matter_id: str | None
    department: str | None
    region: str | None
    audience: Audience | None
    start_day: int
    end_day: int
    is_published: bool


@dataclass(frozen=True, slots=True)
class IndexPoint:
    """A vector pair and its payload. ``id`` is a UUID; a passage has one point, and one more per similar question."""

    id: str
    dense: Vector
    sparse: SparseVector
    payload: PointPayload


@dataclass(frozen=True, slots=True)
class InForceFilter:
    """Which points a search may see, applied inside the engine before top-k.

    ``regions``: a point without a region is always seen, others only if listed. ``audience`` alike.
    ``include_version``: an unpublished version shown as well (a rehearsal).
    """

    day: date
    regions: tuple[str, ...]
    audience: Audience | None = None
    kinds: tuple[Kind, ...] = ()
    matter_id: str | None = None
    department: str | None = None
    include_version: str | None = None


@dataclass(frozen=True, slots=True)
class Hit:
    point_id: str
    passage_id: str
    version_id: str
    document_id: str
    score: float


@dataclass(frozen=True, slots=True)
class TwoLegs:
    """Hits of the dense and of the sparse leg under one filter, each best first (ties by point id)."""

    dense: tuple[Hit, ...]
    sparse: tuple[Hit, ...]


class PassageIndex(Protocol):
    """The derived vector index. Every call is synchronous and thread-safe; raises IndexUnavailable on engine faults."""

    def upsert(self, points: Sequence[IndexPoint]) -> None:
        """Add or overwrite. Raises InvalidPoint before anything is written, NotEnoughSpace when the disk is short."""

    def set_payloads(self, payload_of: Mapping[str, PointPayload]) -> None:
        """Replace the payloads of existing points, by point id, leaving vectors alone."""

    def delete(self, point_ids: Sequence[str]) -> None: ...

    def payloads_of_document(self, document_id: str) -> Mapping[str, PointPayload]:
        """Every point of a document, by point id, published or not."""

    def search(
        self, *, dense: Vector | None, sparse: SparseVector | None, within: InForceFilter, limit: int
    ) -> TwoLegs:
        """Both legs in one batch; a leg without a vector is empty. The sparse score is the inner product."""

    def count(self) -> int: ...

    def flush(self) -> None:
        """Make what was written survive power loss."""

    def close(self) -> None: ...


class EmbeddingModel(Protocol):
    """Texts to unit vectors. Adds its own prefixes; the fingerprint changes whenever vectors would."""

    @property
    def fingerprint(self) -> str: ...

    @property
    def dimensions(self) -> int: ...

    def embed_question(self, text: str) -> Vector: ...

    def embed_passages(self, texts: Sequence[str]) -> Vectors: ...


class Segmenter(Protocol):
    """Normalised Chinese text to search words. The fingerprint covers the dictionary and the domain words."""

    @property
    def fingerprint(self) -> str: ...

    def words(self, text: str) -> list[str]: ...


class ScriptConverter(Protocol):
    """Between traditional and simplified script."""

    @property
    def fingerprint(self) -> str: ...

    def to_simplified(self, text: str) -> str: ...

    def to_traditional(self, text: str) -> str: ...
