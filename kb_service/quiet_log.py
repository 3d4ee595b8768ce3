"""A log that cannot be flooded: what happens again and again is told a few times, then counted."""

import logging
import time
from collections import Counter
from collections.abc import Callable

from pythonjsonlogger.json import JsonFormatter

from kb_service.api.request_metrics import request_id

_SECONDS = 10.0
_OF_A_KIND = 5
_IN_ALL = 100
_REQUESTS = 2000


def keep_the_log_quiet(log_format: str) -> None:
    """The log of this process to stderr: warnings and worse, and a line for each request; but not without end.

    ``log_format``: json, an object a line; or text.
    """
    logging.basicConfig(level=logging.WARNING, handlers=[_handler(log_format, FewOfAKind())])
    requests = logging.getLogger("kb_service.requests")
    requests.setLevel(logging.INFO)
    requests.propagate = False
    requests.addHandler(_handler(log_format, FewOfAKind(of_a_kind=_REQUESTS, in_all=_REQUESTS)))


def _handler(log_format: str, few: logging.Filter) -> logging.Handler:
    handler = logging.StreamHandler()
    names = {"levelname": "level", "name": "logger", "asctime": "time"}
    handler.setFormatter(
        JsonFormatter("%(asctime)s %(levelname)s %(name)s %(message)s %(request_id)s", rename_fields=names)
        if log_format == "json"
        else logging.Formatter("%(asctime)s %(levelname)s %(name)s: %(message)s [%(request_id)s]")
    )
    handler.addFilter(few)
    handler.addFilter(_with_request)
    return handler


def _with_request(record: logging.LogRecord) -> bool:
    record.__dict__["request_id"] = request_id() or "-"
    return True


class FewOfAKind(logging.Filter):
    """In each stretch of 10 s so many records of a kind and in all; the next one says how many were left out.

    Of a kind: from the same line of the code, and with the same place of the fault.
    """

    def __init__(
        self, clock: Callable[[], float] = time.monotonic, *, of_a_kind: int = _OF_A_KIND, in_all: int = _IN_ALL
    ) -> None:
        super().__init__()
        self._of_a_kind = of_a_kind
        self._in_all = in_all
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
        if self._count_of[kind] >= self._of_a_kind or self._count_of.total() >= self._in_all:
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
