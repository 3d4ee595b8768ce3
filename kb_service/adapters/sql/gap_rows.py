"""Rows of gaps and of the questions in them, as they are read."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, Select, and_, func, select

from kb_service.adapters.sql.learning_tables import gap_questions, gaps
from kb_service.domain.answers import Conversation
from kb_service.domain.gaps import TO_DO, AskedQuestion, Gap, GapQuery, GapState, Why
from kb_service.domain.learning_errors import GapNotFound
from kb_service.domain.matters import Facet


def counted() -> Select[Any]:
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


def conditions_of(wanted: GapQuery) -> list[ColumnElement[bool]]:
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


def gap_held(connection: Connection, gap_id: str, *, lock: bool = False) -> Gap:
    if lock:
        connection.execute(select(gaps.c.id).where(gaps.c.id == gap_id).with_for_update())
    row = connection.execute(counted().where(gaps.c.id == gap_id)).first()
    if row is None:
        raise GapNotFound(f"there is no gap {gap_id!r}; GET /v1/gaps lists them")
    return gap_of(row, first_words(connection, [gap_id]).get(gap_id, ""))


def first_words(connection: Connection, gap_ids: Sequence[str]) -> Mapping[str, str]:
    """Of each gap the first question whose words are still kept."""
    query = select(gap_questions.c.gap_id, gap_questions.c.question).where(
        gap_questions.c.gap_id.in_(gap_ids), gap_questions.c.question != ""
    )
    found: dict[str, str] = {}
    for row in connection.execute(query.order_by(gap_questions.c.asked_at, gap_questions.c.answer_id)):
        found.setdefault(row.gap_id, row.question)
    return found


def gap_of(row: Row[Any], question: str) -> Gap:
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


def question_of(row: Row[Any]) -> AskedQuestion:
    facet = Facet(row.facet) if row.facet else None
    return AskedQuestion(row.answer_id, row.question, row.asked_at, Why(row.why), facet, row.closest, row.region)


def conversation_of(row: Row[Any]) -> Conversation:
    return Conversation(row.conversation_id, row.asked_by, row.channel, None)
