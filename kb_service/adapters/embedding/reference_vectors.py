"""What the unpruned model in floating point makes of a dozen sentences: every built model is held against it.
`python -m model_build.references WHEEL` writes reference_vectors.json anew.
"""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np

from kb_service.ports import EmbeddingModel, Vector

REFERENCE_FILE = Path(__file__).with_name("reference_vectors.json")
LOWEST_ALLOWED = 0.995


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
