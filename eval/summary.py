"""What the rows of a run say together."""

from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from eval.metrics import reliability
from eval.metrics.reliability import Bin, OperatingPoint
from eval.scoring import ScoredRow
from eval.statistics import Rate, auroc, percentile, rate
from kb_service.domain.answers import Outcome

_RECALL_DEPTHS = (1, 3, 5, 10)
# The share of wrong answers that a site accepts unless it says otherwise.
ACCEPTED_ERROR_RATE = 0.10
_HAND_OVERS = {Outcome.HANDED_OVER, Outcome.NO_SOURCE, Outcome.NOT_GROUNDED, Outcome.OUT_OF_SCOPE}


@dataclass(frozen=True, slots=True)
class Calibration:
    """How well the confidence foretells that the first evidence is right; None where it cannot be said."""

    n: int
    auroc: float | None
    expected_calibration_error: float | None
    bins: tuple[Bin, ...]
    risk_coverage: tuple[OperatingPoint, ...]
    widest_within_accepted_error: OperatingPoint | None


@dataclass(frozen=True, slots=True)
class Verdicts:
    """What people get from the replies: ``right`` and ``fact_first`` of all of them, ``near_declined`` of the questions
    near to what the knowledge base holds, which only declining is right for."""

    right: Rate
    wrong_among_answered: Rate
    fact_first: Rate
    near_declined: Rate


@dataclass(frozen=True, slots=True)
class Talk:
    """What became of conversations: of all turns, of those after the first, and of the conversations as a whole."""

    turns: Verdicts
    follow_ups: Verdicts
    whole: Rate


@dataclass(frozen=True, slots=True)
class Summary:
    """Rates over the questions that each is about; courtesies are outside all of them.

    ``questions`` counts turns too; ``verdicts``, ``violations`` and latencies are of all of them, ``talk`` of turns,
    and the rest of questions asked alone.
    """

    questions: int
    verdicts: Verdicts
    verdicts_alone: Verdicts
    verdicts_by_type: dict[str, Verdicts]
    talk: Talk
    resolution: Rate
    resolution_of_answerable: Rate
    answered: Rate
    error_among_answered: Rate
    recall_at: dict[int, Rate]
    cites_document: Rate
    cites_version: Rate
    has_required_facts: Rate
    says_forbidden_fact: Rate
    violations: int
    right_hand_overs: Rate
    wrong_hand_overs: Rate
    confusion: dict[str, dict[str, int]]
    routing: Rate
    matter: Rate
    latency_p50_ms: float
    latency_p95_ms: float
    calibration: Calibration


def summarise(rows: Sequence[ScoredRow]) -> Summary:
    alone = _alone(rows)
    asked = _without_courtesies(alone)
    in_scope = [row for row in asked if row.is_in_scope]
    answered = [row for row in asked if row.outcome is Outcome.ANSWERED]
    sourced = [row for row in asked if row.expected_documents]
    to_be_answered = [row for row in answered if row.expected_documents or row.is_answerable]
    latencies = [row.answer_ms for row in rows]
    return Summary(
        questions=len(rows),
        verdicts=verdicts(rows),
        verdicts_alone=verdicts(alone),
        verdicts_by_type=_by_type(rows),
        talk=talk([row for row in rows if row.conversation]),
        resolution=resolution(rows),
        resolution_of_answerable=rate([row.is_resolved for row in in_scope if row.is_answerable]),
        answered=rate([row.outcome is Outcome.ANSWERED for row in in_scope]),
        error_among_answered=rate([not row.is_resolved for row in answered]),
        recall_at={depth: rate([_is_found(row, depth) for row in sourced]) for depth in _RECALL_DEPTHS},
        cites_document=_of_known(answered, lambda row: row.cites_document),
        cites_version=_of_known(answered, lambda row: row.cites_version),
        has_required_facts=rate([not row.missing_facts for row in to_be_answered]),
        says_forbidden_fact=rate([bool(row.forbidden_facts) for row in to_be_answered]),
        violations=sum(len(row.violations) for row in rows),
        right_hand_overs=rate([_is_handed_over(row) for row in asked if row.expected_outcome in _HAND_OVERS]),
        wrong_hand_overs=rate([_is_handed_over(row) for row in asked if row.expected_outcome is Outcome.ANSWERED]),
        confusion=_confusion(alone),
        routing=_of_known(alone, lambda row: row.is_routed_right),
        matter=_of_known(alone, lambda row: row.is_matter_right),
        latency_p50_ms=percentile(latencies, 0.50),
        latency_p95_ms=percentile(latencies, 0.95),
        calibration=calibration(asked),
    )


def resolution(rows: Sequence[ScoredRow]) -> Rate:
    """Resolved among all questions in scope asked alone, those that the knowledge base cannot answer included."""
    return rate([row.is_resolved for row in _without_courtesies(_alone(rows)) if row.is_in_scope])


def verdicts(rows: Sequence[ScoredRow]) -> Verdicts:
    asked = _without_courtesies(rows)
    near = [row for row in asked if row.expected_outcome is Outcome.HANDED_OVER and not row.also_right]
    return Verdicts(
        right=rate([row.is_right for row in asked]),
        wrong_among_answered=rate([row.is_wrong for row in asked if row.outcome is Outcome.ANSWERED]),
        fact_first=rate([row.fact_first for row in asked]),
        near_declined=rate([row.is_right for row in near]),
    )


def talk(turns: Sequence[ScoredRow]) -> Talk:
    is_whole: dict[str | None, bool] = {}
    for row in turns:
        is_whole[row.conversation] = is_whole.get(row.conversation, True) and row.is_right
    return Talk(
        turns=verdicts(turns),
        follow_ups=verdicts([row for row in turns if row.turn > 1]),
        whole=rate(list(is_whole.values())),
    )


def calibration(rows: Sequence[ScoredRow]) -> Calibration:
    """Over the questions that were searched for and whose source the suite knows."""
    searched = [row for row in rows if row.outcome is not Outcome.COURTESY and row.is_source_known]
    confidences, labels = [row.confidence for row in searched], [row.label for row in searched]
    points = reliability.risk_coverage(confidences, labels)
    return Calibration(
        n=len(searched),
        auroc=auroc(confidences, labels),
        expected_calibration_error=reliability.expected_calibration_error(confidences, labels),
        bins=tuple(reliability.bins(confidences, labels)),
        risk_coverage=tuple(points),
        widest_within_accepted_error=reliability.widest_within(points, ACCEPTED_ERROR_RATE),
    )


def _alone(rows: Sequence[ScoredRow]) -> list[ScoredRow]:
    return [row for row in rows if not row.conversation]


def _without_courtesies(rows: Sequence[ScoredRow]) -> list[ScoredRow]:
    return [row for row in rows if row.expected_outcome is not Outcome.COURTESY]


def _is_found(row: ScoredRow, depth: int) -> bool:
    return row.document_rank is not None and row.document_rank <= depth


def _is_handed_over(row: ScoredRow) -> bool:
    return row.outcome in _HAND_OVERS


def _of_known(rows: Sequence[ScoredRow], claim: Callable[[ScoredRow], bool | None]) -> Rate:
    """The share of true claims among the rows that allow one."""
    return rate([known for known in map(claim, rows) if known is not None])


def _confusion(rows: Sequence[ScoredRow]) -> dict[str, dict[str, int]]:
    """Counts by expected outcome, then by outcome."""
    counted: Mapping[str, Counter[str]] = defaultdict(Counter)
    for row in rows:
        counted[row.expected_outcome.value][row.outcome.value] += 1
    return {expected: dict(sorted(of.items())) for expected, of in sorted(counted.items())}


def _by_type(rows: Sequence[ScoredRow]) -> dict[str, Verdicts]:
    rows_of: Mapping[str, list[ScoredRow]] = defaultdict(list)
    for row in _without_courtesies(rows):
        for each in row.types or ("untyped",):
            rows_of[each].append(row)
    return {name: verdicts(of) for name, of in sorted(rows_of.items())}
