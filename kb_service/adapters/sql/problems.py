"""The problem ledger in SQL, each change in one transaction with its entry in the trail."""

from collections.abc import Callable, Mapping
from dataclasses import asdict
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, case, func, insert, select, update

from kb_service.adapters.sql.engine import Database
from kb_service.adapters.sql.learning_tables import problems
from kb_service.adapters.sql.trail import record
from kb_service.domain.errors import ProblemNotFound
from kb_service.domain.problems import TO_DO, Problem, ProblemList, ProblemQuery, ProblemState


class SqlProblems:
    """Implements `ledger.Problems`. Entries of the trail have no words of a problem."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, problem: Problem) -> None:
        detail = {"problem": problem.id, "owner": problem.owner, "due_at": problem.due_at.isoformat()}
        with self._database.writing() as connection:
            connection.execute(insert(problems).values(asdict(problem)))
            record(connection, at=problem.found_at, actor=problem.found_by, action="problem_noted", detail=detail)

    def problem(self, problem_id: str) -> Problem:
        """Raises ProblemNotFound."""
        with self._database.reading() as connection:
            return _held(connection, problem_id)

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
            return _held(connection, problem_id)


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
    if wanted.matter_id is not None:
        found.append(problems.c.matter_id == wanted.matter_id)
    if wanted.due_before is not None:
        found += [problems.c.state.in_(TO_DO), problems.c.due_at <= wanted.due_before]
    return found


def _problem(row: Row[Any]) -> Problem:
    return Problem(**{**row._mapping, "state": ProblemState(row.state)})
