"""A `kb serve` of its own on loopback, and how much memory it takes; or a service of this process behind a port."""

import contextlib
import http.client
import os
import random
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import uvicorn

from kb_service.api.app import create_app
from kb_service.service import Service

_LONGEST_START_SECONDS = 600  # beside other work
LOG = "serve.log"


@dataclass(frozen=True, slots=True)
class Server:
    pid: int
    port: int
    seconds_to_ready: float

    def resident_megabytes(self) -> float:
        """Of the process and its children, from /proc (Linux); 1 MB is 10⁶ bytes."""
        pids = [self.pid, *_children(self.pid)]
        return sum(_resident_kibibytes(pid) for pid in pids) * 1024 / 1e6


@contextmanager
def serving(data_dir: Path, **settings: str) -> Iterator[Server]:
    """Raises TimeoutError when it is not ready in ten minutes."""
    port = free_port()
    started = time.perf_counter()
    process = start(data_dir, port, **settings)
    try:
        wait_until_ready(port, process)
        yield Server(process.pid, port, time.perf_counter() - started)
    finally:
        kill(process, signal.SIGINT)


def start(data_dir: Path, port: int, **settings: str) -> "subprocess.Popen[bytes]":
    """Its log is added to `serve.log` in the data folder."""
    environment = os.environ | {"KB_DATA_DIR": str(data_dir)} | settings
    with (data_dir / LOG).open("ab") as log:
        return subprocess.Popen(
            [kb_command(), "serve", "--port", str(port)], env=environment, stdout=subprocess.DEVNULL, stderr=log
        )


def kill(process: "subprocess.Popen[bytes]", how: signal.Signals) -> None:
    process.send_signal(how)
    process.wait(timeout=30)


def kb_command() -> str:
    return str(Path(sys.executable).with_name("kb"))


def wait_until_ready(port: int, process: "subprocess.Popen[bytes]") -> None:
    give_up = time.perf_counter() + _LONGEST_START_SECONDS
    said = "nothing"
    while time.perf_counter() < give_up:
        if process.poll() is not None:
            raise RuntimeError(f"kb serve ended with {process.returncode} before it was ready")
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
        try:
            connection.request("GET", "/readyz")
            reply = connection.getresponse()
            if reply.status == 200:
                return
            said = reply.read().decode()
        except OSError as error:
            said = str(error)
        finally:
            connection.close()
        time.sleep(0.02)
    raise TimeoutError(f"kb serve was not ready in ten minutes; it said: {said}")


def free_port() -> int:
    """Below those that the system gives to clients: one that tries again and again while nothing listens there would
    else be connected to itself some day, and hold the port."""
    for port in random.sample(range(20_000, 30_000), 50):
        with socket.socket() as probe, contextlib.suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port
    raise OSError("no port is free")


def _children(pid: int) -> list[int]:
    listed = Path(f"/proc/{pid}/task/{pid}/children")
    return [int(child) for child in listed.read_text().split()] if listed.exists() else []


def _resident_kibibytes(pid: int) -> int:
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1])
    return 0


@contextmanager
def served(service: Service) -> Iterator[int]:
    """Its port; in a thread of this process. Raises TimeoutError where it does not start."""
    server = uvicorn.Server(
        uvicorn.Config(create_app(service), host="127.0.0.1", port=0, log_level="warning", access_log=False, ws="none")
    )
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    give_up = time.monotonic() + 30
    while not server.started:
        if time.monotonic() > give_up:
            raise TimeoutError("the service did not start in 30 seconds")
        time.sleep(0.02)
    try:
        yield server.servers[0].sockets[0].getsockname()[1]
    finally:
        server.should_exit = True
        thread.join(timeout=20)
