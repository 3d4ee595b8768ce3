"""Which department is responsible: the linked matter's, the platform's owner for faults, else the vote of passages and
of past escalations; in a district that has a department of its own for it, that one."""

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from kb_service.asking.past_escalations import NO_VOTES, PastEscalations
from kb_service.asking.reading.understanding import Understanding
from kb_service.asking.search.retrieving import Candidate
from kb_service.domain.answers import DepartmentRef, Reason
from kb_service.domain.matters import Matter
from kb_service.domain.routing import RoutedBy, RoutingStep
from kb_service.ports import Vector
from kb_service.text.departments import DepartmentDirectory

# Passages that agree on no department know of none: below this score 12345 is the usable address.
MAJORITY = 0.5
_VOTERS = 10
# Of the vote, where past escalations all agree.
_MOST_OF_PAST = 0.7


@dataclass(frozen=True, slots=True)
class Routed:
    """A department, a score of 0–1, and the reason; ``before``: the steps that led to what it stands for."""

    department: DepartmentRef
    score: float
    reason: RoutedBy
    before: tuple[RoutingStep, ...] = ()

    @property
    def steps(self) -> tuple[RoutingStep, ...]:
        return (*self.before, RoutingStep(self.reason, self.department.id))


class Router:
    """Holds no state between questions."""

    def __init__(
        self,
        departments: DepartmentDirectory,
        *,
        platform_owner: str,
        past: Callable[[], PastEscalations | None],
        embed: Callable[[str], Vector],
    ) -> None:
        """``platform_owner``: any name of the department that faults of the platform itself go to. ``past``: what
        became of past escalations, as far as it is learned now; ``embed``: of a normalised question."""
        self._departments = departments
        self.vector = embed
        self._past = past
        self._platform_owner = platform_owner

    def of(self, name: str, reason: RoutedBy, region: str | None) -> Routed:
        """A department that is known for a reason, or in its district the one that stands for it."""
        return next(self._with_districts([Routed(self._departments.ref(name), 1.0, reason)], region))

    def route(self, understood: Understanding, candidates: Sequence[Candidate]) -> list[Routed]:
        """Departments, most likely first; empty when nothing points to one."""
        if understood.scope is Reason.PLATFORM_FAULT:
            return [Routed(self._departments.ref(self._platform_owner), 1.0, RoutedBy.PLATFORM_FAULT)]
        of_matter = list(self._of_matter(understood.matter)) if understood.matter is not None else []
        named = [Routed(each, 0.9, RoutedBy.NAMED) for each in self._departments.named_in(understood.text)]
        # 公安局转人工 is not for whoever runs the help service.
        chosen = [*named, *of_matter] if understood.is_matter_of_wish else [*of_matter, *named]
        chosen += self._voted(understood.text, candidates)
        first_of: dict[str, Routed] = {}
        for each in self._with_districts(chosen, understood.question.region):
            first_of.setdefault(each.department.id, each)
        return list(first_of.values())

    def _of_matter(self, matter: Matter) -> Iterator[Routed]:
        """An editor's word; it gives way only where hand-ons contradict it consistently."""
        past = self._past()
        if past is not None and matter.id in past.contradicted:
            name, share = past.contradicted[matter.id]
            yield Routed(self._departments.ref(name), share, RoutedBy.PAST)
        yield Routed(self._departments.ref(matter.department_id), 1.0, RoutedBy.MATTER)

    def _with_districts(self, chosen: Sequence[Routed], region: str | None) -> Iterator[Routed]:
        if region is None:
            yield from chosen
            return
        for each in chosen:
            own = self._departments.in_district(each.department.id, region)
            if own is not None:
                yield Routed(own, each.score, RoutedBy.DISTRICT, each.steps)
            yield each

    def is_named(self, department_id: str, text: str) -> bool:
        """Whether its name, or a topic it owns, stands in a normalised text."""
        return any(each.id == department_id for each in self._departments.named_in(text))

    def _voted(self, text: str, candidates: Sequence[Candidate]) -> list[Routed]:
        """Passages and past escalations together: the more these agree, the more they count."""
        passages = self._votes_of_passages(candidates)
        past = self._past()
        votes = past.votes(text, self.vector(text)) if past is not None and text else NO_VOTES
        most = _MOST_OF_PAST if passages else 1.0
        from_past = {name: most * share for name, share in votes.resolved_in.items()}
        left = 1 - sum(from_past.values())
        from_passages = {name: left * share * (1 - votes.gave_away.get(name, 0.0)) for name, share in passages.items()}
        scores = {name: from_past.get(name, 0.0) + from_passages.get(name, 0.0) for name in from_past | from_passages}
        ordered = sorted(scores.items(), key=lambda pair: (-pair[1], pair[0]))
        return [
            Routed(
                self._departments.ref(name),
                score,
                RoutedBy.PAST if from_past.get(name, 0.0) > from_passages.get(name, 0.0) else RoutedBy.PASSAGES,
            )
            for name, score in ordered
        ]

    def _votes_of_passages(self, candidates: Sequence[Candidate]) -> Mapping[str, float]:
        """Each passage votes for its department with 1/(rank + 1); shares of 1 by department id."""
        votes: dict[str, float] = defaultdict(float)
        for rank, candidate in enumerate(candidates[:_VOTERS]):
            if candidate.source.metadata.department:
                votes[self._departments.id(candidate.source.metadata.department)] += 1 / (rank + 1)
        total = sum(votes.values())
        return {name: vote / total for name, vote in votes.items()}
