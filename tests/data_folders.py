"""Data folders of services under test: what takes a second to make lies there before the first start."""

import functools
import tempfile
from pathlib import Path

from kb_service.adapters.segmenter import JiebaSegmenter

_DICTIONARY = "jieba.cache"


def furnish(folder: Path, models_dir: Path) -> None:
    """The built model, and jieba's dictionary as a start leaves it there for the next one."""
    (folder / "models").symlink_to(models_dir)
    (folder / _DICTIONARY).write_bytes(_parsed_dictionary())


@functools.cache
def _parsed_dictionary() -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        JiebaSegmenter(cache_folder=Path(folder))
        return (Path(folder) / _DICTIONARY).read_bytes()
