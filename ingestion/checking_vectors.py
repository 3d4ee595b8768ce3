"""Whether the index, and what is kept to make it from, are what the stored texts give.

Of every point: vector and weights of words against what is kept. Of everything that is kept: whether a vector is one of
unit length, and whether there are as many words as the text has at least. Of some, others each time: vector and words
computed anew from the text; of all it would take minutes.
"""

from collections.abc import Iterator, Mapping, Sequence
from random import Random

import numpy as np

from ingestion.preparing import Preparing
from ingestion.surfaces import Surface
from kb_service.domain.documents import PassageInVersion, VersionState
from kb_service.ports import PassageIndex, SparseVector, TermCounts, Vector
from kb_service.text.terms import TermStatistics, bigrams_of, passage_vector

_ANEW = "compute them from the texts with `kb reindex --anew`"
_EMBEDDED_ANEW = 16
_COUNTED_ANEW = 1_000
# Cosines: of a vector that was only stored and read, and of one that another processor may have computed (a model is
# taken into use whose vectors are nearer than .995 to its references).
_SAME_VECTOR = 0.999
_SAME_TEXT = 0.98
# A passage's words begin with the name of its matter: after another was given, the statistics are older for a while.
_STATISTICS_OFF = 0.05
_COUNTED_AT_ONCE = 4_000


class VectorCheck:
    """One run of it: document by document, then the rest."""

    def __init__(self, *, preparing: Preparing, index: PassageIndex, mean_terms: float, chance: Random) -> None:
        """``mean_terms``: what the weights in the index were made with. ``chance`` picks what is computed anew."""
        self._preparing = preparing
        self._index = index
        self._mean_terms = mean_terms
        self._chance = chance
        self._share = _COUNTED_ANEW / max(index.count(), 1)
        self._seen = 0
        self._picked: list[tuple[Surface, Vector]] = []
        self._counted = TermStatistics.empty()
        self._to_count: list[TermCounts] = []

    def of_document(self, document_id: str, passages: Sequence[PassageInVersion]) -> Iterator[str]:
        """What is wrong with its points; call it for documents that the index has followed."""
        surfaces = self._preparing.surfaces(passages)
        vector_of, terms_of = self._preparing.kept(surfaces)
        for surface in surfaces:
            if surface.dense_key in vector_of:
                self._pick(surface, vector_of[surface.dense_key])
        miscounted = [
            each.sparse_key
            for each in surfaces
            if each.sparse_key in terms_of and not self._counts(terms_of[each.sparse_key], each)
        ]
        if miscounted:
            yield f"the kept words of {len(miscounted)} texts are not theirs, first {miscounted[0]}; {_ANEW}"
        self._count(passages, surfaces, terms_of)
        yield from self._of_points(document_id, {each.point_id: each for each in surfaces}, vector_of, terms_of)

    def of_the_rest(self) -> Iterator[str]:
        """What is wrong with the kept vectors: their lengths, and some of them against their texts."""
        if faulty := self._preparing.faulty_vectors():
            yield f"{len(faulty)} kept vectors have no direction, first of the text {min(faulty)}; {_ANEW}"
        anew = self._preparing.embedded_anew([surface for surface, _ in self._picked])
        for (surface, kept), computed in zip(self._picked, anew, strict=True):
            if not _point_alike(kept, computed, at_least=_SAME_TEXT):
                yield f"the kept vector of point {surface.point_id} is not that of its text; {_ANEW}"

    def of_statistics(self, kept: TermStatistics) -> Iterator[str]:
        """``kept``: what questions are weighed with; call it when the index has followed every document."""
        self._count_up()
        if kept.passages != self._counted.passages or not _are_near(kept, self._counted):
            yield f"what questions are weighed with does not count the published passages; {_ANEW}"

    def _of_points(
        self,
        document_id: str,
        surface_of: Mapping[str, Surface],
        vector_of: Mapping[str, Vector],
        terms_of: Mapping[str, TermCounts],
    ) -> Iterator[str]:
        other_vectors, other_words = [], []
        for point_id, (dense, sparse) in self._index.vectors_of_document(document_id).items():
            if (surface := surface_of.get(point_id)) is None:
                continue
            # What is not kept reads otherwise since, as when its matter was given another name: then it only has to
            # be a vector, and to have words.
            if not _point_alike(dense, vector_of.get(surface.dense_key, dense)):
                other_vectors.append(point_id)
            terms = terms_of.get(surface.sparse_key)
            if not (self._weighs(sparse, terms) if terms is not None else sparse.term_ids.size):
                other_words.append(point_id)
        for wrong, what in ((other_vectors, "vectors"), (other_words, "weights of words")):
            if wrong:
                yield f"{what} of {len(wrong)} points are not those of their texts; make them anew with `kb reindex`"

    def _weighs(self, words: SparseVector, terms: TermCounts) -> bool:
        return _weigh_alike(words, passage_vector(terms, mean_length=self._mean_terms))

    def _counts(self, kept: TermCounts, surface: Surface) -> bool:
        """Whether these are the surface's words, exactly for some; at least its bigrams are words of every text."""
        if self._chance.random() < self._share:
            return _are_equal(kept, self._preparing.counted_anew(surface))
        return int(kept.counts.sum()) >= len(bigrams_of(surface.sparse_text))

    def _pick(self, surface: Surface, kept: Vector) -> None:
        """Each of all that are seen with the same chance (Vitter 1985, algorithm R)."""
        self._seen += 1
        if len(self._picked) < _EMBEDDED_ANEW:
            self._picked.append((surface, kept))
        elif (place := self._chance.randrange(self._seen)) < _EMBEDDED_ANEW:
            self._picked[place] = surface, kept

    def _count(
        self, passages: Sequence[PassageInVersion], surfaces: Sequence[Surface], terms_of: Mapping[str, TermCounts]
    ) -> None:
        """Of own surfaces only, as `PublishedStatistics`; a point of one has its passage's id."""
        published = {each.passage.id for each in passages if each.state is VersionState.APPROVED}
        self._to_count += [
            terms_of[each.sparse_key] if each.sparse_key in terms_of else self._preparing.counted_anew(each)
            for each in surfaces
            if each.point_id in published
        ]
        if len(self._to_count) >= _COUNTED_AT_ONCE:
            self._count_up()

    def _count_up(self) -> None:
        self._counted, self._to_count = self._counted.plus(self._to_count), []


def _are_equal(left: TermCounts, right: TermCounts) -> bool:
    return np.array_equal(left.term_ids, right.term_ids) and np.array_equal(left.counts, right.counts)


def _weigh_alike(left: SparseVector, right: SparseVector) -> bool:
    return np.array_equal(left.term_ids, right.term_ids) and np.allclose(left.weights, right.weights, rtol=1e-3)


def _point_alike(left: Vector, right: Vector, *, at_least: float = _SAME_VECTOR) -> bool:
    """Vectors of unit length; anything else points nowhere."""
    return left.shape == right.shape and bool(float(left @ right) >= at_least)


def _are_near(left: TermStatistics, right: TermStatistics) -> bool:
    """Whether they differ in a small share of what they count."""
    term_ids = np.union1d(left.term_ids, right.term_ids)
    counts = np.zeros((2, len(term_ids)), dtype=np.int64)
    for row, each in zip(counts, (left, right), strict=True):
        row[np.searchsorted(term_ids, each.term_ids)] = each.frequencies
    return bool(np.abs(counts[0] - counts[1]).sum() <= _STATISTICS_OFF * max(1, counts[1].sum()))
