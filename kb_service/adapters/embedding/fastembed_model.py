"""`EmbeddingModel` on fastembed: an ONNX model in this process, the network never asked."""

import os
import sys
import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from kb_service.adapters.embedding.model_folder import ModelUsage, fingerprint_of
from kb_service.domain.errors import EmbeddingModelUnavailable
from kb_service.ports import Vector, Vectors

if TYPE_CHECKING:
    from fastembed import TextEmbedding

# Measured with an import running on two cores: a question takes 18 ms at equal priority, 9 ms at 5 and 6 ms at 10,
# the import stays as fast. Beside other busy programs 10 halves the import, 5 costs it a quarter.
PASSAGE_NICENESS = 5

# A piece of the default model has at most 16 characters and 512 pieces are read, fewer where a model reads less:
# what follows cannot count, and costs time to cut.
MAX_CHARACTERS = 16_384

_registering = threading.Lock()


@dataclass(frozen=True, slots=True)
class Prefixes:
    """What the model was trained to see in front of a question and of a passage."""

    question: str
    passage: str


class FastembedModel:
    """Texts go through the network one by one, on one thread each; several at once on several threads.

    Measured on 300-character passages: 26 a second alone, 19 in batches of 16 (padding, caches); and an int8 vector
    taken in a batch moves with its neighbours (cosine .998), taken alone it is the same every time.
    """

    def __init__(
        self, engine: "TextEmbedding", *, dimensions: int, prefixes: Prefixes, fingerprint: str, threads: int = 0
    ) -> None:
        """``threads``: for passages; 0 for one each core."""
        self._engine = engine
        self._dimensions = dimensions
        self._prefixes = prefixes
        self._fingerprint = fingerprint
        self._threads = threads or cores()
        # More runs at once than cores only push each other out of the caches: 8 clients on 2 cores, median 8 ms
        # with these seats and 34 ms without. Passages have seats of their own, so that no question waits for one.
        self._question_seats = threading.BoundedSemaphore(cores())
        self._passage_seats = threading.BoundedSemaphore(self._threads)
        # Kept: starting threads takes as long as embedding a short question. Those of passages, which stand back, are
        # made for each batch.
        self._beside = ThreadPoolExecutor(cores(), thread_name_prefix="embedding")

    @property
    def fingerprint(self) -> str:
        return self._fingerprint

    @property
    def dimensions(self) -> int:
        return self._dimensions

    def embed_question(self, text: str) -> Vector:
        return self._awaited(self._prefixes.question + text)

    def embed_questions(self, texts: Sequence[str]) -> Vectors:
        return self._side_by_side([self._prefixes.question + text for text in texts])

    def embed_sentences(self, texts: Sequence[str]) -> Vectors:
        """Implements `ports.EmbeddingModel`."""
        return self._side_by_side([self._prefixes.passage + text for text in texts])

    def embed_passages(self, texts: Sequence[str]) -> Vectors:
        vectors = np.zeros((len(texts), self._dimensions), np.float32)
        # The longest first, so that no thread starts on a long one when the others are done.
        order = sorted(range(len(texts)), key=lambda at: -len(texts[at]))
        with ThreadPoolExecutor(max(1, min(self._threads, len(texts))), initializer=_stand_back) as pool:
            for at, vector in zip(order, pool.map(self._passage, [texts[at] for at in order]), strict=True):
                vectors[at] = vector
        return vectors

    def _side_by_side(self, texts: Sequence[str]) -> Vectors:
        others = [self._beside.submit(self._awaited, text) for text in texts[1:]]
        found = [self._awaited(text) for text in texts[:1]]
        found += [each.result() for each in others]
        return np.array(found, np.float32).reshape(len(texts), self._dimensions)

    def _awaited(self, text: str) -> Vector:
        with self._question_seats:
            return self._embedded(text)

    def _passage(self, text: str) -> Vector:
        with self._passage_seats:
            return self._embedded(self._prefixes.passage + text)

    def _embedded(self, text: str) -> Vector:
        (vector,) = self._engine.embed([readable(text)])
        found: Vector = vector.astype(np.float32, copy=False)
        return found


def readable(text: str) -> str:
    """The part of a text that can count. Half a surrogate pair, which JSON can carry, becomes a question mark."""
    return text[:MAX_CHARACTERS].encode("utf-8", "replace").decode()


def _stand_back() -> None:
    """On Linux a thread has a priority of its own: people who wait come before imports."""
    if sys.platform == "linux":
        os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), PASSAGE_NICENESS)


def cores() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def model_in_folder(folder: Path, usage: ModelUsage, *, threads: int = 0) -> FastembedModel:
    """Any folder with an ONNX model and a tokenizer. Raises EmbeddingModelUnavailable when it cannot be loaded."""
    fingerprint = fingerprint_of(folder, usage)
    engine = _engine(_registered(usage, fingerprint), folder=folder)
    prefixes = Prefixes(usage.question_prefix, usage.passage_prefix)
    model = FastembedModel(
        engine, dimensions=usage.dimensions, prefixes=prefixes, fingerprint=fingerprint, threads=threads
    )
    found = model.embed_question("").shape[0]
    if found != usage.dimensions:
        raise EmbeddingModelUnavailable(
            f"the model in {folder} gives {found} dimensions, not {usage.dimensions}; correct kb_model.json"
        )
    return model


def known_model(name: str, *, prefixes: Prefixes, cache: Path, threads: int = 0) -> FastembedModel:
    """A model that fastembed lists, from the files in ``cache``. Raises EmbeddingModelUnavailable when absent."""
    keep_offline()
    from fastembed import TextEmbedding

    known = {str(entry["model"]).lower(): entry for entry in TextEmbedding.list_supported_models()}
    entry = known.get(name.lower())
    if entry is None:
        raise EmbeddingModelUnavailable(
            f"the embedding model {name} is neither a folder nor a name that fastembed knows; "
            "check KB_EMBEDDING_MODEL, or run `make model` for the default one"
        )
    fingerprint = f"fastembed:{entry['model']}:{prefixes.question}:{prefixes.passage}"
    return FastembedModel(
        _engine(str(entry["model"]), cache=cache),
        dimensions=int(entry["dim"]), prefixes=prefixes, fingerprint=fingerprint, threads=threads,
    )  # fmt: skip


def _engine(name: str, *, folder: Path | None = None, cache: Path | None = None) -> "TextEmbedding":
    from fastembed import TextEmbedding

    try:
        return TextEmbedding(
            name,
            cache_dir=str(cache or folder),
            threads=1,
            cuda=False,
            local_files_only=True,
            specific_model_path=str(folder) if folder else None,
        )
    except Exception as error:  # fastembed, onnxruntime, tokenizers and huggingface_hub each raise their own
        where = folder or cache
        raise EmbeddingModelUnavailable(
            f"the embedding model {name} cannot be loaded from {where} ({type(error).__name__}); "
            "put the missing files there, or run `make model` to build the default one"
        ) from error


def _registered(usage: ModelUsage, fingerprint: str) -> str:
    """fastembed knows models by name, once a process: a folder's model is registered under its fingerprint."""
    keep_offline()
    from fastembed import TextEmbedding
    from fastembed.common.model_description import ModelSource, PoolingType

    name = f"kb/{fingerprint}"
    with _registering:
        if all(entry["model"] != name for entry in TextEmbedding.list_supported_models()):
            TextEmbedding.add_custom_model(
                name,
                pooling=PoolingType[usage.pooling.upper()],
                normalization=True,
                sources=ModelSource(hf=name),
                dim=usage.dimensions,
                model_file=usage.model_file,
            )
    return name


def keep_offline() -> None:
    """Before the first import: huggingface_hub, which fastembed imports, reads these once."""
    os.environ.setdefault("HF_HUB_OFFLINE", "1")
    os.environ.setdefault("HF_HUB_DISABLE_TELEMETRY", "1")
    # One text at a time needs no threads of the tokenizer's own, which a later fork would warn about.
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
