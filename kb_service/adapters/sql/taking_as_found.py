"""Taking rows as they are: those of a database from before rows had seals, and those an operator has looked at."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import TypeVar

from sqlalchemy import Connection, select, update

from kb_service.adapters.sql.answer_chain import link
from kb_service.adapters.sql.engine import Database
from kb_service.adapters.sql.row_faults import RowFault
from kb_service.adapters.sql.seals import digest_of, every_seal, new
from kb_service.adapters.sql.tables import answers
from kb_service.adapters.sql.talk_chain import ends_of_talks, link_anew
from kb_service.adapters.sql.talk_tables import talk_messages
from kb_service.adapters.sql.trail import record
from kb_service.domain.trail import TALKS, TALKS_TOLD, UPGRADE

_AT_ONCE = 500
_Item = TypeVar("_Item")


def seal_what_is_there(connection: Connection, *, at: datetime) -> None:
    """Once, when the schema is brought up to date: the rows as they are, and the answers in their order."""
    for some in _runs([subject for subject, _ in every_seal(connection)]):
        record(connection, at=at, actor=UPGRADE, action="baseline", was=new(*some))
    given = select(answers.c.id).where(answers.c.number.is_(None)).order_by(answers.c.asked_at, answers.c.id)
    for answer_id in list(connection.execute(given).scalars()):
        row = connection.execute(select(answers).where(answers.c.id == answer_id)).mappings().one()
        chained = link(connection, digest_of(answers, row))
        connection.execute(update(answers).where(answers.c.id == answer_id).values(chained))


def chain_lines_that_are_there(connection: Connection, *, at: datetime) -> None:
    """Once, when the schema is brought up to date: the talks as they are."""
    with_lines = select(talk_messages.c.escalation_id).distinct().order_by(talk_messages.c.escalation_id)
    for some in _runs(list(connection.execute(with_lines).scalars())):
        _take_talks(connection, some, at=at, actor=UPGRADE, action="baseline", detail={})


def tell_ends_that_are_there(connection: Connection, *, at: datetime) -> None:
    """Once, when the schema is brought up to date: ends from before they were sealed."""
    with_lines = select(talk_messages.c.escalation_id).distinct().order_by(talk_messages.c.escalation_id)
    for some in _runs(list(connection.execute(with_lines).scalars())):
        told = {TALKS: ends_of_talks(connection, some)}
        record(connection, at=at, actor=UPGRADE, action=TALKS_TOLD, detail=told)


def accept(database: Database, faults: Sequence[RowFault], *, actor: str, at: datetime, reason: str) -> int:
    """Say in the trail that these rows are right as they are; how many. The chain of answers cannot be mended so; that
    of a talk begins anew."""
    subjects = sorted({each.subject for each in faults})
    rows, talks = ([each for each in subjects if (each[0] == "talk") is is_talk] for is_talk in (False, True))
    with database.writing() as connection:
        told = {"reason": reason}
        for some in _runs(rows):
            record(connection, at=at, actor=actor, action="accept", detail=told, was=new(*some))
        for ids in _runs([each for _, each in talks]):
            _take_talks(connection, ids, at=at, actor=actor, action="accept", detail=told)
    return len(subjects)


def _take_talks(
    connection: Connection, ids: Sequence[str], *, at: datetime, actor: str, action: str, detail: Mapping[str, str]
) -> None:
    ends = link_anew(connection, ids)
    record(connection, at=at, actor=actor, action=action, detail={**detail, TALKS: ends})


def _runs(subjects: Sequence[_Item]) -> Iterator[Sequence[_Item]]:
    for start in range(0, len(subjects), _AT_ONCE):
        yield subjects[start : start + _AT_ONCE]
