"""The problem ledger: what was met while accompanying somebody, noted with its clock, moved until it is put right."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from kb_service.domain.calendar import WorkingCalendar
from kb_service.domain.clocks import end_of_working_day
from kb_service.domain.errors import ReasonMissing
from kb_service.domain.gaps import Gap
from kb_service.domain.masking import masked
from kb_service.domain.problems import (
    TO_DO,
    WORKING_DAYS,
    Problem,
    ProblemMove,
    ProblemState,
    require_another,
    require_said,
    state_after,
)


class Problems(Protocol):
    def add(self, problem: Problem) -> None: ...

    def of_gap(self, gap_id: str) -> Sequence[Problem]: ...

    def note_due(self, at: datetime) -> int: ...

    def change(
        self, problem_id: str, *, actor: str, at: datetime, action: str, decide: Callable[[Problem], Mapping[str, Any]]
    ) -> Problem: ...


@dataclass(frozen=True, slots=True)
class NewProblem:
    """``working_days``: until the end of which it is to be closed, counted from tomorrow."""

    description: str
    owner: str
    step: str = ""
    measures: str = ""
    matter_id: str | None = None
    gap_id: str | None = None
    document_id: str | None = None
    working_days: int = WORKING_DAYS


@dataclass(frozen=True, slots=True)
class Ledger:
    """``require_linked``: raises what is not found of the gap and the document that a problem names. ``gap``: by its
    id. ``department_of``: from a matter's id to its department's; ``name_of``: a department's. ``from_gap``: the
    description of a problem that is a gap, with {question}, {count} and {people}; ``nobody``: who puts it right where
    nobody is known; ``untitled``: a question whose words were erased."""

    problems: Problems
    calendar: Callable[[], WorkingCalendar]
    require_linked: Callable[[str | None, str | None], None]
    gap: Callable[[str], Gap]
    department_of: Callable[[str], str | None]
    name_of: Callable[[str], str | None]
    from_gap: str
    nobody: str
    untitled: str
    new_id: Callable[[], str]
    now: Callable[[], datetime]

    def note(self, new: NewProblem, *, actor: str) -> Problem:
        """Raises ReasonMissing without a description or an owner, and what a link that leads nowhere raises."""
        if not new.description.strip() or not new.owner.strip():
            raise ReasonMissing("a problem says what was met and who puts it right; give description and owner")
        self.require_linked(new.gap_id, new.document_id)
        now = self.now()
        problem = Problem(
            id=self.new_id(),
            state=ProblemState.OPEN,
            matter_id=new.matter_id,
            step=masked(new.step),
            description=masked(new.description),
            measures=masked(new.measures),
            owner=new.owner.strip(),
            found_at=now,
            found_by=actor,
            due_at=end_of_working_day(now, new.working_days, self.calendar()),
            gap_id=new.gap_id,
            document_id=new.document_id,
            department_id=self._department(new),
        )
        self.problems.add(problem)
        return problem

    def note_gap(self, gap_id: str, *, actor: str) -> tuple[Problem, bool]:
        """What nobody could answer as a problem, all filled in, and whether it is new: a gap has one at a time that is
        not closed. Raises GapNotFound."""
        gap = self.gap(gap_id)
        if going_on := [each for each in self.problems.of_gap(gap_id) if each.state in TO_DO]:
            return going_on[0], False
        department = gap.department_id or self.department_of(gap.matter_id or "")
        description = self.from_gap.format(question=gap.question or self.untitled, count=gap.count, people=gap.people)
        owner = (self.name_of(department) if department else None) or self.nobody
        new = NewProblem(description, owner, matter_id=gap.matter_id, gap_id=gap_id)
        return self.note(new, actor=actor), True

    def run_once(self) -> int:
        """Tell of what is due or late, once each; how many."""
        return self.problems.note_due(self.now())

    def _department(self, new: NewProblem) -> str | None:
        of_gap = self.gap(new.gap_id).department_id if new.gap_id else None
        return of_gap or self.department_of(new.matter_id or "")

    def move(self, problem_id: str, move: ProblemMove, said: str, *, actor: str) -> Problem:
        """``said``: the measures, or what was seen. What is opened again is due anew.

        Raises ProblemNotFound, ProblemStateWrong, ReasonMissing, LookedBackByCloser.
        """
        now = self.now()

        def decide(held: Problem) -> Mapping[str, Any]:
            state = state_after(move, held.state)
            require_said(move, said)
            require_another(move, held, actor)
            values: dict[str, Any] = {"state": state}
            if move is ProblemMove.RECTIFY:
                values["measures"] = masked(said)
            elif said.strip():
                values["found"] = masked(said)
            if move is ProblemMove.CLOSE:
                values |= {"closed_at": now, "closed_by": actor}
            if state in TO_DO and held.state not in TO_DO:
                due_at = end_of_working_day(now, WORKING_DAYS, self.calendar())
                values |= {
                    "closed_at": None,
                    "closed_by": None,
                    "due_at": due_at,
                    "warned_at": None,
                    "breached_at": None,
                }
            return values

        return self.problems.change(problem_id, actor=actor, at=now, action=f"problem_{move}", decide=decide)
