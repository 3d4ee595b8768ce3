"""Rows against the trail: what is not as its last entry left it was changed by somebody else than this service."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, RowMapping, select

from kb_service.adapters.sql.engine import Database
from kb_service.adapters.sql.line_faults import ToldTalks, line_faults
from kb_service.adapters.sql.seals import Subject, digest_of, every_seal
from kb_service.adapters.sql.tables import answers, events
from kb_service.domain.trail import ERASED, NO_HASH, TAKEN_AS_FOUND, Event, hash_of_answer, row_changes

_ENTRIES_AT_ONCE = 2000
_ANSWERS_AT_ONCE = 200
# What is left of an answer's row when its words are erased; the measures of outcomes need the rest.
NO_WORDS: Mapping[str, Any] = {"body": {}, "conversation_id": "", "user_hash": None}


@dataclass(frozen=True, slots=True)
class RowFault:
    """``seal``: of the row as it is, None where it is gone."""

    subject: Subject
    sentence: str
    seal: str | None


@dataclass(slots=True)
class _Told:
    """What the entries tell, read in order: the last seal of every subject and the entry that it is from."""

    seal_of: dict[Subject, str | None] = field(default_factory=dict)
    entry_of: dict[Subject, str] = field(default_factory=dict)
    breaks: dict[Subject, str] = field(default_factory=dict)
    given_as: dict[Subject, str | None] = field(default_factory=dict)
    erased: list[tuple[int, int]] = field(default_factory=list)
    talks: ToldTalks = field(default_factory=ToldTalks)

    def read(self, event: Event) -> None:
        entry = f"entry {event.number} ({event.action} by {event.actor})"
        self.talks.read(event)
        for change in row_changes(event):
            subject = change.subject
            if subject[0] == "line":
                continue
            if event.action in TAKEN_AS_FOUND:
                self.breaks.pop(subject, None)
            elif subject[0] == "answer" and subject not in self.seal_of:
                self.given_as[subject] = change.before  # compared with the chain, which has the seal of its row
            elif change.before != self.seal_of.get(subject):
                left = self.entry_of.get(subject, "no entry")
                self.breaks[subject] = f"was changed in the database between {left} and {entry}"
            self.seal_of[subject] = change.after
            self.entry_of[subject] = entry
        if event.action == ERASED:
            self.erased += [(first, last) for first, last in event.detail["answers"]]


def row_faults(database: Database) -> list[RowFault]:
    """All of one moment, so that the service may go on writing meanwhile."""
    with database.snapshot() as connection:
        told = _told(connection)
        lines = [RowFault(subject, sentence, None) for subject, sentence in line_faults(connection, told.talks)]
        return [*_of_rows(connection, told), *_of_answers(connection, told), *lines]


def _told(connection: Connection) -> _Told:
    told = _Told()
    last = 0
    query = select(events).order_by(events.c.id).limit(_ENTRIES_AT_ONCE)
    while rows := connection.execute(query.where(events.c.id > last)).all():
        for row in rows:
            told.read(Event(row.id, row.at, row.actor, row.action, row.document_id, row.version_id, row.detail))
        last = rows[-1].id
    return told


def _of_rows(connection: Connection, told: _Told) -> Iterator[RowFault]:
    present = dict(every_seal(connection))
    for subject, seal in present.items():
        if (expected := told.seal_of.get(subject)) is None:
            since = told.entry_of.get(subject)
            yield RowFault(subject, f"is there although {since} removed it" if since else "no entry tells of it", seal)
        elif expected != seal:
            yield RowFault(subject, f"was changed in the database after {told.entry_of[subject]}", seal)
    for subject, expected in told.seal_of.items():
        if subject[0] != "answer" and expected is not None and subject not in present:
            yield RowFault(subject, f"was removed from the database after {told.entry_of[subject]}", None)
    for subject, sentence in told.breaks.items():
        yield RowFault(subject, sentence, present.get(subject))


def _of_answers(connection: Connection, told: _Told) -> Iterator[RowFault]:
    number, previous = 0, NO_HASH
    for row in _every_answer(connection):
        subject, seal = ("answer", row["id"]), digest_of(answers, row)
        expected = told.seal_of.get(subject) or row["sha256"]
        if row["number"] is None:
            yield RowFault(subject, "was not given by this service: it is no part of the chain of answers", seal)
            continue
        number += 1
        if row["number"] != number:
            yield RowFault(subject, f"answer {number} is missing before it", seal)
        if told.given_as.get(subject, row["sha256"]) != row["sha256"]:
            yield RowFault(subject, f"was changed in the database before {told.entry_of[subject]}", seal)
        if row["previous_hash"] != previous or row["hash"] != _hash_of(row):
            yield RowFault(subject, "does not follow the answer before it in the chain", seal)
        if _is_within(told.erased, row["number"]):
            if any(row[name] != left for name, left in NO_WORDS.items()):
                yield RowFault(subject, "has words again although it was erased", seal)
        elif seal != expected:
            after = told.entry_of.get(subject, "it was given")
            yield RowFault(subject, f"was changed in the database after {after}", seal)
        number, previous = row["number"], row["hash"]
    for subject in told.seal_of:
        if subject[0] == "answer" and not _is_there(connection, subject[1]):
            yield RowFault(subject, f"was removed from the database after {told.entry_of[subject]}", None)


def _every_answer(connection: Connection) -> Iterator[RowMapping]:
    """Those without a number first, then by it."""
    query = select(answers).order_by(answers.c.number)
    yield from connection.execute(query.where(answers.c.number.is_(None))).mappings()
    last = None
    while True:
        later = answers.c.number.is_not(None) if last is None else answers.c.number > last
        rows = connection.execute(query.where(later).limit(_ANSWERS_AT_ONCE)).mappings().all()
        if not rows:
            return
        yield from rows
        last = rows[-1]["number"]


def _hash_of(row: RowMapping) -> str:
    return hash_of_answer(row["number"], row["sha256"] or "", row["previous_hash"] or "")


def _is_within(ranges: list[tuple[int, int]], number: int) -> bool:
    return any(first <= number <= last for first, last in ranges)


def _is_there(connection: Connection, answer_id: str) -> bool:
    return connection.execute(select(answers.c.id).where(answers.c.id == answer_id)).first() is not None
