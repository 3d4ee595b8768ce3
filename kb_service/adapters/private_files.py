"""What a product keeps is for its own user only: folders 0700, files 0600."""

import logging
import stat
from pathlib import Path

from kb_service.domain.errors import RecordsUnavailable

log = logging.getLogger(__name__)

# Everything of a product's own but the model folder and what tells who owns the index.
KEPT = (
    "kb.sqlite*", "user.key", "confidence_model.json", "statistics.npz", "blobs", "index", "prompts", "questions",
    "calibration",
)  # fmt: skip
# There while a backup is being put in place, the database last.
RESTORING = "restoring"


def keep_private(data_dir: Path) -> None:
    """Make the folder if it is missing, and close to others what an older version left open to them."""
    data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    for path in (data_dir, *(found for name in KEPT for found in data_dir.glob(name))):
        mode = path.stat().st_mode
        if path.is_symlink() or mode & stat.S_ISVTX or not mode & 0o077:  # such as /tmp, which is for everybody
            continue
        try:
            path.chmod(stat.S_IMODE(mode) & 0o700)
        except PermissionError:
            log.warning("%s is open to other users of this machine, and belongs to another one; close it", path)


def require_placed(data_dir: Path) -> None:
    """Raises RecordsUnavailable for a data folder into which a backup was put only half."""
    if (data_dir / RESTORING).exists():
        raise RecordsUnavailable(
            f"a backup was being put into {data_dir}, and that was cut off; give `kb restore --replace` again"
        )
