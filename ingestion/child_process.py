"""A child process that works on one order after the other: a crash, a bomb or an endless loop in a foreign file costs
that file, and no memory of the server's.

It stays for a while after its work, since importing what reads office files takes seconds.
"""

import contextlib
import importlib
import os
import resource
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import astuple, dataclass
from multiprocessing.connection import Connection, Pipe
from typing import Any

_PARENT_CHECKED_EVERY_SECONDS = 2
_BEGUN = "begun"
# Two are usual: what is imported is no file's fault.
_START_SECONDS = 60
# Beside its memory: the libraries, which are mapped from their files, and addresses that are set aside and never used.
_MAPPED_BYTES = 2**30
# A child that keeps more of its memory than this after its work ends: the next order is to have nearly all of it.
_KEPT_SHARE = 0.75
# What a child may write, by mistake or not, into one file.
_LARGEST_WRITTEN_FILE = 256 * 2**20
# How a child ends whose memory does not even do for saying so.
_OUT_OF_MEMORY = 97


class ChildOutOfMemory(EOFError):
    """The child has ended because its memory did not do."""


@dataclass(frozen=True, slots=True)
class ChildLimits:
    """``memory_bytes``: of its own, libraries not counted. ``idle_seconds`` without an order end the child.
    ``silent_seconds`` without a message end it too, in any code; the parent gives up earlier, if it still lives.
    """

    memory_bytes: int
    idle_seconds: float
    niceness: int
    silent_seconds: int


class Child:
    """``module`` has a function ``work`` (a `Work`), and ``warm``, which loads what most orders need.

    Orders and messages travel pickled.
    """

    def __init__(self, module: str, limits: ChildLimits) -> None:
        self._pipe, theirs = Pipe()
        arguments = (theirs.fileno(), module, *astuple(limits))
        self._process = subprocess.Popen(
            [sys.executable, "-c", f"from ingestion.child_process import main; main{arguments}"],
            pass_fds=[theirs.fileno()],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            start_new_session=True,  # Ctrl-C ends the server, which ends its children
        )
        theirs.close()

    def begin(self, order: object) -> None:
        """Returns when the child has the order. Raises OSError or EOFError when it has ended, or does not start."""
        self._pipe.send(order)
        if not self._pipe.poll(_START_SECONDS):
            raise TimeoutError(f"the process did not start within {_START_SECONDS} seconds")
        self._pipe.recv()

    def message(self, *, seconds: float) -> Any:
        """The next message. Raises TimeoutError, ChildOutOfMemory, or EOFError with how else the child ended."""
        if not self._pipe.poll(seconds):
            raise TimeoutError
        try:
            return self._pipe.recv()
        except (EOFError, OSError) as error:
            ending = self._ending()
            if self._process.returncode == _OUT_OF_MEMORY:
                raise ChildOutOfMemory from None
            raise EOFError(ending) from error

    def _ending(self) -> str:
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(5)
        code = self._process.returncode
        return "it fell silent" if code is None else f"signal {-code}" if code < 0 else f"exit code {code}"

    def kill(self) -> None:
        self._process.kill()
        self._process.wait()
        self._pipe.close()


# What sends a message to the parent.
Tell = Callable[[object], None]
# A function of a module that children import: does what an order asks, and tells the parent.
Work = Callable[[Any, Tell], None]


def main(
    descriptor: int, module: str, memory_bytes: int, idle_seconds: float, niceness: int, silent_seconds: int
) -> None:
    _end_with_parent()
    os.nice(niceness)
    for limited, most in (
        (resource.RLIMIT_DATA, memory_bytes),
        (resource.RLIMIT_AS, memory_bytes + _MAPPED_BYTES),
        (resource.RLIMIT_FSIZE, _LARGEST_WRITTEN_FILE),
        (resource.RLIMIT_CORE, 0),
    ):
        resource.setrlimit(limited, (most, most))
    with Connection(descriptor) as pipe, contextlib.suppress(OSError):
        try:
            working = importlib.import_module(module)
            working.warm()
            _serve(pipe, working.work, idle_seconds, silent_seconds)
        except MemoryError:
            os._exit(_OUT_OF_MEMORY)
        # Ended here, whatever threads a library has left behind.
        os._exit(0)


def _serve(pipe: Connection, work: Work, idle_seconds: float, silent_seconds: int) -> None:
    memory_bytes, _ = resource.getrlimit(resource.RLIMIT_DATA)

    def tell(message: object) -> None:
        signal.alarm(0)  # a parent that is slow to listen is no fault of the file's
        pipe.send(message)
        signal.alarm(silent_seconds)

    while _kept_bytes() <= _KEPT_SHARE * memory_bytes and pipe.poll(idle_seconds):
        try:
            order = pipe.recv()
        except EOFError:  # the parent has gone
            return
        tell(_BEGUN)
        work(order, tell)
        signal.alarm(0)


def _kept_bytes() -> int:
    """What counts against RLIMIT_DATA; 0 where the system does not tell."""
    with contextlib.suppress(OSError), open("/proc/self/statm") as file:
        return int(file.read().split()[5]) * resource.getpagesize()
    return 0


def _end_with_parent() -> None:
    """Killed at once, the parent cannot kill its children, and one deep in a file reads no pipe."""
    parent = os.getppid()

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(_PARENT_CHECKED_EVERY_SECONDS)
        os._exit(1)

    threading.Thread(target=watch, daemon=True).start()
