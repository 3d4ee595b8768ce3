"""Seals: a digest of what decides in a row and in the rows that belong to it.

An entry of the trail keeps the seals of what it changed, before and after; `kb check` compares them with the rows. All
columns are sealed but those of `NOT_DECIDING`. An empty field is left out, so a column added later breaks no seal.
"""

import hashlib
import json
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import cache
from typing import Any

from sqlalchemy import Column, ColumnElement, Connection, Row, Table, select, tuple_

from kb_service.adapters.sql import tables, talk_tables, upload_tables
from kb_service.adapters.sql.schedules import chunks
from kb_service.domain.suspicions import SuspicionState

# The kind of a thing and its id; and the digest of each as it is or was, None where there is none.
Subject = tuple[str, str]
Seals = Mapping[Subject, str | None]

_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class Sealed:
    """A table whose rows are sealed one by one, each with its ``parts``: rows of other tables that name its key.

    ``key_of`` makes the key of an id, a tuple where it has several columns; rows that ``only`` leaves out decide
    nothing yet.
    """

    table: Table
    parts: tuple[tuple[Column[Any], ...], ...] = ()
    key_of: Callable[[str], Any] = str
    only: ColumnElement[bool] | None = None


def _number_of_line(line_id: str) -> tuple[str, int]:
    escalation_id, _, number = line_id.rpartition("/")
    return escalation_id, int(number)


SEALED: Mapping[str, Sealed] = {
    "version": Sealed(
        tables.versions,
        ((tables.contributors.c.version_id,), (tables.endings.c.version_id,), (tables.passages.c.version_id,)),
    ),
    "person": Sealed(tables.people),
    "key": Sealed(tables.keys),
    "batch": Sealed(upload_tables.batches, ((upload_tables.batch_uploads.c.batch_id,),)),
    "upload": Sealed(upload_tables.uploads),
    # What examinations suspect is for people to look at; answers heed what somebody has decided.
    "suspicion": Sealed(tables.suspicions, only=tables.suspicions.c.state != SuspicionState.OPEN),
    "calendar_day": Sealed(tables.calendar_days, key_of=date.fromisoformat),
    "calendar_year": Sealed(tables.calendar_years, key_of=int),
    "department": Sealed(tables.departments),
    "matter": Sealed(tables.matters),
    "escalation": Sealed(
        talk_tables.escalations, ((talk_tables.clocks.c.escalation_id,), (talk_tables.proposals.c.escalation_id,))
    ),
    "helper": Sealed(talk_tables.helpers),
    "webhook": Sealed(talk_tables.webhooks),
    "switch": Sealed(talk_tables.switches),
    "announcement": Sealed(talk_tables.announcements),
    "meeting_link": Sealed(talk_tables.meeting_links),
    "canned_reply": Sealed(talk_tables.canned_replies),
    "answer": Sealed(tables.answers),
    "line": Sealed(
        talk_tables.talk_messages,
        ((talk_tables.attachments.c.escalation_id, talk_tables.attachments.c.message_number),),
        key_of=_number_of_line,
    ),
}
# Far more than anything else: an entry for each would make the trail nothing but them.
CHAINED = frozenset({"answer", "line"})

# Columns, and tables as a whole, that decide neither what residents see nor who may act, and why.
NOT_DECIDING: Mapping[str, str] = {
    "versions.published_at": "says when the index had followed an approval; what is found goes by state and dates",
    "keys.last_used_at": "noted at most once a minute for whoever looks at the list",
    "uploads.state": "how far its reading is; read again, it is found to be stored already",
    "uploads.attempt": "how often its reading was begun",
    "uploads.lease": "who reads it at the moment",
    "uploads.reason": "why it was refused, for whoever sent it",
    "uploads.cause": "why it was refused, for whoever sent it",
    "uploads.records_done": "how far its reading is",
    "uploads.records_total": "how far its reading is",
    "uploads.counts": "what became of its records, for whoever sent it",
    "uploads.report": "what was read of it, for whoever sent it",
    "uploads.version_id": "a link to what it brought, which has a seal of its own",
    "uploads.updated_at": "when its reading last went on",
    "uploads.identity": "finds the same file sent again; read twice, it is found to be stored already",
    "answers.number": "a link of the chain, checked with it",
    "answers.sha256": "a link of the chain, checked with it",
    "answers.previous_hash": "a link of the chain, checked with it",
    "answers.hash": "a link of the chain, checked with it",
    "escalations.last_number": "counts what is written in the talk",
    "escalations.end_seal": "seals the end of its chain, checked with it",
    "escalations.changed_at": "finds what pages have to show anew",
    "escalations.proposal_changes": "finds what helpers' pages have to show anew",
    "clocks.warned_at": "when helpers were warned; a clock that is over has an entry of its own",
    "helpers.is_present": "comes and goes with the helper's page; read for a minute and a half",
    "helpers.seen_at": "the page's last sign of life",
    "deliveries": "what is told to other systems: each has a seal of its own, looked at before it is sent",
    "talk_messages.hash": "a link of the chain of its talk, checked with it",
    "talk_signs": "who types and has read how far, shown to the other side of the talk only",
    "message_keys": "finds a message that is sent again",
    "events": "the trail itself, chained by its hashes",
    "documents": "an id, and how far the index has followed; kind and everything else are of the version",
    "embeddings": "computed from the text, and held against it by `kb check`; orders what is found and adds nothing",
    "term_counts": "computed from the text, and held against it by `kb check`; orders what is found and adds nothing",
    "feedback": "what visitors say of answers: counted, never shown to residents",
    "gaps": "work still to be done on knowledge; what comes of it is a version, with a seal of its own",
    "problems": "work still to be done beside knowledge; what comes of it is a version, with a seal of its own",
    "gap_questions": "what was asked and not answered, for whoever writes a text",
    "cited_versions": "finds answers by what they cite; the answers have a chain of their own",
    "affected_answers": "what answers would be now, for who looks after them; shown to no resident",
    "kept_cases": "which talks became a draft, so that they are not proposed again; the draft has a seal of its own",
    "outcomes": "counted for resolution, made from answers and talks; `kb resolution --check` counts from those again",
    "audit_weeks": "when a sample was drawn; what was drawn, and of how many, stands in an entry of the trail",
    "audit_strata": "counted for resolution; sizes stand in the entry of the draw, which `kb resolution --check` reads",
    "audit_items": "counted for resolution; the same entry names them",
    "audit_judgements": "counted for resolution; each stands in an entry, which `kb resolution --check` compares",
    "days_ahead": "what known questions are answered with on coming days, for editors; asked again each week",
    "upload_records": "reports for whoever sent the file",
    "jobs": "work still to be done, each of which reads its sealed rows when it is done",
    "examinations": "which versions were compared with their neighbours already",
    "rehearsals": "what a reviewer is shown; the verdict that an approval went by stands in its entry",
    "due_lists": "lists as they stood on a morning, made from sealed rows",
}


def new(*subjects: Subject) -> dict[Subject, str | None]:
    """Of what is about to be added."""
    return dict.fromkeys(subjects)


def seals(connection: Connection, subjects: Iterable[Subject]) -> dict[Subject, str | None]:
    """Of each as it is now."""
    found: dict[Subject, str | None] = dict.fromkeys(subjects)
    ids: dict[str, list[str]] = defaultdict(list)
    for kind, subject_id in found:
        ids[kind].append(subject_id)
    for kind, wanted in ids.items():
        for some in chunks(wanted):
            found |= {(kind, each): digest for each, digest in _digests(connection, kind, some).items()}
    return found


def every_seal(connection: Connection) -> Iterator[tuple[Subject, str]]:
    """Of everything in the database, but what has a chain of its own."""
    for kind, sealed in SEALED.items():
        if kind in CHAINED:
            continue
        (key,) = sealed.table.primary_key
        last = None
        while True:
            query = select(key).order_by(key).limit(_AT_ONCE)
            ids = list(connection.execute(query if last is None else query.where(key > last)).scalars())
            if not ids:
                break
            for each, digest in _digests(connection, kind, [str(found) for found in ids]).items():
                yield (kind, each), digest
            last = ids[-1]


def digest_of(table: Table, row: Mapping[Any, Any], parts: Sequence[tuple[Table, Mapping[Any, Any]]] = ()) -> str:
    """The seal of a row with its parts, as it is or is about to be added."""
    return _digest([_plain_row(table, row), *([part.name, _plain_row(part, its)] for part, its in parts)])


def _digests(connection: Connection, kind: str, ids: Iterable[str]) -> dict[str, str]:
    sealed = SEALED[kind]
    key, wanted = tuple(sealed.table.primary_key), [sealed.key_of(each) for each in ids]
    query = select(sealed.table).where(_among(key, wanted))
    rows = connection.execute(query if sealed.only is None else query.where(sealed.only))
    content = {_id(row, key): [_plain_row(sealed.table, row._mapping)] for row in rows}
    for owner in sealed.parts:
        part = owner[0].table
        assert isinstance(part, Table)
        for row in connection.execute(select(part).where(_among(owner, wanted)).order_by(*part.primary_key)):
            if (owner_id := _id(row, owner)) in content:
                content[owner_id].append([part.name, _plain_row(part, row._mapping)])
    return {each: _digest(said) for each, said in content.items()}


def _among(columns: Sequence[Column[Any]], wanted: Sequence[Any]) -> ColumnElement[bool]:
    return columns[0].in_(wanted) if len(columns) == 1 else tuple_(*columns).in_(wanted)


def _id(row: Row[Any], key: Sequence[Column[Any]]) -> str:
    return "/".join(str(row._mapping[column]) for column in key)


def _plain_row(table: Table, row: Mapping[Any, Any]) -> Any:
    values = ((name, row.get(name)) for name in _deciding(table))
    return {name: _plain(value) for name, value in values if value is not None}


@cache
def _deciding(table: Table) -> Sequence[str]:
    """Its columns that are sealed."""
    return [column.name for column in table.columns if f"{table.name}.{column.name}" not in NOT_DECIDING]


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat(timespec="microseconds")
    if isinstance(value, bytes):
        return hashlib.sha256(value).hexdigest()
    return value.isoformat() if isinstance(value, date) else value


def _digest(content: Any) -> str:
    written = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(written.encode("utf-8", "surrogatepass")).hexdigest()
