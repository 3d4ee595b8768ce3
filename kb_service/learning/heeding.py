"""The verb of those who read what people said of answers: nothing is to be mended, or this version says it right."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from kb_service.domain.calendar import WorkingCalendar
from kb_service.domain.clocks import end_of_working_day
from kb_service.domain.documents import Version
from kb_service.domain.errors import ReasonMissing
from kb_service.domain.feedback import (
    MISLEADING,
    WORKING_DAYS,
    WORKING_DAYS_WHERE_MISLED,
    Feedback,
    FeedbackState,
)


class Said(Protocol):
    def decide(self, number: int, values: Mapping[str, Any], *, actor: str, at: datetime) -> Feedback: ...


@dataclass(frozen=True, slots=True)
class HeedingFeedback:
    """``version``: by its id."""

    said: Said
    version: Callable[[str], Version]
    calendar: Callable[[], WorkingCalendar]
    now: Callable[[], datetime]

    def dismiss(self, number: int, reason: str, *, actor: str) -> Feedback:
        """Raises FeedbackNotFound, FeedbackStateWrong, ReasonMissing."""
        if not reason.strip():
            raise ReasonMissing("what is dismissed says why; give a reason")
        return self._decided(number, actor, {"state": FeedbackState.DISMISSED, "decision": reason})

    def correct(self, number: int, version_id: str, *, actor: str) -> Feedback:
        """Raises FeedbackNotFound, FeedbackStateWrong, VersionNotFound."""
        version = self.version(version_id)
        return self._decided(number, actor, {"state": FeedbackState.CORRECTED, "version_id": version.id})

    def due_at(self, feedback: Feedback) -> datetime:
        """By when somebody should have looked: one working day where people may be misled, else five."""
        days = WORKING_DAYS_WHERE_MISLED if feedback.reason in MISLEADING else WORKING_DAYS
        return end_of_working_day(feedback.given_at, days, self.calendar())

    def is_late(self, feedback: Feedback) -> bool:
        return feedback.state is FeedbackState.OPEN and self.due_at(feedback) <= self.now()

    def _decided(self, number: int, actor: str, values: Mapping[str, Any]) -> Feedback:
        return self.said.decide(number, values, actor=actor, at=self.now())
