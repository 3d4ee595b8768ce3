"""PostgreSQL that says nothing: stopped, or behind a proxy that passes nothing on. Its driver would wait for ever, and
so would whoever asked."""

import math
import threading
import time
from collections.abc import Callable, Generator, Mapping
from typing import Any

from kb_service.domain.errors import RecordsUnavailable

_SAYS_NOTHING = "the database does not answer (no reply for {seconds:g} s); the service goes on by itself when it does"
# A connection whose backend says twice, a while apart, that it has nothing to do while an answer is waited for: it was
# stopped by itself, and the server lives.
_IDLE_LOOKS = 2
_STATE = "SELECT state FROM pg_stat_activity WHERE pid = %s"
# How soon it is looked at again while it is away: one who asks looks, the others are told at once.
_LOOKS_APART_SECONDS = 1.0


class Patience:
    """Connections on which a statement may take as long as it takes while the server lives: after ``seconds`` without a
    word from it a second connection asks whether it does, for as long again, and whether the process that serves the
    first one is at work on anything."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._looking = threading.Lock()
        self._looked_at = 0.0
        self._is_away = False
        self._address: tuple[tuple[Any, ...], Mapping[str, Any]] = ((), {})

    @property
    def connect_timeout(self) -> int:
        """In whole seconds, as libpq wants it."""
        return math.ceil(self._seconds)

    def connect(self, arguments: tuple[Any, ...], options: Mapping[str, Any]) -> Any:
        """Raises psycopg's OperationalError."""
        import psycopg

        self._address = (arguments, options)
        try:
            return _connection_class(self._listen).connect(*arguments, **options)
        except psycopg.errors.ConnectionTimeout:
            self._is_away = True
            raise

    def require_not_away(self) -> None:
        """Raises RecordsUnavailable at once where it said nothing lately; one who asks finds out whether it does
        again."""
        if not self._is_away:
            return
        if not self._looking.acquire(blocking=False):
            raise RecordsUnavailable(_SAYS_NOTHING.format(seconds=self._seconds))
        try:
            if time.monotonic() >= self._looked_at + _LOOKS_APART_SECONDS:
                self._look()
        finally:
            self._looking.release()
        if self._is_away:
            raise RecordsUnavailable(_SAYS_NOTHING.format(seconds=self._seconds))

    def _listen(self, connection: Any, waiting: Generator[Any, Any, Any]) -> Generator[Any, Any, Any]:
        """Pass on what psycopg's generator waits for, as long as the server lives."""
        import psycopg

        quiet_since, idle_looks = time.monotonic(), 0
        try:
            wanted = next(waiting)
            while True:
                ready = yield wanted
                if ready:
                    quiet_since, idle_looks = time.monotonic(), 0
                elif time.monotonic() >= quiet_since + self._seconds:
                    lives = self._lives()
                    idle_looks = idle_looks + 1 if lives and self._is_idle(connection.pgconn.backend_pid) else 0
                    if not lives or idle_looks == _IDLE_LOOKS:
                        connection.pgconn.finish()  # else what ends the transaction would wait as well
                        raise psycopg.OperationalError(f"no reply for {self._seconds:g} s")
                    quiet_since = time.monotonic()
                wanted = waiting.send(ready)
        except StopIteration as done:
            return done.value

    def _lives(self) -> bool:
        """One look for all who want to know at a time."""
        asked_at = time.monotonic()
        with self._looking:
            if self._looked_at < asked_at:
                self._look()
            return not self._is_away

    def _is_idle(self, backend: int) -> bool:
        """Whether the server says that this process of its has no statement to work on, or is gone."""
        import psycopg

        arguments, options = self._address
        try:
            with _connection_class(self._give_up).connect(*arguments, **options) as connection:
                row = connection.execute(_STATE, (backend,)).fetchone()
        except psycopg.Error:
            return False
        return row is None or not str(row[0] or "active").startswith("active")

    def _look(self) -> None:
        """Whether a new connection is served. What refuses one lives."""
        import psycopg

        arguments, options = self._address
        try:
            with _connection_class(self._give_up).connect(*arguments, **options) as connection:
                connection.execute("SELECT 1")
            self._is_away = False
        except psycopg.Error as error:
            self._is_away = "FATAL" not in str(error)
        self._looked_at = time.monotonic()

    def _give_up(self, connection: Any, waiting: Generator[Any, Any, Any]) -> Generator[Any, Any, Any]:
        import psycopg

        until = time.monotonic() + self._seconds
        try:
            wanted = next(waiting)
            while True:
                ready = yield wanted
                if not ready and time.monotonic() >= until:
                    connection.pgconn.finish()
                    raise psycopg.OperationalError("no reply")
                wanted = waiting.send(ready)
        except StopIteration as done:
            return done.value


def _connection_class(listen: Callable[[Any, Generator[Any, Any, Any]], Generator[Any, Any, Any]]) -> Any:
    """psycopg's, waiting through ``listen``; imported only where there is a PostgreSQL."""
    import psycopg

    class Listening(psycopg.Connection[Any]):
        def wait(self, gen: Any, *arguments: Any, **options: Any) -> Any:
            return super().wait(listen(self, gen), *arguments, **options)

    return Listening
