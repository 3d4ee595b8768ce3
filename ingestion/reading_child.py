"""Reading files in child processes, a transaction's worth of records at a time."""

import functools
import threading
import traceback
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ingestion.child_process import Child, ChildLimits
from ingestion.sources import Read, Reading
from kb_service.adapters.script import OpenCCConverter
from kb_service.domain.uploads import Chunk, IncomingRecord

# Rows in one transaction: 50 ms on SQLite, so that a question, whose answer is written too, never waits long.
_ROWS_AT_ONCE = 150
_MOST_IDLE = 2
# The child leaves the processor to whoever is waiting for an answer.
_NICENESS = 10
_GIBIBYTE = 2**30


class ReadingFailed(Exception):
    """The file could not be read through, for a reason that is not the file's alone; ``details`` are for the log."""

    def __init__(self, sentence: str, details: str = "") -> None:
        super().__init__(sentence)
        self.details = details


@dataclass(frozen=True, slots=True)
class KeptFile:
    """A kept file and the fields given with it. ``matter_ids``, ``department_ids``: by id, name and alias."""

    path: Path
    file_name: str
    blob_sha256: str
    fields: Mapping[str, Any]
    matter_ids: Mapping[str, str]
    department_ids: Mapping[str, str]


# A function of some module, so that the child can import it.
Reader = Callable[[KeptFile], Iterable[Read]]


def read_source(source: KeptFile) -> Iterator[Read]:
    """The file's records. A file that its records name is not read: it would be one of the server's."""
    reading = Reading(
        converter=_converter(),
        matter_ids=source.matter_ids,
        department_ids=source.department_ids,
        keep=lambda _data: source.blob_sha256,
    )
    return reading.read_sent(source.path.read_bytes(), source.file_name, source.fields)


@functools.cache
def _converter() -> OpenCCConverter:
    return OpenCCConverter()


@dataclass(frozen=True, slots=True)
class _Order:
    reader: Reader
    source: KeptFile
    skip: int


@dataclass(frozen=True, slots=True)
class _Fault:
    sentence: str
    details: str


class ReadingChildren:
    """As many children at a time as there are callers. Thread-safe; close it in the end."""

    def __init__(
        self, *, seconds: float = 20 * 60, memory_bytes: int = 4 * _GIBIBYTE, idle_seconds: float = 60
    ) -> None:
        """``seconds``: how long a file may take; ``memory_bytes``: of addresses, for one child."""
        self._seconds = seconds
        self._limits = ChildLimits(memory_bytes, idle_seconds, _NICENESS)
        self._idle: list[Child] = []
        self._lock = threading.Lock()

    def read(self, source: KeptFile, *, reader: Reader = read_source, skip: int = 0) -> Iterator[Chunk]:
        """The records after the first ``skip``, a transaction's worth at a time; at least one chunk, maybe empty.

        Raises ReadingFailed.
        """
        child = self._at_work(_Order(reader, source, skip))
        try:
            yield from self._chunks(child)
        except BaseException:  # GeneratorExit too: it is in the middle of a file that nobody wants any more
            child.kill()
            raise
        with self._lock:
            self._idle.append(child)
            surplus = self._idle[:-_MOST_IDLE]
            del self._idle[:-_MOST_IDLE]
        for each in surplus:
            each.kill()

    def _chunks(self, child: Child) -> Iterator[Chunk]:
        is_last = False
        while not is_last:
            try:
                message = child.message(seconds=self._seconds)
            except TimeoutError:
                raise ReadingFailed(
                    f"reading it took longer than {_duration(self._seconds)}; split it and try again"
                ) from None
            except EOFError as error:
                raise ReadingFailed(f"reading it ended the process that read it ({error})") from error
            if isinstance(message, _Fault):
                raise ReadingFailed(message.sentence, message.details)
            yield message
            is_last = message.is_last

    def close(self) -> None:
        with self._lock:
            idle, self._idle = self._idle, []
        for child in idle:
            child.kill()

    def _at_work(self, order: _Order) -> Child:
        while True:
            with self._lock:
                child, is_new = (self._idle.pop(), False) if self._idle else (Child(__name__, self._limits), True)
            try:
                child.begin(order)
            except (OSError, EOFError) as error:  # an idle one had just ended itself
                child.kill()
                if is_new:
                    raise ReadingFailed("the process that reads files did not start; try again", str(error)) from error
            except BaseException:
                child.kill()
                raise
            else:
                return child


def work(order: _Order) -> Iterator[Chunk | _Fault]:
    """In the child: one file's records, or what went wrong."""
    try:
        yield from _chunks(_records(order)[order.skip :], order.skip)
    except MemoryError:
        yield _Fault("reading it takes more memory than a file may; split it and try again", "")
        raise SystemExit from None  # what is left of its memory would not do for the next file
    except Exception as error:  # whatever a parser trips over fails this file alone
        first = (str(error).splitlines() or [""])[0][:300]
        yield _Fault(f"reading it failed ({type(error).__name__}: {first})", traceback.format_exc())


def _records(order: _Order) -> list[IncomingRecord]:
    reads = enumerate(order.reader(order.source))
    return [IncomingRecord(ordinal, read.line, read.draft, read.reason, read.content) for ordinal, read in reads]


def _chunks(records: Sequence[IncomingRecord], skipped: int) -> Iterator[Chunk]:
    total = skipped + len(records)
    some: list[IncomingRecord] = []
    for each in records:
        if some and sum(one.rows for one in some) + each.rows > _ROWS_AT_ONCE:
            yield Chunk(some, total)
            some = []
        some.append(each)
    yield Chunk(some, total, is_last=True)


def _duration(seconds: float) -> str:
    return f"{seconds:g} seconds" if seconds < 60 else f"{seconds / 60:g} minutes"
