"""Taking answers and talks into the rows that resolution is counted from; safe to repeat and to do twice."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, and_, func, or_, select, update

from kb_service.adapters.sql.engine import Database
from kb_service.adapters.sql.measuring_tables import outcomes
from kb_service.adapters.sql.tables import answers
from kb_service.adapters.sql.talk_tables import escalations
from kb_service.domain.answers import Conversation
from kb_service.domain.days import shanghai_day
from kb_service.domain.masking import masked
from kb_service.domain.resolution import BACK_WITHIN, EVALUATION, NO_RETURN, Side, district_of, hour_of_week, week_of

_AT_ONCE = 500
# A talk that another process was just writing when the last look came is found by the next.
_SLACK = timedelta(hours=1)


def _in_body(*path: str | int) -> Any:
    found: Any = answers.c.body
    for each in path:
        found = found[each]
    return found


_LAST_NUMBER = select(func.coalesce(func.max(outcomes.c.number), 0))
_READ: tuple[Any, ...] = (
    answers.c.id,
    answers.c.number,
    answers.c.asked_at,
    answers.c.conversation_id,
    answers.c.asked_by,
    answers.c.channel,
    answers.c.user_hash,
    answers.c.outcome,
    func.coalesce(answers.c.matter_id, _in_body("citations", 0, "matter_id").as_string()).label("matter_id"),
    _in_body("understood_as", "region").as_string().label("region"),
    _in_body("escalation", "department", "id").as_string().label("department_id"),
    _in_body("escalation", "reasons").as_json().label("reasons"),
)


class SqlOutcomes:
    """Implements `measuring.Outcomes`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def behind(self) -> int:
        """How many answers and talks are not taken in as they are now."""
        with self._database.reading() as connection:
            new = select(func.count()).select_from(answers).where(_is_new(connection))
            changed = select(func.count()).select_from(_changed_talks(connection).subquery())
            return sum(int(connection.execute(each).scalar_one()) for each in (new, changed))

    def take_in(self) -> int:
        """Some of what is new; how many rows. 0: nothing is left."""
        with self._database.reading() as connection:
            has_answers = connection.execute(select(answers.c.id).where(_is_new(connection)).limit(1)).first()
            if has_answers is None and connection.execute(_changed_talks(connection).limit(1)).first() is None:
                return 0
        with self._database.writing() as connection:
            new = select(*_READ).where(_is_new(connection)).order_by(answers.c.number).limit(_AT_ONCE)
            found = [
                *(_of_answer(row) for row in connection.execute(new)),
                *(_of_talk(row) for row in connection.execute(_changed_talks(connection).limit(_AT_ONCE))),
            ]
            if found:
                self._keep(connection, found)
                _see_who_came_back(connection, found)
            return len(found)

    def _keep(self, connection: Connection, found: Sequence[dict[str, Any]]) -> None:
        """Of a talk that is there already what changes: its matter, its end."""
        adding = self._database.insert(outcomes)
        changing = {name: adding.excluded[name] for name in ("seen_at", "ended_at", "back_until", "matter_id")}
        connection.execute(adding.on_conflict_do_update(index_elements=["id"], set_=changing), found)


def _is_new(connection: Connection) -> ColumnElement[bool]:
    """The last number is looked up first: of one that it does not know, PostgreSQL takes a third of all to be new."""
    last = connection.execute(_LAST_NUMBER).scalar_one()
    return and_(answers.c.number > last, answers.c.channel.is_distinct_from(EVALUATION))


def _changed_talks(connection: Connection) -> Any:
    seen_at = connection.execute(select(func.max(outcomes.c.seen_at))).scalar()
    is_changed = or_(outcomes.c.id.is_(None), outcomes.c.seen_at < escalations.c.changed_at)
    if seen_at is not None:
        is_changed = and_(is_changed, escalations.c.changed_at >= seen_at - _SLACK)
    joined = select(escalations).join(outcomes, outcomes.c.id == escalations.c.id, isouter=True)
    return joined.where(is_changed).order_by(escalations.c.changed_at, escalations.c.id)


def _of_answer(row: Row[Any]) -> dict[str, Any]:
    return _outcome(
        row,
        side=Side.ASSISTANT,
        number=row.number,
        seen_at=None,
        at=row.asked_at,
        ended_at=row.asked_at,
        department_id=row.department_id,
        outcome=row.outcome,
    )


def _of_talk(row: Row[Any]) -> dict[str, Any]:
    """Its department is read with it, where it is counted."""
    return _outcome(
        row,
        side=Side.HUMAN,
        number=None,
        seen_at=row.changed_at,
        at=row.opened_at,
        ended_at=row.closed_at,
        department_id=None,
        outcome=None,
    )


def _outcome(row: Row[Any], *, at: datetime, ended_at: datetime | None, **more: Any) -> dict[str, Any]:
    day = shanghai_day(at)
    is_erased = not row.conversation_id
    return more | {
        "id": row.id,
        "at": at,
        "ended_at": ended_at,
        "back_until": None if ended_at is None else ended_at + BACK_WITHIN,
        "day": day,
        "week": week_of(day),
        "hour_of_week": hour_of_week(at),
        "asker": None if is_erased else asker_of(row),
        "is_followed": 0 if is_erased else 1,
        "matter_id": row.matter_id,
        "district": district_of(row.region),
        "channel": _channel(row.channel) if row.channel else None,
        "reasons": ",".join(row.reasons or ()),
    }


@lru_cache(maxsize=1000)
def _channel(name: str) -> str:
    """Clients choose it; it is there in every figure."""
    return masked(name)


def asker_of(row: Row[Any]) -> str:
    """The person, else the conversation: a hash in either case."""
    return row.user_hash or Conversation(row.conversation_id, row.asked_by, row.channel, None).key


def _see_who_came_back(connection: Connection, found: Sequence[dict[str, Any]]) -> None:
    """Of everybody in ``found``, over what is not older than what they may have come back on."""
    askers = sorted({each["asker"] for each in found if each["asker"]})
    since = min(each["ended_at"] or each["at"] for each in found)
    later = outcomes.alias()
    first = select(func.min(later.c.at)).where(
        later.c.asker == outcomes.c.asker,
        later.c.at > outcomes.c.ended_at,
        later.c.at <= outcomes.c.back_until,
        later.c.matter_id.is_not_distinct_from(outcomes.c.matter_id),
        is_return(later.c.outcome),
        later.c.id != outcomes.c.id,
    )
    concerned = (outcomes.c.asker.in_(askers), outcomes.c.back_until >= since)
    # What was seen once stays where the later question's words, and who asked it, were erased meanwhile.
    seen = func.coalesce(first.scalar_subquery(), outcomes.c.came_back_at)
    connection.execute(update(outcomes).where(*concerned).values(came_back_at=seen))


def is_return(outcome: Any) -> ColumnElement[bool]:
    return or_(outcome.is_(None), outcome.not_in(NO_RETURN))
