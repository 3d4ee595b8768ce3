"""Asking labelled queries of a knowledge base at hand, to learn when its first hit can be trusted."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from eval.errors import SuiteInvalid
from eval.questions import SuiteQuestion
from eval.statistics import Rate, rate
from eval.systems import AnswersQuestions
from kb_service.domain.answers import Outcome


class Query(BaseModel):
    """A question and the ids of the documents that answer it; none when ``answerable`` is false."""

    model_config = ConfigDict(extra="ignore")

    question: str = Field(min_length=1)
    relevant: list[str] = []
    answerable: bool = True
    as_of: date | None = None
    region: str | None = None


@dataclass(frozen=True, slots=True)
class CollectedRow:
    """``label``: the first evidence's document is a relevant one; ``rank`` is the first relevant hit's, from 1."""

    question: str
    outcome: Outcome
    label: bool
    rank: int | None
    confidence: float
    features: dict[str, float]
    evidence: tuple[str, ...]
    relevant: tuple[str, ...]


_ROW = TypeAdapter(CollectedRow)


def collect(system: AnswersQuestions, queries: Path, out: Path, *, depth: int = 10) -> list[CollectedRow]:
    """Ask each query, write a row a line, give the rows. Raises SuiteInvalid for a bad line or none at all."""
    rows = []
    out.parent.mkdir(parents=True, exist_ok=True)
    with out.open("wb") as file:
        for query in read_queries(queries):
            row = _collected(system, query, depth)
            file.write(_ROW.dump_json(row) + b"\n")
            rows.append(row)
    if not rows:
        raise SuiteInvalid(f"{queries} holds no query")
    return rows


def recall_at(rows: list[CollectedRow], depth: int) -> Rate:
    """Over the rows with a relevant document."""
    return rate([row.rank is not None and row.rank <= depth for row in rows if row.relevant])


def read_queries(path: Path) -> Iterator[Query]:
    """Raises SuiteInvalid."""
    if not path.exists():
        raise SuiteInvalid(f"{path} does not exist")
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
        if line.strip():
            try:
                yield Query.model_validate_json(line)
            except ValidationError as error:
                raise SuiteInvalid(f"{path.name}:{number}: {error.errors()[0]['msg']}") from error


def _collected(system: AnswersQuestions, query: Query, depth: int) -> CollectedRow:
    relevant = tuple(query.relevant) if query.answerable else ()
    asked = SuiteQuestion(
        id=query.question,
        text=query.question,
        expected_outcome=Outcome.ANSWERED if relevant else Outcome.HANDED_OVER,
        is_answerable=bool(relevant),
        is_in_scope=True,
        as_of=query.as_of,
        region=query.region,
    )
    answer = system.answer(asked)
    found = [each.document_id for each in system.search(asked, limit=depth)]
    evidence = tuple(each.document_id for each in answer.evidence)
    return CollectedRow(
        question=query.question,
        outcome=answer.outcome,
        label=bool(evidence) and evidence[0] in relevant,
        rank=next((rank for rank, document in enumerate(found, start=1) if document in relevant), None),
        confidence=answer.confidence,
        features=answer.features,
        evidence=evidence,
        relevant=relevant,
    )
