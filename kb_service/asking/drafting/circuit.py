"""Not asking a service that does not answer: after failures in a row it is left alone for a while, then tried once."""

import threading
from collections.abc import Callable
from enum import StrEnum


class State(StrEnum):
    CLOSED = "closed"
    OPEN = "open"
    HALF_OPEN = "half_open"


class CircuitBreaker:
    """For one process, safe among threads. ``clock`` gives seconds that never go back."""

    def __init__(self, *, clock: Callable[[], float], failures: int = 3, rest_seconds: float = 30.0) -> None:
        self._clock = clock
        self._failures = failures
        self._rest_seconds = rest_seconds
        self._lock = threading.Lock()
        self._in_a_row = 0
        self._opened_at: float | None = None
        self._is_trying = False

    @property
    def state(self) -> State:
        with self._lock:
            return self._state()

    def admits(self) -> bool:
        """Whether to ask now. Of those who ask after the rest, one is let through to try; it must report back."""
        with self._lock:
            match self._state():
                case State.CLOSED:
                    return True
                case State.HALF_OPEN if not self._is_trying:
                    self._is_trying = True
                    return True
                case _:
                    return False

    def succeeded(self) -> None:
        with self._lock:
            self._in_a_row, self._opened_at, self._is_trying = 0, None, False

    def failed(self) -> None:
        with self._lock:
            self._in_a_row += 1
            self._is_trying = False
            if self._in_a_row >= self._failures:
                self._opened_at = self._clock()

    def abandoned(self) -> None:
        """Nothing was learnt: whoever asked has left."""
        with self._lock:
            self._is_trying = False

    def _state(self) -> State:
        if self._opened_at is None:
            return State.CLOSED
        return State.HALF_OPEN if self._clock() - self._opened_at >= self._rest_seconds else State.OPEN
