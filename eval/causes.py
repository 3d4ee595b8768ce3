"""Why a question went wrong: the first stage that failed, in the order in which an answer is made."""

from enum import StrEnum

from eval.scoring import ScoredRow
from kb_service.domain.answers import Outcome, Reason


class CauseOfMiss(StrEnum):
    """What to look at. Named for the stage."""

    VIOLATION = "violation"
    SCOPE = "scope"  # read as out of scope, a fault or a courtesy, or not read as one
    RETRIEVAL = "retrieval"  # the document is not among the ten hits
    RANKING = "ranking"  # it is, but another one leads
    CONFIDENCE = "confidence"  # the right document leads, but the answer was held back
    OVERCONFIDENCE = "overconfidence"  # answered what nothing answers
    CLARIFYING = "clarifying"  # handed over where a question back was expected
    DRAFTER = "drafter"  # the right document was cited, but not the words that answer
    VERSION = "version"
    FORBIDDEN = "forbidden"


def cause_of(row: ScoredRow) -> CauseOfMiss | None:
    """None for a question that went right."""
    if row.violations:
        return CauseOfMiss.VIOLATION
    if row.is_right:
        return None
    if row.expected_outcome is Outcome.ANSWERED:
        return _of_unresolved(row)
    if row.outcome is Outcome.ANSWERED:
        is_about_scope = row.expected_outcome in {Outcome.OUT_OF_SCOPE, Outcome.COURTESY}
        return CauseOfMiss.SCOPE if is_about_scope else CauseOfMiss.OVERCONFIDENCE
    return CauseOfMiss.SCOPE if Outcome.COURTESY in {row.outcome, row.expected_outcome} else CauseOfMiss.CLARIFYING


def _of_unresolved(row: ScoredRow) -> CauseOfMiss:
    if row.outcome is Outcome.COURTESY or (row.outcome is not Outcome.ANSWERED and not _was_doubted(row)):
        return CauseOfMiss.SCOPE
    if row.document_rank is None and row.expected_documents:
        return CauseOfMiss.RETRIEVAL
    if row.expected_documents and not row.label and not row.cites_document:
        return CauseOfMiss.RANKING
    if row.outcome is not Outcome.ANSWERED:
        return CauseOfMiss.CONFIDENCE
    if row.cites_version is False:
        return CauseOfMiss.VERSION
    return CauseOfMiss.DRAFTER if row.missing_facts else CauseOfMiss.FORBIDDEN


def _was_doubted(row: ScoredRow) -> bool:
    """Handed over for want of confidence or source, not because of what the question is about."""
    return bool({Reason.LOW_CONFIDENCE, Reason.NO_SOURCE, Reason.NOT_GROUNDED} & set(row.reasons))
