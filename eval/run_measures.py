"""What a run measures, each with its n and a 95 % interval: Wilson's for shares, by bootstrap for the rest."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from eval.metrics.bootstrap import bootstrap_interval, interval_of_mean, interval_of_percentile, mean
from eval.metrics.reliability import (
    answered_right,
    expected_calibration_error,
    risk_coverage,
    risk_coverage_area,
)
from eval.row_scores import DEPTHS, RowScores
from eval.statistics import auroc, percentile, rate

Rows = Sequence[RowScores]


class IntervalKind(StrEnum):
    WILSON = "wilson"
    BOOTSTRAP = "bootstrap"


@dataclass(frozen=True, slots=True)
class Measure:
    """``value``: a share, a mean or milliseconds; None, like the bounds, where nothing speaks of it. ``successes``: of
    shares."""

    name: str
    value: float | None
    n: int
    low: float | None
    high: float | None
    interval: IntervalKind
    successes: int | None = None


def measures(rows: Rows) -> list[Measure]:
    """In the order of a reader's interest; docs/evaluation.md says of each what it counts."""
    asked = [row for row in rows if not row.is_courtesy]
    alone = [row for row in asked if not row.conversation]
    return [*_people(asked, alone), *_words(asked), *_ranking(alone), *_citing(rows, asked), *_abstaining(alone),
            *_further(asked, rows)]  # fmt: skip


def _people(asked: Rows, alone: Rows) -> Iterator[Measure]:
    in_scope = [row for row in alone if row.is_in_scope]
    yield _share("right", [row.is_right for row in asked])
    yield _share("wrong", [row.is_wrong for row in asked])
    yield _share("handed_over", [not row.is_answered for row in asked])
    yield _share("wrong_among_answered", [row.is_wrong for row in asked if row.is_answered])
    yield _share("resolution", [row.is_resolved for row in in_scope])
    yield _share("resolution_of_answerable", [row.is_resolved for row in in_scope if row.is_answerable])


def _words(asked: Rows) -> Iterator[Measure]:
    yield _known("facts_present", [row.has_all_facts for row in asked])
    yield _known("facts_absent", [row.says_nothing_forbidden for row in asked])
    yield _known("first_sentence_answers", [row.answers_first for row in asked])


def _ranking(alone: Rows) -> Iterator[Measure]:
    ranked = [row for row in alone if row.is_ranked]
    for depth in DEPTHS:
        yield _known(f"found@{depth}", [getattr(row, f"found_{depth}") for row in ranked])
    for depth in DEPTHS:
        yield _mean(f"recall@{depth}", [getattr(row, f"recall_{depth}") for row in ranked])
    yield _mean("mrr@10", [row.rr_10 for row in ranked])
    yield _mean("ndcg@10", [row.ndcg_10 for row in ranked])


def _citing(rows: Rows, asked: Rows) -> Iterator[Measure]:
    answerable = [row for row in asked if row.is_answerable]
    yield _mean("citation_precision", [row.citation_precision for row in answerable])
    yield _mean("citation_recall", [row.citation_recall for row in answerable])
    yield _share("in_force_violations", [number < row.violations for row in rows for number in range(row.citations)])
    yield _known("as_of_version", [row.cites_version for row in asked if row.asked_as_of])
    yield _share("as_of_right", [row.is_right for row in asked if row.asked_as_of and row.is_answerable])


def _abstaining(alone: Rows) -> Iterator[Measure]:
    """By the confidence alone, whatever was answered: as if the threshold stood anywhere."""
    sure = [row for row in alone if row.is_source_known and row.outcome != "courtesy"]
    yield _of_rows("auroc", sure, lambda rows: auroc(_confidences(rows), _labels(rows)))
    yield _of_rows(
        "risk_coverage_area", sure, lambda rows: risk_coverage_area(risk_coverage(_confidences(rows), _labels(rows)))
    )
    yield _of_rows("resolved_at_5", sure, lambda rows: _resolved_within(rows, 0.05))
    yield _of_rows("resolved_at_10", sure, lambda rows: _resolved_within(rows, 0.10))
    yield _of_rows(
        "calibration_error", sure, lambda rows: expected_calibration_error(_confidences(rows), _labels(rows))
    )


def _further(asked: Rows, rows: Rows) -> Iterator[Measure]:
    yield _known("routing", [row.is_routed_right for row in rows if not row.conversation])
    yield _known("matter", [row.is_matter_right for row in rows if not row.conversation])
    yield _share("follow_ups_right", [row.is_right for row in asked if row.turn > 1])
    of_conversation: dict[str, list[bool]] = {}
    for row in rows:
        if row.conversation:
            of_conversation.setdefault(row.conversation, []).append(row.is_right)
    yield _share("conversations_right", [all(turns) for turns in of_conversation.values()])
    yield _percentile("latency_p50_ms", [row.answer_ms for row in rows], 0.50)
    yield _percentile("latency_p95_ms", [row.answer_ms for row in rows], 0.95)


def _confidences(rows: Rows) -> list[float]:
    return [row.confidence for row in rows]


def _labels(rows: Rows) -> list[bool]:
    return [row.label for row in rows]


def _resolved_within(rows: Rows, accepted: float) -> float | None:
    """The share of the answerable whose first evidence is of an expected document, when so many are answered that at
    most ``accepted`` of the answers are not."""
    if not any(row.is_answerable for row in rows):
        return None
    return answered_right(_confidences(rows), _labels(rows), [row.is_answerable for row in rows], accepted)


def _share(name: str, outcomes: Sequence[bool]) -> Measure:
    found = rate(outcomes)
    if not found.n:
        return Measure(name, None, 0, None, None, IntervalKind.WILSON, 0)
    return Measure(name, found.share, found.n, found.low, found.high, IntervalKind.WILSON, found.successes)


def _known(name: str, outcomes: Sequence[bool | None]) -> Measure:
    return _share(name, [each for each in outcomes if each is not None])


def _mean(name: str, known_or_not: Sequence[float | None]) -> Measure:
    values = [each for each in known_or_not if each is not None]
    low, high = interval_of_mean(values) or (None, None)
    return Measure(name, mean(values), len(values), low, high, IntervalKind.BOOTSTRAP)


def _percentile(name: str, values: Sequence[float], share: float) -> Measure:
    low, high = interval_of_percentile(values, share) or (None, None)
    value = percentile(values, share) if values else None
    return Measure(name, value, len(values), low, high, IntervalKind.BOOTSTRAP)


def _of_rows(name: str, rows: Rows, measure: Callable[[Rows], float | None]) -> Measure:
    low, high = bootstrap_interval(rows, measure) or (None, None)
    return Measure(name, measure(rows) if rows else None, len(rows), low, high, IntervalKind.BOOTSTRAP)
