"""`Reranker` on fastembed: a cross-encoder from a local folder, in this process, the network never asked."""

import math
import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING

from kb_service.adapters.embedding.fastembed_model import cores, keep_offline, readable
from kb_service.adapters.embedding.model_folder import ModelUsage, fingerprint_of
from kb_service.domain.errors import RerankerUnavailable

if TYPE_CHECKING:
    from fastembed.rerank.cross_encoder import TextCrossEncoder

_MODEL_FILE = "model.onnx"
_FILES = (_MODEL_FILE, "tokenizer.json", "tokenizer_config.json")
_RUNBOOK = "docs/runbooks/add-a-reranker.md says what belongs there"

_registering = threading.Lock()


class FastembedReranker:
    """Reads each pair alone, on one thread: its score does not depend on which others are read with it."""

    def __init__(self, folder: Path) -> None:
        """Loads it now and reads one pair. Raises RerankerUnavailable, saying what to do, for missing or bad files."""
        missing = [name for name in _FILES if not (folder / name).is_file()]
        if missing:
            raise RerankerUnavailable(f"the reranker's folder {folder} lacks {', '.join(missing)}; {_RUNBOOK}")
        self._folder = folder
        self._fingerprint = fingerprint_of(folder, ModelUsage(model_file=_MODEL_FILE))
        self._engine = _engine(folder, f"kb/{self._fingerprint}")
        # As for embeddings: more runs at once than cores only push each other out of the caches.
        self._seats = threading.BoundedSemaphore(cores())
        self._try_out()

    @property
    def fingerprint(self) -> str:
        return self._fingerprint

    def scores(self, question: str, texts: Sequence[str]) -> list[float]:
        """One score a text, in order; a text that is longer than the model reads counts by its beginning.

        Raises RerankerUnavailable when the model fails or gives what is no number.
        """
        asked = readable(question)
        with ThreadPoolExecutor(max(1, min(cores(), len(texts)))) as pool:
            return list(pool.map(lambda text: self._score(asked, readable(text)), texts))

    def _score(self, question: str, text: str) -> float:
        with self._seats:
            try:
                (score,) = self._engine.rerank(question, [text])
            except Exception as error:  # onnxruntime, tokenizers and numpy each raise their own
                raise RerankerUnavailable(
                    f"the reranker in {self._folder} cannot read a pair ({type(error).__name__}); {_RUNBOOK}"
                ) from error
        if not math.isfinite(score):
            raise RerankerUnavailable(f"the reranker in {self._folder} gives {score} for a score; {_RUNBOOK}")
        return float(score)

    def _try_out(self) -> None:
        """A model of another kind (an embedding model, a classifier) loads as well, and would order at random."""
        (output, *_) = self._engine.model.model.get_outputs()  # type: ignore[attr-defined]  # its type names no session
        if len(output.shape) != 2 or output.shape[1] != 1:
            raise RerankerUnavailable(
                f"the model in {self._folder} gives {output.shape} and not one score a pair, so it is no reranker; "
                f"{_RUNBOOK}"
            )
        self.scores("问", ["答"])


def _engine(folder: Path, name: str) -> "TextCrossEncoder":
    keep_offline()
    from fastembed.common.model_description import ModelSource
    from fastembed.rerank.cross_encoder import TextCrossEncoder

    with _registering:  # fastembed knows models by name, once a process
        if all(entry["model"] != name for entry in TextCrossEncoder.list_supported_models()):
            TextCrossEncoder.add_custom_model(name, sources=ModelSource(hf=name), model_file=_MODEL_FILE)
    try:
        return TextCrossEncoder(
            name, threads=1, cuda=False, local_files_only=True, cache_dir=str(folder), specific_model_path=str(folder)
        )
    except Exception as error:  # fastembed, onnxruntime and tokenizers each raise their own
        raise RerankerUnavailable(
            f"the reranker in {folder} cannot be loaded ({type(error).__name__}: {str(error)[:200]}); {_RUNBOOK}"
        ) from error
