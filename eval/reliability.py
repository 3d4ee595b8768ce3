"""Whether a confidence says what it promises, and what is won by answering only when it is high."""

from collections.abc import Sequence
from dataclasses import dataclass

BINS = 10


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
