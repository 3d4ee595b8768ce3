"""Databases that the stores are tested on: SQLite always, a private PostgreSQL cluster where it is installed."""

import shutil
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text

from kb_service.adapters.sql.engine import Database, upgrade
from kb_service.adapters.sql.jobs import SqlJobs
from kb_service.domain.jobs import ClaimedJob, JobKind
from tests.factories import NOON


@pytest.fixture(scope="session")
def migrated_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An SQLite database after all migrations, which take a third of a second: it is copied, not made again."""
    path = tmp_path_factory.mktemp("migrated") / "kb.sqlite"
    _migrate(f"sqlite:///{path}")
    return path


@pytest.fixture(scope="session")
def migrated_template(postgresql_url: str) -> str:
    """The name of a PostgreSQL database after all migrations, to make others from."""
    name = "migrated"
    engine = create_engine(postgresql_url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name}"))
    engine.dispose()
    _migrate(postgresql_url.replace("/postgres?", f"/{name}?"))
    return name


def _migrate(url: str) -> None:
    database = Database(url)
    upgrade(database)
    database.close()


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Of the test's own. With all tables for a test that has `database`, else empty."""
    is_migrated = "database" in request.fixturenames
    if request.param == "sqlite":
        path = tmp_path / "kb.sqlite"
        if is_migrated:
            shutil.copyfile(request.getfixturevalue("migrated_file"), path)
        return f"sqlite:///{path}"
    fresh: Callable[..., str] = request.getfixturevalue("fresh_postgresql_url")
    return fresh(like=request.getfixturevalue("migrated_template")) if is_migrated else fresh()


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    opened = Database(database_url)
    yield opened
    opened.close()


@pytest.fixture
def jobs(database: Database) -> SqlJobs:
    return SqlJobs(database, now=lambda: datetime.now(UTC))


@pytest.fixture
def claim(jobs: SqlJobs) -> Callable[..., list[ClaimedJob]]:
    numbers = count(1)

    def claiming(after: timedelta = timedelta(0), *, kind: JobKind = JobKind.READ, limit: int = 10) -> list[ClaimedJob]:
        return jobs.claim(kind, limit=limit, new_lease=lambda: f"other#there:1:a-{next(numbers)}", at=NOON + after)

    return claiming
