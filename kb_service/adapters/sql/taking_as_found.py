"""Taking rows as they are: those of a database from before rows had seals, and those an operator has looked at."""

from collections.abc import Iterator, Sequence
from datetime import datetime

from sqlalchemy import Connection, select, update

from kb_service.adapters.sql.answer_chain import link
from kb_service.adapters.sql.engine import Database
from kb_service.adapters.sql.row_faults import RowFault
from kb_service.adapters.sql.seals import Subject, digest_of, every_seal, new
from kb_service.adapters.sql.tables import answers
from kb_service.adapters.sql.trail import record

_AT_ONCE = 500


def seal_what_is_there(connection: Connection, *, at: datetime) -> None:
    """Once, when the schema is brought up to date: the rows as they are, and the answers in their order."""
    for some in _runs([subject for subject, _ in every_seal(connection)]):
        record(connection, at=at, actor="upgrade", action="baseline", was=new(*some))
    given = select(answers.c.id).where(answers.c.number.is_(None)).order_by(answers.c.asked_at, answers.c.id)
    for answer_id in list(connection.execute(given).scalars()):
        row = connection.execute(select(answers).where(answers.c.id == answer_id)).mappings().one()
        chained = link(connection, digest_of(answers, row))
        connection.execute(update(answers).where(answers.c.id == answer_id).values(chained))


def accept(database: Database, faults: Sequence[RowFault], *, actor: str, at: datetime, reason: str) -> int:
    """Say in the trail that these rows are right as they are; how many. The chain of answers cannot be mended so."""
    subjects = sorted({each.subject for each in faults})
    with database.writing() as connection:
        for some in _runs(subjects):
            record(connection, at=at, actor=actor, action="accept", detail={"reason": reason}, was=new(*some))
    return len(subjects)


def _runs(subjects: Sequence[Subject]) -> Iterator[Sequence[Subject]]:
    for start in range(0, len(subjects), _AT_ONCE):
        yield subjects[start : start + _AT_ONCE]
