"""What people said of answers, and what became of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from kb_service.domain.answers import Outcome
from kb_service.domain.errors import FeedbackStateWrong


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
    version_id: str
    document_id: str
    passage_id: str
    title: str


@dataclass(frozen=True, slots=True)
class Feedback:
    """Without personal data. ``question`` and ``answer`` are empty where their words were erased.

    ``gap_id``: of the gap that the question stands in; ``decision``: why it was dismissed; ``version_id``: the
    version that corrects it.
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

    def require_open(self) -> None:
        """Raises FeedbackStateWrong."""
        if self.state is not FeedbackState.OPEN:
            raise FeedbackStateWrong(f"this feedback is {self.state} already, by {self.decided_by}")


@dataclass(frozen=True, slots=True)
class FeedbackPage:
    feedback: Sequence[Feedback]
    next_cursor: str | None
