"""A database that is lost, stopped, damaged or without room while it is used: told as that, and only while it is."""

import os
import sqlite3
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import pytest
from alembic import command
from sqlalchemy import text

from kb_service.adapters.blobs import BlobFolder
from kb_service.adapters.sql.engine import Database, alembic_config, head_revision, revision_of, upgrade
from kb_service.adapters.sql.outages import LOOK_SECONDS
from kb_service.domain.errors import KbError, NotEnoughSpace, RecordsBusy, RecordsUnavailable
from tests.postgresql_server import fill, postgresql_server, small_disk


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "kb.sqlite"


@pytest.fixture
def database(file: Path) -> Iterator[Database]:
    opened = Database(f"sqlite:///{file}")
    upgrade(opened)
    yield opened
    opened.close()


def note(database: Database, name: str = "a note") -> None:
    with database.writing() as connection:
        connection.execute(text("CREATE TABLE IF NOT EXISTS notes (name TEXT)"))
        connection.execute(text("INSERT INTO notes VALUES (:name)"), {"name": name})


def notes(database: Database) -> list[str]:
    with database.reading() as connection:
        return list(connection.execute(text("SELECT name FROM notes")).scalars())


def moved(file: Path, place: Path) -> None:
    """And readers have had time to notice."""
    file.rename(place)
    time.sleep(LOOK_SECONDS)


def refused(act: Callable[[], object]) -> KbError:
    with pytest.raises((RecordsUnavailable, NotEnoughSpace, RecordsBusy)) as told:
        act()
    return told.value


def test_a_database_file_that_was_moved_away_takes_nothing_and_serves_again_when_it_is_back(
    database: Database, file: Path
) -> None:
    note(database)
    moved(file, file.with_name("elsewhere"))
    for act in (notes, note, Database.require_usable):
        assert "kb.sqlite is gone" in str(refused(lambda act=act: act(database)))  # type: ignore[misc]
    assert not file.exists()
    moved(file.with_name("elsewhere"), file)
    assert notes(database) == ["a note"]
    note(database, "another")
    assert notes(database) == ["a note", "another"]


def test_nothing_is_written_into_a_file_that_was_just_moved_away(database: Database, file: Path) -> None:
    note(database)
    assert notes(database) == ["a note"]
    file.rename(file.with_name("elsewhere"))
    assert "kb.sqlite is gone" in str(refused(lambda: note(database)))


def test_a_new_connection_never_makes_an_empty_database_in_the_place_of_one_that_was_moved_away(
    database: Database, file: Path
) -> None:
    note(database)
    database.engine.dispose()
    file.rename(file.with_name("elsewhere"))
    assert "kb.sqlite is gone" in str(refused(lambda: notes(database)))
    assert not file.exists()


def test_a_backup_put_in_its_place_is_opened_without_what_was_in_the_write_ahead_log_of_the_other(
    database: Database, file: Path, tmp_path: Path
) -> None:
    note(database, "before the backup")
    with closing(sqlite3.connect(file)) as source, closing(sqlite3.connect(tmp_path / "backup")) as target:
        source.backup(target)
    note(database, "after the backup")
    moved(tmp_path / "backup", file)
    assert notes(database) == ["before the backup"]
    note(database, "since then")
    with closing(sqlite3.connect(file)) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)


def test_a_backup_is_not_opened_while_somebody_still_reads_the_old_file(
    database: Database, file: Path, tmp_path: Path
) -> None:
    note(database)
    with closing(sqlite3.connect(file)) as source, closing(sqlite3.connect(tmp_path / "backup")) as target:
        source.backup(target)
    with database.reading() as reader:
        assert reader.execute(text("SELECT count(*) FROM notes")).scalar() == 1
        moved(tmp_path / "backup", file)
        assert "being opened anew" in str(refused(lambda: notes(database)))
    assert notes(database) == ["a note"]


def older_file(path: Path, schema: str) -> None:
    """As an older version of the service left it, with a note."""
    old = Database(f"sqlite:///{path}")
    config = alembic_config()
    with old.engine.connect() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, schema)
        connection.commit()
    note(old, "of the older version")
    old.close()


@pytest.mark.parametrize("schema", ["20261122_1630_first_tables", "20261128_1830_who_asked"])
def test_a_backup_of_an_older_version_put_in_its_place_is_brought_up_to_date_before_it_is_read(
    database: Database, file: Path, tmp_path: Path, schema: str
) -> None:
    note(database)
    older_file(tmp_path / "older", schema)
    moved(tmp_path / "older", file)
    assert revision_of(database) == head_revision()
    assert notes(database) == ["of the older version"]
    with database.reading() as connection:
        assert connection.execute(text("SELECT report FROM uploads")).all() == []
    note(database, "since then")
    assert notes(database) == ["of the older version", "since then"]


def test_readers_that_notice_an_older_file_at_once_all_see_it_brought_up_to_date(
    database: Database, file: Path, tmp_path: Path
) -> None:
    older_file(tmp_path / "older", "20261128_1750_trail_covers_rows")
    moved(tmp_path / "older", file)
    with ThreadPoolExecutor(8) as pool:
        seen = list(pool.map(lambda _: _seen_by_a_reader(database), range(8)))
    assert set(seen) <= {head_revision(), "told to wait"} and head_revision() in seen


def _seen_by_a_reader(database: Database) -> str | None:
    try:
        return revision_of(database)
    except RecordsUnavailable:
        return "told to wait"


def test_a_file_of_a_newer_version_put_in_its_place_is_refused_until_an_older_one_comes(
    database: Database, file: Path, tmp_path: Path
) -> None:
    note(database)
    database.empty_log()
    with closing(sqlite3.connect(file)) as source, closing(sqlite3.connect(tmp_path / "newer")) as target:
        source.backup(target)
        target.execute("UPDATE alembic_version SET version_num = '20990101_0000_later'")
        target.commit()
    moved(file, tmp_path / "ours")
    moved(tmp_path / "newer", file)
    for act in (notes, note):
        assert "newer version" in str(refused(lambda act=act: act(database)))  # type: ignore[misc]
    moved(tmp_path / "ours", file)
    assert notes(database) == ["a note"]


@pytest.mark.parametrize("kept", [0, 99, 100])
def test_a_database_overwritten_while_it_is_used_is_damaged_until_it_is_whole_again(
    database: Database, file: Path, kept: int
) -> None:
    note(database)
    database.close()
    whole = file.read_bytes()
    file.write_bytes(whole[:kept] + os.urandom(len(whole) - kept))
    assert isinstance(refused(lambda: notes(database)), RecordsUnavailable)
    file.write_bytes(whole)
    assert notes(database) == ["a note"]


def test_a_database_emptied_while_it_is_used_has_lost_its_tables(database: Database, file: Path) -> None:
    note(database)
    with closing(sqlite3.connect(file)) as connection:
        connection.execute("DROP TABLE notes")
    assert "lost its tables" in str(refused(lambda: notes(database)))


def test_a_writer_that_waited_too_long_is_told_that_others_are_in_the_way(database: Database, file: Path) -> None:
    with closing(sqlite3.connect(file, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        assert isinstance(refused(lambda: note(database)), RecordsBusy)
        database.require_usable()  # others may read


def test_a_full_disk_is_told_as_such_and_nothing_is_lost_when_there_is_room_again() -> None:
    with small_disk("8m") as folder:
        database = Database(f"sqlite:///{folder / 'kb.sqlite'}")
        upgrade(database)
        note(database)
        ballast = fill(folder)
        assert isinstance(refused(lambda: note(database, "x" * 100_000)), NotEnoughSpace)
        assert isinstance(refused(database.require_usable), NotEnoughSpace)
        with pytest.raises(NotEnoughSpace):
            BlobFolder(folder / "blobs").keep(b"x" * 100_000)
        assert [each for each in (folder / "blobs").rglob("*") if each.is_file()] == []
        assert notes(database) == ["a note"]
        ballast.unlink()
        database.require_usable()
        note(database, "another")
        assert notes(database) == ["a note", "another"]
        database.close()


@pytest.mark.postgresql
def test_a_postgresql_that_was_stopped_serves_again_when_it_is_started() -> None:
    with postgresql_server() as server:
        database = Database(server.url())
        upgrade(database)
        note(database)
        server.stop()
        for act in (notes, note, Database.require_usable):
            assert isinstance(refused(lambda act=act: act(database)), RecordsUnavailable)  # type: ignore[misc]
        server.start()
        assert notes(database) == ["a note"]
        note(database, "another")
        with database.engine.begin() as connection:
            connection.execute(text("DROP TABLE notes"))
        assert "lost its tables" in str(refused(lambda: notes(database)))
        database.close()
