"""What became of one question, before it is an Answer: the action and the text, apart from each other."""

from dataclasses import dataclass

from kb_service.asking.drafting.drafts import Draft
from kb_service.asking.reading.understanding import Understanding
from kb_service.asking.search.retrieving import Candidate, QuestionTerms
from kb_service.domain.answers import Citation, Clarification, DepartmentRef, Notice, Outcome, Reason


@dataclass(frozen=True, slots=True)
class Found:
    """What retrieval gave, and how sure we are of its best document."""

    candidates: tuple[Candidate, ...] = ()
    terms: QuestionTerms | None = None
    features: dict[str, float] | None = None
    confidence: float = 0.0
    confidence_applies: bool = False
    is_sure: bool = False


@dataclass(frozen=True, slots=True)
class Reply:
    """``text`` is a fixed wording; an answer has a draft instead. ``reasons`` say why a question was not answered."""

    outcome: Outcome
    text: str = ""
    reasons: tuple[Reason, ...] = ()
    department: DepartmentRef | None = None
    draft: Draft | None = None
    citations: tuple[Citation, ...] = ()
    notices: tuple[Notice, ...] = ()
    clarification: Clarification | None = None
    related: tuple[str, ...] = ()

    @property
    def has_failed(self) -> bool:
        """The person did not get what was asked for."""
        return self.outcome not in {Outcome.ANSWERED, Outcome.CLARIFY, Outcome.COURTESY}


@dataclass(frozen=True, slots=True)
class Part:
    """One question of a message."""

    understood: Understanding
    found: Found
    reply: Reply

    def said(self, first_mark: int) -> str:
        """Its text; marks count from ``first_mark``."""
        return self.reply.draft.marked_from(first_mark) if self.reply.draft else self.reply.text
