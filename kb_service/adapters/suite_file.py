"""The file of the site's suite that audited questions are kept in, a line of JSON each."""

import json
import os
import threading
from collections.abc import Mapping
from pathlib import Path
from tempfile import NamedTemporaryFile

from kb_service.adapters.full_disk import require_room

AUDITED = "audited.jsonl"
_ONE_WRITER = threading.Lock()


class SuiteFile:
    """Implements `keeping.Suite`."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / AUDITED

    def keep(self, line: Mapping[str, object]) -> None:
        """In the place of one with the same id. The file is whole at every moment. Raises NotEnoughSpace."""
        with _ONE_WRITER:
            self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            require_room(self._path.parent)
            written = self._path.read_text(encoding="utf-8").splitlines() if self._path.exists() else []
            others = [each for each in written if each.strip() and json.loads(each).get("id") != line["id"]]
            with NamedTemporaryFile(
                "w", dir=self._path.parent, prefix=f".{AUDITED}", delete=False, encoding="utf-8"
            ) as unfinished:
                unfinished.write("".join(f"{each}\n" for each in [*others, json.dumps(line, ensure_ascii=False)]))
                unfinished.flush()
                os.fsync(unfinished.fileno())
            Path(unfinished.name).replace(self._path)
