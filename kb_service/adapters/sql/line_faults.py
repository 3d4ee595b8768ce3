"""Lines of talks against their chains, and the chains against what the trail tells of them."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any

from sqlalchemy import Connection, select

from kb_service.adapters.sql.seals import Subject
from kb_service.adapters.sql.talk_chain import end_seal, line_seal, lines_of
from kb_service.adapters.sql.talk_tables import attachments, escalations, talk_messages
from kb_service.domain.trail import (
    ERASED_TALKS,
    NO_HASH,
    TAKEN_AS_FOUND,
    TALKS,
    UPGRADE,
    Event,
    hash_of_line,
    row_changes,
)

_TALKS_AT_ONCE = 100


@dataclass(slots=True)
class ToldTalk:
    """What entries tell of a talk: by the number of a line, the chain's hash there and the entry; and of purged lines
    the seal from before, and as it was left. ``unsealed_end``: of a talk from before ends were sealed."""

    ends: dict[int, tuple[str, str]] = field(default_factory=dict)
    before: dict[int, str | None] = field(default_factory=dict)
    left: dict[int, str | None] = field(default_factory=dict)
    is_erased: bool = False
    unsealed_end: int | None = None


@dataclass(slots=True)
class ToldTalks:
    """Of every talk, read entry by entry, in order."""

    talk: dict[str, ToldTalk] = field(default_factory=lambda: defaultdict(ToldTalk))

    def read(self, event: Event) -> None:
        entry = f"entry {event.number} ({event.action} by {event.actor})"
        for escalation_id, (number, chained) in event.detail.get(TALKS, {}).items():
            if event.action in TAKEN_AS_FOUND:
                self.talk[escalation_id] = ToldTalk()
            self.talk[escalation_id].ends.setdefault(number, (chained, entry))
            if event.actor == UPGRADE:
                self.talk[escalation_id].unsealed_end = number
        for change in row_changes(event):
            if change.subject[0] == "line":
                escalation_id, _, number = change.subject[1].rpartition("/")
                its = self.talk[escalation_id]
                its.before.setdefault(int(number), change.before)
                its.left[int(number)] = change.after
        if event.action == ERASED_TALKS:
            for escalation_id in event.detail["escalations"]:
                self.talk[escalation_id] = ToldTalk(is_erased=True)


def line_faults(connection: Connection, told: ToldTalks) -> Iterator[tuple[Subject, str]]:
    """At most one for a talk: its first. After that nothing of its chain can be told."""
    ends = select(escalations.c.id, escalations.c.last_number, escalations.c.end_seal)
    end_of: dict[str, tuple[int, str | None]] = {
        row.id: (row.last_number, row.end_seal) for row in connection.execute(ends)
    }
    for escalation_id, lines in _every_talk(connection):
        its, (last, seal) = told.talk.get(escalation_id, ToldTalk()), end_of.pop(escalation_id, (0, None))
        fault = _fault(lines, its, last)
        if fault is None and not its.is_erased:
            fault = _fault_of_end(connection, lines[-1][0], its, seal)
        if fault is not None:
            yield ("talk", escalation_id), fault
    for escalation_id, (last, _) in end_of.items():  # of which no line is there
        if (fault := _fault((), told.talk.get(escalation_id, ToldTalk()), last)) is not None:
            yield ("talk", escalation_id), fault
    for escalation_id in _with_loose_files(connection):
        yield ("talk", escalation_id), "has a picture or recording that belongs to none of its lines"


def _fault(lines: Sequence[tuple[Mapping[str, Any], Any]], told: ToldTalk, last: int) -> str | None:
    if told.is_erased:
        return "has lines again although they were erased" if lines else None
    previous, number = NO_HASH, 0
    for line, files in lines:
        number, seal = line["number"], line_seal(line, files)
        if line["hash"] is None:
            return f"line {number} was not written by this service"
        if hash_of_line(told.before.get(number) or seal, previous) != line["hash"]:
            return f"line {number} was changed in the database, or a line before it added or removed"
        if number in told.left and seal != told.left[number]:
            return f"line {number} was changed in the database after it was purged"
        chained, entry = told.ends.get(number, (line["hash"], ""))
        if chained != line["hash"]:
            return f"its lines up to {number} are not those that {entry} tells of"
        previous = line["hash"]
    if gone := [each for each in told.ends if each > number]:
        return f"line {max(gone)} was removed from the database after {told.ends[max(gone)][1]}"
    if number != last:
        return f"its last line is {number}, but {last} were written"
    return None


def _fault_of_end(connection: Connection, line: Mapping[str, Any], told: ToldTalk, seal: str | None) -> str | None:
    number = line["number"]
    if seal is None and told.unsealed_end == number:
        return None
    if seal == end_seal(connection, line["escalation_id"], number, line["hash"]):
        return None
    return f"its end, line {number}, was not written by this service, or with another key (user.key, KB_USER_KEY)"


def _every_talk(connection: Connection) -> Iterator[tuple[str, list[tuple[Mapping[str, Any], Any]]]]:
    ids = select(talk_messages.c.escalation_id).distinct().order_by(talk_messages.c.escalation_id)
    some = list(connection.execute(ids.limit(_TALKS_AT_ONCE)).scalars())
    while some:
        for escalation_id, lines in groupby(lines_of(connection, some), lambda each: each[0]["escalation_id"]):
            yield escalation_id, list(lines)
        later = ids.where(talk_messages.c.escalation_id > some[-1])
        some = list(connection.execute(later.limit(_TALKS_AT_ONCE)).scalars())


def _with_loose_files(connection: Connection) -> list[str]:
    its_line = select(talk_messages.c.number).where(
        talk_messages.c.escalation_id == attachments.c.escalation_id,
        talk_messages.c.number == attachments.c.message_number,
    )
    loose = select(attachments.c.escalation_id).distinct().where(~its_line.exists())
    return sorted(connection.execute(loose).scalars())
