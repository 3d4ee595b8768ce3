"""What became of past escalations like a question: departments that resolved them, and those that gave them away.

The nearest lessons vote, by words (bigrams with their IDF) and by meaning. docs/decisions/0040-routing-that-learns.md
"""

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from kb_service.domain.lessons import PEOPLE_NEEDED, Lesson
from kb_service.ports import Vector, Vectors
from kb_service.text.terms import bigrams_of

_NEAREST = 20
# A lesson half as like a question counts a sixteenth.
_SHARPNESS = 4
# As much likeness as a single question half alike has, for no department: few and far lessons say little.
_NOBODY = 0.5**_SHARPNESS
# Of one helper for one department and question, among the twenty nearest.
_VOICES_OF_ONE = 3
# The rarest bigrams of a question that are looked up: a page of text costs no more than a few sentences.
_MOST_BIGRAMS = 64


@dataclass(frozen=True, slots=True)
class PastVotes:
    """Shares by department id, 0–1: of those that resolved the like, and of those that gave it away.

    ``weight``: how much there is of it, 0–1.
    """

    resolved_in: Mapping[str, float] = field(default_factory=dict)
    gave_away: Mapping[str, float] = field(default_factory=dict)
    weight: float = 0.0


NO_VOTES = PastVotes()


class PastEscalations:
    """Lessons that can be asked; never changed once made. Texts are normalised, ``vectors`` are of them, in order."""

    def __init__(
        self, lessons: Sequence[Lesson], vectors: Vectors, *, contradicted: Mapping[str, tuple[str, float]]
    ) -> None:
        """``contradicted``: by matter id, as `domain.lessons.contradicted_matters` gives it."""
        self.contradicted = contradicted
        self._lessons = lessons
        self._words = _Words([each.text for each in lessons])
        self._mean: Vector = vectors.mean(axis=0) if len(lessons) else np.zeros(0, np.float32)
        self._vectors = _of_length_one(vectors - self._mean) if len(lessons) else vectors

    def votes(self, text: str, vector: Vector) -> PastVotes:
        """Of the lessons nearest to a normalised question."""
        if not self._lessons:
            return NO_VOTES
        meaning = np.maximum(self._vectors @ _of_length_one((vector - self._mean)[np.newaxis])[0], 0)
        likeness = (self._words.likeness(text) + meaning) / 2
        nearest = np.argsort(-likeness, kind="stable")[:_NEAREST]
        near = [(self._lessons[each], float(likeness[each]) ** _SHARPNESS) for each in nearest if likeness[each] > 0]
        return _counted(near)


def _counted(near: Sequence[tuple[Lesson, float]]) -> PastVotes:
    """The nearest first. Who asked has one voice for a department, a helper few, and nobody decides alone."""
    weight_of: dict[str, float] = defaultdict(float)
    away_from: dict[str, float] = defaultdict(float)
    people_of: dict[str, set[str]] = defaultdict(set)
    givers_of: dict[str, set[str]] = defaultdict(set)
    voices: Counter[tuple[str, str]] = Counter()
    for lesson, weight in near:
        said_by = [lesson.asker, *lesson.people]
        most = [1, *(_VOICES_OF_ONE for _ in lesson.people)]
        ballots = [(lesson.department_id, each) for each in said_by]
        if any(voices[ballot] >= limit for ballot, limit in zip(ballots, most, strict=True)):
            continue
        voices.update(ballots)
        weight_of[lesson.department_id] += weight
        people_of[lesson.department_id] |= lesson.people
        for each in lesson.gave_away:
            away_from[each] += weight
            givers_of[each] |= lesson.people
    total = sum(weight_of.values()) + _NOBODY
    return PastVotes(
        _shares(weight_of, people_of, total),
        _shares(away_from, givers_of, total),
        (total - _NOBODY) / total,
    )


def _shares(weight_of: Mapping[str, float], people_of: Mapping[str, set[str]], total: float) -> Mapping[str, float]:
    return {name: each / total for name, each in weight_of.items() if len(people_of[name]) >= PEOPLE_NEEDED}


class _Words:
    """Cosines of bigrams weighed by their IDF; each counts once in a text."""

    def __init__(self, texts: Sequence[str]) -> None:
        found = [set(bigrams_of(each)) for each in texts]
        places: dict[str, list[int]] = defaultdict(list)
        for number, bigrams in enumerate(found):
            for each in bigrams:
                places[each].append(number)
        self._unseen = math.log(1 + len(texts))
        self._idf = {each: math.log(1 + len(texts) / len(where)) for each, where in places.items()}
        self._places = {each: np.array(where, np.int64) for each, where in places.items()}
        self._lengths = np.array([self._length(each) or 1.0 for each in found])

    def likeness(self, text: str) -> NDArray[np.float64]:
        bigrams = set(bigrams_of(text))
        if len(bigrams) > _MOST_BIGRAMS:
            bigrams = set(sorted(bigrams, key=lambda each: (-self._idf.get(each, 0.0), each))[:_MOST_BIGRAMS])
        shared = np.zeros(len(self._lengths))
        for each in bigrams & self._places.keys():
            shared[self._places[each]] += self._idf[each] ** 2
        likeness: NDArray[np.float64] = shared / (self._lengths * (self._length(bigrams) or 1.0))
        return likeness

    def _length(self, bigrams: Iterable[str]) -> float:
        return math.sqrt(sum(self._idf.get(each, self._unseen) ** 2 for each in bigrams))


def _of_length_one(rows: Vectors) -> Vectors:
    lengths = np.linalg.norm(rows, axis=1, keepdims=True)
    scaled: Vectors = (rows / np.maximum(lengths, 1e-9)).astype(np.float32)
    return scaled
