"""What an index was made with, kept beside it. A difference from what the service now uses means rebuild."""

import json
import os
from dataclasses import asdict, dataclass
from pathlib import Path

MANIFEST_NAME = "manifest.json"
SCHEMA = 2  # 2: a start that nobody stated is the first day known
# Pinned exactly: the engine is beta, and files of one release are not promised to the next.
ENGINE = "qdrant-edge-py 0.9.0"
# BM25 divides lengths by the mean with b = 0.75: a drift of a fifth moves a long passage's weight by under a tenth.
MEAN_TERMS_TOLERANCE = 0.2


@dataclass(frozen=True, slots=True)
class Manifest:
    """``segmenter`` covers everything that turns text into term ids and weights; ``mean_terms`` is the mean length of
    a passage, in terms, that the weights in the index were made with (new points must use the same). ``surfaces``:
    which texts of a passage have vectors; empty for an index from before it was noted."""

    embedding: str
    segmenter: str
    converter: str
    dimensions: int
    mean_terms: float
    surfaces: str = ""
    schema: int = SCHEMA
    engine: str = ENGINE


@dataclass(frozen=True, slots=True)
class ManifestDifference:
    """``is_fatal``: the kept vectors cannot be searched or read at all; else only ranking suffers until a rebuild."""

    field: str
    kept: str
    wanted: str
    is_fatal: bool

    def __str__(self) -> str:
        return f"the index was made with {self.field} {self.kept}, the service now uses {self.wanted}"


def differences(kept: Manifest, wanted: Manifest) -> list[ManifestDifference]:
    """Empty when the kept index serves. The mean length may drift by a fifth."""
    found = [
        ManifestDifference(name, str(getattr(kept, name)), str(getattr(wanted, name)), is_fatal)
        for name, is_fatal in _COMPARED
        if getattr(kept, name) != getattr(wanted, name)
    ]
    if abs(kept.mean_terms - wanted.mean_terms) > MEAN_TERMS_TOLERANCE * kept.mean_terms:
        found.append(ManifestDifference("mean_terms", f"{kept.mean_terms:g}", f"{wanted.mean_terms:g}", False))
    return found


def write_manifest(folder: Path, manifest: Manifest) -> None:
    """Atomically: a folder with a manifest is a whole index."""
    unfinished = folder / f"{MANIFEST_NAME}.new"
    with unfinished.open("w", encoding="utf-8") as file:
        file.write(as_json(manifest))
        file.flush()
        os.fsync(file.fileno())
    unfinished.replace(folder / MANIFEST_NAME)


def read_manifest(folder: Path) -> Manifest | None:
    """None when there is none, or none that can be read: then there is no index."""
    try:
        return from_json((folder / MANIFEST_NAME).read_text(encoding="utf-8"))
    except (FileNotFoundError, NotADirectoryError, ValueError):
        return None


def as_json(manifest: Manifest) -> str:
    return json.dumps(asdict(manifest), ensure_ascii=False, indent=1)


def from_json(text: str) -> Manifest:
    """Raises ValueError for anything but a manifest."""
    try:
        return Manifest(**json.loads(text))
    except TypeError as error:
        raise ValueError("not a manifest of an index") from error


_COMPARED = (
    ("schema", True),
    ("engine", True),
    ("dimensions", True),
    ("embedding", True),
    ("segmenter", False),
    ("converter", False),
    ("surfaces", False),
)
