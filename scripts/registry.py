"""Where packages come from: the registry or mirror that pip is set up for, or wheels packed beside the source."""

import ast
import os
import subprocess
import zipfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
WHEELS = ROOT / "wheels"

# uv does not read pip's configuration, and behind a mirror that is often all there is.
_UV_NAMES = {"index-url": "UV_DEFAULT_INDEX", "trusted-host": "UV_INSECURE_HOST", "cert": "SSL_CERT_FILE"}


def is_offline() -> bool:
    """True in an unpacked offline bundle: its wheels are used and nothing is asked for over the network."""
    return (WHEELS / "bundle.lock").is_file()


def environment() -> dict[str, str]:
    """The environment for pip and uv; caches move into .venv where the home folder cannot be written."""
    env = {**os.environ, "UV_PYTHON_DOWNLOADS": "never", "UV_NO_PROGRESS": "1"}
    if not env.get("PIP_INDEX_URL"):
        env.pop("PIP_INDEX_URL", None)
    # A virtual environment that happens to be active in the shell is not the one meant.
    env.pop("VIRTUAL_ENV", None)
    home = os.environ.get("HOME", "")
    if not home or not os.access(home, os.W_OK):
        env.setdefault("UV_CACHE_DIR", str(ROOT / ".venv" / "uv-cache"))
        env.setdefault("PIP_NO_CACHE_DIR", "1")
    return env


def uv_environment(python: Path) -> dict[str, str]:
    """What pip is configured to use, said in uv's words; what is set for uv already stays."""
    env = environment()
    if "UV_INDEX_URL" in env:
        return env
    for name, value in _pip_configuration(python).items():
        env.setdefault(_UV_NAMES[name], value)
    return env


def _pip_configuration(python: Path) -> dict[str, str]:
    """Lines look like ``global.index-url='…'`` and, from the environment, ``:env:.index-url='…'``."""
    command = [str(python), "-m", "pip", "config", "list"]
    listed = subprocess.run(command, env=environment(), capture_output=True, text=True, check=False)
    found: dict[str, str] = {}
    for line in sorted(listed.stdout.splitlines(), reverse=True):
        key, _, value = line.partition("=")
        name = key.rpartition(".")[2]
        if name in _UV_NAMES:
            found[name] = str(ast.literal_eval(value))
    return found


def offline_options() -> list[str]:
    return ["--offline", "--no-index", "--find-links", str(WHEELS)]


def offline_uv(venv: Path) -> Path:
    """uv is one program inside its wheel: taken out without pip, which may be missing on a bare machine."""
    wheel = next(WHEELS.glob("uv-*.whl"))
    target = venv / "bin" / "uv"
    with zipfile.ZipFile(wheel) as archive:
        name = next(each for each in archive.namelist() if each.endswith(".data/scripts/uv"))
        target.write_bytes(archive.read(name))
    target.chmod(0o755)
    return target
