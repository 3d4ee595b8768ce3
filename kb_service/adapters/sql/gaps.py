"""Gaps in SQL: counted from the questions in them, each move in one transaction with its entry in the trail."""

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from pydantic import TypeAdapter
from sqlalchemy import Connection, and_, func, insert, or_, select, update

from kb_service.adapters.sql.engine import Database
from kb_service.adapters.sql.gap_rows import (
    conditions_of,
    conversation_of,
    counted,
    first_words,
    gap_held,
    gap_of,
    question_of,
)
from kb_service.adapters.sql.learning_tables import gap_questions, gaps, kept_cases
from kb_service.adapters.sql.library import SqlLibrary
from kb_service.adapters.sql.rows import page_of
from kb_service.adapters.sql.tables import answers, feedback, versions
from kb_service.adapters.sql.talk_tables import escalations
from kb_service.adapters.sql.trail import record
from kb_service.adapters.sql.upload_rows import one_at_a_time
from kb_service.domain.answers import Answer, Outcome
from kb_service.domain.documents import VersionDraft, VersionState
from kb_service.domain.gaps import TO_DO, AskedQuestion, Gap, GapPage, GapQuery, GapState
from kb_service.domain.matters import Facet
from kb_service.domain.resolution import EVALUATION
from kb_service.learning.stores import Found, GapQuestion, NewGap, Placed

_ANSWER = TypeAdapter(Answer)
_REGION = answers.c.body["understood_as"]["region"].as_string()
_UNANSWERED = (Outcome.NO_SOURCE, Outcome.NOT_GROUNDED, Outcome.HANDED_OVER)
# Questions that join a gap which is nobody's work any more are not found again as new ones.
_JOINED = (*TO_DO, GapState.NOT_OURS)


class SqlGaps:
    """Implements `stores.Gaps`."""

    def __init__(self, database: Database, *, new_id: Callable[[], str]) -> None:
        self._database = database
        self._library = SqlLibrary(database, new_id=new_id)
        self._new_id = new_id

    # Collecting

    def not_looked_at(self, *, since: datetime, limit: int) -> Sequence[Found]:
        """Answers given since then that did not answer, and those of which somebody said that they did not help."""
        is_unhelpful = select(feedback.c.answer_id).where(feedback.c.given_at >= since, feedback.c.resolved == 0)
        is_new = ~select(gap_questions.c.answer_id).where(gap_questions.c.answer_id == answers.c.id).exists()
        of_interest = or_(
            and_(answers.c.asked_at >= since, answers.c.outcome.in_(_UNANSWERED)), answers.c.id.in_(is_unhelpful)
        )
        query = select(answers).where(
            of_interest, is_new, answers.c.conversation_id != "", answers.c.channel.is_distinct_from(EVALUATION)
        )
        with self._database.reading() as connection:
            rows = connection.execute(query.order_by(answers.c.asked_at, answers.c.id).limit(limit)).all()
            said = select(feedback.c.answer_id, func.min(feedback.c.resolved)).where(
                feedback.c.answer_id.in_([row.id for row in rows]), feedback.c.resolved.is_not(None)
            )
            helped = {row[0]: bool(row[1]) for row in connection.execute(said.group_by(feedback.c.answer_id))}
        return [
            Found(_ANSWER.validate_python(row.body), helped.get(row.id), row.user_hash or conversation_of(row).key)
            for row in rows
        ]

    def like(self, matter_id: str | None, *, limit: int) -> Sequence[GapQuestion]:
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
                GapQuestion(row.gap_id, row.question, Facet(row.facet) if row.facet else None)
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
            return gap_held(connection, gap_id)

    def list(self, wanted: GapQuery, *, limit: int, cursor: str | None = None) -> GapPage:
        """The newest first. Raises InvalidRecord for a cursor that is none of ours."""
        with self._database.reading() as connection:
            query = counted().where(*conditions_of(wanted))
            found, following = page_of(connection, query, gaps.c.opened_at, gaps.c.id, limit, cursor)
            first = first_words(connection, [row.id for row in found])
            return GapPage([gap_of(row, first.get(row.id, "")) for row in found], following)

    def drafted(self) -> Mapping[str, str]:
        """The versions that are to close gaps, by the id of the gap."""
        query = select(gaps.c.id, gaps.c.version_id).where(gaps.c.state == GapState.DRAFTED).order_by(gaps.c.due_at)
        with self._database.reading() as connection:
            return {row.id: row.version_id for row in connection.execute(query)}

    def kept(self) -> Mapping[str, str]:
        """Of open gaps without a text the draft that a helper's reply to one of their questions became, not published
        yet: a gap that was opened again has seen its text."""
        query = (
            select(gaps.c.id, kept_cases.c.version_id)
            .join(gap_questions, gap_questions.c.gap_id == gaps.c.id)
            .join(escalations, escalations.c.answer_id == gap_questions.c.answer_id)
            .join(kept_cases, kept_cases.c.escalation_id == escalations.c.id)
            .join(versions, versions.c.id == kept_cases.c.version_id)
            .where(gaps.c.state == GapState.OPEN, gaps.c.version_id.is_(None))
            .where(versions.c.state.in_((VersionState.DRAFT, VersionState.IN_REVIEW)))
        )
        with self._database.reading() as connection:
            return {row.id: row.version_id for row in connection.execute(query.order_by(kept_cases.c.kept_at.desc()))}

    def questions(self, gap_id: str, *, limit: int = 500) -> Sequence[AskedQuestion]:
        """The newest first. Raises GapNotFound."""
        query = (
            select(gap_questions, _REGION.label("region"))
            .outerjoin(answers, answers.c.id == gap_questions.c.answer_id)
            .where(gap_questions.c.gap_id == gap_id)
            .order_by(gap_questions.c.asked_at.desc())
        )
        with self._database.reading() as connection:
            gap_held(connection, gap_id)
            return [question_of(row) for row in connection.execute(query.limit(limit))]

    def regions(self, gap_id: str) -> Sequence[str | None]:
        """For which districts its questions were asked, as far as their words are still kept; each once."""
        query = select(_REGION).distinct().join(gap_questions, gap_questions.c.answer_id == answers.c.id)
        with self._database.reading() as connection:
            its = and_(gap_questions.c.gap_id == gap_id, gap_questions.c.question != "")
            return list(connection.execute(query.where(its)).scalars())

    def to_be_closed_by(self, version_id: str) -> Sequence[str]:
        """The ids of the gaps that this version is to close, or closed."""
        query = select(gaps.c.id).where(gaps.c.version_id == version_id).order_by(gaps.c.opened_at)
        with self._database.reading() as connection:
            return list(connection.execute(query).scalars())

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
            held = gap_held(connection, gap_id, lock=True)
            values = dict(decide(held))
            _update(connection, held, values)
            _told(connection, action, gap_id, actor=actor, at=at, **_writable(values))
            return gap_held(connection, gap_id)

    def write(
        self, gap_id: str, *, actor: str, at: datetime, decide: Callable[[Gap], VersionDraft | None]
    ) -> tuple[Gap, bool]:
        """Store the draft that is to close it; whether it was. None: it has one already. Raises GapNotFound."""
        with self._database.writing() as connection:
            one_at_a_time(connection)
            held = gap_held(connection, gap_id, lock=True)
            draft = decide(held)
            if draft is None:
                return held, False
            stored = self._library.store_within(connection, draft, actor=actor, at=at, approval=None)
            values = {"state": GapState.DRAFTED, "version_id": stored.version_id, "left_open": None}
            _update(connection, held, values)
            _told(connection, "gap_written", gap_id, actor=actor, at=at, **values)
            return gap_held(connection, gap_id), True

    def merge(self, gap_id: str, into: str, *, actor: str, at: datetime, decide: Callable[[Gap, Gap], None]) -> Gap:
        """All its questions go to the other one, which is given back. Raises GapNotFound."""
        with self._database.writing() as connection:
            # In the order of their ids, so that two who merge crosswise do not wait for each other.
            locked = {each: gap_held(connection, each, lock=True) for each in sorted({gap_id, into})}
            decide(locked[gap_id], locked[into])
            moved = update(gap_questions).where(gap_questions.c.gap_id == gap_id).values(gap_id=into)
            connection.execute(moved)
            _update(connection, locked[gap_id], {"state": GapState.MERGED, "merged_into": into, "closed_at": at})
            earlier = min(each.due_at for each in locked.values())
            _update(connection, locked[into], {"due_at": earlier})
            _told(connection, "gap_merged", gap_id, actor=actor, at=at, into=into)
            return gap_held(connection, into)

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
            held = gap_held(connection, gap_id, lock=True)
            its = and_(gap_questions.c.gap_id == gap_id, gap_questions.c.answer_id.in_(answer_ids))
            count = connection.execute(select(func.count()).select_from(gap_questions).where(its)).scalar_one()
            fresh = decide(held, count)
            new_id = self._new_id()
            connection.execute(insert(gaps).values(_row(new_id, fresh) | {"due_at": held.due_at}))
            connection.execute(update(gap_questions).where(its).values(gap_id=new_id))
            _update(connection, held, {})
            _told(connection, "gap_split", gap_id, actor=actor, at=at, new=new_id, questions=count)
            return gap_held(connection, new_id)

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
