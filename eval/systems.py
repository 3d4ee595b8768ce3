"""What can be evaluated: anything that answers, searches, routes, and shows the versions it cites."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from eval.questions import SuiteQuestion
from kb_service.domain.answers import Answer
from kb_service.domain.days import Interval
from kb_service.domain.resolution import EVALUATION

# Answers that were asked to measure are told apart from those of people by this.
CHANNEL = EVALUATION


@dataclass(frozen=True, slots=True)
class FoundPlace:
    """Where a hit leads. ``text``: of the passage; empty where it was not looked at."""

    document_id: str
    version_id: str
    passage_id: str
    text: str = ""


@dataclass(frozen=True, slots=True)
class StoredVersion:
    """A version as the database has it. ``interval`` is None when no view shows it (not approved, withdrawn)."""

    document_id: str
    text: str
    interval: Interval | None


class ShowsSources(Protocol):
    """Anything that shows the versions it cites."""

    def source(self, version_id: str) -> StoredVersion | None:
        """What stands in the database under a cited id; None when nothing does."""


class AnswersQuestions(ShowsSources, Protocol):
    """Anything that can sit the examination."""

    def answer(self, question: SuiteQuestion, *, conversation_id: str | None = None) -> Answer:
        """In a conversation that an earlier answer named, or in one of its own."""

    def search(self, question: SuiteQuestion, *, limit: int) -> Sequence[FoundPlace]:
        """Best first."""

    def departments(self, question: SuiteQuestion) -> Sequence[frozenset[str]]:
        """Most likely first; each with the names it goes by (its id, its name)."""

    def described(self) -> Mapping[str, Any]:
        """What the numbers depend on: knobs, model, size of the knowledge base."""
