"""What is asked of the rows of escalations and clocks, inside a transaction that somebody else holds."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, and_, func, or_, select

from kb_service.adapters.sql.escalation_rows import clock_in
from kb_service.adapters.sql.talk_tables import clocks, escalations, helpers
from kb_service.domain.clocks import OF_TALKS, Clock
from kb_service.domain.errors import HelperFull
from kb_service.domain.escalations import HELD, Escalation, EscalationQuery, EscalationState

IS_RUNNING = and_(clocks.c.met_at.is_(None), clocks.c.stopped_at.is_(None))


def conditions_of(wanted: EscalationQuery) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    if wanted.states:
        conditions.append(escalations.c.state.in_(wanted.states))
    if wanted.departments:
        conditions.append(escalations.c.department_id.in_(wanted.departments))
    if wanted.helper is not None:
        conditions.append(escalations.c.helper == wanted.helper)
    if wanted.late_at is not None:
        is_waited_for = clocks.c.kind.in_(OF_TALKS)
        late = select(clocks.c.escalation_id).where(IS_RUNNING, is_waited_for, clocks.c.due_at <= wanted.late_at)
        conditions.append(escalations.c.id.in_(late))
    if wanted.skills is not None:
        said = (escalations.c.question.icontains(each, autoescape=True) for each in wanted.skills)
        conditions.append(or_(escalations.c.matter_id.in_(wanted.skills), *said))
    return conditions


def count_ahead_of(connection: Connection, waiting: Escalation) -> int:
    """How many open ones of the same department came before it."""
    earlier = or_(
        escalations.c.opened_at < waiting.opened_at,
        and_(escalations.c.opened_at == waiting.opened_at, escalations.c.id < waiting.id),
    )
    is_in_queue = and_(
        escalations.c.state == EscalationState.OPEN, escalations.c.department_id == waiting.department_id
    )
    counted = select(func.count()).select_from(escalations).where(is_in_queue, earlier)
    return connection.execute(counted).scalar_one()


def clocks_running_out(connection: Connection, at: datetime, *, limit: int) -> Sequence[tuple[str, Clock]]:
    """By escalation id: those that warn and did not yet, and those that are over."""
    is_warning = and_(clocks.c.warns_at <= at, clocks.c.warned_at.is_(None), clocks.c.breached_at.is_(None))
    is_over = and_(clocks.c.due_at <= at, clocks.c.breached_at.is_(None))
    query = select(clocks).where(IS_RUNNING, or_(is_warning, is_over)).order_by(clocks.c.due_at).limit(limit)
    return [(row.escalation_id, clock_in(row)) for row in connection.execute(query)]


def running(escalation_id: str, clock: Clock) -> Sequence[ColumnElement[bool]]:
    its = (clocks.c.escalation_id == escalation_id, clocks.c.kind == clock.kind, clocks.c.round == clock.round)
    return [*its, IS_RUNNING]


def require_room(connection: Connection, person_id: str) -> None:
    """Held to the end of the transaction, so that two claims of one helper are counted one after the other."""
    held_row = select(helpers.c.capacity).where(helpers.c.person_id == person_id).with_for_update()
    capacity = connection.execute(held_row).scalar()
    if capacity is not None and (holds := held_by_helper(connection).get(person_id, 0)) >= capacity:
        raise HelperFull(f"{person_id} holds {holds} talks, as many as allowed; close or hand on one of them first")


def held_by_helper(connection: Connection) -> dict[str, int]:
    query = select(escalations.c.helper, func.count()).where(escalations.c.state.in_(HELD))
    return {row[0]: row[1] for row in connection.execute(query.group_by(escalations.c.helper)) if row[0]}
