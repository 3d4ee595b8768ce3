"""Who types in a talk and has read how far, in SQL: a row for each side; neither the talk nor the trail changes."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import and_, bindparam, func, select

from kb_service.adapters.sql.engine import Database
from kb_service.adapters.sql.talk_tables import escalations, talk_messages, talk_signs
from kb_service.domain.escalations import GOING_ON, Author
from kb_service.domain.talk_signs import Signs, TalkSide

_KEY = ["escalation_id", "side"]
_OF = select(talk_signs).where(
    talk_signs.c.escalation_id == bindparam("escalation_id"), talk_signs.c.side == bindparam("side")
)
_SINCE = select(talk_signs).where(talk_signs.c.changed_at >= bindparam("moment", type_=talk_signs.c.changed_at.type))


class SqlTalkSigns:
    """Implements `helping.signs.TalkSigns`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def of(self, escalation_id: str, side: TalkSide) -> Signs:
        with self._database.reading() as connection:
            row = connection.execute(_OF, {"escalation_id": escalation_id, "side": side}).first()
        return Signs(row.read_up_to, row.typed_at) if row else Signs()

    def note_typing(self, escalation_id: str, side: TalkSide, *, at: datetime) -> None:
        row = {"escalation_id": escalation_id, "side": side, "read_up_to": 0, "typed_at": at, "changed_at": at}
        added = self._database.insert(talk_signs).values(row)
        changed = {"typed_at": at, "changed_at": at}
        with self._database.writing() as connection:
            connection.execute(added.on_conflict_do_update(index_elements=_KEY, set_=changed))

    def note_reading(self, escalation_id: str, side: TalkSide, number: int, *, at: datetime) -> None:
        """A mark never goes back, whoever writes at the same time."""
        row = {"escalation_id": escalation_id, "side": side, "read_up_to": number, "changed_at": at}
        added = self._database.insert(talk_signs).values(row)
        changed = {"read_up_to": number, "changed_at": at}
        is_further = talk_signs.c.read_up_to < number
        with self._database.writing() as connection:
            connection.execute(added.on_conflict_do_update(index_elements=_KEY, set_=changed, where=is_further))

    def changed_since(self, moment: datetime) -> Mapping[tuple[str, str], object]:
        """What identifies the signs that were written since then, by talk and side."""
        with self._database.reading() as connection:
            found = connection.execute(_SINCE, {"moment": moment})
            return {(row.escalation_id, row.side): (row.read_up_to, row.typed_at) for row in found}

    def unread_of(self, helper: str) -> Mapping[str, int]:
        """How many of the person's messages the helper's side has not read, of each talk this helper is in charge of;
        talks without any are left out."""
        mark = and_(talk_signs.c.escalation_id == escalations.c.id, talk_signs.c.side == TalkSide.HELPER)
        theirs = and_(talk_messages.c.escalation_id == escalations.c.id, talk_messages.c.author == Author.PERSON)
        query = (
            select(escalations.c.id, func.count())
            .join(talk_messages, theirs)
            .outerjoin(talk_signs, mark)
            .where(escalations.c.helper == helper, escalations.c.state.in_(GOING_ON))
            .where(talk_messages.c.number > func.coalesce(talk_signs.c.read_up_to, 0))
            .group_by(escalations.c.id)
        )
        with self._database.reading() as connection:
            return {row[0]: row[1] for row in connection.execute(query)}
