"""A PostgreSQL server of a test's own, which it may stop, start and let run out of space."""

import os
import shutil
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import create_engine, text


@dataclass(frozen=True, slots=True)
class PostgresqlServer:
    folder: Path
    programs: Path

    def url(self, database: str = "postgres") -> str:
        return f"postgresql+psycopg://kb@/{database}?host={self.folder}"

    def start(self) -> None:
        self._control("start")

    def stop(self) -> None:
        """As when its machine is switched off."""
        self._control("-m", "immediate", "stop")

    @contextmanager
    def frozen(self) -> Iterator[None]:
        """It is there and says nothing: all its processes are stopped where they are."""
        postmaster = int((self.folder / "data" / "postmaster.pid").read_text().split()[0])
        children = Path(f"/proc/{postmaster}/task/{postmaster}/children").read_text().split()
        stopped = [postmaster, *map(int, children)]
        for each in stopped:
            os.kill(each, signal.SIGSTOP)
        try:
            yield
        finally:
            for each in stopped:
                os.kill(each, signal.SIGCONT)

    def run(self, *statements: str) -> list[Any]:
        """Each in a transaction of its own; the rows of the last one, if it has any."""
        engine = create_engine(self.url(), isolation_level="AUTOCOMMIT")
        try:
            with engine.connect() as connection:
                results = [connection.execute(text(each)) for each in statements]
                return list(results[-1]) if results and results[-1].returns_rows else []
        finally:
            engine.dispose()

    def end_connections(self, database: str) -> None:
        self.run(f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{database}'")

    def rename(self, database: str, name: str) -> None:
        """Nobody stays connected; whoever connects in between is sent away."""
        self.run(f"ALTER DATABASE {database} ALLOW_CONNECTIONS false")
        self.end_connections(database)
        self.run(f"ALTER DATABASE {database} RENAME TO {name}", f"ALTER DATABASE {name} ALLOW_CONNECTIONS true")

    def initialise(self) -> None:
        made = [
            str(self.programs / "initdb"),
            "-D",
            str(self.folder / "data"),
            "-U",
            "kb",
            "--auth=trust",
            "-E",
            "UTF8",
        ]
        subprocess.run([*_as_user(), *made, "--no-sync"], check=True, capture_output=True)

    def _control(self, *action: str) -> None:
        options = f"-c listen_addresses='' -k {self.folder} -c fsync=off"
        command = [str(self.programs / "pg_ctl"), "-D", str(self.folder / "data"), "-l", str(self.folder / "log"), "-w"]
        subprocess.run([*_as_user(), *command, "-o", options, *action], check=True, capture_output=True)


def _as_user() -> list[str]:
    return ["runuser", "-u", "postgres", "--"]


@contextmanager
def postgresql_server() -> Iterator[PostgresqlServer]:
    programs = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    if not programs or shutil.which("runuser") is None or os.geteuid() != 0:
        pytest.skip("PostgreSQL is not installed, or this user may not start one of its own")
    server = PostgresqlServer(new_folder(), programs[-1].parent)
    shutil.chown(server.folder, "postgres")
    server.initialise()
    server.start()
    try:
        yield server
    finally:
        server.stop()
        shutil.rmtree(server.folder, ignore_errors=True)


@contextmanager
def small_disk(size: str) -> Iterator[Path]:
    """A file system of its own; needs the right to mount one."""
    folder = new_folder()
    command = ["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(folder)]
    if subprocess.run(command, capture_output=True, check=False).returncode != 0:
        folder.rmdir()
        pytest.skip("this user may not mount a small disk")
    try:
        yield folder
    finally:
        subprocess.run(["umount", "-l", str(folder)], check=True)
        folder.rmdir()


def fill(folder: Path) -> Path:
    """Whatever space there is; remove the file to have it again."""
    ballast = folder / "ballast"
    with open(ballast, "wb", buffering=0) as file:
        try:
            while file.write(b"\0" * 4096):
                pass
        except OSError:
            pass
    return ballast


def new_folder() -> Path:
    """With a short path, which the socket of a server needs, and open to other users."""
    made = subprocess.run(["mktemp", "-d"], check=True, capture_output=True, text=True)
    return Path(made.stdout.strip())
