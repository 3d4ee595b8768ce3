"""One rehearsal at a time: each asks up to 200 questions twice, and keeps questions of people waiting meanwhile."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from kb_service.domain.errors import RehearsalRunning, TooManyRehearsals

# Whoever waits holds a thread of the server, of which there are forty.
MOST_WAITING = 4


class RehearsalTurns:
    def __init__(self) -> None:
        self._turn = threading.Lock()
        self._counting = threading.Lock()
        self._running: str | None = None
        self._waiting = 0

    @contextmanager
    def now(self, version_id: str) -> Iterator[None]:
        """Raises RehearsalRunning when this version is being rehearsed, TooManyRehearsals when another one is."""
        if not self._turn.acquire(blocking=False):
            if self._running == version_id:
                raise RehearsalRunning(f"version {version_id!r} is being rehearsed; read its result in some seconds")
            raise TooManyRehearsals("another version is being rehearsed; try again in some seconds")
        with self._held(version_id):
            yield

    @contextmanager
    def in_turn(self, version_id: str) -> Iterator[None]:
        """After those before it. Raises TooManyRehearsals when too many wait already."""
        with self._counting:
            if self._waiting >= MOST_WAITING:
                raise TooManyRehearsals("too many versions wait to be rehearsed; try again in some seconds")
            self._waiting += 1
        try:
            self._turn.acquire()
        finally:
            with self._counting:
                self._waiting -= 1
        with self._held(version_id):
            yield

    @contextmanager
    def _held(self, version_id: str) -> Iterator[None]:
        self._running = version_id
        try:
            yield
        finally:
            self._running = None
            self._turn.release()
