"""What a drafter hands over: statements, and the quotes that back them."""

from collections.abc import Generator, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from kb_service.asking.events import Progress
from kb_service.asking.reading.understanding import Understanding
from kb_service.asking.search.retrieving import Candidate
from kb_service.domain.answers import Drafting
from kb_service.domain.documents import PassageInVersion
from kb_service.text.clauses import Span


@dataclass(frozen=True, slots=True)
class Quote:
    """Words of one passage: ``passage.text[span.start:span.end]``."""

    source: PassageInVersion
    span: Span

    @property
    def text(self) -> str:
        return self.source.passage.text[self.span.start : self.span.end]


@dataclass(frozen=True, slots=True)
class Statement:
    """A sentence or paragraph of an answer, without marks, and which quotes back it, counted from 0.

    Words that state nothing (a greeting, a lead-in) have no quotes.
    """

    text: str
    quotes: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Draft:
    """An answer that may be sent: every statement is backed by the quotes it names.

    ``sayings``: what the first statement is made of, normalised, the one that answers first; empty where a model wrote.
    """

    quotes: tuple[Quote, ...]
    statements: tuple[Statement, ...]
    drafting: Drafting
    sayings: tuple[str, ...] = ()

    @property
    def text(self) -> str:
        """The answer as people read it, with marks counted from 1."""
        return self.marked_from(1)

    def marked_from(self, first: int) -> str:
        """The same where other citations come before it."""
        return "\n".join(each.text + "".join(f"[{at + first}]" for at in each.quotes) for each in self.statements)


class AnswerDrafter(Protocol):
    """Writes an answer from passages, and from nothing else."""

    def draft(
        self, understood: Understanding, candidates: Sequence[Candidate], weight_of: Mapping[str, float]
    ) -> Generator[Progress, None, Draft]:
        """Yields while it works, so that a reader who left stops it; returns a draft that is backed by its quotes.

        ``candidates`` are never empty, best first; ``weight_of``: what the question's bigrams weigh.
        """


def completed(drafting: Generator[Progress, None, Draft]) -> Draft:
    """The draft of one that takes no time worth telling of."""
    while True:
        try:
            next(drafting)
        except StopIteration as end:
            draft: Draft = end.value
            return draft
