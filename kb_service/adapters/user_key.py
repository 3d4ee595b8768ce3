"""The key of the hashes that references to users are kept as."""

import contextlib
import os
import secrets
from pathlib import Path
from tempfile import NamedTemporaryFile

from kb_service.domain.errors import RecordsUnavailable

USER_KEY = "user.key"
_SHORTEST = 16


def user_key_in(data_dir: Path) -> bytes:
    """Made once and kept in the data folder, readable by its owner only. Raises RecordsUnavailable for one that is
    empty, holds what no key does, or cannot be read."""
    path = data_dir / USER_KEY
    if not path.exists():
        _make(path)
    try:
        key = path.read_bytes()
    except OSError as error:  # a folder, somebody else's file, a damaged disk
        raise RecordsUnavailable(
            f"the key of user references, {path}, cannot be read ({error.strerror}); put it back from the last backup"
        ) from error
    if len(key.strip()) < _SHORTEST or not (key.isascii() and key.decode("ascii").strip().isprintable()):
        raise RecordsUnavailable(
            f"the key of user references, {path}, is empty, cut off or damaged; put it back from the last backup, set "
            "KB_USER_KEY, or remove the file: then a new one is made, and nobody who asked before is recognised"
        )
    return key


def _make(path: Path) -> None:
    """Whole or not at all, also when the process is killed; of two processes at once, the first one's."""
    with NamedTemporaryFile("w", dir=path.parent, prefix=path.name, suffix=".part") as unfinished:
        unfinished.write(secrets.token_urlsafe(32))
        unfinished.flush()
        os.fsync(unfinished.fileno())
        with contextlib.suppress(FileExistsError):
            os.link(unfinished.name, path)
