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
from collections.abc import Callable, Iterator
from dataclasses import astuple, dataclass
from multiprocessing.connection import Connection, Pipe
from typing import Any

_PARENT_CHECKED_EVERY_SECONDS = 2
_BEGUN = "begun"


@dataclass(frozen=True, slots=True)
class ChildLimits:
    """``memory_bytes``: of addresses. ``idle_seconds`` without an order end the child. ``order_seconds``: the parent
    gives up earlier; this ends a child in any code, even where the parent was killed. 0: no such limit.
    """

    memory_bytes: int
    idle_seconds: float
    niceness: int
    order_seconds: int = 0


class Child:
    """``module`` has a function ``work``, a generator of the messages that an order brings. All travel pickled."""

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
        """Returns when the child has the order. Raises OSError or EOFError when it has ended."""
        self._pipe.send(order)
        self._pipe.recv()

    def message(self, *, seconds: float) -> Any:
        """The next message. Raises TimeoutError, or EOFError with the way in which the child ended."""
        if not self._pipe.poll(seconds):
            raise TimeoutError
        try:
            return self._pipe.recv()
        except (EOFError, OSError) as error:
            raise EOFError(self._ending()) from error

    def _ending(self) -> str:
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(5)
        code = self._process.returncode
        return "it fell silent" if code is None else f"signal {-code}" if code < 0 else f"exit code {code}"

    def kill(self) -> None:
        self._process.kill()
        self._process.wait()
        self._pipe.close()


def main(
    descriptor: int, module: str, memory_bytes: int, idle_seconds: float, niceness: int, order_seconds: int
) -> None:
    _end_with_parent()
    os.nice(niceness)
    resource.setrlimit(resource.RLIMIT_AS, (memory_bytes, memory_bytes))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    with Connection(descriptor) as pipe, contextlib.suppress(OSError):
        _serve(pipe, importlib.import_module(module).work, idle_seconds, order_seconds)


def _serve(pipe: Connection, work: Callable[[Any], Iterator[object]], idle_seconds: float, order_seconds: int) -> None:
    while pipe.poll(idle_seconds):
        try:
            order = pipe.recv()
        except EOFError:  # the parent has gone
            return
        pipe.send(_BEGUN)
        signal.alarm(order_seconds)
        for message in work(order):
            pipe.send(message)
        signal.alarm(0)


def _end_with_parent() -> None:
    """Killed at once, the parent cannot kill its children, and one deep in a file reads no pipe."""
    parent = os.getppid()

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(_PARENT_CHECKED_EVERY_SECONDS)
        os._exit(1)

    threading.Thread(target=watch, daemon=True).start()
