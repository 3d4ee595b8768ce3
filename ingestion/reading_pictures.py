"""Reading the words of a picture that came with a question, in a child process that is given up on after a while.

The child keeps the recogniser's models for the next picture and ends when none comes: the server never holds them.
"""

import contextlib
import math
import os
import resource
import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from dataclasses import dataclass
from multiprocessing.connection import Connection, Pipe

from kb_service.domain.errors import FileRefused, PictureRefused

MOST_CHARACTERS = 1000
# A phone's screen has 4 megapixels, its camera 12.
MOST_PIXELS = 20_000_000
# It leaves the processor to questions of words, but not all of it: whoever sent the picture is waiting too.
_NICENESS = 5
_GIBIBYTE = 2**30

# A function of some module, so that the child can import it. Raises FileRefused.
PictureReader = Callable[[bytes], str]


def words_of_picture(picture: bytes) -> str:
    """The first frame's lines as paragraphs in reading order; empty where there are none."""
    from ingestion.parsing.limits import Limits
    from ingestion.parsing.pictures import blocks_of_picture, on_white, opened

    frame = opened(picture, "the picture", Limits(image_pixels=MOST_PIXELS))
    try:
        upright = on_white(frame)
    except (MemoryError, FileRefused):
        raise
    except Exception as error:  # decoders raise anything
        raise FileRefused("the picture is damaged; save it again as PNG or JPEG.") from error
    return "\n".join(block.text for block in blocks_of_picture(upright, 1))


@dataclass(frozen=True, slots=True)
class _Begun:
    pass


@dataclass(frozen=True, slots=True)
class _Refused:
    sentence: str


class PictureReading:
    """One picture at a time, the others in a short line. Thread-safe; the child ends by itself, or with ``close``."""

    def __init__(
        self,
        *,
        reader: PictureReader = words_of_picture,
        seconds: float = 20,
        line: int = 4,
        memory_bytes: int = 3 * _GIBIBYTE,
        idle_seconds: float = 60,
    ) -> None:
        """``seconds``: for the line and for the reading, each; ``memory_bytes``: of addresses, 1.3 GB are usual."""
        self._reader = reader
        self._seconds = seconds
        self._limits = (memory_bytes, idle_seconds, math.ceil(seconds) + 2)
        self._places = threading.BoundedSemaphore(1 + line)
        self._turn = threading.Lock()
        self._child: _Child | None = None

    def read(self, picture: bytes) -> str:
        """At most MOST_CHARACTERS of what it says. Raises PictureRefused."""
        if not self._places.acquire(blocking=False):
            raise PictureRefused(_BUSY)
        try:
            if not self._turn.acquire(timeout=self._seconds):
                raise PictureRefused(_BUSY)
            try:
                return self._read(picture)[:MOST_CHARACTERS].strip()
            finally:
                self._turn.release()
        finally:
            self._places.release()

    def close(self) -> None:
        with self._turn:
            self._end_child()

    def _read(self, picture: bytes) -> str:
        try:
            said = self._at_work(picture).reply(self._seconds)
        except BaseException:
            self._end_child()
            raise
        if isinstance(said, _Refused):
            raise PictureRefused(said.sentence)
        return said

    def _at_work(self, picture: bytes) -> "_Child":
        if self._child is not None:
            with contextlib.suppress(OSError, EOFError):
                self._child.begin(self._reader, picture)
                return self._child
            self._end_child()  # it had just ended itself
        self._child = _Child(*self._limits)
        try:
            self._child.begin(self._reader, picture)
        except (OSError, EOFError) as error:
            raise PictureRefused("pictures cannot be read at the moment; type the words that it shows") from error
        return self._child

    def _end_child(self) -> None:
        if self._child is not None:
            self._child.kill()
            self._child = None


_BUSY = "too many pictures are being read at the moment; send it again in a minute, or type the words that it shows"


class _Child:
    def __init__(self, memory_bytes: int, idle_seconds: float, alarm_seconds: int) -> None:
        self._pipe, theirs = Pipe()
        arguments = ", ".join(str(each) for each in (theirs.fileno(), memory_bytes, idle_seconds, alarm_seconds))
        self._process = subprocess.Popen(
            [sys.executable, "-c", f"from ingestion.reading_pictures import main; main({arguments})"],
            pass_fds=[theirs.fileno()],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            start_new_session=True,  # Ctrl-C ends the server, and the child finds its pipe closed
        )
        theirs.close()

    def begin(self, reader: PictureReader, picture: bytes) -> None:
        self._pipe.send((reader, picture))
        self._pipe.recv()

    def reply(self, seconds: float) -> "str | _Refused":
        if not self._pipe.poll(seconds):
            raise PictureRefused(
                f"reading the picture took longer than {seconds:g} seconds; cut out the part that matters"
            )
        try:
            said: str | _Refused = self._pipe.recv()
        except (EOFError, OSError) as error:
            raise PictureRefused("the picture could not be read; save it again as PNG or JPEG") from error
        return said

    def kill(self) -> None:
        self._process.kill()
        self._process.wait()
        self._pipe.close()


def _serve(pipe: Connection, idle_seconds: float, alarm_seconds: int) -> None:
    """Read one picture after the other; end when there was none for a while, or the parent has gone."""
    while pipe.poll(idle_seconds):
        try:
            reader, picture = pipe.recv()
        except EOFError:
            return
        pipe.send(_Begun())
        # Where the parent was killed nobody else would end a child that hangs; the signal ends it in any code.
        signal.alarm(alarm_seconds)
        pipe.send(_said(reader, picture))
        signal.alarm(0)


def _said(reader: PictureReader, picture: bytes) -> "str | _Refused":
    try:
        return reader(picture)
    except FileRefused as error:
        return _Refused(str(error))
    except MemoryError:
        return _Refused("reading the picture takes more memory than one may; make it smaller")


def main(descriptor: int, memory_bytes: int, idle_seconds: float, alarm_seconds: int) -> None:
    os.nice(_NICENESS)
    resource.setrlimit(resource.RLIMIT_AS, (memory_bytes, memory_bytes))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    with Connection(descriptor) as pipe, contextlib.suppress(OSError):
        _serve(pipe, idle_seconds, alarm_seconds)
