"""The verbs of learning, as doors and jobs hold them."""

from dataclasses import dataclass

from kb_service.learning.asking_again import AskingAgain
from kb_service.learning.closing import Closing
from kb_service.learning.collecting import Collecting
from kb_service.learning.feedback_review import FeedbackReview
from kb_service.learning.ledger import Ledger
from kb_service.learning.recurring import FindingRecurring
from kb_service.learning.writing import Writing


@dataclass(frozen=True, slots=True)
class LearningVerbs:
    collecting: Collecting
    writing: Writing
    closing: Closing
    finding_recurring: FindingRecurring
    feedback_review: FeedbackReview
    asking_again: AskingAgain
    ledger: Ledger

    def run_once(self) -> None:
        """What happens by itself: new questions are grouped before gaps are closed, and clocks are noted."""
        self.feedback_review.run_once()
        self.collecting.collect()
        self.closing.run_once()
        self.ledger.run_once()
        self.finding_recurring.run_once()
