"""What the verbs need from outside the process, or have in two forms. Adapters implement these."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import BinaryIO, Protocol

import numpy as np
from numpy.typing import NDArray

from kb_service.domain.answers import Answer, Conversation, Question
from kb_service.domain.articles import ArticleNumber, Titled
from kb_service.domain.days import Interval
from kb_service.domain.documents import Audience, Kind, PassageInVersion
from kb_service.domain.feedback import FeedbackReason
from kb_service.domain.matters import Department, Matter

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
    ``include_version``: an unpublished version shown as well, ``without_versions``: published ones that it would
    displace (a rehearsal).
    """

    day: date
    regions: tuple[str, ...]
    audience: Audience | None = None
    kinds: tuple[Kind, ...] = ()
    matter_id: str | None = None
    department: str | None = None
    include_version: str | None = None
    without_versions: tuple[str, ...] = ()


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


@dataclass(frozen=True, slots=True)
class TermCounts:
    """Hashed term ids (uint32, ascending, unique) of a text and how often each occurs (uint32)."""

    term_ids: NDArray[np.uint32]
    counts: NDArray[np.uint32]


class PassageIndex(Protocol):
    """The derived vector index. Every call is synchronous and thread-safe; raises IndexUnavailable on engine faults."""

    def upsert(self, points: Sequence[IndexPoint]) -> None:
        """Add or overwrite. Raises InvalidPoint before anything is written, NotEnoughSpace when the disk is short."""

    def set_payloads(self, payload_of: Mapping[str, PointPayload]) -> None:
        """Replace the payloads of existing points, by point id, leaving vectors alone."""

    def delete(self, point_ids: Sequence[str]) -> None: ...

    def payloads_of_document(self, document_id: str) -> Mapping[str, PointPayload]:
        """Every point of a document, by point id, published or not."""

    def vectors_of_document(self, document_id: str) -> Mapping[str, tuple[Vector, SparseVector]]:
        """The dense and the sparse vector of every point of a document, by point id; one that is gone is empty."""

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

    def embed_questions(self, texts: Sequence[str]) -> Vectors:
        """Each as `embed_question` would, in less time than one after the other."""

    def embed_passages(self, texts: Sequence[str]) -> Vectors: ...

    def embed_sentences(self, texts: Sequence[str]) -> Vectors:
        """Of passages, while somebody waits: as `embed_passages` would, but not behind imports."""


class Reranker(Protocol):
    """Reads a question and a passage together; finer than comparing vectors, and slower."""

    @property
    def fingerprint(self) -> str: ...

    def scores(self, question: str, texts: Sequence[str]) -> Sequence[float]:
        """How well each text answers the question, higher is better, on the model's own scale."""


class LanguageModel(Protocol):
    """Writes text. What it writes is not trusted by anybody."""

    @property
    def name(self) -> str: ...

    def write(self, system: str, user: str) -> Iterator[str]:
        """Pieces of a reply as they come. Closing the iterator ends the request. Raises ModelUnavailable for a refused
        connection, a status of 4xx or 5xx, a time-out, or a stream that broke off."""


class Segmenter(Protocol):
    """Normalised Chinese text to search words. The fingerprint covers the dictionary and the domain words."""

    @property
    def fingerprint(self) -> str: ...

    def words(self, text: str) -> list[str]: ...

    def split(self, text: str) -> list[str]:
        """The text cut between its words; what is no word stands character by character."""

    def is_known(self, word: str) -> bool:
        """Whether the dictionary or the site has the word."""

    def rarity(self, word: str) -> float:
        """−ln of the word's share of general Chinese text: about 4 for 的, 18 for a word the dictionary lacks."""


class ScriptConverter(Protocol):
    """Between traditional and simplified script."""

    @property
    def fingerprint(self) -> str: ...

    def to_simplified(self, text: str) -> str: ...

    def to_traditional(self, text: str) -> str: ...


@dataclass(frozen=True, slots=True)
class Approval:
    """Who made a stored version knowledge, and under which rule (``review`` or the audited ``bulk_import``)."""

    actor: str
    at: datetime
    rule: str


@dataclass(frozen=True, slots=True)
class Stored:
    """What became of a draft: ``added`` (a new document), ``new_version``, ``approved`` (a draft was
    there already) or ``unchanged`` (the same is already there)."""

    document_id: str
    version_id: str
    status: str


@dataclass(frozen=True, slots=True)
class Scheduled:
    """A version of a document and when it is in force; ``intervals`` of a document come in order of their start."""

    version_id: str
    title: str
    interval: Interval


class LibraryReader(Protocol):
    """What answering reads of the documents, the truth that the index is derived from."""

    def passages(self, passage_ids: Sequence[str]) -> Mapping[str, PassageInVersion]:
        """By passage id; unknown ids are left out."""

    def passages_of_version(self, version_id: str) -> Sequence[PassageInVersion]:
        """In order of the text."""

    def schedules(
        self, document_ids: Sequence[str], *, as_if_approved: str | None = None
    ) -> Mapping[str, Sequence[Scheduled]]:
        """The approved versions of each document with their intervals, by document id, in order of their start.

        ``as_if_approved``: a version counted as if it had just been approved (a rehearsal).
        """

    def replacements(self, document_ids: Sequence[str]) -> Mapping[str, Sequence[Scheduled]]:
        """Approved versions of other documents that replace each of these, by document id, as far as any does."""


class Articles(Protocol):
    """What is looked up by name and number instead of by likeness."""

    def titles(self) -> Sequence[Titled]:
        """Every name of a document with an approved version, answers to questions left out; the same object until
        something changes.
        """

    def of_version(self, version_id: str) -> Mapping[ArticleNumber, Sequence[str]]:
        """The ids of the passages of each article, in order of the text; empty for a text without articles."""


class Blobs(Protocol):
    """Original files by the SHA-256 of their bytes."""

    def keep(self, data: bytes) -> str:
        """Store the bytes, if they are new, and give their hash."""

    def keep_file(self, file: BinaryIO) -> str:
        """The same of what an open file holds from its start, a piece at a time."""

    def sha256_of(self, file: BinaryIO) -> str:
        """Of an open file, from its start; nothing is stored."""


class ComputedTexts(Protocol):
    """Embeddings and term counts by SHA-256 of the exact text, so that nothing is computed twice."""

    def embeddings(self, model: str, keys: Sequence[str]) -> Mapping[str, Vector]: ...

    def faulty_embeddings(self, models: Sequence[str], *, dimensions: int) -> Sequence[str]:
        """The keys whose vector is no unit vector of so many finite numbers."""

    def add_embeddings(self, model: str, vector_of: Mapping[str, Vector]) -> None: ...

    def forget(self, keys: Sequence[str]) -> None:
        """Whatever was computed of these texts, by any model and segmenter."""

    def term_counts(self, segmenter: str, keys: Sequence[str]) -> Mapping[str, TermCounts]: ...

    def add_term_counts(self, segmenter: str, terms_of: Mapping[str, TermCounts]) -> None: ...


class Catalogue(Protocol):
    """Matters and departments."""

    def matters(self) -> Sequence[Matter]: ...

    def departments(self) -> Sequence[Department]: ...


class Transcript(Protocol):
    """Answers as they were given."""

    def add(self, answer: Answer, question: Question) -> None: ...

    def answer(self, answer_id: str, *, channel: str | None, asked_by: str) -> Answer:
        """Only for the channel and the key that asked. Raises AnswerNotFound."""

    def last_turns(self, conversation: Conversation, limit: int) -> Sequence[Answer]:
        """The conversation so far, oldest first, as far as the same key, channel and person had it."""

    def add_feedback(
        self,
        answer_id: str,
        *,
        asked_by: str,
        at: datetime,
        resolved: bool | None,
        comment: str | None,
        reason: FeedbackReason | None = None,
    ) -> None:
        """Only from the person who asked. Raises AnswerNotFound."""


class Jobs(Protocol):
    """Work that should happen soon."""

    def follow(self) -> None:
        """The index has something to follow."""
