"""The best passages read once more, each together with the question, by a cross-encoder."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from kb_service.asking.search.retrieving import Candidate
from kb_service.ports import Reranker

# A pair takes a cross-encoder tens of milliseconds: as many as are worth waiting for.
DEPTH = 20
WEIGHT = 0.5


def reranked(
    question_text: str,
    candidates: Sequence[Candidate],
    reranker: Reranker,
    *,
    depth: int = DEPTH,
    weight: float = WEIGHT,
) -> list[Candidate]:
    """The candidates, best first, ties by passage id; the first ``depth`` of them with scores that the reranker shares.

    Its scores are standardised over those and moved to their mean, since its own scale means nothing here: a new score
    is on the scale of fused scores, standard deviations, and compares with that of candidates it has not read.
    ``weight``: its share, 0 to 1. Scores that are all alike say nothing and change nothing. Raises RerankerUnavailable.
    """
    read, unread = candidates[:depth], candidates[depth:]
    if len(read) < 2:
        return list(candidates)
    scores = np.array(reranker.scores(question_text, [each.text for each in read]), dtype=np.float64)
    if np.ptp(scores) < 1e-9:
        return list(candidates)
    deviations = (scores - scores.mean()) / scores.std()
    mean = float(np.mean([each.score for each in read]))
    mixed = [
        replace(each, score=(1 - weight) * each.score + weight * (mean + deviation))
        for each, deviation in zip(read, deviations.tolist(), strict=True)
    ]
    return sorted([*mixed, *unread], key=lambda each: (-each.score, each.hit.passage_id))
