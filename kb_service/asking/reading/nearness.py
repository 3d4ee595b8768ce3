"""How near a question is to each matter: by the vectors of all names and aliases, embedded as if somebody asked them.

docs/decisions/0022-finding-the-matter.md has the measurements.
"""

from collections.abc import Mapping, Sequence

import numpy as np

from kb_service.ports import Vector, Vectors

# All short texts look alike to an embedding model. What they have in common is taken off; fewer names do not show it.
_FEWEST_NAMES = 20


class NearestNames:
    """Built once; never changes."""

    def __init__(self, vectors_by_matter: Mapping[str, Vectors]) -> None:
        """``vectors_by_matter``: (names, dimensions), by the matter's id; none of them empty."""
        self._matter_ids = sorted(vectors_by_matter)
        counts = [len(vectors_by_matter[each]) for each in self._matter_ids]
        self._is_known = sum(counts) >= _FEWEST_NAMES
        if not self._is_known:
            return
        names = np.concatenate([vectors_by_matter[each] for each in self._matter_ids])
        self._common = names.mean(axis=0)
        self._names = _unit(names - self._common)
        self._starts = np.cumsum([0, *counts[:-1]])

    def nearness(self, question: Vector) -> dict[str, float]:
        """The cosine (−1 to 1) of the nearest name, by the matter's id; nothing where too few names are known."""
        if not self._is_known:
            return {}
        cosines = self._names @ _unit(question - self._common)
        return dict(zip(self._matter_ids, np.maximum.reduceat(cosines, self._starts).tolist(), strict=True))


def _unit(vectors: Vectors) -> Vectors:
    unit: Vectors = (vectors / (np.linalg.norm(vectors, axis=-1, keepdims=True) + 1e-9)).astype(np.float32)
    return unit


def nearest(nearness: Mapping[str, float]) -> Sequence[tuple[str, float]]:
    """Matters with their nearness, the nearest first, ties by id."""
    return sorted(nearness.items(), key=lambda each: (-each[1], each[0]))
