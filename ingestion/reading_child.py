"""Reading files in confined child processes, whatever door they came by: uploads, `kb ingest`, `kb parse`.

A file has so many seconds of the processor and so much memory. A file of many records is told a transaction's worth at
a time, a scan page by page, and each of these has the seconds for itself.
"""

import errno
import functools
import itertools
import math
import signal
import threading
import traceback
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from enum import Enum
from importlib import import_module
from pathlib import Path
from typing import Any

from ingestion.child_process import Child, ChildLimits, ChildOutOfMemory, ChildOutOfTime, ForkServer, Tell
from ingestion.parsing.blocks import ParsedFile
from ingestion.parsing.limits import LIMITS, ParsingLimits
from ingestion.parsing.parse import parse
from ingestion.sources import Read, Reading, bytes_of, lines_in
from kb_service.adapters.blobs import BlobFolder
from kb_service.adapters.script import OpenCCConverter
from kb_service.domain.causes import Cause
from kb_service.domain.errors import FileRefused
from kb_service.domain.file_reports import FileReport
from kb_service.domain.uploads import Chunk, IncomingRecord

# Rows in one transaction: 50 ms on SQLite, so that a question, whose answer is written too, never waits long.
_ROWS_AT_ONCE = 150
_MOST_IDLE = 2
# The child leaves the processor to whoever is waiting for an answer; one that may take long also to short files.
_NICENESS, _UNHURRIED_NICENESS = 10, 15
# A file's time is that of the processor, so that a busy machine refuses no honest one. By the clock it has so many
# times as much, for what waits in place of working: the disk, or a converter, which is another process.
_BY_THE_CLOCK = 5
_MEBIBYTE = 2**20
# What a library does that trips over a file, and will again; killed by others, the next process may read it.
_CRASHES = frozenset(
    f"signal {int(each)}"
    for each in (signal.SIGSEGV, signal.SIGABRT, signal.SIGBUS, signal.SIGFPE, signal.SIGILL, signal.SIGSYS)
)
# Who reads many files puts one off that takes longer, and reads it after the others: first all that is short, then what
# takes its time, then what may take a file's whole time. The demonstration's files take 0.15 seconds at most, but for
# the first presentation of a process, which loads its reader.
QUICK_SECONDS, UNHURRIED_SECONDS = 0.4, 8.0


class ReadingFailed(Exception):
    """The file could not be read through, for a reason that is not the file's alone; ``details`` are for the log."""

    def __init__(self, sentence: str, cause: Cause, details: str = "") -> None:
        super().__init__(sentence)
        self.cause = cause
        self.details = details


class StillReading(Exception):
    """The file takes longer than the caller wanted to wait for its beginning; nothing of it was told yet."""


@dataclass(frozen=True, slots=True)
class KeptFile:
    """A kept file and the fields given with it. ``matter_ids``, ``department_ids``: by id, name and alias."""

    path: Path
    file_name: str
    blob_sha256: str
    fields: Mapping[str, Any]
    matter_ids: Mapping[str, str]
    department_ids: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class FileInFolder:
    """A file of this machine, with what stands beside it; what is read is kept in the folder ``blobs``."""

    path: Path
    blobs: Path
    matter_ids: Mapping[str, str]
    department_ids: Mapping[str, str]


Source = KeptFile | FileInFolder
# A function of some module, so that the child can import it.
Reader = Callable[[Any, ParsingLimits], Iterable[Read]]


def read_source(source: KeptFile, limits: ParsingLimits = LIMITS) -> Iterator[Read]:
    """The file's records. A file that its records name is not read: it would be one of the server's."""
    reading = _reading(source, lambda _data: source.blob_sha256, limits)
    return reading.read_sent(source.path.read_bytes(), source.file_name, source.fields)


def read_in_folder(source: FileInFolder, limits: ParsingLimits = LIMITS) -> Iterator[Read]:
    """The file's records, and the files beside it that they name."""
    return _reading(source, BlobFolder(source.blobs).keep, limits).read(source.path)


def _reading(source: Source, keep: Callable[[bytes], str], limits: ParsingLimits) -> Reading:
    return Reading(
        converter=_converter(),
        matter_ids=source.matter_ids,
        department_ids=source.department_ids,
        keep=keep,
        limits=limits,
    )


@functools.cache
def _converter() -> OpenCCConverter:
    return OpenCCConverter()


@dataclass(frozen=True, slots=True)
class _Read:
    reader: Reader
    source: Source
    skip: int
    limits: ParsingLimits


@dataclass(frozen=True, slots=True)
class _Parse:
    path: Path
    limits: ParsingLimits


class _Sign(Enum):
    PAGE = "a page of a scan was recognised"
    DONE = "the order is done"
    OUT_OF_MEMORY = "the memory did not do"


@dataclass(frozen=True, slots=True)
class _Fault:
    sentence: str
    cause: Cause
    details: str


@dataclass(frozen=True, slots=True)
class _Refused:
    sentence: str
    cause: Cause


class ReadingChildren:
    """As many children at a time as there are callers. Thread-safe; close it in the end."""

    def __init__(
        self,
        *,
        seconds: float = 30,
        memory_mb: int = 1024,
        idle_seconds: float = 60,
        limits: ParsingLimits = LIMITS,
    ) -> None:
        """``seconds``: of the processor that a file may take; ``memory_mb``: what one child may have, libraries not
        counted."""
        self._parsing_limits = limits
        self._seconds = seconds
        self._memory_mb = memory_mb
        # The child ends itself where its parent has been killed.
        silent_seconds = math.ceil(_BY_THE_CLOCK * seconds) + 2
        self._limits = {
            each: ChildLimits(memory_mb * _MEBIBYTE, idle_seconds, each, silent_seconds)
            for each in (_NICENESS, _UNHURRIED_NICENESS)
        }
        self._fork_server = ForkServer(__name__, niceness=_NICENESS, idle_seconds=idle_seconds)
        self._idle: dict[int, list[Child]] = {each: [] for each in self._limits}
        self._lock = threading.Lock()

    def read(
        self,
        source: Source,
        *,
        reader: Reader = read_source,
        skip: int = 0,
        put_off_after: float = math.inf,
    ) -> Iterator[Chunk]:
        """The records after the first ``skip``, a transaction's worth at a time; at least one chunk, maybe empty.

        Raises ReadingFailed, and StillReading where nothing was told after ``put_off_after`` seconds of the processor.
        """
        for message in self._messages(_Read(reader, source, skip, self._parsing_limits), put_off_after):
            if isinstance(message, Chunk):
                yield message

    def parsed(self, path: Path) -> ParsedFile:
        """What the parser makes of a file of this machine. Raises FileRefused, ReadingFailed."""
        found = [
            each
            for each in self._messages(_Parse(path, self._parsing_limits), math.inf)
            if isinstance(each, ParsedFile)
        ]
        return found[0]

    def close(self) -> None:
        with self._lock:
            for idle in self._idle.values():
                for child in idle:
                    child.kill()
                idle.clear()
        self._fork_server.close()

    def _messages(self, order: _Read | _Parse, put_off_after: float) -> Iterator[object]:
        niceness = _NICENESS if put_off_after <= QUICK_SECONDS else _UNHURRIED_NICENESS
        patience = min(put_off_after, self._seconds)
        child = self._at_work(order, niceness, patience)
        try:
            yield from self._told(child, patience)
        except BaseException:  # GeneratorExit too: it is in the middle of a file that nobody wants any more
            child.kill()
            raise
        with self._lock:
            idle = self._idle[niceness]
            idle.append(child)
            surplus = idle[:-_MOST_IDLE]
            del idle[:-_MOST_IDLE]
        for each in surplus:
            each.kill()

    def _told(self, child: Child, patience: float) -> Iterator[object]:
        while (message := self._message(child, patience)) is not _Sign.DONE:
            if message is _Sign.OUT_OF_MEMORY:
                raise self._out_of_memory()
            if isinstance(message, _Fault):
                raise ReadingFailed(message.sentence, message.cause, message.details)
            if isinstance(message, _Refused):
                raise FileRefused(message.sentence, message.cause)
            if message is _Sign.PAGE and patience < self._seconds:
                raise StillReading
            patience = self._seconds
            yield message

    def _message(self, child: Child, patience: float) -> object:
        try:
            return child.message(seconds=_BY_THE_CLOCK * patience)
        except (TimeoutError, ChildOutOfTime) as error:
            if patience < self._seconds:
                raise StillReading from None
            raise self._out_of_time() if isinstance(error, ChildOutOfTime) else self._stood_still() from None
        except ChildOutOfMemory:
            raise self._out_of_memory() from None
        except EOFError as error:
            crashed = str(error).startswith("exit code") or str(error) in _CRASHES
            sentence = f"reading it ended the process that read it ({error})"
            raise ReadingFailed(sentence, Cause("reader_failed" if crashed else "reader_ended")) from error

    def _out_of_time(self) -> ReadingFailed:
        return ReadingFailed(
            f"reading it took more than the {self._seconds:g} seconds of the processor that a file may; split it and "
            "try again",
            Cause("reading_timed_out", {"seconds": math.ceil(self._seconds)}),
        )

    def _stood_still(self) -> ReadingFailed:
        """It waited for something else, or for a turn on the processor."""
        seconds = _BY_THE_CLOCK * self._seconds
        return ReadingFailed(
            f"nothing of it was read within the {seconds:g} seconds by the clock that a file may take; try again when "
            "the machine is less busy",
            Cause("reading_stood_still", {"seconds": math.ceil(seconds)}),
        )

    def _out_of_memory(self) -> ReadingFailed:
        return ReadingFailed(
            f"reading it takes more than the {self._memory_mb} MB of memory that a file may; split it and try again",
            Cause("reading_out_of_memory", {"limit": self._memory_mb}),
        )

    def _at_work(self, order: _Read | _Parse, niceness: int, patience: float) -> Child:
        while True:
            with self._lock:
                child = self._idle[niceness].pop() if self._idle[niceness] else None
            is_new = child is None
            try:
                child = child or self._fork_server.child(self._limits[niceness])
                child.begin(order, cpu_seconds=patience, then_cpu_seconds=self._seconds)
            except (OSError, EOFError) as error:  # an idle one had just ended itself
                if child is not None:
                    child.kill()
                if is_new:
                    sentence, cause = (
                        "the process that reads files did not start; try again",
                        Cause("reader_not_started"),
                    )
                    raise ReadingFailed(sentence, cause, str(error)) from error
            except BaseException:
                if child is not None:
                    child.kill()
                raise
            else:
                return child


# In the child


def warm() -> None:
    """What most files need is no part of the first one's seconds."""
    for each in ("lxml.html", "markdown_it", "docx", "openpyxl.worksheet._reader", "pdfplumber", "PIL.Image"):
        import_module(each)
    _converter().to_simplified("問")


def work(order: _Read | _Parse, tell: Tell) -> None:
    """One file's records or blocks, or what went wrong."""
    limits = replace(order.limits, page_recognised=lambda: tell(_Sign.PAGE))
    try:
        if isinstance(order, _Parse):
            tell(parse(bytes_of(order.path), order.path.name, limits=limits))
        else:
            for chunk in _chunks(order, limits):
                tell(chunk)
        tell(_Sign.DONE)
    except FileRefused as error:
        tell(_Refused(str(error), error.cause))
    except MemoryError as error:
        traceback.clear_frames(error.__traceback__)  # they hold what took the memory, and telling needs some
        tell(_Sign.OUT_OF_MEMORY)
    except Exception as error:  # whatever a parser trips over fails this file alone
        if isinstance(error, OSError) and error.errno == errno.ENOMEM:
            tell(_Sign.OUT_OF_MEMORY)
            return
        first = (str(error).splitlines() or [""])[0][:300]
        # What the system refuses (no space for a temporary file, too many open files) is not the file's fault.
        cause = Cause("reader_interrupted" if isinstance(error, OSError) else "reader_failed")
        tell(_Fault(f"reading it failed ({type(error).__name__}: {first})", cause, traceback.format_exc()))


def _chunks(order: _Read, limits: ParsingLimits) -> Iterator[Chunk]:
    """With how many records the file has: lines are counted first, anything else is read through first."""
    reads = order.reader(order.source, limits)
    if (total := _lines_of(order.source)) is None:
        reads = list(reads)
        total = len(reads)
    some: list[IncomingRecord] = []
    report: FileReport | None = None
    ordinal = order.skip - 1
    for ordinal, read in itertools.islice(enumerate(reads), order.skip, None):
        report = report or read.report
        each = IncomingRecord(ordinal, read.line, read.draft, read.reason, read.content, read.cause)
        if some and sum(one.rows for one in some) + each.rows > _ROWS_AT_ONCE:
            yield Chunk(some, total, report=report)
            some = []
        some.append(each)
    yield Chunk(some, ordinal + 1, is_last=True, report=report)


def _lines_of(source: Source) -> int | None:
    """None where the file is no `.jsonl`."""
    return lines_in(source.path) if _name_of(source).lower().endswith(".jsonl") else None


def _name_of(source: Source) -> str:
    return source.file_name if isinstance(source, KeptFile) else source.path.name
