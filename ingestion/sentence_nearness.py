"""How near two statements' sentences are, by the embedding model."""

from collections.abc import Callable, Mapping, Sequence

import numpy as np

from kb_service.ports import Vector
from kb_service.publishing.contradictions import unknown
from kb_service.publishing.figure_statement import FigureStatement

# Some milliseconds each where they are not kept: no upload waits longer than for these.
_MOST_SENTENCES = 24


class SentenceNearness:
    """Implements `contradictions.Nearness` for one examination. Sentences beyond the first 24 are taken to be far."""

    def __init__(self, embed: Callable[[Sequence[str]], Mapping[str, Vector]], *, most: int = _MOST_SENTENCES) -> None:
        """``embed``: sentences to their vectors, as if each were asked."""
        self._embed = embed
        self._most = most
        self._vector_of: dict[str, Vector] = {}

    def __call__(self, one: FigureStatement, other: FigureStatement) -> float:
        new = [each for each in dict.fromkeys((one.sentence, other.sentence)) if each not in self._vector_of]
        if len(self._vector_of) + len(new) > self._most:
            return unknown(one, other)
        self._vector_of |= self._embed(new) if new else {}
        a, b = (self._vector_of[each.sentence] for each in (one, other))
        return float(a @ b / (np.linalg.norm(a) * np.linalg.norm(b)))
