"""Chooses the embedding model that the settings name (a folder, a model fastembed lists, or an endpoint), and checks
that this processor computes it right.

8-bit products overflow on some processors without VNNI instructions, silently; the 4-bit path does not. So a built
model is compared once on every type of processor with what the unpruned model in floating point makes of a dozen
sentences, and 4 bits are taken where 8 fail. `python -m model_build.references WHEEL` writes reference_vectors.json.
"""

import contextlib
import hashlib
import json
import logging
import platform
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np

from kb_service.adapters.embedding.endpoint_model import Endpoint, EndpointEmbedding
from kb_service.adapters.embedding.fastembed_model import Prefixes, known_model, model_in_folder
from kb_service.adapters.embedding.model_folder import (
    GRAPH_FILE_OF,
    MODEL_NAME,
    ModelManifest,
    ModelUsage,
    Precision,
    manifest_of,
    usage_of,
    write_atomically,
)
from kb_service.domain.errors import EmbeddingModelUnavailable
from kb_service.ports import EmbeddingModel, Vector

REFERENCE_FILE = Path(__file__).with_name("reference_vectors.json")
LOWEST_ALLOWED = 0.995
CHECKS_FILE = "checks.json"  # {"processor type:sha256 of the graph": lowest cosine}

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class ModelChoice:
    """``source``: a folder, the name of a model that fastembed lists, or the http(s) address of an endpoint.

    Prefixes of None are those of the folder's kb_model.json, and nothing elsewhere. ``passage_threads`` 0: one a core.
    """

    source: str = f"var/models/{MODEL_NAME}"
    question_prefix: str | None = None
    passage_prefix: str | None = None
    passage_threads: int = 0
    fastembed_cache: Path = Path("var/models/fastembed")
    endpoint_model: str = ""
    endpoint_key: str = ""
    endpoint_dimensions: int = 0


def load_model(choice: ModelChoice) -> EmbeddingModel:
    """Loads it now. Raises EmbeddingModelUnavailable, saying what to do, when folder, files or settings fall short."""
    if choice.source.startswith(("http://", "https://")):
        return _endpoint(choice)
    folder = Path(choice.source)
    if folder.is_dir():
        return _folder(folder, choice)
    # Only a path has a folder in front that exists, or more than the one slash of "organisation/model".
    if folder.is_absolute() or choice.source.count("/") != 1:
        raise EmbeddingModelUnavailable(f"the model folder {folder} does not exist; run `make model` to build it")
    prefixes = Prefixes(choice.question_prefix or "", choice.passage_prefix or "")
    return known_model(choice.source, prefixes=prefixes, cache=choice.fastembed_cache, threads=choice.passage_threads)


def _endpoint(choice: ModelChoice) -> EndpointEmbedding:
    if not choice.endpoint_model:
        raise EmbeddingModelUnavailable(
            f"the embedding endpoint {choice.source} needs the name of a model; set KB_EMBEDDING_ENDPOINT_MODEL"
        )
    return EndpointEmbedding(
        Endpoint(
            base_url=choice.source,
            model=choice.endpoint_model,
            api_key=choice.endpoint_key,
            question_prefix=choice.question_prefix or "",
            passage_prefix=choice.passage_prefix or "",
            dimensions=choice.endpoint_dimensions,
        )
    )


def _folder(folder: Path, choice: ModelChoice) -> EmbeddingModel:
    manifest = manifest_of(folder)
    usage = _with_prefixes(usage_of(folder), choice)
    # Only the default model has reference vectors, and only under the prefixes they were made with.
    if manifest is None or manifest.model != MODEL_NAME or usage != usage_of(folder):
        return model_in_folder(folder, usage, threads=choice.passage_threads)

    def load(precision: Precision) -> EmbeddingModel:
        graph = usage.model_copy(update={"model_file": GRAPH_FILE_OF[precision]})
        return model_in_folder(folder, graph, threads=choice.passage_threads)

    return first_sound_model(folder, manifest, load, processor=processor_type())


def _with_prefixes(usage: ModelUsage, choice: ModelChoice) -> ModelUsage:
    chosen = {"question_prefix": choice.question_prefix, "passage_prefix": choice.passage_prefix}
    return usage.model_copy(update={name: value for name, value in chosen.items() if value is not None})


def first_sound_model(
    folder: Path, manifest: ModelManifest, load: Callable[[Precision], EmbeddingModel], *, processor: str
) -> EmbeddingModel:
    """The model in the manifest's precision, or in 4 bits when this type of processor gets that one wrong.

    The outcome is kept beside the model, so that each type of processor is tried once.
    Raises EmbeddingModelUnavailable when 4 bits are wrong as well.
    """
    known = _known_cosines(folder)
    for precision in dict.fromkeys((Precision(manifest.precision), Precision.Q4)):
        key = f"{processor}:{manifest.files[GRAPH_FILE_OF[precision]].sha256}"
        if known.get(key, 1.0) < LOWEST_ALLOWED:
            _warn_unsound(precision, known[key])
            continue
        model = load(precision)
        if key not in known:
            known[key] = round(lowest_cosine(model), 5)
            _remember(folder, known)
        if known[key] >= LOWEST_ALLOWED:
            return model
        _warn_unsound(precision, known[key])
    raise EmbeddingModelUnavailable(
        f"the embedding model in {folder} gives wrong vectors on this processor (cosine below {LOWEST_ALLOWED}); "
        "run `make model`, or set KB_EMBEDDING_MODEL to another model"
    )


def processor_type() -> str:
    """The same for machines whose processors take the same code paths: a hash of model name and instruction sets."""
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        lines = []
    # "Features" and "CPU part" are what ARM kernels print.
    described = {line for line in lines if line.startswith(("model name", "flags", "Features", "CPU part"))}
    text = "\n".join(sorted(described)) or f"{platform.machine()} {platform.processor()}"
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def _warn_unsound(precision: Precision, cosine: float) -> None:
    remedy = "4 bits are used instead" if precision is Precision.INT8 else "it cannot be used"
    _log.warning(
        "the embedding model in %s misses the reference vectors here (cosine %.4f); %s", precision, cosine, remedy
    )


def _known_cosines(folder: Path) -> dict[str, float]:
    try:
        known: dict[str, float] = json.loads((folder / CHECKS_FILE).read_text(encoding="utf-8"))
    except (FileNotFoundError, ValueError):
        return {}
    return known


def _remember(folder: Path, known: dict[str, float]) -> None:
    with contextlib.suppress(OSError):  # a folder that only root may write: tried again at each start
        write_atomically(folder / CHECKS_FILE, json.dumps(known, indent=1) + "\n")


@dataclass(frozen=True, slots=True)
class Reference:
    role: Literal["question", "passage"]
    text: str
    vector: Vector


def references() -> tuple[Reference, ...]:
    stored = json.loads(REFERENCE_FILE.read_text(encoding="utf-8"))
    return tuple(Reference(row["role"], row["text"], np.array(row["vector"], np.float32)) for row in stored)


def lowest_cosine(model: EmbeddingModel) -> float:
    """Over all references, between -1 and 1. A vector with a value that is not a number counts as -1."""
    return min(_cosine(embedded(model, reference), reference.vector) for reference in references())


def embedded(model: EmbeddingModel, reference: Reference) -> Vector:
    if reference.role == "question":
        return model.embed_question(reference.text)
    vector: Vector = model.embed_passages([reference.text])[0]
    return vector


def _cosine(left: Vector, right: Vector) -> float:
    cosine = float(left @ right / (np.linalg.norm(left) * np.linalg.norm(right)))
    return cosine if np.isfinite(cosine) else -1.0
