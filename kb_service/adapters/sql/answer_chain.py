"""The chain of answers: each stored row is sealed and linked to the one before it."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection, insert, select, text

from kb_service.adapters.sql.seals import digest_of
from kb_service.adapters.sql.tables import answers
from kb_service.domain.trail import NO_HASH, hash_of_answer

# Any number, the same in every process: on PostgreSQL one transaction at a time extends the chain of answers. It is
# not the lock of the trail, which an import holds to the end of its transaction.
_ANSWERS_LOCK = 7_206_033
_LAST = select(answers.c.number, answers.c.hash).where(answers.c.number.is_not(None))
_LAST = _LAST.order_by(answers.c.number.desc()).limit(1)
_ADD = insert(answers)


def add_answer(connection: Connection, row: Mapping[str, Any]) -> None:
    """Add a row of `answers` behind the last one."""
    connection.execute(_ADD, {**row, **link(connection, digest_of(answers, row))})


def link(connection: Connection, sha256: str) -> dict[str, Any]:
    """The columns that chain an answer with this seal behind the last one."""
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _ANSWERS_LOCK})
    last = connection.execute(_LAST).first()
    number, previous = (last.number + 1, last.hash) if last else (1, NO_HASH)
    return {
        "number": number,
        "sha256": sha256,
        "previous_hash": previous,
        "hash": hash_of_answer(number, sha256, previous),
    }
