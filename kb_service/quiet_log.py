"""A log that cannot be flooded: what happens again and again is told a few times, then counted."""

import logging
import time
from collections import Counter
from collections.abc import Callable

_SECONDS = 10.0
_OF_A_KIND = 5
_IN_ALL = 100


def keep_the_log_quiet() -> None:
    """The log of this process: warnings and worse to stderr, as ever, but not without end."""
    handler = logging.StreamHandler()
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s: %(message)s"))
    handler.addFilter(FewOfAKind())
    logging.basicConfig(level=logging.WARNING, handlers=[handler])


class FewOfAKind(logging.Filter):
    """In each stretch of 10 s at most 5 records of a kind and 100 in all; the next one says how many were left out.

    Of a kind: from the same line of the code, and with the same place of the fault.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        super().__init__()
        self._clock = clock
        self._began = clock()
        self._count_of: Counter[tuple[object, ...]] = Counter()
        self._left_out = 0

    def filter(self, record: logging.LogRecord) -> bool:
        # Without a lock: among threads the counts may be off by a few, which does no harm.
        if self._clock() - self._began >= _SECONDS:
            self._began = self._clock()
            self._count_of.clear()
        kind = _kind(record)
        if self._count_of[kind] >= _OF_A_KIND or self._count_of.total() >= _IN_ALL:
            self._left_out += 1
            return False
        self._count_of[kind] += 1
        if self._left_out:
            record.msg = f"{record.getMessage()} ({self._left_out} messages before this one were left out)"
            record.args = None
            self._left_out = 0
        return True


def _kind(record: logging.LogRecord) -> tuple[object, ...]:
    fault = record.exc_info[1] if record.exc_info else None
    at = fault.__traceback__ if fault is not None else None
    while at is not None and at.tb_next is not None:
        at = at.tb_next
    place = (at.tb_frame.f_code, at.tb_lineno) if at is not None else None
    return record.name, record.pathname, record.lineno, type(fault), place
