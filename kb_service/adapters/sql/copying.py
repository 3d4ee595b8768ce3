"""A whole database as it is at one moment: copied into a file of SQLite, and put from there into either kind.

A backup holds the same file whatever the service runs on, so it can also move a site from one kind to the other.
"""

import sqlite3
from collections.abc import Callable, Sequence
from contextlib import closing
from pathlib import Path

from sqlalchemy import Connection, Integer, Table, delete, func, insert, select, text, union
from sqlalchemy.exc import DBAPIError

from kb_service.adapters.sql.engine import Database, upgrade
from kb_service.adapters.sql.schema import metadata
from kb_service.adapters.sql.tables import versions
from kb_service.adapters.sql.talk_tables import attachments
from kb_service.adapters.sql.upload_tables import uploads
from kb_service.domain.errors import BackupRefused, NotEnoughSpace, RecordsUnavailable

# How much is done, and of how much.
Advance = Callable[[int, int], None]

_PAGES_AT_ONCE = 2048
_ROWS_AT_ONCE = 1000
# Of pictures and sound, each of several megabytes.
_LARGE_ROWS_AT_ONCE = 4


def copy_into_file(database: Database, file: Path, advance: Advance) -> None:
    """Beside a service that writes on; what it writes meanwhile is not in the copy. Raises RecordsUnavailable when the
    database is damaged, NotEnoughSpace."""
    if database.engine.dialect.name == "sqlite":
        _copy_pages(database, file, advance)
    else:
        with opened_copy(file) as copy, database.snapshot() as source, copy.writing() as target:
            _copy_rows(source, target, advance)
    with closing(sqlite3.connect(file)) as connection:
        connection.execute("PRAGMA journal_mode=DELETE")  # one file, without a log beside it
        _require_sound(connection)


def opened_copy(file: Path) -> closing[Database]:
    """A copy, or an empty one to be filled, with its schema brought up to date."""
    copy = Database(f"sqlite:///{file}")
    try:
        upgrade(copy)
    except BaseException:
        copy.close()
        raise
    return closing(copy)


def load_from_file(file: Path, database: Database, advance: Advance) -> None:
    """In one transaction, and instead of what the tables held. Raises RecordsUnavailable."""
    upgrade(database)
    try:
        with opened_copy(file) as copy, copy.snapshot() as source, database.writing() as target:
            for table in reversed(metadata.sorted_tables):
                target.execute(delete(table))
            _copy_rows(source, target, advance)
    except DBAPIError as error:
        raise RecordsUnavailable(
            f"the database did not take the rows of the backup ({error.orig}); it is as it was before"
        ) from error


def holds_rows(database: Database) -> bool:
    with database.reading() as connection:
        return any(connection.execute(select(1).select_from(each).limit(1)).first() for each in metadata.sorted_tables)


def originals(database: Database) -> tuple[Sequence[str], Sequence[str]]:
    """SHA-256 of the files that versions came from; and of those that came in besides: still to be read, or refused."""
    of_versions = select(versions.c.blob_sha256).where(versions.c.blob_sha256.is_not(None))
    of_uploads = union(select(uploads.c.blob_sha256), of_versions)
    with database.reading() as connection:
        kept = set(connection.execute(of_versions).scalars())
        return sorted(kept), sorted(set(connection.execute(of_uploads).scalars()) - kept)


def _copy_pages(database: Database, file: Path, advance: Advance) -> None:
    with database.snapshot() as source, closing(sqlite3.connect(file)) as target:
        # The moment begins with the first read; without one the copy would begin again with every write.
        source.exec_driver_sql("SELECT count(*) FROM sqlite_master")
        pages = source.connection.driver_connection
        assert isinstance(pages, sqlite3.Connection)
        try:
            pages.backup(target, pages=_PAGES_AT_ONCE, progress=lambda _, left, total: advance(total - left, total))
        except sqlite3.DatabaseError as error:
            if error.sqlite_errorcode == sqlite3.SQLITE_FULL:
                raise NotEnoughSpace(f"there is no room for a copy of the database in {file.parent.parent}") from error
            raise RecordsUnavailable(f"the database cannot be copied ({error}); `kb check` tells more") from error


def _require_sound(connection: sqlite3.Connection) -> None:
    try:
        (found,) = connection.execute("PRAGMA quick_check(1)").fetchone()
    except sqlite3.DatabaseError as error:
        found = str(error)
    if found != "ok":
        raise RecordsUnavailable(f"the database is damaged ({found}); keep the last backup and look into the disk")


def require_sound_file(file: Path) -> None:
    """Raises BackupRefused for what SQLite cannot read."""
    with closing(sqlite3.connect(file)) as connection:
        try:
            _require_sound(connection)
        except RecordsUnavailable as error:
            raise BackupRefused(f"the database in the backup cannot be read: {error}") from error


def _copy_rows(source: Connection, target: Connection, advance: Advance) -> None:
    tables = metadata.sorted_tables
    total = sum(source.execute(select(func.count()).select_from(each)).scalar_one() for each in tables)
    done = 0
    for table in tables:
        at_once = _LARGE_ROWS_AT_ONCE if table is attachments else _ROWS_AT_ONCE
        rows = source.execution_options(yield_per=at_once).execute(select(table))
        for some in rows.mappings().partitions():
            target.execute(insert(table), [dict(row) for row in some])
            done += len(some)
            advance(done, total)
        if target.dialect.name == "postgresql":
            _count_on(target, table)


def _count_on(connection: Connection, table: Table) -> None:
    """PostgreSQL numbers new rows from a sequence of its own, which rows with numbers do not move."""
    number = table.autoincrement_column
    if number is None or not isinstance(number.type, Integer):
        return
    last = connection.execute(select(func.max(number))).scalar()
    sequence = connection.execute(
        text("SELECT pg_get_serial_sequence(:table, :column)"), {"table": table.name, "column": number.name}
    ).scalar()
    if sequence and last:
        connection.execute(text("SELECT setval(:sequence, :last)"), {"sequence": sequence, "last": last})
