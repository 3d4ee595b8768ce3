"""Which clauses of the sources a clause of a draft restates."""

from collections import Counter
from collections.abc import Hashable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from kb_service.asking.checking.segments import CanonicalClause, Detail, Segment, clauses_of, joined, segments_of
from kb_service.asking.checking.words import CheckingWords, FoundOperator
from kb_service.domain.documents import PassageInVersion
from kb_service.ports import ScriptConverter
from kb_service.text.clauses import uncovered

# Alike is alike: more ties than these are lines of a form.
_MOST_TIES = 12


class Source:
    """A passage as it is checked against; ``number`` counts the passages from 0. ``context``: what stands above it."""

    def __init__(self, found: PassageInVersion, number: int, words: CheckingWords, converter: ScriptConverter) -> None:
        self.number = number
        self.segments = [each for each in segments_of(found, number, words, converter) if each.clauses]
        self.is_reply = found.metadata.question is not None and found.passage.ordinal == 0
        above = (found.metadata.title, found.metadata.question, *found.passage.heading_path)
        self.context = [clause for each in above if each for clause in clauses_of(each, words, converter)]
        self.headings = " ".join(found.passage.heading_path)

    def begins_with(self, clauses: Sequence[CanonicalClause]) -> bool:
        """Whether it is the answer of a Q&A that begins so: 可以。"""
        first = self.segments[0].clauses if self.is_reply and self.segments else ()
        return bool(clauses) and [each.text for each in first] == [each.text for each in clauses]

    @cached_property
    def context_pairs(self) -> frozenset[str]:
        return frozenset(pair for clause in self.context for pair in clause.pairs)


@dataclass(frozen=True)
class Match:
    """The neighbouring clauses ``segment.clauses[first:last + 1]`` that have most of a draft's clause."""

    clause: CanonicalClause
    source: Source
    segment: Segment
    first: int
    last: int

    @property
    def is_conclusive(self) -> bool:
        """It shares words; or it is nothing but figures, and shares them."""
        return bool(self.own) or (not self.clause.characters and self.likeness[1] > 0)

    @property
    def window(self) -> tuple[CanonicalClause, ...]:
        return self.segment.clauses[self.first : self.last + 1]

    @cached_property
    def own_pairs(self) -> frozenset[str]:
        return joined(self.window).pairs.union(*(each.pairs for each in self.window))

    @cached_property
    def details(self) -> list[Detail]:
        return [each for clause in self.window for each in clause.details]

    @cached_property
    def operators(self) -> list[FoundOperator]:
        return [each for clause in self.window for each in clause.operators]

    @cached_property
    def pairs(self) -> frozenset[str]:
        """With what the window stands under."""
        lead_in = self.segment.lead_in
        return self.own_pairs | self.source.context_pairs | (lead_in.pairs if lead_in else frozenset())

    @cached_property
    def foreign(self) -> list[str]:
        """Words of the draft's clause that neither the window nor what it stands under has."""
        return [run for run in uncovered(self.clause.content, self.pairs) if not self.clause.words.is_filler(run)]

    @cached_property
    def own(self) -> int:
        """How many characters the window itself shares with the clause."""
        return len(self.clause.characters) - sum(map(len, uncovered(self.clause.content, self.own_pairs)))

    @cached_property
    def fit(self) -> tuple[int, int]:
        """Nothing foreign first, then few clauses."""
        return (-sum(map(len, self.foreign)), self.first - self.last)

    @cached_property
    def likeness(self) -> tuple[int, ...]:
        """Among windows that fit equally: shared words, then shared details with and without bounds, then operators."""
        own = self.clause
        return (
            self.own,
            _shared([each.bounded_meaning for each in own.details], [each.bounded_meaning for each in self.details]),
            _shared([each.meaning for each in own.details], [each.meaning for each in self.details]),
            _shared([each.operator for each in own.operators], [each.operator for each in self.operators]),
        )


def _shared(some: Sequence[Hashable], others: Sequence[Hashable]) -> int:
    return (Counter(some) & Counter(others)).total()


def matches(clause: CanonicalClause, sources: Sequence[Source]) -> list[Match]:
    """The windows that fit best."""
    found = [match for source in sources for segment in source.segments for match in _windows(clause, source, segment)]
    if not found:
        return []
    best = max(match.fit for match in found)
    ties = [match for match in found if match.fit == best]
    return sorted(ties, key=lambda match: match.likeness, reverse=True)[:_MOST_TIES]


def _windows(clause: CanonicalClause, source: Source, segment: Segment) -> Iterator[Match]:
    """Windows of several clauses only as far as they hold more of it than one clause does."""
    count = len(segment.clauses)
    best: list[Match] = []
    for length in range(1, count + 1):
        level = [Match(clause, source, segment, first, first + length - 1) for first in range(count - length + 1)]
        top = max(match.fit for match in level)
        if best and top[0] <= best[0].fit[0]:
            continue
        best = [match for match in level if match.fit == top]
        if top[0] == 0:
            break
    yield from best


def aligned(clauses: Sequence[CanonicalClause], sources: Sequence[Source]) -> list[Match]:
    """A match for each clause of one sentence, in the segment that has most of them.

    The details decide last: a figure that another rule has must not draw its clause over to that rule.
    """
    options = [matches(clause, sources) for clause in clauses]
    votes = Counter(key for ties in options for key in {_key(match) for match in ties if match.is_conclusive})
    found: list[Match] = []
    for ties in options:
        before = _key(found[-1]) if found else None
        found += [max(ties, key=lambda match: _preference(match, votes, before))] if ties else []
    return found


def _preference(match: Match, votes: Counter[tuple[int, int]], before: tuple[int, int] | None) -> tuple[object, ...]:
    return (votes[_key(match)], _key(match) == before, match.likeness)


def _key(match: Match) -> tuple[int, int]:
    return match.source.number, match.segment.at
