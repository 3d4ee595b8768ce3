"""Whether a confidence says what it promises, and what is won by answering only when it is high."""

from collections.abc import Sequence
from dataclasses import dataclass

from kb_service.asking.search.confidence import Risk

BINS = 10
# The 97.5 % quantile of the standard normal distribution.
_Z_95 = 1.96


@dataclass(frozen=True, slots=True)
class Bin:
    """Confidences in ``[low, high)`` (the last includes 1): how many, their mean, and the share that was right."""

    low: float
    high: float
    n: int
    mean_confidence: float
    share_right: float


@dataclass(frozen=True, slots=True)
class OperatingPoint:
    """Answering from ``threshold`` on: which share is answered, and which share of the answered is wrong."""

    threshold: float
    coverage: float
    risk: float


def bins(confidences: Sequence[float], labels: Sequence[bool], *, count: int = BINS) -> list[Bin]:
    """Equal-width bins of a reliability diagram; empty ones are left out."""
    members: list[list[int]] = [[] for _ in range(count)]
    for i, confidence in enumerate(confidences):
        members[min(int(confidence * count), count - 1)].append(i)
    return [
        Bin(
            low=number / count,
            high=(number + 1) / count,
            n=len(inside),
            mean_confidence=sum(confidences[i] for i in inside) / len(inside),
            share_right=sum(labels[i] for i in inside) / len(inside),
        )
        for number, inside in enumerate(members)
        if inside
    ]


def expected_calibration_error(confidences: Sequence[float], labels: Sequence[bool]) -> float | None:
    """Mean distance of confidence and share right over the bins, by n (Naeini et al., AAAI 2015); 0 is best."""
    if not labels:
        return None
    found = bins(confidences, labels)
    return sum(each.n * abs(each.mean_confidence - each.share_right) for each in found) / len(labels)


def risk_coverage(confidences: Sequence[float], labels: Sequence[bool]) -> list[OperatingPoint]:
    """One point for each distinct confidence, highest first (El-Yaniv & Wiener, JMLR 11, 2010)."""
    order = sorted(range(len(labels)), key=lambda i: -confidences[i])
    points: list[OperatingPoint] = []
    wrong = 0
    for answered, i in enumerate(order, start=1):
        wrong += not labels[i]
        is_last_of_equals = answered == len(order) or confidences[order[answered]] != confidences[i]
        if is_last_of_equals:
            points.append(OperatingPoint(confidences[i], answered / len(order), wrong / answered))
    return points


def widest_within(points: Sequence[OperatingPoint], accepted_risk: float) -> OperatingPoint | None:
    """The point that answers most while at most ``accepted_risk`` of its answers are wrong; None if there is none."""
    return max((each for each in points if each.risk <= accepted_risk), key=lambda each: each.coverage, default=None)


def answered_right(
    confidences: Sequence[float],
    labels: Sequence[bool],
    answerable: Sequence[bool],
    accepted_risk: float,
    *,
    unanswerable_share: float | None = None,
) -> float:
    """The largest share of the answerable questions answered right while ``accepted_risk`` of all answers may be wrong.

    ``unanswerable_share``: rows are weighted so that this share of the questions cannot be answered.
    """
    rows, weights = len(answerable), _weights(answerable, unanswerable_share)
    able = sum(weight for weight, each in zip(weights, answerable, strict=True) if each)
    order = sorted(range(rows), key=lambda i: -confidences[i])
    best = right = given = 0.0
    for place, i in enumerate(order):
        given, right = given + weights[i], right + weights[i] * labels[i]
        is_last_of_equals = place + 1 == rows or confidences[order[place + 1]] != confidences[i]
        if is_last_of_equals and given - right <= accepted_risk * given:
            best = max(best, right)
    return best / able if able else 0.0


def thinned_risks(
    confidences: Sequence[float],
    labels: Sequence[bool],
    answerable: Sequence[bool],
    *,
    unanswerable_share: float | None,
) -> list[Risk]:
    """The risk from each whole per cent of confidence on, where somebody more is answered; highest first.

    Rows are weighted so that ``unanswerable_share`` of the questions cannot be answered; None takes them as they are.
    """
    weights = _weights(answerable, unanswerable_share)
    risks: list[Risk] = []
    for percent in range(99, 0, -1):
        inside = [i for i, confidence in enumerate(confidences) if confidence >= percent / 100]
        if not inside:
            continue
        given = sum(weights[i] for i in inside)
        alike = given**2 / sum(weights[i] ** 2 for i in inside)
        wrong = sum(weights[i] for i in inside if not labels[i]) / given
        if not risks or alike > risks[-1].answered:
            risks.append(Risk(percent / 100, round(alike, 2), round(wrong * alike, 2)))
    return risks


def _weights(answerable: Sequence[bool], unanswerable_share: float | None) -> list[float]:
    """A weight a row, 1 on average, so that this share cannot be answered; all 1 without a share, or with one kind."""
    able, rows = sum(answerable), len(answerable)
    if unanswerable_share is None or able in (0, rows):
        return [1.0] * rows
    of_able, of_others = (1 - unanswerable_share) * rows / able, unanswerable_share * rows / (rows - able)
    return [of_able if each else of_others for each in answerable]


def auroc_interval(area: float, *, right: int, wrong: int) -> tuple[float, float]:
    """95 %, from the standard error of Hanley & McNeil, Radiology 143, 1982."""
    pairs, squares = area / (2 - area), 2 * area**2 / (1 + area)
    variance = (area * (1 - area) + (right - 1) * (pairs - area**2) + (wrong - 1) * (squares - area**2)) / (
        right * wrong
    )
    spread = _Z_95 * max(variance, 0.0) ** 0.5
    return max(0.0, area - spread), min(1.0, area + spread)


def risk_coverage_area(points: Sequence[OperatingPoint]) -> float | None:
    """The mean risk over all coverages (Geifman & El-Yaniv, NeurIPS 2017): 0 is best. Equal confidences are answered
    together, so that each of them bears the risk behind the last. None without points."""
    if not points:
        return None
    before = [0.0, *(each.coverage for each in points[:-1])]
    return sum(each.risk * (each.coverage - start) for each, start in zip(points, before, strict=True))
