"""The problem ledger in SQL, each change in one transaction with its entry in the trail."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, case, func, insert, select, update

from kb_service.adapters.sql.engine import Database
from kb_service.adapters.sql.learning_tables import problems
from kb_service.adapters.sql.trail import record
from kb_service.adapters.sql.webhooks import tell
from kb_service.domain.learning_errors import ProblemNotFound
from kb_service.domain.problems import TO_DO, WARNS_BEFORE, Problem, ProblemList, ProblemQuery, ProblemState
from kb_service.domain.webhooks import WebhookEvent


class SqlProblems:
    """Implements `ledger.Problems`. Entries of the trail have no words of a problem."""

    def __init__(self, database: Database, *, new_id: Callable[[], str]) -> None:
        """``new_id``: of what other systems are told."""
        self._database = database
        self._new_id = new_id

    def add(self, problem: Problem) -> None:
        detail = {"problem": problem.id, "owner": problem.owner, "due_at": problem.due_at.isoformat()}
        with self._database.writing() as connection:
            connection.execute(insert(problems).values(asdict(problem)))
            record(connection, at=problem.found_at, actor=problem.found_by, action="problem_noted", detail=detail)
            self._tell(connection, WebhookEvent.PROBLEM_OPENED, problem, at=problem.found_at)

    def problem(self, problem_id: str) -> Problem:
        """Raises ProblemNotFound."""
        with self._database.reading() as connection:
            return _held(connection, problem_id)

    def of_gap(self, gap_id: str) -> Sequence[Problem]:
        """The newest first."""
        query = select(problems).where(problems.c.gap_id == gap_id).order_by(problems.c.found_at.desc())
        with self._database.reading() as connection:
            return [_problem(row) for row in connection.execute(query)]

    def list(self, wanted: ProblemQuery, *, limit: int) -> ProblemList:
        """What is to do first, the first due first; then what is done, the newest first."""
        conditions = _conditions(wanted)
        is_done = case((problems.c.state.in_(TO_DO), 0), else_=1)
        query = select(problems).where(*conditions)
        ordered = query.order_by(is_done, case((is_done == 0, problems.c.due_at)), problems.c.found_at.desc())
        with self._database.reading() as connection:
            total = connection.execute(select(func.count()).select_from(problems).where(*conditions)).scalar_one()
            return ProblemList([_problem(row) for row in connection.execute(ordered.limit(limit))], int(total))

    def change(
        self, problem_id: str, *, actor: str, at: datetime, action: str, decide: Callable[[Problem], Mapping[str, Any]]
    ) -> Problem:
        """Let ``decide`` say which columns change, write them and the trail. What it raises changes nothing.

        Raises ProblemNotFound.
        """
        with self._database.writing() as connection:
            held = _held(connection, problem_id, lock=True)
            values = dict(decide(held))
            changed = update(problems).where(problems.c.id == problem_id)
            connection.execute(changed.values(**values, revision=held.revision + 1))
            detail = {"problem": problem_id, "from": held.state.value, "to": str(values.get("state", held.state))}
            record(connection, at=at, actor=actor, action=action, detail=detail)
            changed_one = _held(connection, problem_id)
            if changed_one.state is ProblemState.CLOSED and held.state is not ProblemState.CLOSED:
                self._tell(connection, WebhookEvent.PROBLEM_CLOSED, changed_one, at=at)
            return changed_one

    def note_due(self, at: datetime) -> int:
        """What warns or is late and was not told yet, once each; how many."""
        told = 0
        for event, column, until in (
            (WebhookEvent.PROBLEM_LATE, problems.c.breached_at, at),
            (WebhookEvent.PROBLEM_DUE, problems.c.warned_at, at + WARNS_BEFORE),
        ):
            due = select(problems).where(problems.c.state.in_(TO_DO), problems.c.due_at <= until, column.is_(None))
            if event is WebhookEvent.PROBLEM_DUE:
                due = due.where(problems.c.due_at > at)
            with self._database.reading() as connection:
                if connection.execute(due.limit(1)).first() is None:
                    continue
            with self._database.writing() as connection:
                for row in connection.execute(due.order_by(problems.c.due_at).with_for_update()).all():
                    told += 1
                    its = update(problems).where(problems.c.id == row.id)
                    connection.execute(its.values({column: at}))
                    if event is WebhookEvent.PROBLEM_LATE:
                        detail = {"problem": row.id, "due_at": row.due_at.isoformat()}
                        record(connection, at=at, actor="clock", action="problem_late", detail=detail)
                    self._tell(connection, event, _problem(row), at=at)
        return told

    def _tell(self, connection: Connection, event: WebhookEvent, found: Problem, *, at: datetime) -> None:
        tell(
            connection,
            event,
            department_id=found.department_id or "",
            at=at,
            new_id=self._new_id,
            body=lambda: {"problem": _told(found)},
        )


def _told(found: Problem) -> dict[str, Any]:
    """What leaves the service. Its words were masked when they were kept; what was seen since then stays here."""
    return {
        "id": found.id,
        "state": found.state,
        "department": found.department_id,
        "matter": found.matter_id,
        "step": found.step,
        "description": found.description,
        "owner": found.owner,
        "due_at": found.due_at.isoformat(),
        "gap": found.gap_id,
        "revision": found.revision,
    }


def _held(connection: Connection, problem_id: str, *, lock: bool = False) -> Problem:
    query = select(problems).where(problems.c.id == problem_id)
    row = connection.execute(query.with_for_update() if lock else query).first()
    if row is None:
        raise ProblemNotFound(f"there is no problem {problem_id!r}; GET /v1/problems lists them")
    return _problem(row)


def _conditions(wanted: ProblemQuery) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if wanted.states:
        found.append(problems.c.state.in_(wanted.states))
    if wanted.owner is not None:
        found.append(problems.c.owner == wanted.owner)
    if wanted.gap_id is not None:
        found.append(problems.c.gap_id == wanted.gap_id)
    if wanted.matter_id is not None:
        found.append(problems.c.matter_id == wanted.matter_id)
    if wanted.due_before is not None:
        found += [problems.c.state.in_(TO_DO), problems.c.due_at <= wanted.due_before]
    return found


def _problem(row: Row[Any]) -> Problem:
    return Problem(**{**row._mapping, "state": ProblemState(row.state)})
