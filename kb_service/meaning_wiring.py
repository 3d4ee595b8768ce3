"""Wiring of what compares texts in meaning: vectors of questions, of the names of matters and of sayings."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from kb_service.adapters.embedding.remembering import RememberedVectors
from kb_service.asking.reading.matters import NearestNames, matter_names
from kb_service.domain.matters import Matter
from kb_service.ports import Vector, Vectors
from kb_service.service import Texts

# Six megabytes.
_SAYINGS_REMEMBERED = 4096


@dataclass(frozen=True, slots=True)
class Meaning:
    """Vectors of questions, alone and with what guides call their words, which are embedded side by side."""

    vectors: RememberedVectors
    guide_words: Callable[[str], Sequence[str]]

    def as_put(self, text: str) -> Vector:
        return self._vectors(text)[0]

    def searched(self, text: str) -> Vector:
        """Between the question as it is put and the same with guide words; of length 1."""
        as_put, *with_guide_words = self._vectors(text)
        if not with_guide_words:
            return as_put
        both = as_put + with_guide_words[0]
        between: Vector = (both / np.linalg.norm(both)).astype(np.float32)
        return between

    def ahead(self, texts: Sequence[str]) -> None:
        """Embeds what is going to be searched for, all at once: side by side, and then remembered."""
        self.vectors.of([form for text in texts for form in self._forms(text)])

    def _vectors(self, text: str) -> list[Vector]:
        return self.vectors.of(self._forms(text))

    def _forms(self, text: str) -> list[str]:
        called = self.guide_words(text)
        return [text, " ".join((text, *called))] if called else [text]


def nearest_names(matters: Sequence[Matter], texts: Texts) -> NearestNames:
    """What tells how near a text is to the names of each matter. Their vectors are kept in the database."""
    names = matter_names(matters, texts.converter)
    vector_of = texts.preparing.question_vectors(names.all())
    return NearestNames(
        {each.id: np.array([vector_of[name] for name in names.of(each)], np.float32) for each in matters}
    )


def nearness_of_sayings(
    questions: RememberedVectors, saying_vectors: Callable[[Sequence[str]], Vectors]
) -> Callable[[str, Sequence[str]], Sequence[float]]:
    """The cosines of a question and sayings of passages; the same are asked about again and again."""
    sayings = RememberedVectors(saying_vectors, most=_SAYINGS_REMEMBERED)
    return lambda question, texts: [float(questions.one(question) @ each) for each in sayings.of(texts)]
