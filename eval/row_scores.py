"""What each question of a run scores: the columns of ``scores.csv``."""

import csv
from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import date
from io import StringIO

from eval.causes import cause_of
from eval.metrics.citing import citation_precision, citation_recall
from eval.metrics.ranking import found_at, ndcg_at, recall_at, reciprocal_rank
from eval.scoring import ScoredRow
from kb_service.domain.answers import Outcome

DEPTHS = (1, 3, 5, 10)
_DEEPEST = DEPTHS[-1]
_OF_ANOTHER_VERSION = "another version"


@dataclass(frozen=True, slots=True)
class RowScores:
    """None (an empty cell) where the question does not speak of it. ``is_ranked``: search was asked with the words of
    this question, and a document is expected. Times in milliseconds."""

    id: str
    types: str
    matter: str | None
    conversation: str | None
    turn: int
    asked_as_of: date | None
    expected: str
    outcome: str
    cause: str | None
    is_courtesy: bool
    is_in_scope: bool
    is_answerable: bool
    is_right: bool
    is_wrong: bool
    is_resolved: bool
    is_ranked: bool
    found_1: bool | None
    found_3: bool | None
    found_5: bool | None
    found_10: bool | None
    recall_1: float | None
    recall_3: float | None
    recall_5: float | None
    recall_10: float | None
    rr_10: float | None
    ndcg_10: float | None
    citations: int
    violations: int
    citation_precision: float | None
    citation_recall: float | None
    cites_version: bool | None
    has_all_facts: bool | None
    says_nothing_forbidden: bool | None
    answers_first: bool | None
    confidence: float
    is_source_known: bool
    label: bool
    is_routed_right: bool | None
    is_matter_right: bool | None
    answer_ms: float

    @property
    def is_answered(self) -> bool:
        return self.outcome == Outcome.ANSWERED.value


def row_scores(row: ScoredRow) -> RowScores:
    was_answered, documents = row.outcome is Outcome.ANSWERED, row.expected_documents
    is_ranked = bool(documents) and not row.conversation
    grades = (row.grades or dict.fromkeys(documents, 1)) if is_ranked else {}
    cited = [_as_expected(row, number) for number in range(len(row.citations))] if was_answered else []
    found = {depth: found_at(row.ranked, grades, depth) for depth in DEPTHS}
    recall = {depth: recall_at(row.ranked, grades, depth) for depth in DEPTHS}
    cause = cause_of(row)
    return RowScores(
        id=row.id,
        types="|".join(row.types),
        matter=row.matter,
        conversation=row.conversation,
        turn=row.turn,
        asked_as_of=row.asked_as_of,
        expected=row.expected_outcome.value,
        outcome=row.outcome.value,
        cause=cause.value if cause else None,
        is_courtesy=row.expected_outcome is Outcome.COURTESY,
        is_in_scope=row.is_in_scope,
        is_answerable=row.is_answerable,
        is_right=row.is_right,
        is_wrong=row.is_wrong,
        is_resolved=row.is_resolved,
        is_ranked=is_ranked,
        found_1=found[1],
        found_3=found[3],
        found_5=found[5],
        found_10=found[10],
        recall_1=recall[1],
        recall_3=recall[3],
        recall_5=recall[5],
        recall_10=recall[10],
        rr_10=reciprocal_rank(row.ranked, grades, _DEEPEST),
        ndcg_10=ndcg_at(row.ranked, grades, _DEEPEST),
        citations=len(row.citations),
        violations=len(row.violations),
        citation_precision=citation_precision(cited, documents),
        citation_recall=citation_recall(cited, documents, needed=1),
        cites_version=row.cites_version,
        has_all_facts=not row.missing_facts if was_answered and row.required_facts else None,
        says_nothing_forbidden=not row.forbidden_facts if was_answered and row.barred_facts else None,
        answers_first=row.fact_first if was_answered and row.required_facts else None,
        confidence=row.confidence,
        is_source_known=row.is_source_known,
        label=row.label,
        is_routed_right=row.is_routed_right,
        is_matter_right=row.is_matter_right,
        answer_ms=row.answer_ms,
    )


def scores_as_csv(scores: Sequence[RowScores]) -> str:
    """A header and a line a question; true and false as 1 and 0."""
    names = [field.name for field in fields(RowScores)]
    text = StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(names)
    writer.writerows([_cell(getattr(each, name)) for name in names] for each in scores)
    return text.getvalue()


def _as_expected(row: ScoredRow, number: int) -> str:
    """The cited document; another name where the first expected one is cited in another version than expected."""
    each = row.citations[number]
    speaks_of_it = each.document_id in row.expected_documents[:1] and row.expected_version_from is not None
    is_version = not speaks_of_it or each.effective_from == row.expected_version_from
    return each.document_id if is_version else _OF_ANOTHER_VERSION


def _cell(value: object) -> object:
    if isinstance(value, bool):
        return int(value)
    return "" if value is None else value
