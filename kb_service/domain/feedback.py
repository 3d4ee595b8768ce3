"""What people said of answers, and what became of it."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from kb_service.domain.answers import Outcome
from kb_service.domain.learning_errors import FeedbackStateWrong


class FeedbackReason(StrEnum):
    """Why an answer did not help."""

    OFF_TOPIC = "off_topic"
    OUTDATED = "outdated"
    UNCLEAR = "unclear"
    INCOMPLETE = "incomplete"
    WRONG = "wrong"


class FeedbackState(StrEnum):
    """CORRECTED: by a version of a document that the answer cited, or another one."""

    OPEN = "open"
    DISMISSED = "dismissed"
    CORRECTED = "corrected"


# Within so many working days somebody looks at it; sooner where people may be misled.
WORKING_DAYS = 5
WORKING_DAYS_WHERE_MISLED = 1
MISLEADING = frozenset({FeedbackReason.OUTDATED, FeedbackReason.WRONG})


@dataclass(frozen=True, slots=True)
class CitedVersion:
    """``start`` and ``end``: of the first quote of it, in code points of its text."""

    version_id: str
    document_id: str
    passage_id: str
    title: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Feedback:
    """Without personal data. ``question`` and ``answer`` are empty where their words were erased.

    ``gap_id``: of the gap that the question stands in; ``decision``: why it was dismissed; ``version_id``: the
    version that corrects it. ``department_id``: whose document was cited, or whose matter it is; known, as ``due_at``,
    within a minute. ``breached_at``: when it was noted to be late.
    """

    id: int
    answer_id: str
    given_at: datetime
    resolved: bool | None
    reason: FeedbackReason | None
    comment: str | None
    question: str
    answer: str
    outcome: Outcome
    matter_id: str | None
    cited: tuple[CitedVersion, ...]
    state: FeedbackState
    gap_id: str | None = None
    decided_at: datetime | None = None
    decided_by: str | None = None
    decision: str | None = None
    version_id: str | None = None
    department_id: str | None = None
    due_at: datetime | None = None
    breached_at: datetime | None = None

    @property
    def is_misleading(self) -> bool:
        return self.reason in MISLEADING

    def require_open(self) -> None:
        """Raises FeedbackStateWrong."""
        if self.state is not FeedbackState.OPEN:
            raise FeedbackStateWrong(f"this feedback is {self.state} already, by {self.decided_by}")


@dataclass(frozen=True, slots=True)
class FeedbackQuery:
    """Each narrows; empty is any. ``late_at``: due before that moment and still open."""

    states: Collection[FeedbackState] = ()
    reasons: Collection[FeedbackReason] = ()
    departments: Collection[str] = ()
    late_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class FeedbackPage:
    feedback: Sequence[Feedback]
    next_cursor: str | None
