"""Reading the words of a picture that came with a question, in a child process that is given up on after a while.

The child keeps the recogniser's models for the next picture and ends when none comes: the server never holds them.
"""

import contextlib
import math
import threading
from collections.abc import Callable
from dataclasses import dataclass

from ingestion.child_process import Child, ChildLimits, ChildOutOfMemory, Tell
from kb_service.domain.causes import Cause
from kb_service.domain.errors import FileRefused, PictureRefused

MOST_CHARACTERS = 1000
# A phone's screen has 4 megapixels, its camera 12.
MOST_PIXELS = 20_000_000
# It leaves the processor to questions of words, but not all of it: whoever sent the picture is waiting too.
_NICENESS = 5
_GIBIBYTE = 2**30

# A function of some module, so that the child can import it. Raises FileRefused.
PictureReader = Callable[[bytes], str | bytes]


def words_of_picture(picture: bytes) -> str:
    """The first frame's lines as paragraphs in reading order; empty where there are none."""
    from ingestion.parsing.limits import ParsingLimits
    from ingestion.parsing.pictures import blocks_of_picture, on_white, opened

    frame = opened(picture, "the picture", ParsingLimits(image_pixels=MOST_PIXELS))
    try:
        upright = on_white(frame)
    except (MemoryError, FileRefused):
        raise
    except Exception as error:  # decoders raise anything
        raise FileRefused("the picture is damaged; save it again as PNG or JPEG.", Cause("picture_damaged")) from error
    return "\n".join(block.text for block in blocks_of_picture(upright, 1))


@dataclass(frozen=True, slots=True)
class _Refused:
    sentence: str
    cause: Cause


class PictureReading:
    """One picture at a time, the others in a short line. Thread-safe; the child ends by itself, or with ``close``."""

    def __init__(
        self,
        *,
        reader: PictureReader = words_of_picture,
        seconds: float = 20,
        line: int = 4,
        memory_bytes: int = _GIBIBYTE,
        idle_seconds: float = 60,
    ) -> None:
        """``seconds``: for the line and for the reading, each; ``memory_bytes``: 0.9 GB are usual."""
        self._reader = reader
        self._seconds = seconds
        self._limits = ChildLimits(memory_bytes, idle_seconds, _NICENESS, silent_seconds=math.ceil(seconds) + 2)
        self._queue = threading.BoundedSemaphore(1 + line)
        self._lock = threading.Lock()
        self._child: Child | None = None

    def read(self, picture: bytes) -> str:
        """At most MOST_CHARACTERS of what it says. Raises PictureRefused."""
        return str(self.made(picture))[:MOST_CHARACTERS].strip()

    def made(self, picture: bytes) -> str | bytes:
        """What the reader makes of it. Raises PictureRefused."""
        if not self._queue.acquire(blocking=False):
            raise PictureRefused(_BUSY, Cause("pictures_busy"))
        try:
            if not self._lock.acquire(timeout=self._seconds):
                raise PictureRefused(_BUSY, Cause("pictures_busy"))
            try:
                return self._read(picture)
            finally:
                self._lock.release()
        finally:
            self._queue.release()

    def close(self) -> None:
        with self._lock:
            self._end_child()

    def _read(self, picture: bytes) -> str | bytes:
        try:
            message = self._message(self._at_work(picture))
        except BaseException:
            self._end_child()
            raise
        if isinstance(message, _Refused):
            raise PictureRefused(message.sentence, message.cause)
        return message

    def _message(self, child: Child) -> "str | bytes | _Refused":
        try:
            message: str | bytes | _Refused = child.message(seconds=self._seconds)
        except TimeoutError:
            raise PictureRefused(
                f"reading the picture took longer than {self._seconds:g} seconds; cut out the part that matters",
                Cause("picture_takes_too_long", {"seconds": math.ceil(self._seconds)}),
            ) from None
        except ChildOutOfMemory:
            raise PictureRefused(_TOO_MUCH, Cause("picture_takes_too_much")) from None
        except EOFError as error:
            raise PictureRefused(
                "the picture could not be read; save it again as PNG or JPEG", Cause("picture_damaged")
            ) from error
        return message

    def _at_work(self, picture: bytes) -> Child:
        if self._child is not None:
            with contextlib.suppress(OSError, EOFError):
                self._child.begin((self._reader, picture))
                return self._child
            self._end_child()  # it had just ended itself
        self._child = Child.of(__name__, self._limits)
        try:
            self._child.begin((self._reader, picture))
        except (OSError, EOFError) as error:
            raise PictureRefused(
                "pictures cannot be read at the moment; type the words that it shows", Cause("pictures_busy")
            ) from error
        return self._child

    def _end_child(self) -> None:
        if self._child is not None:
            self._child.kill()
            self._child = None


_BUSY = "too many pictures are being read at the moment; send it again in a minute, or type the words that it shows"

_TOO_MUCH = "reading the picture takes more memory than one may; make it smaller"


def warm() -> None:
    """Nothing: the recogniser is loaded with the first picture, so that a question of words never waits for it."""


def work(order: tuple[PictureReader, bytes], tell: Tell) -> None:
    """In the child: what a picture says, or why it cannot be read."""
    reader, picture = order
    try:
        tell(reader(picture))
    except FileRefused as error:
        tell(_Refused(str(error), error.cause))
    except MemoryError:
        tell(_Refused(_TOO_MUCH, Cause("picture_takes_too_much")))
