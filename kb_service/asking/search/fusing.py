"""Two rankings into one: standardise each leg's scores on its own top hits and add them.

Measured better than reciprocal rank fusion on the public-service and statute sets, and unlike it without random ties.
"""

from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from kb_service.ports import Hit, TwoLegs


@dataclass(frozen=True, slots=True)
class FusedHit:
    """A passage with its place in both legs. Scores are None where a leg did not return it; ranks count from 0."""

    passage_id: str
    version_id: str
    document_id: str
    score: float
    dense: float | None
    sparse: float | None
    dense_rank: int | None
    sparse_rank: int | None


@dataclass(frozen=True, slots=True)
class LegShape:
    """How the scores of a leg's hits lie, a passage counting once; zeros for an empty leg.

    ``tenth`` and ``fiftieth`` are the scores at those ranks from 0, of a shorter leg its last.
    """

    mean: float = 0.0
    deviation: float = 0.0
    tenth: float = 0.0
    fiftieth: float = 0.0
    least: float = 0.0


@dataclass(frozen=True, slots=True)
class LegShapes:
    """``sparse_possible``: the score of a passage that says each term of the question without end."""

    dense: LegShape = LegShape()
    sparse: LegShape = LegShape()
    sparse_possible: float = 0.0


NO_LEGS = LegShapes()


def shapes(legs: TwoLegs, *, sparse_possible: float) -> LegShapes:
    return LegShapes(_shape(legs.dense), _shape(legs.sparse), sparse_possible)


def by_nearest_sentence(legs: TwoLegs, cosines: Mapping[str, float], *, weight: float) -> TwoLegs:
    """The dense leg with each passage by its nearest sentence, where that is nearer than the whole passage.

    ``cosines``: of the nearest sentence, by passage id. ``weight``: which part of the way to it counts.
    """

    def nearer(hit: Hit) -> Hit:
        gain = cosines.get(hit.passage_id, hit.score) - hit.score
        return replace(hit, score=hit.score + weight * gain) if gain > 0 else hit

    dense = map(nearer, legs.dense)
    return replace(legs, dense=tuple(sorted(dense, key=lambda hit: (-hit.score, hit.point_id))))


def fuse(legs: TwoLegs, *, dense_weight: float, among: Container[str] | None = None) -> list[FusedHit]:
    """Best first, ties by passage id. A passage that a leg did not return counts as that leg's last.

    ``among``: the passages that are wanted; all, if not given.
    """
    dense = _best_by_passage(legs.dense)
    sparse = _best_by_passage(legs.sparse)
    dense_z, dense_floor = _standardised(dense)
    sparse_z, sparse_floor = _standardised(sparse)
    dense_rank = {passage_id: rank for rank, passage_id in enumerate(dense)}
    sparse_rank = {passage_id: rank for rank, passage_id in enumerate(sparse)}
    fused = []
    for passage_id, hit in (dense | sparse).items():
        if among is not None and passage_id not in among:
            continue
        score = dense_weight * dense_z.get(passage_id, dense_floor)
        score += (1 - dense_weight) * sparse_z.get(passage_id, sparse_floor)
        fused.append(
            FusedHit(
                passage_id=passage_id,
                version_id=hit.version_id,
                document_id=hit.document_id,
                score=score,
                dense=dense[passage_id].score if passage_id in dense else None,
                sparse=sparse[passage_id].score if passage_id in sparse else None,
                dense_rank=dense_rank.get(passage_id),
                sparse_rank=sparse_rank.get(passage_id),
            )
        )
    return sorted(fused, key=lambda each: (-each.score, each.passage_id))


def _best_by_passage(hits: Sequence[Hit]) -> dict[str, Hit]:
    """A passage may have several points (its similar questions); its best one speaks for it."""
    best: dict[str, Hit] = {}
    for hit in sorted(hits, key=lambda each: (-each.score, each.passage_id)):
        best.setdefault(hit.passage_id, hit)
    return best


def _standardised(hits: Mapping[str, Hit]) -> tuple[dict[str, float], float]:
    """Scores as deviations from the leg's mean, and the lowest of them (0 for an empty leg)."""
    if not hits:
        return {}, 0.0
    scores = np.array([hit.score for hit in hits.values()], dtype=np.float64)
    deviations = (scores - scores.mean()) / (scores.std() + 1e-9)
    return dict(zip(hits, deviations.tolist(), strict=True)), float(deviations.min())


def _shape(hits: Sequence[Hit]) -> LegShape:
    scores = [hit.score for hit in _best_by_passage(hits).values()]
    if not scores:
        return LegShape()
    last = len(scores) - 1
    return LegShape(
        mean=float(np.mean(scores)),
        deviation=float(np.std(scores)),
        tenth=scores[min(10, last)],
        fiftieth=scores[min(50, last)],
        least=scores[last],
    )
