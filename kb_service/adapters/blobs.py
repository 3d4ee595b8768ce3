"""Original files by the SHA-256 of their bytes."""

import hashlib
from pathlib import Path


class BlobFolder:
    """One file a blob, written beside and renamed, so that a kill leaves no half file."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def keep(self, data: bytes) -> str:
        """Store the bytes, if they are new, and give their SHA-256."""
        digest = hashlib.sha256(data).hexdigest()
        path = self.path(digest)
        if not path.exists():
            path.parent.mkdir(parents=True, exist_ok=True)
            unfinished = path.with_suffix(".part")
            unfinished.write_bytes(data)
            unfinished.replace(path)
        return digest

    def path(self, digest: str) -> Path:
        return self._folder / digest[:2] / digest

    def is_intact(self, digest: str) -> bool:
        path = self.path(digest)
        return path.exists() and hashlib.sha256(path.read_bytes()).hexdigest() == digest
