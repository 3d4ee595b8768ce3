"""Whether a drafted answer would be right for the known questions that are nearest to the one asked.

Known questions are a site's own, with what a right reply to them states; `kb eval calibrate` puts them into the
confidence model that was fitted with them. docs/decisions/0052-known-questions.md has the measurements.
"""

import hashlib
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass

import numpy as np

from kb_service.ports import ScriptConverter, Vector, Vectors
from kb_service.text.facts import comparable, is_stated

# How many of the nearest are looked at, and by how much less of a cosine one counts an e-th part.
_NEAREST = 10
_FADES = 0.02
# The cosine of two questions that have nothing to do with each other, as this model has it.
_UNRELATED = 0.75

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
    Not answerable is what no text says: no answer to it is right.
    """

    text: str
    is_answerable: bool
    documents: tuple[str, ...] = ()
    facts: tuple[str, ...] = ()
    forbidden: tuple[str, ...] = ()


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
        self._facts = [_alternatives(each.facts, converter) for each in questions]
        self._forbidden = [_alternatives(each.forbidden, converter) for each in questions]

    def features(self, question: str, given: Given, *, without: Collection[int] = ()) -> dict[str, float]:
        """Of a question, and what would be answered. Nothing where no question is known, or where a text is quoted that
        was not there when they were judged: what is known then says nothing of it.

        ``without``: places of known questions that are left out, so that a question is not judged by itself.
        """
        if not self._questions or not all(fingerprint(each) in self._passages for each in given.passages):
            return {}
        cosines = self._vectors @ self._embed(question)
        if without:
            cosines[list(without)] = -1.0
        count = min(_NEAREST, len(cosines))
        nearest = np.argpartition(-cosines, count - 1)[:count]
        near = cosines[nearest]
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

    def _would_be_right(self, place: int, given: Given, stated: str) -> bool:
        known = self._questions[place]
        return (
            known.is_answerable
            and (not known.documents or not given.documents.isdisjoint(known.documents))
            and all(is_stated(each, stated) for each in self._facts[place])
            and not any(is_stated(each, stated) for each in self._forbidden[place])
        )


def fingerprint(passage: str) -> str:
    """Short: two texts of one site with the same are one in a thousand million."""
    return hashlib.sha256(passage.encode()).hexdigest()[:12]


def _alternatives(facts: Sequence[str], converter: ScriptConverter) -> list[list[str]]:
    return [[comparable(each, converter) for each in fact.split("|")] for fact in facts]
