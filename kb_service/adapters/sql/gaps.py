"""Gaps in SQL: counted from the questions in them, each move in one transaction with its entry in the trail."""

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from pydantic import TypeAdapter
from sqlalchemy import ColumnElement, Connection, Row, Select, and_, func, insert, or_, select, update

from kb_service.adapters.sql.engine import Database
from kb_service.adapters.sql.learning_tables import gap_questions, gaps
from kb_service.adapters.sql.rows import page_of
from kb_service.adapters.sql.tables import answers, feedback
from kb_service.adapters.sql.trail import record
from kb_service.domain.answers import Answer, Conversation, Outcome
from kb_service.domain.errors import GapNotFound
from kb_service.domain.gaps import TO_DO, AskedQuestion, Gap, GapPage, GapQuery, GapState, Why
from kb_service.domain.matters import Facet
from kb_service.learning.collecting import Found, Likeness, NewGap, Placed

_ANSWER = TypeAdapter(Answer)
_UNANSWERED = (Outcome.NO_SOURCE, Outcome.NOT_GROUNDED, Outcome.HANDED_OVER)
# Questions that join a gap which is nobody's work any more are not found again as new ones.
_JOINED = (*TO_DO, GapState.NOT_OURS)


class SqlGaps:
    """Implements `collecting.Gaps` and `closing.Gaps`."""

    def __init__(self, database: Database, *, new_id: Callable[[], str]) -> None:
        self._database = database
        self._new_id = new_id

    # Collecting

    def not_looked_at(self, *, since: datetime, limit: int) -> Sequence[Found]:
        """Answers given since then that did not answer, and those of which somebody said that they did not help."""
        is_unhelpful = select(feedback.c.answer_id).where(feedback.c.given_at >= since, feedback.c.resolved == 0)
        is_new = ~select(gap_questions.c.answer_id).where(gap_questions.c.answer_id == answers.c.id).exists()
        of_interest = or_(
            and_(answers.c.asked_at >= since, answers.c.outcome.in_(_UNANSWERED)), answers.c.id.in_(is_unhelpful)
        )
        query = select(answers).where(of_interest, is_new, answers.c.conversation_id != "")
        with self._database.reading() as connection:
            rows = connection.execute(query.order_by(answers.c.asked_at, answers.c.id).limit(limit)).all()
            said = select(feedback.c.answer_id, func.min(feedback.c.resolved)).where(
                feedback.c.answer_id.in_([row.id for row in rows]), feedback.c.resolved.is_not(None)
            )
            helped = {row[0]: bool(row[1]) for row in connection.execute(said.group_by(feedback.c.answer_id))}
        return [
            Found(_ANSWER.validate_python(row.body), helped.get(row.id), row.user_hash or _conversation(row).key)
            for row in rows
        ]

    def like(self, matter_id: str | None, *, limit: int) -> Sequence[Likeness]:
        """The newest questions of gaps of this matter that others may join."""
        query = (
            select(gap_questions.c.gap_id, gap_questions.c.question, gaps.c.facet)
            .join(gaps, gaps.c.id == gap_questions.c.gap_id)
            .where(gaps.c.matter_id.is_not_distinct_from(matter_id), gaps.c.state.in_(_JOINED))
            .where(gap_questions.c.question != "")
            .order_by(gap_questions.c.asked_at.desc())
        )
        with self._database.reading() as connection:
            return [
                Likeness(row.gap_id, row.question, Facet(row.facet) if row.facet else None)
                for row in connection.execute(query.limit(limit))
            ]

    def place(self, placed: Placed) -> str | None:
        """Keep where an answer belongs, once; the id of its gap. A new gap begins with it."""
        known = select(gap_questions.c.gap_id).where(gap_questions.c.answer_id == placed.answer_id)
        with self._database.writing() as connection:
            if (there := connection.execute(known).first()) is not None:  # another process was quicker
                return str(there.gap_id) if there.gap_id else None
            gap_id = placed.gap if isinstance(placed.gap, str) else None
            if isinstance(placed.gap, NewGap):
                gap_id = self._new_id()
                connection.execute(insert(gaps).values(_row(gap_id, placed.gap)))
            values = {
                "answer_id": placed.answer_id,
                "gap_id": gap_id,
                "question": placed.question,
                "asker": placed.asker,
                "asked_at": placed.asked_at,
                "why": placed.why,
                "facet": placed.facet,
                "closest": placed.closest,
            }
            connection.execute(insert(gap_questions).values(values))
            if isinstance(placed.gap, NewGap):
                _told(connection, "gap", gap_id, actor="gaps", at=placed.gap.at)
            return gap_id

    # Reading

    def gap(self, gap_id: str) -> Gap:
        """Raises GapNotFound."""
        with self._database.reading() as connection:
            return _one(connection, gap_id)

    def list(self, wanted: GapQuery, *, limit: int, cursor: str | None = None) -> GapPage:
        """The newest first. Raises InvalidRecord for a cursor that is none of ours."""
        with self._database.reading() as connection:
            query = _counted().where(*_conditions(wanted))
            found, following = page_of(connection, query, gaps.c.opened_at, gaps.c.id, limit, cursor)
            first = _first_words(connection, [row.id for row in found])
            return GapPage([_gap(row, first.get(row.id, "")) for row in found], following)

    def drafted(self) -> Mapping[str, str]:
        """The versions that are to close gaps, by the id of the gap."""
        query = select(gaps.c.id, gaps.c.version_id).where(gaps.c.state == GapState.DRAFTED).order_by(gaps.c.due_at)
        with self._database.reading() as connection:
            return {row.id: row.version_id for row in connection.execute(query)}

    def questions(self, gap_id: str, *, limit: int = 500) -> Sequence[AskedQuestion]:
        """The newest first. Raises GapNotFound."""
        query = select(gap_questions).where(gap_questions.c.gap_id == gap_id).order_by(gap_questions.c.asked_at.desc())
        with self._database.reading() as connection:
            _one(connection, gap_id)
            return [_asked(row) for row in connection.execute(query.limit(limit))]

    def counts(self) -> Mapping[GapState, int]:
        with self._database.reading() as connection:
            rows = connection.execute(select(gaps.c.state, func.count()).group_by(gaps.c.state))
            return {GapState(row[0]): row[1] for row in rows}

    # Moves

    def change(
        self,
        gap_id: str,
        *,
        actor: str,
        at: datetime,
        action: str,
        decide: Callable[[Gap], Mapping[str, Any]],
    ) -> Gap:
        """Let ``decide`` say which columns change, write them and the trail. What it raises changes nothing.

        Raises GapNotFound.
        """
        with self._database.writing() as connection:
            held = _one(connection, gap_id, lock=True)
            values = dict(decide(held))
            _update(connection, held, values)
            _told(connection, action, gap_id, actor=actor, at=at, **_writable(values))
            return _one(connection, gap_id)

    def merge(self, gap_id: str, into: str, *, actor: str, at: datetime, decide: Callable[[Gap, Gap], None]) -> Gap:
        """All its questions go to the other one, which is given back. Raises GapNotFound."""
        with self._database.writing() as connection:
            # In the order of their ids, so that two who merge crosswise do not wait for each other.
            locked = {each: _one(connection, each, lock=True) for each in sorted({gap_id, into})}
            decide(locked[gap_id], locked[into])
            moved = update(gap_questions).where(gap_questions.c.gap_id == gap_id).values(gap_id=into)
            connection.execute(moved)
            _update(connection, locked[gap_id], {"state": GapState.MERGED, "merged_into": into, "closed_at": at})
            earlier = min(each.due_at for each in locked.values())
            _update(connection, locked[into], {"due_at": earlier})
            _told(connection, "gap_merged", gap_id, actor=actor, at=at, into=into)
            return _one(connection, into)

    def split(
        self,
        gap_id: str,
        answer_ids: Collection[str],
        *,
        actor: str,
        at: datetime,
        decide: Callable[[Gap, int], NewGap],
    ) -> Gap:
        """These questions of it begin a gap of their own, which is given back. ``decide`` is told how many they are.

        Raises GapNotFound.
        """
        with self._database.writing() as connection:
            held = _one(connection, gap_id, lock=True)
            its = and_(gap_questions.c.gap_id == gap_id, gap_questions.c.answer_id.in_(answer_ids))
            count = connection.execute(select(func.count()).select_from(gap_questions).where(its)).scalar_one()
            fresh = decide(held, count)
            new_id = self._new_id()
            connection.execute(insert(gaps).values(_row(new_id, fresh) | {"due_at": held.due_at}))
            connection.execute(update(gap_questions).where(its).values(gap_id=new_id))
            _update(connection, held, {})
            _told(connection, "gap_split", gap_id, actor=actor, at=at, new=new_id, questions=count)
            return _one(connection, new_id)

    def note_breaches(self, at: datetime) -> Sequence[str]:
        """Those that are over and were not told yet, once each."""
        is_late = and_(gaps.c.state.in_(TO_DO), gaps.c.due_at <= at, gaps.c.breached_at.is_(None))
        with self._database.writing() as connection:
            ids = list(connection.execute(select(gaps.c.id).where(is_late).order_by(gaps.c.due_at)).scalars())
            for each in ids:
                connection.execute(update(gaps).where(gaps.c.id == each).values(breached_at=at))
                _told(connection, "gap_breached", each, actor="clock", at=at)
            return ids


def _told(connection: Connection, action: str, gap_id: str | None, *, actor: str, at: datetime, **more: Any) -> None:
    record(connection, at=at, actor=actor, action=action, detail={"gap": gap_id, **more})


def _writable(values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: each.isoformat() if isinstance(each, datetime) else each for name, each in values.items()}


def _update(connection: Connection, held: Gap, values: Mapping[str, Any]) -> None:
    connection.execute(update(gaps).where(gaps.c.id == held.id).values(revision=held.revision + 1, **values))


def _row(gap_id: str, fresh: NewGap) -> dict[str, Any]:
    return {
        "id": gap_id,
        "state": GapState.OPEN,
        "matter_id": fresh.matter_id,
        "facet": fresh.facet,
        "department_id": fresh.department_id,
        "opened_at": fresh.at,
        "due_at": fresh.due_at,
        "revision": 1,
    }


def _counted() -> Select[Any]:
    count = (
        select(
            gap_questions.c.gap_id,
            func.count().label("times"),
            func.count(func.distinct(gap_questions.c.asker)).label("people"),
            func.min(gap_questions.c.asked_at).label("first_at"),
            func.max(gap_questions.c.asked_at).label("last_at"),
        )
        .group_by(gap_questions.c.gap_id)
        .subquery()
    )
    columns = (gaps, count.c.times, count.c.people, count.c.first_at, count.c.last_at)
    return select(*columns).join(count, count.c.gap_id == gaps.c.id, isouter=True)


def _conditions(wanted: GapQuery) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    if wanted.states:
        conditions.append(gaps.c.state.in_(wanted.states))
    if wanted.departments:
        conditions.append(gaps.c.department_id.in_(wanted.departments))
    if wanted.matter_id is not None:
        conditions.append(gaps.c.matter_id == wanted.matter_id)
    if wanted.late_at is not None:
        conditions.append(and_(gaps.c.state.in_(TO_DO), gaps.c.due_at <= wanted.late_at))
    return conditions


def _one(connection: Connection, gap_id: str, *, lock: bool = False) -> Gap:
    if lock:
        connection.execute(select(gaps.c.id).where(gaps.c.id == gap_id).with_for_update())
    row = connection.execute(_counted().where(gaps.c.id == gap_id)).first()
    if row is None:
        raise GapNotFound(f"there is no gap {gap_id!r}; GET /v1/gaps lists them")
    return _gap(row, _first_words(connection, [gap_id]).get(gap_id, ""))


def _first_words(connection: Connection, gap_ids: Sequence[str]) -> Mapping[str, str]:
    """Of each gap the first question whose words are still kept."""
    query = select(gap_questions.c.gap_id, gap_questions.c.question).where(
        gap_questions.c.gap_id.in_(gap_ids), gap_questions.c.question != ""
    )
    found: dict[str, str] = {}
    for row in connection.execute(query.order_by(gap_questions.c.asked_at, gap_questions.c.answer_id)):
        found.setdefault(row.gap_id, row.question)
    return found


def _gap(row: Row[Any], question: str) -> Gap:
    return Gap(
        id=row.id,
        state=GapState(row.state),
        question=question,
        matter_id=row.matter_id,
        facet=Facet(row.facet) if row.facet else None,
        department_id=row.department_id,
        opened_at=row.opened_at,
        due_at=row.due_at,
        first_at=row.first_at or row.opened_at,
        last_at=row.last_at or row.opened_at,
        count=row.times or 0,
        people=row.people or 0,
        revision=row.revision,
        version_id=row.version_id,
        closed_at=row.closed_at,
        breached_at=row.breached_at,
        reason=row.reason,
        left_open=row.left_open,
        merged_into=row.merged_into,
    )


def _asked(row: Row[Any]) -> AskedQuestion:
    facet = Facet(row.facet) if row.facet else None
    return AskedQuestion(row.answer_id, row.question, row.asked_at, Why(row.why), facet, row.closest)


def _conversation(row: Row[Any]) -> Conversation:
    return Conversation(row.conversation_id, row.asked_by, row.channel, None)
