"""Which questions a confidence model is given to know, and what they say of answers to others and to themselves."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from eval.questions import SuitePart, SuiteQuestion, part_of
from kb_service.asking.search.known_questions import KNOWN_FEATURES, Given, KnownQuestion, KnownQuestions
from kb_service.domain.answers import Answer, Outcome
from kb_service.ports import ScriptConverter
from kb_service.service import Texts


@dataclass(frozen=True, slots=True)
class Asked:
    """A known question, its answer with the gate open, and whether that was right."""

    question: SuiteQuestion
    answer: Answer
    is_right: bool

    @property
    def is_of_another_day(self) -> bool:
        return bool(self.question.as_of or self.question.expected_version_from or self.answer.understood_as.as_of)

    @property
    def line(self) -> str:
        """The id of the suite's line that it is from: a conversation is one."""
        return self.question.conversation or self.question.id


@dataclass(frozen=True, slots=True)
class Taught:
    """What a model learns of known questions: the questions, the passages in force, and for each answer that was asked
    for its features, those of the other known questions among them."""

    known: tuple[KnownQuestion, ...]
    passages: frozenset[str]
    features: tuple[Mapping[str, float], ...]


def teach(
    asked: Sequence[Asked],
    *,
    passages: Collection[str],
    texts: Texts,
    converter: ScriptConverter,
    part: SuitePart,
    before: Sequence[KnownQuestion] = (),
) -> Taught:
    """``part``: which half of the suite becomes known; the other is left to judge by. ``before``: what is known
    already and stays known."""
    chosen = [each for each in asked if _is_for_all(each) and _is_of(each, part)]
    known = (*before, *(_known(each) for each in chosen))
    return Taught(known, frozenset(passages), held_against(known, asked, texts=texts, converter=converter))


def held_against(
    known: Sequence[KnownQuestion], asked: Sequence[Asked], *, texts: Texts, converter: ScriptConverter
) -> tuple[Mapping[str, float], ...]:
    """The features of each answer, with what known questions of other lines say of it."""
    understood = [each.answer.understood_as.text for each in asked]
    vector_of = texts.preparing.question_vectors([*understood, *(each.text for each in known)])
    vectors = np.array([vector_of[each.text] for each in known], np.float32)
    judge = KnownQuestions(known, (), vectors, converter, vector_of.__getitem__)

    def features(each: Asked) -> Mapping[str, float]:
        plain = {name: value for name, value in each.answer.features.items() if name not in KNOWN_FEATURES}
        if each.is_of_another_day:
            return plain
        others = judge.without_line(each.line)
        return plain | others.features(each.answer.understood_as.text, _given(each.answer))

    return tuple(map(features, asked))


def _is_for_all(each: Asked) -> bool:
    """Not of another day or of one district, where other facts hold; and saying what a right answer is."""
    question = each.question
    if each.is_of_another_day or question.region or question.also_right:
        return False
    if question.is_answerable:
        return bool(question.required_facts)
    return question.expected_outcome is Outcome.HANDED_OVER


def _is_of(each: Asked, part: SuitePart) -> bool:
    return part is SuitePart.ALL or part_of(each.line) is part


def _known(each: Asked) -> KnownQuestion:
    """Where the suite names no document, those of a right answer are meant."""
    question = each.question
    documents = question.expected_documents
    if not documents and each.is_right:
        documents = tuple(dict.fromkeys(citation.document_id for citation in each.answer.citations))
    return KnownQuestion(
        text=each.answer.understood_as.text,
        is_answerable=question.is_answerable,
        documents=documents if question.is_answerable else (),
        facts=question.required_facts if question.is_answerable else (),
        forbidden=question.forbidden_facts if question.is_answerable else (),
        line=each.line,
    )


def _given(answer: Answer) -> Given:
    """What was quoted today is in force today."""
    return Given(answer.text, frozenset(each.document_id for each in answer.citations), passages=())
