"""What a database says when it cannot serve, as errors of the domain; and the file of an SQLite database."""

import os
import re
import shutil
import sqlite3
import threading
import time
from collections.abc import Callable
from pathlib import Path

from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as NoConnectionLeft

from kb_service.domain.errors import KbError, NotEnoughSpace, RecordsBusy, RecordsUnavailable

_HARDLY_ANY_BYTES = 1024**2
LOOK_SECONDS = 0.2
_FULL = "the disk of the database is full; free some space, the service goes on by itself"
_BUSY = "the database is busy with another writer; try again in a moment"
_DAMAGED = "the database is damaged; stop the service and put the last backup back"
_NO_TABLES = "the database has lost its tables; put the last backup back, or correct KB_DATABASE_URL"
_NOT_ALLOWED = "the user of KB_DATABASE_URL may not read or write its tables; give it the rights to them"
_NOT_ANSWERING = "the database does not answer ({reason}); the service goes on by itself when it does"
_FileId = tuple[int, int]
# SQLSTATEs of PostgreSQL: full disk; others in the way; tables that are not there; no right to them.
_POSTGRESQL_FULL = {"53100"}
_POSTGRESQL_BUSY = {"40001", "40P01", "55P03"}
_POSTGRESQL_NO_TABLES = {"42P01", "42703", "3F000"}
_POSTGRESQL_NOT_ALLOWED = {"42501"}


def outage_of(error: Exception, file: "DatabaseFile | None") -> KbError | None:
    """None for what is wrong with a statement or its values, and not with the database."""
    if isinstance(error, NoConnectionLeft):
        return RecordsBusy(_BUSY)
    original = error.orig if isinstance(error, DBAPIError) else error
    if isinstance(original, sqlite3.Error):
        return _of_sqlite(original, file)
    state = getattr(original, "sqlstate", None)
    if state in _POSTGRESQL_FULL:
        return NotEnoughSpace(_FULL)
    if state in _POSTGRESQL_BUSY:
        return RecordsBusy(_BUSY)
    if state in _POSTGRESQL_NO_TABLES:
        return RecordsUnavailable(_NO_TABLES)
    if state in _POSTGRESQL_NOT_ALLOWED:
        return RecordsUnavailable(_NOT_ALLOWED)
    kind = type(error).__name__
    if kind in {"OperationalError", "InterfaceError", "InternalError"}:
        return RecordsUnavailable(_NOT_ANSWERING.format(reason=_without_address(str(original))))
    return None


def _of_sqlite(error: sqlite3.Error, file: "DatabaseFile | None") -> KbError | None:
    match (getattr(error, "sqlite_errorname", None) or "SQLITE_ERROR").split("_")[1]:
        case "BUSY" | "LOCKED":
            return RecordsBusy(_BUSY)
        case "FULL":
            return NotEnoughSpace(_FULL)
        case "CORRUPT" | "NOTADB" | "FORMAT":
            return RecordsUnavailable(_DAMAGED)
        case "IOERR" | "CANTOPEN" if file is not None and file.has_no_space:  # as it says of its auxiliary files
            return NotEnoughSpace(_FULL)
        case "CANTOPEN" if file is not None and file.is_missing:
            return file.unavailable("is gone")
        case "IOERR" | "CANTOPEN" | "READONLY" | "PERM" | "AUTH" | "PROTOCOL" | "NOLFS":
            return RecordsUnavailable(
                f"the database cannot be read or written ({error}); check the disk and its rights"
            )
        case "ERROR" if str(error).startswith(("no such table", "no such column")):
            return RecordsUnavailable(_NO_TABLES)
    return None


def _without_address(reason: str) -> str:
    """The first line, without the host, port, user and files that it may name to anybody who asks."""
    return re.sub(r'"[^"]*"', "…", reason.partition("\n")[0].rpartition(": ")[2].strip())[:100] or "no reason given"


class DatabaseFile:
    """SQLite goes on with a file that was removed or replaced, and what is written there is lost: it is noticed here.

    A file that comes back, or takes the place of another, is opened as soon as nobody has the old one open. The
    write-ahead log of the old one is put aside before: SQLite would write it into the new one.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = threading.Lock()
        self._opened: _FileId | None = None
        self._good_until = 0.0
        self._opened_log: _FileId | None = None

    def was_opened(self) -> None:
        """The first time says which file it is; the log is another one whenever all connections were closed."""
        if self._opened is None:
            self._opened = _id_of(self._path)
        self._opened_log = _id_of(self._beside("-wal"))

    def require_in_place(
        self, *, let_go: Callable[[], bool], bring_up_to_date: Callable[[], None], is_to_be_written: bool
    ) -> None:
        """``let_go`` closes what is open of the old file, unless something is in use; ``bring_up_to_date`` is called
        before anything of another file is read: it may be an older backup. Raises RecordsUnavailable.

        Readers look now and then only: a look takes as long as a short read on some machines.
        """
        if not is_to_be_written and time.monotonic() < self._good_until:
            return
        present = _id_of(self._path)
        self._good_until = time.monotonic() + LOOK_SECONDS if present == self._opened else 0.0
        if self._opened is None or present == self._opened:
            return
        with self._lock:
            if present == self._opened:
                return  # another thread opened it meanwhile
            has_let_go = let_go()
            if has_let_go and present is not None:
                self._put_old_log_aside()
                bring_up_to_date()
                self._opened = present
                return
        raise self.unavailable("is gone" if present is None else "was replaced and is being opened anew")

    def unavailable(self, what: str) -> RecordsUnavailable:
        return RecordsUnavailable(
            f"the database file {self._path.name} {what}; put it or the last backup back, the service goes on by itself"
        )

    @property
    def address(self) -> str:
        """A URI by which SQLite makes a file the first time only: never an empty one in the place of one that is
        gone."""
        return f"{self._path.absolute().as_uri()}?mode={'rwc' if self._opened is None else 'rw'}"

    @property
    def is_missing(self) -> bool:
        return not self._path.exists()

    @property
    def has_no_space(self) -> bool:
        try:
            return shutil.disk_usage(self._path.parent).free < _HARDLY_ANY_BYTES
        except OSError:
            return False

    def _put_old_log_aside(self) -> None:
        log = self._beside("-wal")
        if self._opened_log is not None and _id_of(log) == self._opened_log:
            log.replace(self._beside("-wal.of-replaced"))
            self._beside("-shm").unlink(missing_ok=True)

    def _beside(self, suffix: str) -> Path:
        return self._path.with_name(self._path.name + suffix)


def _id_of(path: Path) -> _FileId | None:
    try:
        found = os.stat(path)
    except OSError:
        return None
    return found.st_dev, found.st_ino
