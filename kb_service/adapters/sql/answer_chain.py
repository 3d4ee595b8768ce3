"""The chain of answers: each stored row is sealed and linked to the one before it."""

from collections.abc import Mapping
from contextlib import closing
from typing import Any

from sqlalchemy import Connection, insert

from kb_service.adapters.sql.seals import digest_of
from kb_service.adapters.sql.tables import answers
from kb_service.domain.trail import NO_HASH, hash_of_answer

# Plain SQL: each question waits for it.
_LAST = "SELECT number, hash FROM answers WHERE number IS NOT NULL ORDER BY number DESC LIMIT 1"
# On PostgreSQL one transaction at a time extends the chain of answers, by a lock of its own: an import holds that of
# the trail to the end of its transaction. Any number, the same in every process. Both statements go in one message;
# the second sees what was committed while the first waited.
_LOCK_AND_LAST = f"SELECT pg_advisory_xact_lock(7206033); {_LAST}"
_ADD = insert(answers)


def add_answer(connection: Connection, row: Mapping[str, Any]) -> None:
    """Add a row of `answers` behind the last one."""
    connection.execute(_ADD, {**row, **link(connection, digest_of(answers, row))})


def link(connection: Connection, sha256: str) -> dict[str, Any]:
    """The columns that chain an answer with this seal behind the last one."""
    number, previous = _last(connection) or (0, NO_HASH)
    number += 1
    return {
        "number": number,
        "sha256": sha256,
        "previous_hash": previous,
        "hash": hash_of_answer(number, sha256, previous),
    }


def _last(connection: Connection) -> tuple[int, str] | None:
    """Number and hash of the newest answer, which stays the newest to the end of the transaction."""
    if connection.dialect.name == "postgresql":
        with closing(connection.connection.cursor()) as cursor:
            cursor.execute(_LOCK_AND_LAST)
            cursor.nextset()
            found: tuple[int, str] | None = cursor.fetchone()
            return found
    row = connection.exec_driver_sql(_LAST).first()
    return (row.number, row.hash) if row else None
