"""Which department is responsible: the linked matter's, the platform's owner for faults, else the passages' vote."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from kb_service.asking.reading.understanding import Understanding
from kb_service.asking.search.retrieving import Candidate
from kb_service.domain.answers import DepartmentRef, Reason
from kb_service.domain.matters import Department
from kb_service.ports import ScriptConverter
from kb_service.text.normalising import normalised

# Passages that agree on no department know of none: below this score 12345 is the usable address.
MAJORITY = 0.5
_VOTERS = 10


@dataclass(frozen=True, slots=True)
class Routed:
    """A department, a score of 0–1, and the reason: ``platform_fault``, ``matter``, ``named`` or ``passages``."""

    department: DepartmentRef
    score: float
    reason: str


class Router:
    """Knows departments by id, name and alias."""

    def __init__(self, departments: Sequence[Department], converter: ScriptConverter, *, platform_owner: str) -> None:
        """``platform_owner``: any name of the department that faults of the platform itself go to."""
        self._platform_owner = platform_owner
        self._departments = departments
        self._converter = converter
        names = [(each.id, each) for each in departments]
        names += [(name, each) for each in departments for name in (each.name, *each.aliases)]
        self._by_name = {normalised(name, converter): each for name, each in names}

    def department(self, name: str) -> DepartmentRef:
        """By id, name or alias; a department that nobody described is its own name."""
        known = self._by_name.get(normalised(name, self._converter))
        return _ref(known) if known else DepartmentRef(name, name, None, None)

    def name(self, name: str) -> str:
        """The department's name, from its id, name or an alias."""
        return self.department(name).name

    def id(self, name: str) -> str:
        """The department's id, as passages are marked with it."""
        return self.department(name).id

    def route(self, understood: Understanding, candidates: Sequence[Candidate]) -> list[Routed]:
        """Departments, most likely first; empty when nothing points to one."""
        if understood.scope is Reason.PLATFORM_FAULT:
            return [Routed(self.department(self._platform_owner), 1.0, "platform_fault")]
        chosen: list[Routed] = []
        if understood.matter is not None:
            chosen.append(Routed(self.department(understood.matter.department_id), 1.0, "matter"))
        chosen += self._named(understood.text)
        chosen += self._voted(candidates)
        first_of: dict[str, Routed] = {}
        for each in chosen:
            first_of.setdefault(each.department.id, each)
        return list(first_of.values())

    def _named(self, text: str) -> list[Routed]:
        """Departments whose own name, or a topic they own, stands in the question; the longest name first."""
        found: dict[str, tuple[int, Department]] = {}
        for each in self._departments:
            names = [normalised(name, self._converter) for name in (each.name, *each.aliases, *each.owns)]
            longest = max((len(name) for name in names if len(name) > 1 and name in text), default=0)
            if longest:
                found[each.id] = (longest, each)
        ordered = sorted(found.values(), key=lambda pair: (-pair[0], pair[1].id))
        return [Routed(_ref(each), 0.9, "named") for _, each in ordered]

    def _voted(self, candidates: Sequence[Candidate]) -> list[Routed]:
        """Each passage votes for its department with 1/(rank + 1)."""
        votes: dict[str, float] = defaultdict(float)
        for rank, candidate in enumerate(candidates[:_VOTERS]):
            if candidate.source.metadata.department:
                votes[candidate.source.metadata.department] += 1 / (rank + 1)
        total = sum(votes.values())
        ordered = sorted(votes.items(), key=lambda pair: (-pair[1], pair[0]))
        return [Routed(self.department(name), vote / total, "passages") for name, vote in ordered]


def _ref(department: Department) -> DepartmentRef:
    return DepartmentRef(department.id, department.name, department.phone, department.hours)
