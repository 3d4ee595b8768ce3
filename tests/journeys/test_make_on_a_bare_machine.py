"""A newcomer's first minutes: what `make` finds, and what it says when something is missing. Without a network."""

import fcntl
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SYSTEM_PATH = "/usr/bin:/bin"


@pytest.fixture
def fresh_clone(tmp_path: Path) -> Path:
    """The files that set up the environment, with nothing installed yet."""
    clone = tmp_path / "clone"
    for folder in ("scripts", "requirements", "corpus"):
        shutil.copytree(ROOT / folder, clone / folder, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("Makefile", "pyproject.toml"):
        shutil.copy2(ROOT / name, clone)
    return clone


def _program(folder: Path, name: str, body: str) -> None:
    folder.mkdir(exist_ok=True)
    (folder / name).write_text(f"#!/bin/sh\n{body}\n", encoding="utf-8")
    (folder / name).chmod(0o755)


def _run(command: list[str], folder: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    clean = {"PATH": SYSTEM_PATH, "HOME": str(folder), **environment}
    return subprocess.run(command, cwd=folder, env=clean, capture_output=True, text=True, timeout=60, check=False)


def test_make_alone_lists_every_command_that_is_meant_for_people() -> None:
    listed = re.findall(r"^  make ([a-z-]+)", _run(["make"], ROOT).stdout, re.MULTILINE)
    declared = re.search(r"^\.PHONY: (.*)$", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)
    assert declared is not None
    only_steps_of_others = {"environment", "test-environment", "test-model"}
    assert sorted(listed) == sorted(set(declared[1].split()) - only_steps_of_others)


def test_an_old_python3_is_passed_over_for_a_newer_one_beside_it(fresh_clone: Path, tmp_path: Path) -> None:
    programs = tmp_path / "programs"
    _program(programs, "python3", "exit 1")
    _program(programs, "python3.13", "echo 'a version manager that has no 3.13' >&2; exit 127")
    _program(programs, "python3.12", f'exec {sys.executable} "$@"')
    command = ["sh", "scripts/with-python.sh", "-c", "print('started')"]
    ran = _run(command, fresh_clone, PATH=f"{programs}:{SYSTEM_PATH}")
    assert (ran.stdout, ran.stderr, ran.returncode) == ("started\n", "", 0)


def test_without_a_python_that_fits_the_mend_is_named(fresh_clone: Path) -> None:
    ran = _run(["make", "run", "PYTHON=no-such-python"], fresh_clone)
    assert ran.returncode != 0
    assert "3.11, 3.12 or 3.13" in ran.stderr
    assert "apt-get install python3 python3-venv" in ran.stderr


def test_without_the_venv_module_its_package_is_named(fresh_clone: Path) -> None:
    # Debian's python3 without python3-venv: the module ensurepip is not there.
    (fresh_clone / "ensurepip.py").write_text("raise ModuleNotFoundError('ensurepip')", encoding="utf-8")
    ran = _run(["make", "run", f"PYTHON={sys.executable}"], fresh_clone, PYTHONPATH=str(fresh_clone))
    assert ran.returncode != 0
    assert f"apt-get install python{sys.version_info.major}.{sys.version_info.minor}-venv" in ran.stderr
    assert "Traceback" not in ran.stderr


def test_a_bundle_asks_for_the_python_that_it_was_packed_for(fresh_clone: Path) -> None:
    (fresh_clone / "wheels").mkdir()
    (fresh_clone / "wheels" / "python-version").write_text("3.99\n", encoding="utf-8")
    ran = _run(["make", "run", f"PYTHON={sys.executable}"], fresh_clone)
    assert ran.returncode != 0
    assert "needed is 3.99" in ran.stderr


def test_a_second_run_beside_the_first_says_where_the_first_is(fresh_clone: Path, tmp_path: Path) -> None:
    data = tmp_path / "data"
    data.mkdir()
    with open(data / "run.lock", "w", encoding="utf-8") as held:
        held.write("process 4711, http://127.0.0.1:8000/\n")
        held.flush()
        fcntl.flock(held, fcntl.LOCK_EX)
        ran = _run(["make", "run", f"PYTHON={sys.executable}"], fresh_clone, KB_DATA_DIR=str(data))
    assert ran.returncode != 0
    assert "process 4711, http://127.0.0.1:8000/" in ran.stderr
    assert not (fresh_clone / ".venv").exists()


def test_an_environment_serves_only_in_the_folder_that_it_was_made_in(fresh_clone: Path) -> None:
    """Its scripts name their interpreter by its full path."""
    _run([sys.executable, "-m", "venv", "--without-pip", ".venv"], fresh_clone).check_returncode()
    assert _has_environment(fresh_clone)
    moved = fresh_clone.rename(fresh_clone.with_name("moved"))
    assert not _has_environment(moved)
    moved.rename(fresh_clone)
    assert _has_environment(fresh_clone)
    (fresh_clone / ".venv" / "bin" / "python").unlink()
    assert not _has_environment(fresh_clone)


def _has_environment(clone: Path) -> bool:
    question = "import environment; print(environment.venv_works())"
    answer = _run([sys.executable, "-c", question], clone / "scripts")
    assert answer.returncode == 0, answer.stderr
    return answer.stdout == "True\n"


def test_without_a_network_the_mirror_setting_is_named(fresh_clone: Path) -> None:
    """pip finds nothing at the address, so that uv, which installs all else, does not come."""
    ran = _run(
        ["make", "environment", f"PYTHON={sys.executable}"], fresh_clone, PIP_INDEX_URL="file:///none", PIP_RETRIES="0"
    )
    assert ran.returncode != 0
    assert "name your mirror in PIP_INDEX_URL or pip.conf" in ran.stderr
    assert "Traceback" not in ran.stderr


def test_lock_files_hold_hashes_and_no_addresses() -> None:
    for lock in (ROOT / "requirements").glob("*.lock"):
        text = lock.read_text(encoding="utf-8")
        assert "://" not in text, lock.name
        pins = re.findall(r"^[\w.-]+==\S+.*\\\n +--hash=sha256:[0-9a-f]{64}", text, re.MULTILINE)
        assert len(pins) == len(re.findall(r"^[\w.-]+==", text, re.MULTILINE)) > 0, lock.name


def test_a_corpus_is_loaded_again_when_a_document_changes(fresh_clone: Path) -> None:
    question = "import run; print(run._state())"
    before = _run([sys.executable, "-c", question], fresh_clone / "scripts").stdout
    assert len(before) == 65
    assert _run([sys.executable, "-c", question], fresh_clone / "scripts").stdout == before
    document = next((fresh_clone / "corpus" / "documents").glob("*.md"))
    document.write_text(document.read_text(encoding="utf-8") + "\n", encoding="utf-8")
    assert _run([sys.executable, "-c", question], fresh_clone / "scripts").stdout != before


def test_the_bundle_packs_nothing_that_is_not_named() -> None:
    names = re.search(r"SOURCES = \[(.*?)\]", (ROOT / "scripts" / "bundle.py").read_text(encoding="utf-8"), re.DOTALL)
    assert names is not None
    packed = re.findall(r'"(.+?)"', names[1])
    assert [name for name in packed if not (ROOT / name).exists()] == []
    assert not {".git", "var", ".venv", "dist", "build"} & set(packed)


def test_a_home_that_cannot_be_written_is_left_alone(tmp_path: Path) -> None:
    question = (
        "import environment; env = environment.environment(); print(env['UV_CACHE_DIR'], env['PIP_NO_CACHE_DIR'])"
    )
    ran = _run([sys.executable, "-c", question], ROOT / "scripts", HOME=str(tmp_path / "missing"))
    assert ran.stdout == f"{ROOT / '.venv' / 'uv-cache'} 1\n"


def test_a_mirror_that_pip_is_set_up_for_is_passed_on_to_uv(tmp_path: Path) -> None:
    (tmp_path / "pip.conf").write_text(
        "[global]\nindex-url = http://mirror.example/simple\ntrusted-host = mirror.example\n"
        "extra-index-url =\n    http://b.example/\n    http://c.example/\n",
        encoding="utf-8",
    )
    question = (
        "import environment, sys, pathlib; env = environment.uv_environment(pathlib.Path(sys.executable)); "
        "print(*map(env.get, ('UV_DEFAULT_INDEX', 'UV_INSECURE_HOST', 'UV_INDEX')))"
    )
    others = "mirror.example http://b.example/ http://c.example/"
    file = {"PIP_CONFIG_FILE": str(tmp_path / "pip.conf")}
    assert _mirror(question, **file) == f"http://mirror.example/simple {others}"
    # What the person sets for this one command goes before the file, and what is set for uv goes before both.
    assert _mirror(question, **file, PIP_INDEX_URL="http://other.example/") == f"http://other.example/ {others}"
    own = {"UV_DEFAULT_INDEX": "http://third.example/", "PIP_INDEX_URL": "http://other.example/"}
    assert _mirror(question, **file, **own) == f"http://third.example/ {others}"


def _mirror(question: str, **environment: str) -> str:
    ran = _run([sys.executable, "-c", question], ROOT / "scripts", **environment, PYTHONDONTWRITEBYTECODE="1")
    assert ran.returncode == 0, ran.stderr
    return ran.stdout.strip()


def test_scripts_of_the_setup_need_the_standard_library_only() -> None:
    """They run before anything is installed."""
    ours = {path.stem for path in (ROOT / "scripts").glob("*.py")}
    for path in sorted((ROOT / "scripts").glob("*.py")):
        if path.stem == "import_contracts":
            continue
        imported = re.findall(r"^(?:from|import) (\w+)", path.read_text(encoding="utf-8"), re.MULTILINE)
        assert set(imported) <= set(sys.stdlib_module_names) | ours, path.name
    assert os.access(ROOT / ".ci" / "run", os.X_OK)
