"""A child process that works on one order after the other: a crash, a bomb or an endless loop in a foreign file costs
that file, and no memory of the server's.

It stays for a while after its work. Importing what reads office files takes seconds, so that children who are needed
often come of a fork server, which has imported it already.
"""

import contextlib
import gc
import importlib
import os
import pickle
import resource
import select
import signal
import socket
import struct
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import astuple, dataclass
from multiprocessing.connection import Connection, Pipe
from types import ModuleType
from typing import Any, Protocol

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
# How long a fork server may take to fork a child, or to tell how one ended: milliseconds are usual.
_FORK_SERVER_SECONDS = 10
_NUMBER = struct.Struct("i")


class ChildOutOfMemory(EOFError):
    """The child has ended because its memory did not do."""


class ChildOutOfTime(EOFError):
    """The child has used up its time of the processor."""


# How a child ends at a limit: it says so itself, or one of its timers ends it in any code, by a signal nobody handles.
_ENDS: dict[int | None, type[EOFError] | type[TimeoutError]] = {
    _OUT_OF_MEMORY: ChildOutOfMemory,
    -signal.SIGPROF: ChildOutOfTime,
    -signal.SIGALRM: TimeoutError,
}


@dataclass(frozen=True, slots=True)
class ChildLimits:
    """``memory_bytes``: of its own, libraries not counted. ``idle_seconds`` without an order end the child.
    ``silent_seconds`` without a message end it too, in any code; the parent gives up earlier, if it still lives.
    """

    memory_bytes: int
    idle_seconds: float
    niceness: int
    silent_seconds: int


class _Process(Protocol):
    returncode: int | None

    def kill(self) -> None: ...

    def wait(self, timeout: float | None = None) -> int: ...


class Child:
    """``module`` has a function ``work`` (a `Work`), and ``warm``, which loads what most orders need.

    Orders and messages travel pickled.
    """

    def __init__(self, start: Callable[[int], _Process]) -> None:
        """``start`` makes the process, which is to have this descriptor of a pipe."""
        self._pipe, theirs = Pipe()
        with contextlib.closing(theirs):
            self._process = start(theirs.fileno())

    @classmethod
    def of(cls, module: str, limits: ChildLimits) -> "Child":
        """A new interpreter, which imports the module first: some seconds."""
        return cls(lambda theirs: _interpreter("main", theirs, module, *astuple(limits)))

    def begin(self, order: object, *, cpu_seconds: float = 0.0, then_cpu_seconds: float = 0.0) -> None:
        """Returns when the child has the order. Raises OSError or EOFError when it has ended, or does not start.

        ``cpu_seconds``: of the processor, until its first message; ``then_cpu_seconds``: from then on, from message to
        message. 0 for any. What other processes use up that it starts is not counted.
        """
        self._pipe.send((order, cpu_seconds, then_cpu_seconds))
        if not self._pipe.poll(_START_SECONDS):
            raise TimeoutError(f"the process did not start within {_START_SECONDS} seconds")
        self._pipe.recv()

    def message(self, *, seconds: float) -> Any:
        """The next message. Raises TimeoutError where there is none within ``seconds``, or the child had to end for its
        silence; ChildOutOfMemory, ChildOutOfTime, or EOFError with how else it ended."""
        if not self._pipe.poll(seconds):
            raise TimeoutError
        try:
            return self._pipe.recv()
        except (EOFError, OSError) as error:
            ending = self._ending()
            raise _ENDS.get(self._process.returncode, EOFError)(ending) from error

    def _ending(self) -> str:
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(5)
        code = self._process.returncode
        return "it fell silent" if code is None else f"signal {-code}" if code < 0 else f"exit code {code}"

    def kill(self) -> None:
        self._process.kill()
        self._process.wait()
        self._pipe.close()


class ForkServer:
    """Forks children of ``module`` from a process that has imported and warmed it, in milliseconds. Thread-safe.

    It ends by itself after ``idle_seconds`` without children, and is begun again with the next one.
    """

    def __init__(self, module: str, *, niceness: int, idle_seconds: float) -> None:
        """``niceness``: a child's is no lower."""
        self._arguments = (module, niceness, idle_seconds)
        self._lock = threading.Lock()
        self._begun: _RunningForkServer | None = None

    def child(self, limits: ChildLimits) -> Child:
        """Raises OSError where none can be started."""
        with self._lock:
            try:
                return self._child(limits)
            except OSError:  # it has just ended for want of work, or was killed
                self._end()
                return self._child(limits)

    def close(self) -> None:
        """Children that are at work end soon after."""
        with self._lock:
            self._end()

    def _child(self, limits: ChildLimits) -> Child:
        self._begun = self._begun or _RunningForkServer(*self._arguments)
        begun = self._begun
        return Child(lambda theirs: begun.forked(theirs, limits))

    def _end(self) -> None:
        begun, self._begun = self._begun, None
        if begun is not None:
            begun.end()


class _RunningForkServer:
    """The process, and the socket that carries what is asked of it: a descriptor with limits for a new child, the
    number of a process whose end is waited for."""

    def __init__(self, module: str, niceness: int, idle_seconds: float) -> None:
        self._lock = threading.Lock()
        self._socket, theirs = socket.socketpair()
        with contextlib.closing(theirs):
            self._process = _interpreter("serve_forks", theirs.fileno(), module, niceness, idle_seconds)
        self._is_new = True

    def forked(self, descriptor: int, limits: ChildLimits) -> "_Forked":
        with self._lock:
            socket.send_fds(self._socket, [pickle.dumps(limits)], [descriptor])
            self._socket.settimeout(_START_SECONDS if self._is_new else _FORK_SERVER_SECONDS)
            pid = self._number()
            self._is_new = False
            return _Forked(pid, self)

    def ending_of(self, pid: int) -> int:
        """Waits for it, and gives the exit code; below zero the signal that ended it."""
        with self._lock:
            self._socket.sendall(_NUMBER.pack(pid))
            return self._number()

    def end(self) -> None:
        self._socket.close()
        self._process.kill()
        self._process.wait()

    def _number(self) -> int:
        if len(found := self._socket.recv(_NUMBER.size)) < _NUMBER.size:
            raise ConnectionResetError("the process that starts readers has ended")
        return int(_NUMBER.unpack(found)[0])


class _Forked:
    """As much of a `subprocess.Popen` as a child needs."""

    def __init__(self, pid: int, fork_server: _RunningForkServer) -> None:
        self._pid = pid
        self._fork_server = fork_server
        self.returncode: int | None = None

    def kill(self) -> None:
        if self.returncode is None:  # else the number may be another's by now
            with contextlib.suppress(ProcessLookupError):
                os.kill(self._pid, signal.SIGKILL)

    def wait(self, timeout: float | None = None) -> int:
        """As long as a fork server may take, whatever ``timeout``."""
        if self.returncode is None:
            try:
                self.returncode = self._fork_server.ending_of(self._pid)
            except OSError:  # the fork server has ended, and what it had started ends with it
                self.returncode = -signal.SIGKILL
        return self.returncode


def _interpreter(function: str, descriptor: int, *arguments: object) -> "subprocess.Popen[bytes]":
    return subprocess.Popen(
        [sys.executable, "-c", f"from ingestion.child_process import {function}; {function}{(descriptor, *arguments)}"],
        pass_fds=[descriptor],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        env=os.environ | {"OPENBLAS_NUM_THREADS": "1"},  # a process with threads must not fork
        start_new_session=True,  # Ctrl-C ends the server, which ends its children
    )


# What sends a message to the parent.
Tell = Callable[[object], None]
# A function of a module that children import: does what an order asks, and tells the parent.
Work = Callable[[Any, Tell], None]


def main(
    descriptor: int, module: str, memory_bytes: int, idle_seconds: float, niceness: int, silent_seconds: int
) -> None:
    """A child that is an interpreter of its own."""
    _live(descriptor, ChildLimits(memory_bytes, idle_seconds, niceness, silent_seconds), lambda: _warmed(module))


def serve_forks(descriptor: int, module: str, niceness: int, idle_seconds: float) -> None:
    """A fork server: it ends when its parent has gone, or has no children and was asked for none for a while."""
    os.nice(niceness)
    working = _warmed(module)
    gc.freeze()  # collected in a child, it would be copied
    running: set[int] = set()
    ended: dict[int, int] = {}
    with socket.socket(fileno=descriptor) as asked:
        while True:
            if not select.select([asked], [], [], idle_seconds)[0]:
                ended |= {pid: code for pid in running if (code := _exit_code(pid, os.WNOHANG)) is not None}
                running -= ended.keys()
                if running:
                    continue
                break
            message, descriptors, _, _ = socket.recv_fds(asked, 4096, 1)
            if not message:
                break
            if descriptors:
                answer = _fork(descriptors[0], pickle.loads(message), working, asked)
                running.add(answer)
            else:
                (pid,) = _NUMBER.unpack(message)
                code = ended.pop(pid, None)
                answer = _exit_code(pid) or 0 if code is None else code
                running.discard(pid)
            asked.sendall(_NUMBER.pack(answer))
    os._exit(0)


def _exit_code(pid: int, options: int = 0) -> int | None:
    """Of a child; None while it runs, where ``options`` say not to wait."""
    found, status = os.waitpid(pid, options)
    return os.waitstatus_to_exitcode(status) if found else None


def _fork(descriptor: int, limits: ChildLimits, working: ModuleType, asked: socket.socket) -> int:
    if pid := os.fork():
        os.close(descriptor)
        return pid
    asked.close()
    try:
        _live(descriptor, limits, lambda: working)
    finally:
        os._exit(1)


def _warmed(module: str) -> ModuleType:
    working = importlib.import_module(module)
    working.warm()
    return working


def _live(descriptor: int, limits: ChildLimits, load: Callable[[], ModuleType]) -> None:
    _end_with_parent()
    os.nice(max(0, limits.niceness - os.nice(0)))
    for limited, most in (
        (resource.RLIMIT_DATA, limits.memory_bytes),
        (resource.RLIMIT_AS, limits.memory_bytes + _MAPPED_BYTES),
        (resource.RLIMIT_FSIZE, _LARGEST_WRITTEN_FILE),
        (resource.RLIMIT_CORE, 0),
    ):
        resource.setrlimit(limited, (most, most))
    with Connection(descriptor) as pipe, contextlib.suppress(OSError):
        try:
            _serve(pipe, load().work, limits)
        except MemoryError:
            os._exit(_OUT_OF_MEMORY)
        # Ended here, whatever threads a library has left behind.
        os._exit(0)


def _serve(pipe: Connection, work: Work, limits: ChildLimits) -> None:
    cpu_seconds = 0.0

    def tell(message: object) -> None:
        _set_timers(0, 0)  # a parent that is slow to listen is no fault of the file's
        pipe.send(message)
        _set_timers(limits.silent_seconds, cpu_seconds)

    while _kept_bytes() <= _KEPT_SHARE * limits.memory_bytes and pipe.poll(limits.idle_seconds):
        try:
            order, cpu_seconds, then_cpu_seconds = pipe.recv()
        except EOFError:  # the parent has gone
            return
        tell(_BEGUN)
        cpu_seconds = then_cpu_seconds
        work(order, tell)
        _set_timers(0, 0)


def _set_timers(silent_seconds: int, cpu_seconds: float) -> None:
    """What ends this process, whatever it is in the middle of; 0 for nothing."""
    signal.alarm(silent_seconds)
    signal.setitimer(signal.ITIMER_PROF, cpu_seconds)


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
