"""Holds a built model against the reference vectors once on every type of processor, and takes 4 bits where 8 fail.

8-bit products overflow on some processors without VNNI instructions, silently; the 4-bit path does not.
"""

import contextlib
import hashlib
import json
import logging
import platform
from collections.abc import Callable
from pathlib import Path

from kb_service.adapters.embedding.model_folder import Manifest, Precision, write_atomically
from kb_service.adapters.embedding.reference_vectors import LOWEST_ALLOWED, lowest_cosine
from kb_service.domain.errors import EmbeddingModelUnavailable
from kb_service.ports import EmbeddingModel

CHECKS_FILE = "checks.json"  # {"processor type:sha256 of the graph": lowest cosine}
GRAPH_FILE_OF = {Precision.INT8: "model.onnx", Precision.Q4: "model_q4.onnx"}

_log = logging.getLogger(__name__)


def first_sound_model(
    folder: Path, manifest: Manifest, load: Callable[[Precision], EmbeddingModel], *, processor: str
) -> EmbeddingModel:
    """The model in the manifest's precision, or in 4 bits when this type of processor gets that one wrong.

    The outcome is kept beside the model, so that each type of processor is tried once.
    Raises EmbeddingModelUnavailable when 4 bits are wrong as well.
    """
    known = _known_cosines(folder)
    for precision in dict.fromkeys((Precision(manifest.precision), Precision.Q4)):
        key = f"{processor}:{manifest.files[GRAPH_FILE_OF[precision]].sha256}"
        if known.get(key, 1.0) < LOWEST_ALLOWED:
            _say_unsound(precision, known[key])
            continue
        model = load(precision)
        if key not in known:
            known[key] = round(lowest_cosine(model), 5)
            _remember(folder, known)
        if known[key] >= LOWEST_ALLOWED:
            return model
        _say_unsound(precision, known[key])
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
    said = {line for line in lines if line.startswith(("model name", "flags", "Features", "CPU part"))}
    described = "\n".join(sorted(said)) or f"{platform.machine()} {platform.processor()}"
    return hashlib.sha256(described.encode()).hexdigest()[:16]


def _say_unsound(precision: Precision, cosine: float) -> None:
    mend = "4 bits are used instead" if precision is Precision.INT8 else "it cannot be used"
    _log.warning(
        "the embedding model in %s misses the reference vectors here (cosine %.4f); %s", precision, cosine, mend
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
