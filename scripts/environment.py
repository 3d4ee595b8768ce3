"""Make .venv hold what lock files of requirements/ name: `environment.py base`, `environment.py base test`.

`environment.py --apart judge` makes .venv/judge hold what judge.lock names, which does not go with the other locks.

uv does the work and finds out by itself, in a tenth of a second, when there is none. It comes through pip, from the
registry or mirror that pip is set up for. Safe to interrupt at any point. Standard library only.
"""

import ast
import fcntl
import os
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
REQUIREMENTS = ROOT / "requirements"
# In an unpacked offline bundle: its wheels are used and nothing is asked for over the network.
WHEELS = ROOT / "wheels"
VENV = ROOT / ".venv"
VENV_PYTHON = VENV / "bin" / "python"
UV = VENV / "bin" / "uv"

# uv does not read pip's configuration, and behind a mirror that is often all there is.
_UV_NAMES = {
    "index-url": "UV_DEFAULT_INDEX",
    "extra-index-url": "UV_INDEX",
    "trusted-host": "UV_INSECURE_HOST",
    "cert": "SSL_CERT_FILE",
    "client-cert": "SSL_CLIENT_CERT",
    "proxy": "ALL_PROXY",
}


class SetupError(Exception):
    """A sentence for the person at the terminal: what is missing and how to put it right."""


def ensure(*locks: str) -> None:
    """After this .venv holds the packages of the named lock files and the service itself. Raises SetupError."""
    with _alone():
        _ensure_venv()
        _ensure_uv()
        _install(locks)


def ensure_apart(lock: str) -> None:
    """After this .venv/<lock> is an environment of its own with the packages of that lock file, without the service.
    Raises SetupError."""
    if is_offline():
        raise SetupError(f"the offline bundle does not hold the packages of {lock}.lock; install them with a network")
    with _alone():
        _ensure_venv()
        _ensure_uv()
        folder = VENV / lock
        if not (folder / "bin" / "python").exists():
            command = [str(VENV_PYTHON), "-m", "venv", "--without-pip", str(folder)]
            _run(command, f"{folder} could not be created")
        python = folder / "bin" / "python"
        options = ["--require-hashes", "--requirement", str(REQUIREMENTS / f"{lock}.lock")]
        if _is_installed(options, python):
            return
        report(f"Installing the packages of requirements/{lock}.lock into {folder.relative_to(ROOT)}")
        _run(
            [str(UV), "pip", "install", "--quiet", "--python", str(python), *options],
            "the packages could not be installed; check the network, or name your mirror in PIP_INDEX_URL or pip.conf",
            env=uv_environment(),
        )


def is_offline() -> bool:
    return (WHEELS / "python-version").is_file()


@contextmanager
def _alone() -> Iterator[None]:
    """Two installations into one folder would spoil each other: the second waits."""
    (ROOT / "var").mkdir(exist_ok=True)
    with open(ROOT / "var" / "environment.lock", "w", encoding="utf-8") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            report("Another make is installing here: waiting for it")
            fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _ensure_venv() -> None:
    if venv_works():
        return
    report(f"Creating .venv with Python {sys.version.split()[0]}")
    if VENV.exists():
        shutil.rmtree(VENV)
    # Debian packs pip's seed apart from Python; an offline bundle does without it.
    options = ["--without-pip"] if is_offline() else []
    if not options and not _succeeds([sys.executable, "-c", "import venv, ensurepip"]):
        version = f"{sys.version_info.major}.{sys.version_info.minor}"
        raise SetupError(
            f"Python {version} has no venv module: as root, run `apt-get install python{version}-venv` or python3-venv"
        )
    _run([sys.executable, "-m", "venv", *options, str(VENV)], "the virtual environment could not be created")


def venv_works() -> bool:
    """False for one that is half made, whose Python was removed or replaced, or that was moved: its scripts name their
    interpreter by its full path."""
    activate = VENV / "bin" / "activate"
    if not activate.exists() or str(VENV) not in activate.read_text(encoding="utf-8") or not VENV_PYTHON.exists():
        return False
    check = "import sys; assert sys.prefix == sys.argv[1] and (3, 11) <= sys.version_info < (3, 14)"
    return _succeeds([str(VENV_PYTHON), "-c", check, str(VENV)])


def _ensure_uv() -> None:
    if UV.exists():
        return
    if is_offline():
        _unpack_uv()
        return
    pip = [str(VENV_PYTHON), "-m", "pip", "--disable-pip-version-check", "install", "--quiet", "--require-hashes"]
    _run(
        [*pip, "--requirement", str(REQUIREMENTS / "uv.lock")],
        "uv, which installs the packages, could not be installed; check the network, "
        "or name your mirror in PIP_INDEX_URL or pip.conf",
    )


def _unpack_uv() -> None:
    """uv is one program inside its wheel: taken out without pip, which may be missing on a bare machine."""
    with zipfile.ZipFile(next(WHEELS.glob("uv-*.whl"))) as archive:
        name = next(each for each in archive.namelist() if each.endswith(".data/scripts/uv"))
        scratch = UV.with_name("uv.unpacking")
        scratch.write_bytes(archive.read(name))
    scratch.chmod(0o755)
    scratch.replace(UV)


def _install(locks: tuple[str, ...]) -> None:
    install = [str(UV), "pip", "install", "--quiet", "--python", str(VENV_PYTHON)]
    folder, options = REQUIREMENTS, ["--requirement", str(REQUIREMENTS / "uv.lock")]
    failure = (
        "the packages could not be installed; check the network, or name your mirror in PIP_INDEX_URL or pip.conf; "
        "what is already there is used again at the next try"
    )
    if is_offline():
        folder, options = WHEELS, ["--no-index", "--find-links", str(WHEELS)]
        failure = "the packed wheels could not be installed; pack on a machine with this processor and system"
    for lock in locks:
        options += ["--requirement", str(folder / f"{lock}.lock")]
    # What is built from source is built with a setuptools from the lock, not with the newest.
    options += ["--require-hashes", "--build-constraints", str(folder / "base.lock")]
    if not _is_installed(options):
        report(f"Installing the packages of {', '.join(f'{folder.name}/{lock}.lock' for lock in locks)}")
        _run([*install, *options], failure, env=uv_environment())
    command, project = VENV / "bin" / "kb", ROOT / "pyproject.toml"
    if not command.exists() or command.stat().st_mtime < project.stat().st_mtime:
        editable = ["--offline", "--no-deps", "--no-build-isolation", "--editable", str(ROOT)]
        _run([*install, *editable], "the service itself could not be installed into .venv")


def _is_installed(options: list[str], python: Path = VENV_PYTHON) -> bool:
    trial = [str(UV), "pip", "install", "--dry-run", "--offline", "--python", str(python), *options]
    tried = subprocess.run(trial, env=environment(), cwd=ROOT, capture_output=True, text=True, check=False)
    return "make no changes" in tried.stderr


def environment() -> dict[str, str]:
    """The environment for pip and uv; caches move into .venv where the home folder cannot be written."""
    env = {**os.environ, "UV_PYTHON_DOWNLOADS": "never", "UV_NO_PROGRESS": "1"}
    if is_offline():
        env["UV_OFFLINE"] = "1"
    if not env.get("PIP_INDEX_URL"):
        env.pop("PIP_INDEX_URL", None)
    # A virtual environment that happens to be active in the shell is not the one meant.
    env.pop("VIRTUAL_ENV", None)
    home = os.environ.get("HOME", "")
    if not home or not os.access(home, os.W_OK):
        env.setdefault("UV_CACHE_DIR", str(VENV / "uv-cache"))
        env.setdefault("PIP_NO_CACHE_DIR", "1")
    return env


def uv_environment(python: Path = VENV_PYTHON) -> dict[str, str]:
    """What pip is configured to use, in uv's words; what is set for uv already stays."""
    env = environment()
    if is_offline() or "UV_INDEX_URL" in env:
        return env
    # Lines look like ``global.index-url='…'`` and, from the environment, ``:env:.index-url='…'``, which go first.
    command = [str(python), "-m", "pip", "config", "list"]
    listed = subprocess.run(command, env=env, capture_output=True, text=True, check=False)
    for line in sorted(listed.stdout.splitlines()):
        key, _, value = line.partition("=")
        name = _UV_NAMES.get(key.rpartition(".")[2])
        if name is not None:
            env.setdefault(name, " ".join(str(ast.literal_eval(value)).split()))
    # As pip does: any of several indexes may serve a package, since the hash decides whether it is the right one.
    env.setdefault("UV_INDEX_STRATEGY", "unsafe-best-match")
    return env


def _succeeds(command: list[str]) -> bool:
    return subprocess.run(command, capture_output=True, check=False).returncode == 0


def _run(command: list[str], failure: str, *, env: Mapping[str, str] | None = None) -> None:
    if subprocess.run(command, env=env or environment(), cwd=ROOT, check=False).returncode != 0:
        raise SetupError(f"{failure} (see the lines above)")


def report(line: str) -> None:
    print(line, flush=True)


def main() -> None:
    try:
        if sys.argv[1] == "--apart":
            ensure_apart(sys.argv[2])
        else:
            ensure(*sys.argv[1:])
    except SetupError as error:
        sys.exit(f"make: {error}")
    except KeyboardInterrupt:
        sys.exit(130)


if __name__ == "__main__":
    main()
