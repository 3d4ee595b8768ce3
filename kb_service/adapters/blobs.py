"""Original files by the SHA-256 of their bytes."""

import hashlib
import shutil
from io import BytesIO
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import BinaryIO

from kb_service.domain.space import told_of_a_full_disk

_PIECE = 1024 * 1024


class BlobFolder:
    """One file a blob, written beside and renamed, so that a kill leaves no half file."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def keep(self, data: bytes) -> str:
        """Store the bytes, if they are new, and give their SHA-256."""
        return self.keep_file(BytesIO(data))

    def keep_file(self, file: BinaryIO) -> str:
        """The same of what an open file holds from its start, a piece at a time. Raises NotEnoughSpace."""
        digest = self.sha256_of(file)
        path = self.path(digest)
        if not path.exists():
            with told_of_a_full_disk("the original of a file"):
                path.parent.mkdir(parents=True, exist_ok=True)
                file.seek(0)
                _write_whole(file, path)
        return digest

    def sha256_of(self, file: BinaryIO) -> str:
        """Of an open file, from its start."""
        file.seek(0)
        digest = hashlib.sha256()
        while piece := file.read(_PIECE):
            digest.update(piece)
        return digest.hexdigest()

    def path(self, digest: str) -> Path:
        return self._folder / digest[:2] / digest

    def remove(self, digest: str) -> None:
        self.path(digest).unlink(missing_ok=True)

    def is_intact(self, digest: str) -> bool:
        path = self.path(digest)
        return path.exists() and hashlib.sha256(path.read_bytes()).hexdigest() == digest


def _write_whole(file: BinaryIO, path: Path) -> None:
    # A name of its own: two may bring the same file at one moment.
    with NamedTemporaryFile(dir=path.parent, suffix=".part", delete=False) as unfinished:
        try:
            shutil.copyfileobj(file, unfinished, _PIECE)
            unfinished.flush()
        except BaseException:
            Path(unfinished.name).unlink()
            raise
    Path(unfinished.name).replace(path)
