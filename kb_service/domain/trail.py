"""The trail: who did what, when and why, each entry chained to the one before it by a hash.

Whoever changes, removes or inserts an entry breaks the chain from there on. Whoever rewrites the whole chain, or cuts
its end, is found out only against a head that was kept elsewhere: `kb check` prints it, and `--head` compares.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

# What stands before the first entry.
NO_HASH = "0" * 64


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
    """How many entries there are, and the hash of the last."""

    events: int
    hash: str


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


def fault_of(entry: ChainedEvent, *, number: int, previous_hash: str) -> str | None:
    """What is wrong with the entry that should have this number and follow this hash; None when it is sound."""
    if entry.event.number != number:
        return f"entry {number} is missing: the next one is number {entry.event.number}"
    if entry.previous_hash != previous_hash:
        return f"entry {number} does not follow the entry before it"
    if entry.hash != hash_of(entry.event, previous_hash):
        return f"entry {number} ({entry.event.action} by {entry.event.actor}) was changed after it was written"
    return None
