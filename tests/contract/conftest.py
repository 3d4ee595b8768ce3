"""Databases that the stores are tested on: SQLite always, a private PostgreSQL cluster where it is installed."""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from uuid import uuid4

import pytest

from kb_service.adapters.sql.engine import Database, upgrade


@pytest.fixture(scope="session")
def postgresql_url(unless_required: Callable[[str], None]) -> Iterator[str]:
    """A cluster on a socket of its own; initdb refuses root, so root starts it as the user postgres."""
    programs = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    if not programs:
        unless_required("PostgreSQL is not installed (make test-setup installs it)")
    folder = Path(tempfile.mkdtemp(prefix="kb-pg-"))
    as_user = [shutil.which("runuser") or "/usr/sbin/runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []
    if as_user:
        shutil.chown(folder, "postgres")
    programs_folder = programs[-1].parent
    data = folder / "data"
    initialise = [str(programs_folder / "initdb"), "-D", str(data), "-U", "kb", "--auth=trust", "-E", "UTF8"]
    subprocess.run([*as_user, *initialise, "--no-sync"], check=True, capture_output=True)
    options = f"-c listen_addresses='' -k {folder} -c fsync=off"
    control = [*as_user, str(programs_folder / "pg_ctl"), "-D", str(data), "-l", str(folder / "log"), "-w"]
    subprocess.run([*control, "-o", options, "start"], check=True, capture_output=True)
    yield f"postgresql+psycopg://kb@/postgres?host={folder}"
    subprocess.run([*control, "-m", "immediate", "stop"], check=True, capture_output=True)
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    if request.param == "sqlite":
        opened = Database(f"sqlite:///{tmp_path / 'kb.sqlite'}")
    else:
        opened = Database(_fresh_database(request.getfixturevalue("postgresql_url")))
    upgrade(opened)
    yield opened
    opened.close()


def _fresh_database(url: str) -> str:
    from sqlalchemy import create_engine, text

    name = f"kb_{uuid4().hex[:12]}"
    engine = create_engine(url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name}"))
    engine.dispose()
    return url.replace("/postgres?", f"/{name}?")
