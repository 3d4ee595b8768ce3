"""The chain of each talk: a line is sealed with what goes along with it and linked to the line before it.

Entries of the trail that change an escalation tell how far its chain is, and with each line its end is sealed under the
site's key: whoever can write to the database can neither add a line nor cut the last ones off. The seal of a line has a
salt, which is erased with the words: what is left of an erased or purged line does not give away what somebody guesses
it said.
"""

import secrets
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, and_, bindparam, select, update

from kb_service.adapters.sql.schedules import chunks
from kb_service.adapters.sql.seals import digest_of
from kb_service.adapters.sql.site_seals import site_seal
from kb_service.adapters.sql.tables import events
from kb_service.adapters.sql.talk_tables import attachments, escalations, talk_messages
from kb_service.domain.trail import NO_HASH, TALKS_TOLD, hash_of_line

_OVERLAP = timedelta(minutes=1)
_LINK = (
    update(talk_messages)
    .where(talk_messages.c.escalation_id == bindparam("talk"), talk_messages.c.number == bindparam("its_number"))
    .values(salt=bindparam("its_salt"), hash=bindparam("its_hash"))
)
# A statement of every message is made once.
_HASH = select(talk_messages.c.hash).where(
    talk_messages.c.escalation_id == bindparam("escalation_id"), talk_messages.c.number == bindparam("number")
)
_ENDS = select(talk_messages.c.escalation_id, talk_messages.c.number, talk_messages.c.hash).join(
    escalations,
    and_(escalations.c.id == talk_messages.c.escalation_id, escalations.c.last_number == talk_messages.c.number),
)


def linked(
    connection: Connection,
    rows: Sequence[Mapping[str, Any]],
    files: Mapping[int, Sequence[Mapping[str, Any]]],
) -> list[dict[str, Any]]:
    """The same new rows of one talk with salt and hash, behind the line before the first. ``files``: rows of
    attachments by the number of their line."""
    before = {"escalation_id": rows[0]["escalation_id"], "number": rows[0]["number"] - 1}
    previous = connection.execute(_HASH, before).scalar() or NO_HASH
    found = []
    for row in rows:
        salted = {**row, "salt": secrets.token_hex(16)}
        previous = hash_of_line(line_seal(salted, files.get(row["number"], ())), previous)
        found.append({**salted, "hash": previous})
    return found


def line_seal(row: Mapping[Any, Any], files: Sequence[Mapping[Any, Any]]) -> str:
    return digest_of(talk_messages, row, [(attachments, each) for each in files])


def end_seal(connection: Connection, escalation_id: str, number: int, chained: str) -> str:
    """Of the end of a chain: the number of its last line and the hash there. No earlier one stands in the database."""
    return site_seal(connection, "end of talk", escalation_id, number, chained)


def ends_of_talks(connection: Connection, escalation_ids: Collection[str]) -> dict[str, tuple[int, str]]:
    """Number and hash of the last line of each that has lines."""
    found: dict[str, tuple[int, str]] = {}
    for some in chunks(sorted(escalation_ids)):
        for row in connection.execute(_ENDS.where(escalations.c.id.in_(some))):
            found[row.escalation_id] = (row.number, row.hash or NO_HASH)
    return found


def last_told(connection: Connection) -> datetime:
    """Until when every chain is told. What was being written then may have come later: a minute is told twice."""
    told = select(events.c.at).where(events.c.action.in_((TALKS_TOLD, "baseline"))).order_by(events.c.id.desc())
    last = connection.execute(told.limit(1)).scalar()
    return last - _OVERLAP if last else datetime.min.replace(tzinfo=UTC)


def written_since(connection: Connection, moment: datetime) -> list[str]:
    """Talks that were changed from then on, by id."""
    changed = select(escalations.c.id).where(escalations.c.changed_at >= moment, escalations.c.last_number > 0)
    return list(connection.execute(changed.order_by(escalations.c.id)).scalars())


def link_anew(connection: Connection, escalation_ids: Collection[str]) -> dict[str, tuple[int, str]]:
    """Whatever these talks hold, taken as it is; number and hash of the last line of each."""
    ends: dict[str, tuple[int, str]] = dict.fromkeys(escalation_ids, (0, NO_HASH))
    written = []
    for row, files in lines_of(connection, escalation_ids):
        talk, number = row["escalation_id"], row["number"]
        salted = {**row, "salt": secrets.token_hex(16)}
        ends[talk] = (number, hash_of_line(line_seal(salted, files), ends[talk][1]))
        written.append({"talk": talk, "its_number": number, "its_salt": salted["salt"], "its_hash": ends[talk][1]})
    if written:
        connection.execute(_LINK, written)
    connection.execute(
        update(escalations)
        .where(escalations.c.id == bindparam("talk"))
        .values(last_number=bindparam("last"), end_seal=bindparam("its_seal")),
        [
            {"talk": each, "last": number, "its_seal": end_seal(connection, each, number, chained)}
            for each, (number, chained) in ends.items()
        ],
    )
    return ends


def lines_of(
    connection: Connection, escalation_ids: Collection[str]
) -> Iterator[tuple[Mapping[str, Any], Sequence[Mapping[str, Any]]]]:
    """Rows of lines with those of their attachments, talk by talk in order."""
    wanted = talk_messages.c.escalation_id.in_(escalation_ids)
    query = select(talk_messages).where(wanted).order_by(*talk_messages.primary_key)
    with_files = defaultdict(list)
    named = select(attachments.c.escalation_id, attachments.c.message_number, attachments.c.number)
    for found in connection.execute(named.where(attachments.c.escalation_id.in_(escalation_ids))):
        with_files[found.escalation_id, found.message_number].append(found.number)
    for row in connection.execute(query).mappings().all():
        line: Mapping[str, Any] = dict(row)
        numbers = with_files.get((line["escalation_id"], line["number"]))
        yield line, _files(connection, line["escalation_id"], numbers) if numbers else ()


def _files(connection: Connection, escalation_id: str, numbers: Collection[int]) -> list[Mapping[str, Any]]:
    """Megabytes each: of one line at a time."""
    its = and_(attachments.c.escalation_id == escalation_id, attachments.c.number.in_(numbers))
    rows = connection.execute(select(attachments).where(its).order_by(attachments.c.number)).mappings()
    return [dict(row) for row in rows]
