"""`EmbeddingModel` on an OpenAI-compatible endpoint: POST {base}/embeddings."""

import hashlib
import logging
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import httpx
import numpy as np
from pydantic import BaseModel, ValidationError

from kb_service.adapters.embedding.fastembed_model import readable
from kb_service.adapters.endpoint_errors import message_of, told_of
from kb_service.domain.errors import EmbeddingModelUnavailable
from kb_service.ports import Vector, Vectors

BATCH = 32
_ATTEMPTS = 4
_LONGEST_WAIT_SECONDS = 20.0
_LARGEST_ERROR = 64 * 1024

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Endpoint:
    """``base_url`` ends before /embeddings, as in http://host:8001/v1. ``dimensions``: 0 to ask the model."""

    base_url: str
    model: str
    api_key: str = ""
    question_prefix: str = ""
    passage_prefix: str = ""
    dimensions: int = 0
    timeout_seconds: float = 30.0


class _Item(BaseModel):
    index: int
    embedding: list[float]


class _Reply(BaseModel):
    data: list[_Item]


class EndpointEmbedding:
    """Tries again on 429, 5xx and lost connections, with growing pauses; other refusals are final."""

    def __init__(self, endpoint: Endpoint, *, pause: Callable[[float], object] = time.sleep) -> None:
        headers = {"Authorization": f"Bearer {endpoint.api_key}"} if endpoint.api_key else {}
        self._client = httpx.Client(headers=headers, timeout=endpoint.timeout_seconds)
        self._endpoint = endpoint
        self._pause = pause
        self._dimensions = endpoint.dimensions
        self._encoding = {"encoding_format": "float"}
        self._measuring = threading.Lock()

    @property
    def fingerprint(self) -> str:
        """Knows the address and the names only: a model exchanged behind the same name goes unseen."""
        endpoint = self._endpoint
        parts = (
            endpoint.base_url,
            endpoint.model,
            endpoint.question_prefix,
            endpoint.passage_prefix,
            str(endpoint.dimensions),
        )
        return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:32]

    @property
    def dimensions(self) -> int:
        with self._measuring:
            if not self._dimensions:
                self._dimensions = len(self._embedded([self._endpoint.question_prefix])[0])
        return self._dimensions

    def embed_question(self, text: str) -> Vector:
        vector: Vector = self.embed_questions([text])[0]
        return vector

    def embed_questions(self, texts: Sequence[str]) -> Vectors:
        return self._in_batches([self._endpoint.question_prefix + text for text in texts])

    def embed_passages(self, texts: Sequence[str]) -> Vectors:
        return self._in_batches([self._endpoint.passage_prefix + text for text in texts])

    def embed_sentences(self, texts: Sequence[str]) -> Vectors:
        """Implements `ports.EmbeddingModel`."""
        return self.embed_passages(texts)

    def close(self) -> None:
        self._client.close()

    def _in_batches(self, prefixed: Sequence[str]) -> Vectors:
        rows: list[list[float]] = []
        for start in range(0, len(prefixed), BATCH):
            rows += self._embedded(list(prefixed[start : start + BATCH]))
        return self._normalised(rows)

    def _normalised(self, rows: list[list[float]]) -> Vectors:
        expected = self.dimensions
        if any(len(row) != expected for row in rows):
            raise self._unusable(
                f"gave vectors that do not have {expected} dimensions",
                "check KB_EMBEDDING_DIMENSIONS and the model's name",
            )
        vectors = np.array(rows, np.float32).reshape(len(rows), expected)
        lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
        if not np.all(np.isfinite(lengths)) or not np.all(lengths > 0):
            raise self._unusable("gave a vector with invalid numbers", "check the model behind it")
        unit: Vectors = vectors / lengths
        return unit

    def _embedded(self, texts: list[str]) -> list[list[float]]:
        """The rows of one request, in the order of ``texts``."""
        response = self._posted({"model": self._endpoint.model, "input": [readable(text) for text in texts]})
        try:
            items = sorted(_Reply.model_validate_json(response.content).data, key=lambda item: item.index)
        except ValidationError as error:
            raise self._unusable(
                f"does not reply in the OpenAI format{_said(response)}", "check that KB_EMBEDDING_MODEL ends with /v1"
            ) from error
        if [item.index for item in items] != list(range(len(texts))):
            raise self._unusable(f"gave {len(items)} vectors instead of {len(texts)}", "check the model behind it")
        return [item.embedding for item in items]

    def _posted(self, body: dict[str, object]) -> httpx.Response:
        url = self._endpoint.base_url.rstrip("/") + "/embeddings"
        fault = ""
        for attempt in range(_ATTEMPTS):
            asked_to_wait = 0.0
            try:
                response = self._client.post(url, json=body | self._encoding)
                if response.status_code in {400, 422} and self._encoding and "encoding_format" in response.text:
                    self._encoding = {}
                    _log.warning("the embedding endpoint %s is asked without encoding_format from now on", url)
                    response = self._client.post(url, json=body)
            except httpx.TransportError as error:
                fault = f"cannot be reached ({type(error).__name__})"
            else:
                if response.is_success:
                    return response
                fault = f"replied {response.status_code}"
                if response.status_code != 429 and response.status_code < 500:
                    raise self._unusable(f"{fault}{_said(response)}", "check the address, the model's name and the key")
                asked_to_wait = _seconds(response.headers.get("Retry-After", ""))
            if attempt < _ATTEMPTS - 1:
                self._pause(min(max(asked_to_wait, 0.5 * 2**attempt), _LONGEST_WAIT_SECONDS))
        raise self._unusable(f"{fault}, the last of {_ATTEMPTS} attempts", "check that it is running")

    def _unusable(self, fact: str, remedy: str) -> EmbeddingModelUnavailable:
        if self._endpoint.api_key:
            fact = fact.replace(self._endpoint.api_key, "…")
        return EmbeddingModelUnavailable(f"the embedding endpoint {self._endpoint.base_url} {fact}; {remedy}")


def _said(response: httpx.Response) -> str:
    """What an error says of itself, behind a colon."""
    message = message_of(told_of(response.content[:_LARGEST_ERROR]))[:200]
    return f": {message}" if message else ""


def _seconds(header: str) -> float:
    """Retry-After in seconds; a date or nothing counts as 0."""
    return float(header) if header.isdigit() else 0.0
