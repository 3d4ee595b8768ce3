"""Our embedding model as the peers get it: the folder alone, so that their memory holds nothing of the service."""

from collections.abc import Sequence
from pathlib import Path

from kb_service.adapters.embedding.loading import ModelChoice, load_model


class SameModel:
    """Vectors of length 1 as lists of floats. Questions and passages get the prefixes that the model was trained on."""

    def __init__(self, folder: Path) -> None:
        """Raises EmbeddingModelUnavailable."""
        self._model = load_model(ModelChoice(source=str(folder)))

    @property
    def fingerprint(self) -> str:
        return self._model.fingerprint

    def of_question(self, text: str) -> list[float]:
        return [float(each) for each in self._model.embed_question(text)]

    def of_passages(self, texts: Sequence[str]) -> list[list[float]]:
        return [[float(each) for each in vector] for vector in self._model.embed_passages(list(texts))]
