"""What a product keeps is for its own user only: folders 0700, files 0600."""

import logging
import stat
from collections.abc import Iterator
from pathlib import Path

from kb_service.domain.errors import RecordsUnavailable

log = logging.getLogger(__name__)

# Everything of a product's own but the model folder and what tells who owns the index.
KEPT = (
    "kb.sqlite*", "user.key", "confidence_model.json", "statistics.npz", "blobs", "index", "prompts", "questions",
    "calibration",
)  # fmt: skip
# What else it makes: a data folder may be one that is for everybody, such as /tmp, where other files are not its own.
_MADE = (
    "index.*", "owner.json", "run.lock", "environment.lock", "corpus-loaded", "jieba.cache", "models", "wheels"
)  # fmt: skip
_FOLDERS = ("blobs", "index", "models")
# There while a backup is being put in place, the database last.
RESTORING = "restoring"


def keep_private(data_dir: Path) -> None:
    """Make the folder if it is missing, and close to others what an older version left open to them."""
    data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    kept = [found for name in (*KEPT, *_MADE) for found in data_dir.glob(name)]
    for path in (data_dir, *kept, *(inner for each in kept for inner in _inside(each))):
        mode = path.lstat().st_mode
        if stat.S_ISLNK(mode) or mode & stat.S_ISVTX or not mode & 0o077:  # such as /tmp, which is for everybody
            continue
        try:
            path.chmod(stat.S_IMODE(mode) & 0o700)
        except PermissionError:
            log.warning("%s is open to other users of this machine, and belongs to another one; close it", path)


def _inside(folder: Path) -> Iterator[Path]:
    """Not of a folder that is closed already: nobody gets through it, and it may hold a hundred thousand files."""
    if folder.is_dir() and not folder.is_symlink() and folder.stat().st_mode & 0o077:
        yield from folder.rglob("*")


def require_folders(data_dir: Path) -> None:
    """Raises RecordsUnavailable where something else lies in the place of a folder."""
    for folder in (data_dir, *(data_dir / name for name in _FOLDERS)):
        if folder.exists() and not folder.is_dir():
            raise RecordsUnavailable(
                f"{folder} is no folder; move it away, and put the folder back from the last backup if there was one"
            )


def require_placed(data_dir: Path) -> None:
    """Raises RecordsUnavailable for a data folder into which a backup was put only half."""
    if (data_dir / RESTORING).exists():
        raise RecordsUnavailable(
            f"a backup was being put into {data_dir}, and that was cut off; give `kb restore --replace` again"
        )
