"""Reading files in a child process: a crash, a bomb or an endless loop costs one file, and no memory of the server's.

A child stays for a while after its work, since importing what reads office files takes seconds.
"""

import contextlib
import functools
import os
import resource
import subprocess
import sys
import threading
import time
import traceback
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from multiprocessing.connection import Connection, Pipe
from pathlib import Path
from typing import Any

from ingestion.sources import Read, Reading
from kb_service.adapters.script import OpenCCConverter
from kb_service.domain.uploads import Chunk, IncomingRecord

# Rows in one transaction: 50 ms on SQLite, so that a question, whose answer is written too, never waits long.
_ROWS_AT_ONCE = 150
_MOST_IDLE = 2
# The child leaves the processor to whoever is waiting for an answer.
_NICENESS = 10
_GIBIBYTE = 2**30
_PARENT_LOOKED_FOR_SECONDS = 2


class ReadingFailed(Exception):
    """The file could not be read through, for a reason that is not the file's alone; ``details`` are for the log."""

    def __init__(self, sentence: str, details: str = "") -> None:
        super().__init__(sentence)
        self.details = details


@dataclass(frozen=True, slots=True)
class Source:
    """A kept file and what was said of it. ``matter_ids``, ``department_ids``: by id, name and alias."""

    path: Path
    file_name: str
    blob_sha256: str
    fields: Mapping[str, Any]
    matter_ids: Mapping[str, str]
    department_ids: Mapping[str, str]


# A function of some module, so that the child can import it.
Reader = Callable[[Source], Iterable[Read]]


def read_source(source: Source) -> Iterator[Read]:
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
    source: Source
    skip: int


@dataclass(frozen=True, slots=True)
class _Begun:
    pass


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
        self._limits = (memory_bytes, idle_seconds)
        self._idle: list[_Child] = []
        self._lock = threading.Lock()

    def read(self, source: Source, *, reader: Reader = read_source, skip: int = 0) -> Iterator[Chunk]:
        """The records after the first ``skip``, a transaction's worth at a time; at least one chunk, maybe empty.

        Raises ReadingFailed.
        """
        child = self._at_work(_Order(reader, source, skip))
        try:
            yield from child.chunks(seconds=self._seconds)
        except BaseException:  # GeneratorExit too: it is in the middle of a file that nobody wants any more
            child.kill()
            raise
        with self._lock:
            self._idle.append(child)
            surplus = self._idle[:-_MOST_IDLE]
            del self._idle[:-_MOST_IDLE]
        for each in surplus:
            each.kill()

    def close(self) -> None:
        with self._lock:
            idle, self._idle = self._idle, []
        for child in idle:
            child.kill()

    def _at_work(self, order: _Order) -> "_Child":
        while True:
            with self._lock:
                child, is_new = (self._idle.pop(), False) if self._idle else (_Child(*self._limits), True)
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


class _Child:
    def __init__(self, memory_bytes: int, idle_seconds: float) -> None:
        self._pipe, theirs = Pipe()
        arguments = [str(each) for each in (theirs.fileno(), memory_bytes, idle_seconds)]
        self._process = subprocess.Popen(
            [sys.executable, "-c", f"from ingestion.reading_child import main; main({', '.join(arguments)})"],
            pass_fds=[theirs.fileno()],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            start_new_session=True,  # Ctrl-C ends the server, which ends its children
        )
        theirs.close()

    def begin(self, order: _Order) -> None:
        self._pipe.send(order)
        self._pipe.recv()

    def chunks(self, *, seconds: float) -> Iterator[Chunk]:
        while True:
            message = self._received(seconds)
            if isinstance(message, _Fault):
                raise ReadingFailed(message.sentence, message.details)
            yield message
            if message.is_last:
                return

    def _received(self, seconds: float) -> Any:
        if not self._pipe.poll(seconds):
            raise ReadingFailed(f"reading it took longer than {_duration(seconds)}; split it and try again")
        try:
            return self._pipe.recv()
        except (EOFError, OSError) as error:
            raise ReadingFailed(f"reading it ended the process that read it ({self._ending()})") from error

    def _ending(self) -> str:
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(5)
        code = self._process.returncode
        return "it fell silent" if code is None else f"signal {-code}" if code < 0 else f"exit code {code}"

    def kill(self) -> None:
        self._process.kill()
        self._process.wait()
        self._pipe.close()


def _serve(pipe: Connection, idle_seconds: float) -> None:
    """Read one file after the other; end when there was none for a while, or the parent has gone."""
    while pipe.poll(idle_seconds):
        try:
            order: _Order = pipe.recv()
        except EOFError:
            return
        pipe.send(_Begun())
        try:
            for chunk in _chunks(_records(order)[order.skip :], order.skip):
                pipe.send(chunk)
        except MemoryError:
            pipe.send(_Fault("reading it takes more memory than a file may; split it and try again", ""))
            return
        except Exception as error:  # whatever a parser trips over fails this file alone
            first = (str(error).splitlines() or [""])[0][:300]
            pipe.send(_Fault(f"reading it failed ({type(error).__name__}: {first})", traceback.format_exc()))


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


def _end_with_parent() -> None:
    """Killed at once, the parent cannot kill its children, and one deep in a file reads no pipe."""
    parent = os.getppid()

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(_PARENT_LOOKED_FOR_SECONDS)
        os._exit(1)

    threading.Thread(target=watch, daemon=True).start()


def main(descriptor: int, memory_bytes: int, idle_seconds: float) -> None:
    _end_with_parent()
    os.nice(_NICENESS)
    resource.setrlimit(resource.RLIMIT_AS, (memory_bytes, memory_bytes))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    with Connection(descriptor) as pipe, contextlib.suppress(OSError):
        _serve(pipe, idle_seconds)
