"""A confidence model fitted on the site's own questions, proposed by one person and taken into use by another."""

from dataclasses import dataclass
from datetime import datetime

from kb_service.domain.resolution import Share


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
class CalibrationProposal:
    """``sha256``: of the model's file. ``suite``: the questions' name, ``questions``: how many were asked."""

    version: str
    sha256: str
    proposed_by: str
    proposed_at: datetime
    suite: str
    questions: int
    before: Outlook
    after: Outlook
