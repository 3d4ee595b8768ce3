"""Databases that the stores are tested on: SQLite always, a private PostgreSQL cluster where it is installed."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from kb_service.adapters.sql.engine import Database, upgrade


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'kb.sqlite'}"
    fresh: Callable[[], str] = request.getfixturevalue("fresh_postgresql_url")
    return fresh()


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    opened = Database(database_url)
    upgrade(opened)
    yield opened
    opened.close()
