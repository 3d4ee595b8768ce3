"""A confidence model fitted on the site's own questions, proposed by one person and taken into use by another."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from kb_service.domain.resolution import Share
from kb_service.domain.shares import paired_interval


@dataclass(frozen=True, slots=True)
class Dot:
    """Questions of about the same confidence: the mean of it, and the share that was right."""

    confidence: float
    right: float
    n: int


@dataclass(frozen=True, slots=True)
class Outlook:
    """What a model does with questions that its fit had not seen: answered from ``threshold`` on, resolved of all,
    ``wrong`` of the answered."""

    threshold: float
    answered: Share
    resolved: Share
    wrong: Share
    auroc: float | None
    calibration_error: float | None
    dots: tuple[Dot, ...]


@dataclass(frozen=True, slots=True)
class PairedChange:
    """Of the same questions: the share of them for which something holds after less that before, and its 95 %
    interval. ``gained``: for how many it holds only after, ``lost``: only before."""

    gained: int
    lost: int
    difference: float
    low: float
    high: float


def change(before: Sequence[bool], after: Sequence[bool]) -> PairedChange:
    """The same questions in the same order."""
    pairs = list(zip(before, after, strict=True))
    gained, lost = pairs.count((False, True)), pairs.count((True, False))
    return PairedChange(gained, lost, (gained - lost) / max(len(pairs), 1), *paired_interval(gained, lost, len(pairs)))


@dataclass(frozen=True, slots=True)
class CalibrationProposal:
    """``sha256``: of the model's file. ``suite``: the questions' name, ``questions``: how many were asked.
    ``accepted_error``: the share of answers that may be wrong. ``resolved``, ``wrong``: what changes, of all asked."""

    version: str
    sha256: str
    proposed_by: str
    proposed_at: datetime
    suite: str
    questions: int
    before: Outlook
    after: Outlook
    accepted_error: float
    resolved: PairedChange
    wrong: PairedChange

    @property
    def shows_gain(self) -> bool:
        """More is resolved within the accepted share of wrong answers; or fewer answers are wrong and no fewer
        questions are resolved, unless more than the accepted share were wrong. By the intervals, not by what was seen
        of these questions alone."""
        keeps = (self.after.wrong.rate or 0.0) <= self.accepted_error or self.wrong.high < 0
        broke = self.before.wrong.low > self.accepted_error
        more = self.resolved.low > 0 and keeps
        return more or (self.wrong.high < 0 and (self.resolved.high >= 0 or broke))
