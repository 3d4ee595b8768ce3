"""The verb of those who read what people said of answers: nothing is to be mended, or this version says it right."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Protocol

from kb_service.domain.calendar import WorkingCalendar
from kb_service.domain.clocks import end_of_working_day
from kb_service.domain.documents import Version
from kb_service.domain.errors import ReasonMissing
from kb_service.domain.feedback import (
    WORKING_DAYS,
    WORKING_DAYS_WHERE_MISLED,
    Feedback,
    FeedbackState,
)

_AT_ONCE = 200
# What was said before that needs nobody any more.
_LOOKS_BACK = timedelta(days=90)


class FeedbackStore(Protocol):
    def without_owner(self, *, since: datetime, limit: int) -> Sequence[Feedback]: ...

    def place(self, number: int, department_id: str | None, *, due_at: datetime, at: datetime) -> None: ...

    def note_breaches(self, at: datetime) -> Sequence[int]: ...

    def decide(self, number: int, values: Mapping[str, Any], *, actor: str, at: datetime) -> Feedback: ...


@dataclass(frozen=True, slots=True)
class FeedbackReview:
    """``version``: by its id. ``department_of``: from a matter's id to its department's."""

    feedback: FeedbackStore
    version: Callable[[str], Version]
    department_of: Callable[[str], str | None]
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

    def run_once(self) -> int:
        """What happens by itself: what is new goes to whose document it is, with its clock, and what is late is noted,
        once; how much was new."""
        placed = 0
        while found := self.feedback.without_owner(since=self.now() - _LOOKS_BACK, limit=_AT_ONCE):
            for each in found:
                self.feedback.place(each.id, self._owner(each), due_at=self.due_at(each), at=self.now())
            placed += len(found)
        self.feedback.note_breaches(self.now())
        return placed

    def _owner(self, feedback: Feedback) -> str | None:
        """Of the first document that was cited and has one, else of the matter."""
        owners = (self.version(each.version_id).metadata.department for each in feedback.cited)
        of_matter = self.department_of(feedback.matter_id) if feedback.matter_id else None
        return next(filter(None, owners), of_matter)

    def due_at(self, feedback: Feedback) -> datetime:
        """By when somebody should have looked: one working day where people may be misled, else five."""
        days = WORKING_DAYS_WHERE_MISLED if feedback.is_misleading else WORKING_DAYS
        return end_of_working_day(feedback.given_at, days, self.calendar())

    def is_late(self, feedback: Feedback) -> bool:
        return feedback.state is FeedbackState.OPEN and self.due_at(feedback) <= self.now()

    def _decided(self, number: int, actor: str, values: Mapping[str, Any]) -> Feedback:
        return self.feedback.decide(number, values, actor=actor, at=self.now())
