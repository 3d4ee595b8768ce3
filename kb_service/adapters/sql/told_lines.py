"""Lines of talks as the person is told them: counted without what only helpers see, so that no number tells of it."""

from collections.abc import Sequence
from dataclasses import replace

from sqlalchemy import Connection, bindparam, func, select

from kb_service.adapters.sql.engine import Database
from kb_service.adapters.sql.escalation_rows import messages_of
from kb_service.adapters.sql.talk_tables import talk_messages
from kb_service.domain.escalations import FOR_HELPERS_ONLY, Message

# Statements of every message are made once.
_TOLD = (
    talk_messages.c.escalation_id == bindparam("escalation_id"),
    talk_messages.c.author.not_in(sorted(FOR_HELPERS_ONLY)),
)
_LINES = (
    select(talk_messages)
    .where(*_TOLD)
    .order_by(talk_messages.c.number)
    .offset(bindparam("after"))
    .limit(bindparam("most"))
)
_COUNT = select(func.count()).where(*_TOLD, talk_messages.c.number <= bindparam("up_to"))


class SqlToldLines:
    """The person counts the lines that they see from 1; ``number`` elsewhere is one of the whole talk."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def lines(self, escalation_id: str, *, after: int = 0, limit: int = 500) -> Sequence[Message]:
        """With the person's numbers, those greater than ``after``, at most ``limit``."""
        asked = {"escalation_id": escalation_id, "after": after, "most": limit}
        with self._database.reading() as connection:
            rows = connection.execute(_LINES, asked).all()
            found = messages_of(connection, escalation_id, rows)
        return [replace(each, number=number) for number, each in enumerate(found, after + 1)]

    def count(self, escalation_id: str, *, up_to: int) -> int:
        """The person's number of the last line they see up to this number of the whole talk; 0 for none."""
        with self._database.reading() as connection:
            return count_told(connection, escalation_id, up_to=up_to)

    def number(self, escalation_id: str, counted: int) -> int:
        """Of the whole talk, of the line that the person counts so; of the last one they see, if there are fewer."""
        numbers = select(talk_messages.c.number).where(*_TOLD).order_by(talk_messages.c.number)
        up_to_it = numbers.limit(counted).subquery()
        last = select(func.max(up_to_it.c.number))
        with self._database.reading() as connection:
            return connection.execute(last, {"escalation_id": escalation_id}).scalar() or 0


def count_told(connection: Connection, escalation_id: str, *, up_to: int) -> int:
    """In a transaction of the caller's."""
    return connection.execute(_COUNT, {"escalation_id": escalation_id, "up_to": up_to}).scalar_one()
