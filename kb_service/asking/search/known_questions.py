"""Whether a drafted answer would be right for the known questions that are nearest to the one asked.

Known questions are a site's own, with what a right reply to them states; `kb eval calibrate` puts them into the
confidence model that was fitted with them. docs/decisions/0052-known-questions.md has the measurements.
"""

import copy
import functools
import hashlib
import math
from collections import Counter
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from kb_service.ports import ScriptConverter, Vector, Vectors
from kb_service.text.facts import comparable, is_stated
from kb_service.text.terms import bigrams_of

# How many of the nearest are looked at, of how many by meaning alone, and by how much less one counts an e-th part.
_NEAREST, _BY_MEANING = 10, 60
_FADES = 0.04
# How much the same rare words bring beside the cosine: 身份证丢了 and 离婚证丢了 are near in meaning.
_WORDS = 0.2
# The nearness of two questions that have nothing to do with each other, as this model has it.
_UNRELATED = 0.75
# Questions whose nearest are remembered.
_REMEMBERED = 64

KNOWN_FEATURES = (
    "known_nearest",
    "known_right_share",
    "known_right_often",
    "known_right",
    "known_wrong",
    "known_margin",
    "known_declined",
    "known_answerable_share",
)


@dataclass(frozen=True, slots=True)
class KnownQuestion:
    """``text``: as it was understood, with what a conversation carried over. ``facts``: each must be stated,
    alternatives between bars; ``forbidden``: none may be. ``documents``: one of them must be cited, if any is named.
    Not answerable is what no text says: no answer to it is right. ``line``: the id of the suite's line that it is from;
    a conversation is one.
    """

    text: str
    is_answerable: bool
    documents: tuple[str, ...] = ()
    facts: tuple[str, ...] = ()
    forbidden: tuple[str, ...] = ()
    line: str = ""


@dataclass(frozen=True, slots=True)
class Given:
    """What would be answered: its words, the documents and the texts of the passages that it quotes."""

    text: str
    documents: frozenset[str]
    passages: tuple[str, ...]


class KnownQuestions:
    """Built once; never changes."""

    def __init__(
        self,
        questions: Sequence[KnownQuestion],
        passages: Collection[str],
        vectors: Vectors,
        converter: ScriptConverter,
        embed: Callable[[str], Vector],
    ) -> None:
        """``passages``: fingerprints of those that were in force when the questions were judged; ``vectors``:
        (questions, dimensions), normalised; ``embed``: another question, likewise."""
        self._questions = tuple(questions)
        self._passages = frozenset(passages)
        self._vectors = vectors
        self._converter = converter
        self._embed = embed
        self._pairs = [frozenset(bigrams_of(each.text)) for each in questions]
        self._weight_of = _rarity(self._pairs)
        self._most = math.log(max(len(questions), 2))
        self._weights = [self._weight(each) for each in self._pairs]
        self._facts = [_alternatives(each.facts, converter) for each in questions]
        self._forbidden = [_alternatives(each.forbidden, converter) for each in questions]
        self._left_out = frozenset[int]()
        # Several answers to one question are held against them.
        self._nearest = functools.lru_cache(maxsize=_REMEMBERED)(self._looked_for)

    def without_line(self, line: str) -> "KnownQuestions":
        """The same but for those of one line of the suite: so that no question is judged by itself."""
        others = copy.copy(self)
        others._left_out = frozenset(place for place, each in enumerate(self._questions) if each.line == line)
        return others

    def features(self, question: str, given: Given) -> dict[str, float]:
        """Of a question, and what would be answered. Nothing where no question is known, or where a text is quoted that
        was not there when they were judged: what is known then says nothing of it.
        """
        if not self._questions or not all(fingerprint(each) in self._passages for each in given.passages):
            return {}
        nearest, near = self._nearest(question, self._left_out)
        stated = comparable(given.text, self._converter)
        right = np.array([self._would_be_right(int(each), given, stated) for each in nearest])
        answerable = np.array([self._questions[int(each)].is_answerable for each in nearest])
        weight = np.exp((near - near.max()) / _FADES)
        best_right = float(near[right].max(initial=_UNRELATED))
        best_wrong = float(near[~right].max(initial=_UNRELATED))
        values = (
            float(near.max()),
            float(weight[right].sum() / weight.sum()),
            float(right.mean()),
            best_right,
            best_wrong,
            best_right - best_wrong,
            float(near[~answerable].max(initial=_UNRELATED)),
            float(weight[answerable].sum() / weight.sum()),
        )
        return dict(zip(KNOWN_FEATURES, values, strict=True))

    def _looked_for(self, question: str, without: frozenset[int]) -> tuple[NDArray[np.intp], NDArray[np.float64]]:
        """Places of the nearest known questions, the nearest first, and how near they are: −1 to 1.2."""
        cosines = self._vectors @ self._embed(question)
        if without:
            cosines[list(without)] = -1.0
        by_meaning = np.argsort(-cosines)[:_BY_MEANING]
        pairs = frozenset(bigrams_of(question))
        weight = self._weight(pairs)
        shared = [self._shared(pairs, weight, int(each)) for each in by_meaning]
        near = cosines[by_meaning] + _WORDS * np.array(shared)
        order = np.argsort(-near)[:_NEAREST]
        return by_meaning[order], near[order]

    def _shared(self, pairs: frozenset[str], weight: float, place: int) -> float:
        """Of the character pairs of a question and a known one, which share both have (Jaccard 1901), each weighing its
        rarity. ``weight``: of all ``pairs``."""
        both = self._weight(pairs & self._pairs[place])
        either = weight + self._weights[place] - both
        return both / either if either else 0.0

    def _weight(self, pairs: frozenset[str]) -> float:
        return sum(self._weight_of.get(each, self._most) for each in pairs)

    def _would_be_right(self, place: int, given: Given, stated: str) -> bool:
        known = self._questions[place]
        return (
            known.is_answerable
            and (not known.documents or not given.documents.isdisjoint(known.documents))
            and all(is_stated(each, stated) for each in self._facts[place])
            and not any(is_stated(each, stated) for each in self._forbidden[place])
        )


def _rarity(pairs: Sequence[frozenset[str]]) -> dict[str, float]:
    """The logarithm of how many questions there are for each one that has the pair."""
    count = Counter(each for of_one in pairs for each in of_one)
    return {
        each: math.log(len(pairs) / (1 + often)) if often < len(pairs) - 1 else 0.0 for each, often in count.items()
    }


def fingerprint(passage: str) -> str:
    """Short: two texts of one site with the same are one in a thousand million."""
    return hashlib.sha256(passage.encode()).hexdigest()[:12]


def _alternatives(facts: Sequence[str], converter: ScriptConverter) -> list[list[str]]:
    return [[comparable(each, converter) for each in fact.split("|")] for fact in facts]
