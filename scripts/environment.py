"""Make .venv equal to a lock file: `environment.py base` or `environment.py test`. Standard library only.

Safe to interrupt at any point: the stamp that says "done" is written last, and what is there is used again.
"""

import fcntl
import hashlib
import json
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import registry

ROOT = Path(__file__).resolve().parents[1]
VENV = ROOT / ".venv"
VENV_PYTHON = VENV / "bin" / "python"
STAMP = VENV / "installed.json"
LOCKS = {"base": ("base.lock",), "test": ("base.lock", "test.lock")}


class SetupError(Exception):
    """A sentence for the person at the terminal: what is missing and how to mend it."""


def ensure(wanted: str) -> None:
    """After this .venv holds what the lock file ``wanted`` says. Raises SetupError."""
    if is_installed(wanted):
        return
    with _alone():
        if is_installed(wanted):
            return
        _ensure_venv()
        _install(wanted)
        _write_stamp(wanted)


def is_installed(wanted: str) -> bool:
    """True also when more is installed: the test lock contains the base lock."""
    try:
        stamp = json.loads(STAMP.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return False
    return bool(VENV_PYTHON.exists() and stamp.items() >= _identity(wanted).items())


def _identity(wanted: str) -> dict[str, str]:
    """Scripts in .venv/bin name their interpreter by its full path: a moved folder needs a new installation."""
    files = [ROOT / "requirements" / name for name in LOCKS[wanted]] + [ROOT / "pyproject.toml"]
    hashes = {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in files}
    return {"folder": str(ROOT), **hashes}


def _write_stamp(wanted: str) -> None:
    scratch = STAMP.with_suffix(".tmp")
    scratch.write_text(json.dumps(_identity(wanted), indent=2) + "\n", encoding="utf-8")
    scratch.replace(STAMP)


@contextmanager
def _alone() -> Iterator[None]:
    """Two installations into one folder would spoil each other: the second waits."""
    (ROOT / "var").mkdir(exist_ok=True)
    with open(ROOT / "var" / "environment.lock", "w", encoding="utf-8") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            say("Another make is installing here: waiting for it")
            fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _ensure_venv() -> None:
    STAMP.unlink(missing_ok=True)
    if _venv_works():
        return
    say(f"Creating .venv with Python {sys.version.split()[0]}")
    if VENV.exists():
        shutil.rmtree(VENV)
    # Debian packs pip's seed apart from Python; an offline bundle does without it.
    options = [] if not registry.is_offline() else ["--without-pip"]
    if not options and not _can("import venv, ensurepip"):
        version = f"{sys.version_info.major}.{sys.version_info.minor}"
        raise SetupError(
            f"Python {version} has no venv module: as root, run `apt-get install python{version}-venv` or python3-venv"
        )
    _run([sys.executable, "-m", "venv", *options, str(VENV)], "the virtual environment could not be created")


def _venv_works() -> bool:
    """A virtual environment that was moved, half made, or whose Python was removed or replaced does not count."""
    if not (VENV / "bin" / "activate").exists() or not VENV_PYTHON.exists():
        return False
    check = "import sys; assert sys.prefix == sys.argv[1] and (3, 11) <= sys.version_info < (3, 14)"
    if subprocess.run([VENV_PYTHON, "-c", check, VENV], capture_output=True).returncode != 0:
        return False
    return (
        registry.is_offline() or subprocess.run([VENV_PYTHON, "-m", "pip", "-V"], capture_output=True).returncode == 0
    )


def _can(statement: str) -> bool:
    return subprocess.run([sys.executable, "-c", statement], capture_output=True).returncode == 0


def _install(wanted: str) -> None:
    lock = ROOT / "requirements" / f"{wanted}.lock"
    say(f"Installing the packages of {lock.relative_to(ROOT)}")
    if registry.is_offline():
        _sync_with_uv(registry.offline_uv(VENV), ROOT / "wheels" / "bundle.lock", registry.offline_options())
    else:
        _install_from_registry(lock)
    _run(_editable_install(), "the service itself could not be installed into .venv")


def _install_from_registry(lock: Path) -> None:
    pip = [str(VENV_PYTHON), "-m", "pip", "--disable-pip-version-check", "install", "--quiet", "--require-hashes", "-r"]
    uv = VENV / "bin" / "uv"
    got_uv = subprocess.run([*pip, str(ROOT / "requirements" / "uv.lock")], env=registry.environment()).returncode == 0
    # What is built from source is built with a setuptools from the lock, not with the newest.
    options = ["--build-constraints", str(ROOT / "requirements" / "base.lock")]
    if got_uv and _try([str(uv), *_SYNC, *options, str(lock)], registry.uv_environment(VENV_PYTHON)):
        return
    say("uv did not succeed: trying pip, which is slower")
    if not _try([*pip, str(lock)], registry.environment()):
        raise SetupError(
            "the packages could not be installed: check the network, or name your mirror in PIP_INDEX_URL; "
            "what is already there is used again at the next try"
        )


_SYNC = ["pip", "sync", "--quiet", "--python", str(VENV_PYTHON), "--require-hashes"]


def _sync_with_uv(uv: Path, lock: Path, options: list[str]) -> None:
    _run([str(uv), *_SYNC, *options, str(lock)], "the packed wheels could not be installed", registry.environment())


def _editable_install() -> list[str]:
    uv = VENV / "bin" / "uv"
    project = ["--no-deps", "--no-build-isolation", "--quiet", "-e", str(ROOT)]
    if uv.exists():
        return [str(uv), "pip", "install", "--offline", "--python", str(VENV_PYTHON), *project]
    return [str(VENV_PYTHON), "-m", "pip", "install", *project]


def _try(command: list[str], env: Mapping[str, str]) -> bool:
    return subprocess.run(command, env=env, cwd=ROOT).returncode == 0


def _run(command: list[str], failure: str, env: Mapping[str, str] | None = None) -> None:
    if not _try(command, env or registry.environment()):
        raise SetupError(f"{failure}: see the lines above")


def say(line: str) -> None:
    print(line, flush=True)


def main() -> None:
    try:
        ensure(sys.argv[1])
    except SetupError as error:
        sys.exit(f"make: {error}")
    except KeyboardInterrupt:
        sys.exit(130)


if __name__ == "__main__":
    main()
