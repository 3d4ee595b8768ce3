"""One process owns the embedded index. A lock in the data folder says so, and `owner.json` says how to reach it."""

import json
import os
import secrets
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType

from filelock import FileLock, Timeout

from kb_service.domain.errors import IndexOwnedElsewhere

LOCK_NAME = "index.lock"
OWNER_NAME = "owner.json"
INDEX_NAME = "index"
# Whoever looks for an owner holds the lock for an instant; that must not make a claim fail.
_CLAIM_TIMEOUT_SECONDS = 0.5
_POLL_SECONDS = 0.02
_LOOK_AGAIN_SECONDS = 0.5


def _say(sentence: str) -> None:
    print(f"kb: {sentence}", file=sys.stderr, flush=True)


@dataclass(frozen=True, slots=True)
class OwnerAddress:
    """Where the owner listens on this machine, and the token it wants."""

    pid: int
    host: str
    port: int
    token: str


class Ownership:
    """The right to open the index of one data folder, until `release` or the end of the process, however it ends."""

    def __init__(self, data_dir: Path, lock: FileLock) -> None:
        self._data_dir = data_dir
        self._lock = lock

    @property
    def index_folder(self) -> Path:
        return self._data_dir / INDEX_NAME

    def publish_address(self, host: str, port: int) -> str:
        """Let other commands on this machine find us; gives the token they will send."""
        token = secrets.token_urlsafe(32)
        _write_owner(self._data_dir, {"pid": os.getpid(), "host": host, "port": port, "token": token})
        return token

    def release(self) -> None:
        """Twice does nothing."""
        if self._lock.is_locked:
            (self._data_dir / OWNER_NAME).unlink(missing_ok=True)
            self._lock.release()

    def __enter__(self) -> "Ownership":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.release()


def claim(data_dir: Path, *, wait_seconds: float = 0, say: Callable[[str], None] = _say) -> Ownership:
    """Waits so long for a command that is using the index, and says so; not for a service, which stays.

    Raises IndexOwnedElsewhere when another process, or another part of this one, holds the index.
    """
    data_dir.mkdir(parents=True, exist_ok=True)
    lock = _lock_of(data_dir)
    waiting = _Waiting(data_dir, wait_seconds, say)
    while True:
        try:
            lock.acquire(timeout=_CLAIM_TIMEOUT_SECONDS, poll_interval=_POLL_SECONDS)
        except Timeout as error:
            if _address_in(data_dir) is None and waiting.may_go_on():
                continue
            raise IndexOwnedElsewhere(
                f"process {_pid_in(data_dir)} is using the index in {data_dir}; "
                "wait until it ends, stop it, or set KB_DATA_DIR to another folder"
            ) from error
        _write_owner(data_dir, {"pid": os.getpid()})
        return Ownership(data_dir, lock)


def find_owner(data_dir: Path, *, wait_seconds: float = 0, say: Callable[[str], None] = _say) -> OwnerAddress | None:
    """The owner's address; None when nobody holds the index, whatever a dead owner left behind.

    Waits so long, and says so, while it is held by a process that listens nowhere: a long import, or a service that is
    starting. Raises IndexOwnedElsewhere after that.
    """
    waiting = _Waiting(data_dir, wait_seconds, say)
    while (data_dir / LOCK_NAME).exists() and not _is_free(data_dir):
        if (address := _address_in(data_dir)) is not None:
            return address
        if not waiting.may_go_on():
            raise IndexOwnedElsewhere(
                f"process {_pid_in(data_dir)} is using the index in {data_dir} and takes no requests; "
                "wait until it ends and try again"
            )
        time.sleep(_LOOK_AGAIN_SECONDS)
    return None


class _Waiting:
    """For the process that has the index; said once."""

    def __init__(self, data_dir: Path, seconds: float, say: Callable[[str], None]) -> None:
        self._data_dir = data_dir
        self._seconds = seconds
        self._until = time.monotonic() + seconds
        self._say = say
        self._has_said = False

    def may_go_on(self) -> bool:
        if time.monotonic() >= self._until or _pid_in(self._data_dir) == os.getpid():
            return False
        if not self._has_said:
            self._has_said = True
            self._say(
                f"process {_pid_in(self._data_dir)} is using the index; waiting for it, {self._seconds:g} s at most "
                "(KB_INDEX_WAIT_SECONDS)"
            )
        return True


def _address_in(data_dir: Path) -> OwnerAddress | None:
    value_of = _read_owner(data_dir)
    try:
        return OwnerAddress(
            pid=int(str(value_of["pid"])),
            host=str(value_of["host"]),
            port=int(str(value_of["port"])),
            token=str(value_of["token"]),
        )
    except (KeyError, ValueError):
        return None


def _lock_of(data_dir: Path) -> FileLock:
    # Not thread-local: the thread that releases at shutdown is not always the one that claimed.
    return FileLock(data_dir / LOCK_NAME, thread_local=False)


def _is_free(data_dir: Path) -> bool:
    lock = _lock_of(data_dir)
    try:
        lock.acquire(blocking=False)
    except Timeout:
        return False
    lock.release()
    return True


def _write_owner(data_dir: Path, value_of: dict[str, str | int]) -> None:
    unfinished = data_dir / f"{OWNER_NAME}.new"
    unfinished.unlink(missing_ok=True)
    descriptor = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        json.dump(value_of, file)
    unfinished.replace(data_dir / OWNER_NAME)


def _read_owner(data_dir: Path) -> dict[str, object]:
    try:
        value_of = json.loads((data_dir / OWNER_NAME).read_text(encoding="utf-8"))
    except (FileNotFoundError, ValueError):
        return {}
    return value_of if isinstance(value_of, dict) else {}


def _pid_in(data_dir: Path) -> object:
    return _read_owner(data_dir).get("pid", "(unknown)")
