"""The trail: who did what, when and why, each entry chained to the one before it by a hash.

Whoever changes, removes or inserts an entry breaks the chain from there on. Whoever rewrites the whole chain, or cuts
its end, is found out only against a head that was kept elsewhere: `kb check` prints it, and `--head` compares.
Entries keep seals of the rows that they changed; answers, far more of them, have a chain of their own beside it, and
so have the lines of each talk, whose ends entries tell.
"""

import hashlib
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

# What stands before the first entry.
NO_HASH = "0" * 64
_HEAD = re.compile("[0-9a-f]{64}(?:-(?!0{64})[0-9a-f]{64})?")
# Where an entry keeps the seals of the rows that it changed: before and after, by kind and id.
ROWS = "rows"
# Where it tells the number and hash of the last line of each talk that it changed, by escalation id.
TALKS = "talks"
# An entry that takes the rows of its subjects as they are: an operator has looked at them, or nothing told of them yet.
TAKEN_AS_FOUND = frozenset({"baseline", "accept"})
ERASED = "erase"
ERASED_TALKS = "erase_talks"
TALKS_TOLD = "tell_talks"
READ_TALK = "read_talk"
# The same reader of the same talk is told once in this time.
ONE_READING = timedelta(hours=1)
# Who writes entries when a database is brought up to date.
UPGRADE = "upgrade"


@dataclass(frozen=True, slots=True)
class Event:
    """One entry. ``number`` counts from 1 without gaps; ``detail`` is plain JSON."""

    number: int
    at: datetime
    actor: str
    action: str
    document_id: str | None
    version_id: str | None
    detail: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class ChainedEvent:
    event: Event
    previous_hash: str | None
    hash: str | None


@dataclass(frozen=True, slots=True)
class TrailHead:
    """How many entries and answers there are, and the hashes of the last of each: 64 digits, or 64-64."""

    events: int
    hash: str
    answers: int = 0


@dataclass(frozen=True, slots=True)
class RowChange:
    """What an entry did to a row: its seal before and after, None for a row that was not there."""

    subject: tuple[str, str]
    before: str | None
    after: str | None


def rows_of_entry(
    was: Mapping[tuple[str, str], str | None], becomes: Mapping[tuple[str, str], str | None]
) -> dict[str, list[str | None]]:
    """As an entry keeps it."""
    return {f"{kind}/{each}": [before, becomes[kind, each]] for (kind, each), before in sorted(was.items())}


def row_changes(event: Event) -> Iterator[RowChange]:
    for name, (before, after) in event.detail.get(ROWS, {}).items():
        kind, _, each = name.partition("/")
        yield RowChange((kind, each), before, after)


def hash_of(event: Event, previous_hash: str) -> str:
    """SHA-256 over the previous hash and the entry as JSON with sorted keys, moments in UTC. Never to be changed."""
    content = {
        "number": event.number,
        "at": event.at.astimezone(UTC).isoformat(timespec="microseconds"),
        "actor": event.actor,
        "action": event.action,
        "document_id": event.document_id,
        "version_id": event.version_id,
        "detail": event.detail,
    }
    written = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(f"{previous_hash}\n{written}".encode("utf-8", "surrogatepass")).hexdigest()


def hash_of_answer(number: int, sha256: str, previous_hash: str) -> str:
    """The answer's link of its chain: over its seal. Never to be changed."""
    return hashlib.sha256(f"{previous_hash}\n{number}\n{sha256}".encode()).hexdigest()


def hash_of_line(sha256: str, previous_hash: str) -> str:
    """A line's link of the chain of its talk: over its seal, which tells talk and number. Never to be changed."""
    return hashlib.sha256(f"{previous_hash}\n{sha256}".encode()).hexdigest()


def head_of(events: int, event_hash: str, answers: int, answer_hash: str) -> TrailHead:
    return TrailHead(events, f"{event_hash}-{answer_hash}" if answers else event_hash, answers)


def is_head(kept: str) -> bool:
    """Whether it is written like a head, of whatever trail."""
    return _HEAD.fullmatch(kept) is not None


def hashes_of_head(kept: str) -> tuple[str, str]:
    """Of the last entry and of the last answer; a head from before answers were chained has only the first."""
    event_hash, _, answer_hash = kept.partition("-")
    return event_hash, answer_hash or NO_HASH


def fault_of(entry: ChainedEvent, *, number: int, previous_hash: str) -> str | None:
    """What is wrong with the entry that should have this number and follow this hash; None when it is sound."""
    if entry.event.number != number:
        return f"entry {number} is missing: the next one is number {entry.event.number}"
    if entry.previous_hash != previous_hash:
        return f"entry {number} does not follow the entry before it"
    if entry.hash != hash_of(entry.event, previous_hash):
        return f"entry {number} ({entry.event.action} by {entry.event.actor}) was changed after it was written"
    return None
