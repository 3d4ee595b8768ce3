"""`make bundle`: one archive for a machine without internet, with wheels for this system and this version of Python."""

import hashlib
import os
import platform
import shutil
import subprocess
import sys
import tarfile
import tomllib
from pathlib import Path

import environment
from environment import ROOT, VENV_PYTHON, SetupError, report
from run import DATA, MODEL

# Named one by one, so that nothing private that lies about in the folder is packed.
SOURCES = [
    "Makefile",
    "README.md",
    "CHANGELOG.md",
    "LICENSE",
    "NOTICE",
    "pyproject.toml",
    ".importlinter",
    "Dockerfile",
    "docker-compose.yml",
    "corpus",
    "docs",
    "eval",
    "ingestion",
    "kb_service",
    "model_build",
    "prompts",
    "requirements",
    "scripts",
]


def main() -> None:
    os.chdir(ROOT)
    if environment.is_offline():
        sys.exit("make: this is an unpacked bundle already; pack a new one where there is a network")
    name = f"kb-service-{tomllib.loads(Path('pyproject.toml').read_text(encoding='utf-8'))['project']['version']}"
    stage = ROOT / "build" / name
    shutil.rmtree(stage, ignore_errors=True)
    try:
        _copy_sources(stage)
        _fetch_wheels(stage / "wheels")
        report("Adding the embedding model folder")
        shutil.copytree(DATA / "models" / MODEL, stage / "model" / MODEL)
        archive = _pack(stage, ROOT / "dist" / f"{name}-bundle.tar.gz")
    except SetupError as error:
        sys.exit(f"make bundle: {error}")
    except KeyboardInterrupt:
        sys.exit(130)
    finally:
        shutil.rmtree(stage, ignore_errors=True)
    report(f"{archive.relative_to(ROOT)}: {archive.stat().st_size / 1e6:.0f} MB, for {_platform()}")


def _copy_sources(stage: Path) -> None:
    for source in (ROOT / name for name in SOURCES):
        if source.is_dir():
            shutil.copytree(source, stage / source.name, ignore=shutil.ignore_patterns("__pycache__", ".*"))
        elif source.exists():
            stage.mkdir(parents=True, exist_ok=True)
            shutil.copy2(source, stage)


def _fetch_wheels(wheels: Path) -> None:
    """What comes as source only is built into a wheel here, since the other machine may have no compiler."""
    report("Fetching the wheels")
    wheels.mkdir(parents=True)
    pip = [str(VENV_PYTHON), "-m", "pip", "wheel", "--quiet", "--no-deps", "--require-hashes", "--no-build-isolation"]
    fetched: set[Path] = set()
    for lock in ("uv", "base", "eval"):
        command = [*pip, "--wheel-dir", str(wheels), "--requirement", f"requirements/{lock}.lock"]
        if subprocess.run(command, env=environment.environment()).returncode != 0:
            raise SetupError("the wheels could not be fetched: see the lines above")
        new = set(wheels.glob("*.whl")) - fetched
        fetched |= new
        (wheels / f"{lock}.lock").write_text("".join(map(_locked, sorted(new))), encoding="utf-8")
    (wheels / "python-version").write_text(f"{sys.version_info.major}.{sys.version_info.minor}\n", encoding="utf-8")
    (wheels / "platform").write_text(f"{_platform()}\n", encoding="utf-8")


def _locked(wheel: Path) -> str:
    """Wheels built here have hashes of their own, so the bundle has lock files of its own."""
    name, version = wheel.name.split("-")[:2]
    return f"{name.replace('_', '-')}=={version} --hash=sha256:{hashlib.sha256(wheel.read_bytes()).hexdigest()}\n"


def _pack(stage: Path, archive: Path) -> Path:
    """Renamed at the end: an archive in dist/ is always whole."""
    report("Packing")
    archive.parent.mkdir(exist_ok=True)
    scratch = archive.with_name(f".{archive.name}.part")
    # Wheels are compressed already: more effort would take minutes and save nothing.
    with tarfile.open(scratch, "w:gz", compresslevel=1) as tar:
        tar.add(stage, arcname=stage.name, filter=_owned_by_nobody)
    scratch.replace(archive)
    return archive


def _owned_by_nobody(member: tarfile.TarInfo) -> tarfile.TarInfo:
    member.uid = member.gid = 0
    member.uname = member.gname = ""
    return member


def _platform() -> str:
    return f"{platform.system()} {platform.machine()}, Python {sys.version_info.major}.{sys.version_info.minor}"


if __name__ == "__main__":
    main()
