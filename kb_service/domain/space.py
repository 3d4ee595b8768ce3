"""A full disk told as such, wherever a file is written."""

import errno
from collections.abc import Iterator
from contextlib import contextmanager

from kb_service.domain.errors import NotEnoughSpace

# EFBIG: a file may grow no more, by the limit of the process (`ulimit -f`) or of the file system.
_NO_ROOM = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}


@contextmanager
def told_of_a_full_disk(what: str) -> Iterator[None]:
    """Raises NotEnoughSpace where there was no room for ``what``."""
    try:
        yield
    except OSError as error:
        if error.errno not in _NO_ROOM:
            raise
        raise NotEnoughSpace(f"there is no space on the disk for {what}; free some space and try again") from error
