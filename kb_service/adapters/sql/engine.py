"""Opening the database, and bringing its schema up to date."""

import logging
import math
import sqlite3
import threading
from collections import deque
from collections.abc import Iterator
from contextlib import AbstractContextManager, closing, contextmanager, nullcontext
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, Table, create_engine, event, inspect, make_url, text
from sqlalchemy.exc import ArgumentError, DBAPIError
from sqlalchemy.exc import TimeoutError as NoConnectionLeft
from sqlalchemy.pool import QueuePool

from kb_service.adapters.sql.outages import DatabaseFile, outage_of
from kb_service.adapters.sql.patience import Patience
from kb_service.adapters.sql.site_seals import SITE_KEY, SiteKey, no_key
from kb_service.domain.errors import NotEnoughSpace, RecordsBusy, RecordsUnavailable

log = logging.getLogger(__name__)

# How long a writer waits for others.
_BUSY_SECONDS = 5
_READS = "kb_reads"
_DRIVERS = {"sqlite", "sqlite+pysqlite", "postgresql+psycopg"}
MIGRATIONS = Path(__file__).resolve().parents[2] / "migrations"


class Database:
    """One database: short reads in autocommit, writes in one transaction that takes the write lock at its start.

    SQLite runs in WAL mode with a busy timeout of 5 s; `synchronous` FULL also survives a power cut, NORMAL survives
    `kill -9`. PostgreSQL needs none of it.

    All of it raises RecordsUnavailable, RecordsBusy or NotEnoughSpace where the database cannot serve, and serves again
    when that is over.
    """

    def __init__(
        self,
        url: str,
        *,
        synchronous: str = "NORMAL",
        patience_seconds: float = 5,
        site_key: SiteKey = no_key,
    ) -> None:
        """``patience_seconds``: how long a PostgreSQL may say nothing before it is looked at whether it lives; twice as
        long a statement waits for what others hold.
        ``site_key``: what is written by this service is sealed with it, where the trail tells of it late or never.

        Raises RecordsUnavailable for an address of no database, or of one that is not supported.
        """
        path = file_of(url)
        self._url = url
        self._site_key = site_key
        self._file = DatabaseFile(path) if path else None
        is_sqlite = url.startswith("sqlite")
        self._patience = None if is_sqlite else Patience(patience_seconds)
        if self._patience is None:
            self.engine = _sqlite_engine(url, synchronous, self._file)
        else:
            self.engine = _postgresql_engine(url, self._patience, lock_seconds=2 * patience_seconds)
        self.engine.update_execution_options(**{SITE_KEY: site_key})
        # SQLite's driver begins nothing by itself: setting that anew for each read would take as long as the read.
        self._reading = self.engine.execution_options(
            **{_READS: True} if is_sqlite else {"isolation_level": "AUTOCOMMIT"}
        )
        self._turns = _Turns() if self.engine.dialect.name == "sqlite" else _NoTurns()
        self._failed_to_write = False

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        with self._watched(), self._reading.connect() as connection:
            yield connection

    @contextmanager
    def snapshot(self) -> Iterator[Connection]:
        """Many reads of one moment, whatever is written meanwhile."""
        if self.engine.dialect.name == "sqlite":
            with self.reading() as connection:
                connection.exec_driver_sql("BEGIN")
                try:
                    yield connection
                finally:
                    connection.exec_driver_sql("ROLLBACK")
        else:
            with (
                self._watched(),
                self.engine.connect().execution_options(isolation_level="REPEATABLE READ") as connection,
            ):
                yield connection

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        try:
            with self._watched(is_to_be_written=True), self._turns.mine(), self.engine.begin() as connection:
                yield connection
        except (RecordsUnavailable, NotEnoughSpace):
            self._failed_to_write = True
            raise
        self._failed_to_write = False

    @property
    def is_missing(self) -> bool:
        """Whether it is a file that is not there yet, or any more."""
        return self._file is not None and self._file.is_missing

    def require_usable(self) -> None:
        """Read, and where the last write failed, write: changes nothing. Raises what `reading` and `writing` raise."""
        if self._failed_to_write:
            with self.writing() as connection:
                connection.execute(text("UPDATE alembic_version SET version_num = version_num"))
        else:
            with self.reading() as connection:
                connection.execute(text("SELECT version_num FROM alembic_version"))

    @contextmanager
    def _watched(self, *, is_to_be_written: bool = False) -> Iterator[None]:
        if self._patience is not None:
            self._patience.require_not_away()
        if self._file is not None:
            self._file.require_in_place(
                let_go=self._let_go, bring_up_to_date=self._bring_up_to_date, is_to_be_written=is_to_be_written
            )
        try:
            yield
        except (DBAPIError, sqlite3.Error, NoConnectionLeft) as error:  # sqlite3's own: while it is being opened
            outage = outage_of(error, self._file)
            if outage is None:
                raise
            if not isinstance(outage, RecordsBusy):
                self._let_go()  # what was mended is read anew, not from the memory of a connection
            raise outage from error

    def _let_go(self) -> bool:
        """Close all connections, unless one is in use; whether they are closed."""
        pool = self.engine.pool
        if isinstance(pool, QueuePool) and pool.checkedout():
            return False
        self.engine.dispose()
        return True

    def _bring_up_to_date(self) -> None:
        """Of the file that took the place of another. One without our tables is left as it is: nothing is begun."""
        with closing(Database(self._url, site_key=self._site_key)) as placed:
            if revision_of(placed) is not None:
                upgrade(placed)

    def empty_log(self) -> None:
        """SQLite: write what is in the write-ahead log into the database and empty it, so that nothing overwritten
        stays there. Waits for readers, 5 s at most."""
        if self.engine.dialect.name == "sqlite":
            with self.reading() as connection:
                is_busy = connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)").one()[0]
            if is_busy:
                log.warning("a long reader kept the write-ahead log from being emptied; it is tried again each morning")

    def insert(self, table: Table) -> Any:
        """An INSERT that knows `on_conflict_…`; both databases' have the same methods, but no common type."""
        if self.engine.dialect.name == "postgresql":
            from sqlalchemy.dialects.postgresql import insert as postgresql_insert

            return postgresql_insert(table)
        from sqlalchemy.dialects.sqlite import insert as sqlite_insert

        return sqlite_insert(table)

    def close(self) -> None:
        self.engine.dispose()


def _require_address(url: str) -> None:
    """The address itself is never shown: it may hold a password."""
    forms = "write sqlite:///PATH or postgresql+psycopg://USER:PASSWORD@HOST/NAME"
    try:
        driver = make_url(url).drivername
    except (ArgumentError, ValueError) as error:
        raise RecordsUnavailable(f"KB_DATABASE_URL is no address of a database; {forms}") from error
    if driver not in _DRIVERS:
        raise RecordsUnavailable(f"KB_DATABASE_URL names {driver}, which is not supported; {forms}")


class _Turns:
    """Writers of this process one after the other, in the order they came.

    SQLite lets them try again and again, ever more seldom: beside an import a small write waited 2.7 s, now 0.1 s.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._is_taken = False
        self._waiting: deque[threading.Event] = deque()

    @contextmanager
    def mine(self) -> Iterator[None]:
        """Whose turn has not come after 5 s does without: SQLite says that the database is locked."""
        is_mine = self._wait()
        try:
            yield
        finally:
            if is_mine:
                self._pass_on()

    def _wait(self) -> bool:
        turn = threading.Event()
        with self._lock:
            if not self._is_taken:
                self._is_taken = True
                return True
            self._waiting.append(turn)
        try:
            return turn.wait(_BUSY_SECONDS) or not self._leave(turn)
        except BaseException:  # Ctrl-C: a turn that came meanwhile would never be passed on
            if not self._leave(turn):
                self._pass_on()
            raise

    def _leave(self, turn: threading.Event) -> bool:
        """Whether it was still waiting for its turn."""
        with self._lock:
            if turn not in self._waiting:
                return False
            self._waiting.remove(turn)
            return True

    def _pass_on(self) -> None:
        with self._lock:
            if self._waiting:
                self._waiting.popleft().set()
            else:
                self._is_taken = False


class _NoTurns:
    """PostgreSQL's writers wait only for those of the same rows."""

    def mine(self) -> AbstractContextManager[None]:
        return nullcontext()


def _postgresql_engine(url: str, patience: Patience, *, lock_seconds: float) -> Engine:
    """What hangs, whose machine is gone, or where others hold what is wanted, is not waited for without end."""
    given = {} if "connect_timeout" in make_url(url).query else {"connect_timeout": patience.connect_timeout}
    engine = create_engine(url, hide_parameters=True, connect_args=given, pool_timeout=patience.connect_timeout)

    @event.listens_for(engine, "do_connect")
    def _connect(_dialect: object, _record: object, arguments: list[Any], options: dict[str, Any]) -> Any:
        connection = patience.connect(tuple(arguments), options)
        connection.autocommit = True  # else what is set here ends with the first transaction, if that is rolled back
        connection.execute(f"SET lock_timeout = {math.ceil(1000 * lock_seconds)}")
        # Compiling a statement that counts takes some 20 ms, a third of running it; none of ours runs for seconds.
        connection.execute("SET jit = off")
        connection.autocommit = False
        return connection

    return engine


def _sqlite_engine(url: str, synchronous: str, file: DatabaseFile | None) -> Engine:
    # What was bound to a statement that failed may be a resident's words: logs do not get it.
    engine = create_engine(url, pool_size=20, max_overflow=40, hide_parameters=True)

    @event.listens_for(engine, "do_connect")
    def _address(_dialect: object, _record: object, arguments: list[Any], options: dict[str, Any]) -> None:
        if file is not None:
            arguments[0] = file.address
            options["uri"] = True

    @event.listens_for(engine, "connect")
    def _prepare(connection: Any, _record: object) -> None:
        connection.isolation_level = None  # transactions are begun below, not by the driver
        for pragma in (
            "journal_mode=WAL",
            f"synchronous={synchronous}",
            f"busy_timeout={1000 * _BUSY_SECONDS}",
            "foreign_keys=ON",
            "cache_size=-32000",  # 32 MB
            "secure_delete=ON",  # what is purged or erased leaves nothing in free pages
        ):
            connection.execute(f"PRAGMA {pragma}")
        if file is not None:
            connection.execute("PRAGMA schema_version").fetchone()  # reading opens the write-ahead log
            file.was_opened()

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        # A deferred transaction that turns into a write fails at once with "database is locked" instead of waiting.
        if not connection.get_execution_options().get(_READS):
            connection.exec_driver_sql("BEGIN IMMEDIATE")

    return engine


def is_new(database: Database) -> bool:
    """Whether it has no tables of ours. Raises RecordsUnavailable when it cannot be opened or is damaged."""
    return revision_of(database) is None


def require_current(database: Database) -> None:
    """Raises RecordsUnavailable for a database without our tables, or with those of another version."""
    if (revision := revision_of(database)) != head_revision():
        known = "holds nothing" if revision is None else f"is of another version of this service ({revision})"
        raise RecordsUnavailable(f"{_named(database)} {known}; start this version once, or use the one that it is of")


def file_of(url: str) -> Path | None:
    """Where SQLite keeps it; None for PostgreSQL and in memory. Raises RecordsUnavailable for an address of none."""
    _require_address(url)
    name = make_url(url).database
    is_file = url.startswith("sqlite") and name and name != ":memory:" and not name.startswith("file:")
    return Path(name) if is_file and name else None


def upgrade(database: Database) -> None:
    """Apply the migrations that are missing. Cheap when there are none: alembic is only imported when needed.

    Raises RecordsUnavailable when the database cannot be opened, is damaged, or is of a newer version of the service.
    """
    revision = revision_of(database)
    if revision == head_revision():
        return
    if revision is not None and revision > head_revision():
        raise RecordsUnavailable(
            f"{_named(database)} was used by a newer version of this service ({revision}); start that one"
        )
    from alembic import command

    try:
        with database.engine.connect() as connection:
            config = alembic_config()
            config.attributes["connection"] = connection
            command.upgrade(config, "head")
            connection.commit()
    except DBAPIError as error:
        raise RecordsUnavailable(
            f"{_named(database)} cannot be brought up to date ({error.orig}); it is as it was before: see that the "
            "disk has space and that no other program keeps tables in it"
        ) from error


def revision_of(database: Database) -> str | None:
    """The last migration that it had; None without tables of ours. Raises RecordsUnavailable."""
    try:
        return _current_revision(database)
    except (RecordsUnavailable, NotEnoughSpace, DBAPIError) as error:
        reason = getattr(error.__cause__, "orig", error.__cause__) or error
        mending = (
            "check KB_DATABASE_URL and the data folder, or put the last backup back"
            if database.engine.dialect.name == "sqlite"
            else "see that PostgreSQL runs and answers, and check KB_DATABASE_URL"
        )
        raise RecordsUnavailable(f"{_named(database)} cannot be opened ({reason}); {mending}") from error


def _named(database: Database) -> str:
    return f"the database {database.engine.url.render_as_string(hide_password=True)}"


def head_revision() -> str:
    """The newest migration: file names start with their time, so the last in order."""
    return max(path.stem for path in (MIGRATIONS / "versions").glob("2*.py"))


def _current_revision(database: Database) -> str | None:
    with database.reading() as connection:
        if not inspect(connection).has_table("alembic_version"):
            return None
        return connection.execute(text("SELECT version_num FROM alembic_version")).scalar()


def alembic_config() -> Any:
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    return config
