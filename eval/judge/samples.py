"""What ragas is given: the questions of a run, and our own pairs of a right answer and one planted to be wrong."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError

from eval.errors import RunNotFound
from eval.questions import SuiteQuestion
from eval.runs import rows_file
from kb_service.domain.answers import Outcome

_PLANTED = Path(__file__).with_name("planted_pairs.jsonl")
_MARK = re.compile(r"\[\d+\]")


class Plain(StrEnum):
    """Computed from texts and ids, always."""

    ID_PRECISION = "id_precision"
    ID_RECALL = "id_recall"
    FACT_PRECISION = "fact_precision"
    FACT_RECALL = "fact_recall"
    STRING_SIMILARITY = "string_similarity"
    BLEU = "bleu_zh"
    CHRF = "chrf"


class Judged(StrEnum):
    """What the judge says, once it is trusted."""

    FAITHFULNESS = "faithfulness"
    ANSWER_RELEVANCY = "answer_relevancy"
    FACTUAL_CORRECTNESS = "factual_correctness"


class Sort(StrEnum):
    """In what the wrong answer of a pair differs from the right one."""

    FIGURE = "figure"
    NEGATION = "negation"
    OMITTED_CONDITION = "omitted condition"


class _Quoted(BaseModel):
    model_config = ConfigDict(extra="ignore")

    quote: str


class RunRow(BaseModel):
    """What is read of a row of a run, whichever version of `kb eval run` wrote it."""

    model_config = ConfigDict(extra="ignore")

    id: str
    question: str
    outcome: Outcome
    text: str
    citations: list[_Quoted] = []
    found: list[str] = []
    expected_documents: list[str] = []
    required_facts: list[str] = []
    is_right: bool | None = None

    @property
    def answer(self) -> str:
        """Without the marks of citations."""
        return _MARK.sub("", self.text).strip() if self.outcome is Outcome.ANSWERED else ""

    @property
    def quotes(self) -> list[str]:
        return [each.quote for each in self.citations]


class Pair(BaseModel):
    """``context``: what our corpus says. ``reference``: the right answer in its shortest words."""

    model_config = ConfigDict(extra="forbid")

    id: str
    sort: Sort
    document: str
    question: str
    context: str
    reference: str
    right: str
    wrong: str


@dataclass(frozen=True, slots=True)
class Sides:
    """Both answers of a pair, as answers of a run are given to a metric."""

    right: Mapping[str, Any]
    wrong: Mapping[str, Any]


def read_rows(run: Path, questions: Sequence[SuiteQuestion] = ()) -> list[RunRow]:
    """``questions``: whose required facts are taken where the rows do not tell them. Raises RunNotFound."""
    file = rows_file(run)
    if not file.exists():
        raise RunNotFound(f"{run} has no {file.name}; name a run that `kb eval run` wrote")
    facts_of = {question.id: list(question.required_facts) for question in questions}
    try:
        rows = [RunRow.model_validate_json(line) for line in file.read_text(encoding="utf-8").splitlines() if line]
    except ValidationError as error:
        raise RunNotFound(f"{file} cannot be read: {error.errors()[0]['msg']}; run it again") from error
    return [
        row if row.required_facts else row.model_copy(update={"required_facts": facts_of.get(row.id, [])})
        for row in rows
    ]


def read_pairs(file: Path = _PLANTED) -> list[Pair]:
    return [Pair.model_validate_json(line) for line in file.read_text(encoding="utf-8").splitlines() if line]


def plain_samples(row: RunRow) -> dict[Plain, Mapping[str, Any]]:
    """By metric, for those that the row says enough for. The reference of an answer are its required facts."""
    samples: dict[Plain, Mapping[str, Any]] = {}
    if row.expected_documents and row.found:
        ids = {"retrieved_context_ids": row.found, "reference_context_ids": row.expected_documents}
        samples |= {Plain.ID_PRECISION: ids, Plain.ID_RECALL: ids}
    if row.required_facts and row.quotes:
        facts = {"retrieved_contexts": row.quotes, "reference_contexts": row.required_facts}
        samples |= {Plain.FACT_PRECISION: facts, Plain.FACT_RECALL: facts}
    if row.required_facts and row.answer:
        words = {"response": row.answer, "reference": reference_of(row)}
        samples |= {Plain.STRING_SIMILARITY: words, Plain.BLEU: words, Plain.CHRF: words}
    return samples


def judged_samples(row: RunRow) -> dict[Judged, Mapping[str, Any]]:
    """By metric, for answered questions."""
    if not row.answer:
        return {}
    samples: dict[Judged, Mapping[str, Any]] = {
        Judged.ANSWER_RELEVANCY: {"user_input": row.question, "response": row.answer}
    }
    if row.quotes:
        samples[Judged.FAITHFULNESS] = _faithfulness(row.question, row.answer, row.quotes)
    if row.required_facts:
        samples[Judged.FACTUAL_CORRECTNESS] = {"response": row.answer, "reference": reference_of(row)}
    return samples


def reference_of(row: RunRow) -> str:
    """The first wording of each required fact."""
    return "；".join(fact.split("|")[0] for fact in row.required_facts)


def sides(pairs: Sequence[Pair], metric: Judged) -> list[Sides]:
    """Both answers of each pair. Relevancy says nothing of truth: there the right answer of another pair is wrong."""
    match metric:
        case Judged.FAITHFULNESS:
            return [
                Sides(
                    _faithfulness(each.question, each.right, [each.context]),
                    _faithfulness(each.question, each.wrong, [each.context]),
                )
                for each in pairs
            ]
        case Judged.FACTUAL_CORRECTNESS:
            return [
                Sides(
                    {"response": each.right, "reference": each.reference},
                    {"response": each.wrong, "reference": each.reference},
                )
                for each in pairs
            ]
        case Judged.ANSWER_RELEVANCY:
            others = [*pairs[len(pairs) // 2 :], *pairs[: len(pairs) // 2]]
            return [
                Sides(
                    {"user_input": each.question, "response": each.right},
                    {"user_input": each.question, "response": other.right},
                )
                for each, other in zip(pairs, others, strict=True)
            ]


def _faithfulness(question: str, answer: str, contexts: Sequence[str]) -> Mapping[str, Any]:
    return {"user_input": question, "response": answer, "retrieved_contexts": list(contexts)}
