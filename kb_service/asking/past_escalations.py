"""What became of past escalations like a question: departments that resolved them, and those that gave them away.

The nearest lessons vote, by words (bigrams with their IDF) and by meaning. docs/decisions/0041-routing-that-learns.md
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
# So many are looked at until twenty are heard: who repeats themselves keeps nobody else from it.
_LOOKED_AT = 400
# A lesson half as like a question counts a quarter.
_SHARPNESS = 2
# So much of it speaks for no department: few and far lessons say little.
_NOBODY = 0.3**_SHARPNESS
# Lessons of no department, when it is counted how often each comes by chance: the first few are not all there is.
_CHANCE = 20
# Of one helper for one department and question, among the twenty nearest.
_VOICES_OF_ONE = 3
# The rarest bigrams of a question that are looked up: a page of text costs no more than a few sentences.
_MOST_BIGRAMS = 64


@dataclass(frozen=True, slots=True)
class PastVotes:
    """Shares by department id, 0–1: of those that resolved the like, beyond what comes by chance, at most 1 together;
    and of those that gave it away."""

    resolved_in: Mapping[str, float] = field(default_factory=dict)
    gave_away: Mapping[str, float] = field(default_factory=dict)


NO_VOTES = PastVotes()


class PastEscalations:
    """Lessons that can be asked; never changed once made. Texts are normalised, ``vectors`` are of them, in order."""

    def __init__(
        self, lessons: Sequence[Lesson], vectors: Vectors, *, contradicted: Mapping[str, tuple[str, float]]
    ) -> None:
        """``contradicted``: by matter id, as `domain.lessons.contradicted_matters` gives it."""
        self.contradicted = contradicted
        self._lessons = lessons
        self._chance_of = {
            name: count / (len(lessons) + _CHANCE)
            for name, count in Counter(each.department_id for each in lessons).items()
        }
        self._words = _Words([each.text for each in lessons])
        self._mean: Vector = vectors.mean(axis=0) if len(lessons) else np.zeros(0, np.float32)
        self._vectors = _of_length_one(vectors - self._mean) if len(lessons) else vectors

    def votes(self, text: str, vector: Vector) -> PastVotes:
        """Of the lessons nearest to a normalised question."""
        if not self._lessons:
            return NO_VOTES
        # `@` wakes the threads of BLAS, for which a question waits tens of milliseconds on a busy machine.
        own = _of_length_one((vector - self._mean)[np.newaxis])[0]
        meaning = np.maximum(np.einsum("ij,j->i", self._vectors, own), 0)
        likeness = (self._words.likeness(text) + meaning) / 2
        nearest = np.argsort(-likeness, kind="stable")[:_LOOKED_AT]
        near = zip(nearest.tolist(), likeness[nearest].tolist(), strict=True)
        return self._counted(_heard((self._lessons[each], how_like) for each, how_like in near if how_like > 0))

    def _counted(self, heard: Sequence[tuple[Lesson, float]]) -> PastVotes:
        """Where one department resolves most of everything, that the nearest are its own says nothing; that the very
        same question was, does."""
        resolved, away = _Ballots(), _Ballots()
        for lesson, likeness in heard:
            resolved.add(lesson.department_id, lesson, likeness)
            for each in lesson.gave_away:
                away.add(each, lesson, likeness)
        total = sum(likeness**_SHARPNESS for _, likeness in heard) + _NOBODY
        beyond_chance: dict[str, float] = {}
        for name, weight in resolved.of_several_people().items():
            chance = self._chance_of[name] * (1 - resolved.best_of[name])
            if (share := weight / total) > chance:
                beyond_chance[name] = (share - chance) / (1 - chance)
        gave_away = {name: weight / total for name, weight in away.of_several_people().items()}
        return PastVotes(beyond_chance, gave_away)


class _Ballots:
    def __init__(self) -> None:
        self.best_of: dict[str, float] = {}
        self._weight_of: dict[str, float] = defaultdict(float)
        self._people_of: dict[str, set[str]] = defaultdict(set)

    def add(self, name: str, lesson: Lesson, likeness: float) -> None:
        self.best_of[name] = max(likeness, self.best_of.get(name, 0.0))
        self._weight_of[name] += likeness**_SHARPNESS
        self._people_of[name] |= lesson.people

    def of_several_people(self) -> Mapping[str, float]:
        return {name: weight for name, weight in self._weight_of.items() if len(self._people_of[name]) >= PEOPLE_NEEDED}


def _heard(near: Iterable[tuple[Lesson, float]]) -> list[tuple[Lesson, float]]:
    """The nearest first. Who asked has one voice for a department, and a helper few."""
    heard: list[tuple[Lesson, float]] = []
    voices: Counter[tuple[str, str]] = Counter()
    for lesson, likeness in near:
        ballots = {(lesson.department_id, lesson.asker): 1}
        ballots |= {(lesson.department_id, each): _VOICES_OF_ONE for each in lesson.people}
        if all(voices[ballot] < most for ballot, most in ballots.items()):
            voices.update(ballots.keys())
            heard.append((lesson, likeness))
            if len(heard) == _NEAREST:
                break
    return heard


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
