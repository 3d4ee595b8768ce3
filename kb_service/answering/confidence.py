"""How likely the best passage's document answers the question: features, and a small logistic model over them.

Scores alone do not know what is missing from a knowledge base (top-1 cosine: AUROC .668 on questions whose text was
removed); how much of the question the passage covers does (.845). So coverage leads, and the legs' agreement, the
margin, and the agreement of matter and facet help.
"""

import json
import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from kb_service.answering.retrieving import Candidate, QuestionTerms
from kb_service.answering.understanding import Understanding

_NUMBER = re.compile(r"\d+(?:\.\d+)?")


def features(
    understood: Understanding, candidates: Sequence[Candidate], terms: QuestionTerms, *, facet_agrees: bool
) -> dict[str, float]:
    """Numbers about the best candidate. Empty without candidates.

    Shares are 0–1; cosine is −1–1; margins are in the fused score's standard deviations.
    """
    if not candidates:
        return {}
    best = candidates[0]
    document = "\n".join(each.text for each in candidates if each.document_id == best.document_id)
    others = [each for each in candidates[1:] if each.document_id != best.document_id]
    return {
        "words": covered(best.text, terms.words),
        "words_document": covered(document, terms.words),
        "bigrams": covered(best.text, terms.bigrams),
        "bigrams_document": covered(document, terms.bigrams),
        "bigrams_rival": max((covered(each.text, terms.bigrams) for each in others[:4]), default=0.0),
        "cosine": best.hit.dense if best.hit.dense is not None else 0.0,
        "margin": min(best.score - others[0].score, 3.0) if others else 3.0,
        "legs_agree": float(best.hit.dense_rank == 0) + float(best.hit.sparse_rank == 0),
        "same_document": sum(each.document_id == best.document_id for each in candidates) / len(candidates),
        "matter": _matter_agreement(understood, best),
        "facet": float(facet_agrees),
        "numbers_missing": _numbers_missing(understood.text, best.text),
        "length": min(len(terms.bigrams), 30) / 30,
    }


def covered(text: str, weight_of: Mapping[str, float]) -> float:
    """The weighted share of the terms that occur in the text; 0 without terms."""
    total = sum(weight_of.values())
    return sum(weight for term, weight in weight_of.items() if term in text) / total if total else 0.0


def _matter_agreement(understood: Understanding, best: Candidate) -> float:
    if understood.matter is None or best.found.metadata.matter_id is None:
        return 0.0
    return 1.0 if understood.matter.id == best.found.metadata.matter_id else -1.0


def _numbers_missing(question: str, text: str) -> float:
    """The share of the question's figures that the passage does not have."""
    numbers = set(_NUMBER.findall(question))
    found = set(_NUMBER.findall(text))
    return len(numbers - found) / len(numbers) if numbers else 0.0


@dataclass(frozen=True, slots=True)
class ConfidenceModel:
    """Logistic regression: intercept and a weight a feature, and the range of each feature it was fitted on.

    From ``answer_threshold`` on an answer is given; below it a person is recommended.
    """

    version: str
    answer_threshold: float
    intercept: float
    weight_of: Mapping[str, float]
    range_of: Mapping[str, tuple[float, float]]

    def probability(self, feature_of: Mapping[str, float]) -> float:
        """0–1; 0 without features."""
        if not feature_of:
            return 0.0
        logit = self.intercept + sum(weight * feature_of[name] for name, weight in self.weight_of.items())
        return 1 / (1 + math.exp(-max(-30.0, min(30.0, logit))))

    def applies(self, feature_of: Mapping[str, float]) -> bool:
        """Whether every feature lies where the model was fitted."""
        return bool(feature_of) and all(
            low <= feature_of[name] <= high for name, (low, high) in self.range_of.items() if name in feature_of
        )


def load_confidence(path: Path) -> ConfidenceModel:
    """Raises FileNotFoundError or KeyError for a file that is missing or lacks a part."""
    said = json.loads(path.read_text(encoding="utf-8"))
    ranges = {name: (float(low), float(high)) for name, (low, high) in said["range_of"].items()}
    return ConfidenceModel(
        said["version"], float(said["answer_threshold"]), float(said["intercept"]), dict(said["weight_of"]), ranges
    )
