"""A database that is lost, emptied, damaged or misnamed is told as such; nothing new is begun in its place unasked."""

import os
import sqlite3
import stat
from contextlib import closing
from pathlib import Path

import pytest

from kb_service.adapters.private_files import keep_private
from kb_service.adapters.sql.engine import Database
from kb_service.adapters.user_key import user_key_in
from kb_service.domain.errors import RecordsUnavailable
from kb_service.settings import Settings
from kb_service.wiring import now, open_records, open_service
from tests.factories import draft


def opened(folder: Path, **fields: object) -> None:
    open_records(Settings(data_dir=folder, **fields)).close()  # type: ignore[arg-type]


@pytest.fixture
def used(tmp_path: Path) -> Path:
    """A data folder with a document and its original."""
    folder = tmp_path / "var"
    with open_records(Settings(data_dir=folder)) as records:
        records.blobs.keep("签注免费。".encode())
        records.library.store([draft()], actor="zhang", at=now(), approval=None)
    return folder


@pytest.mark.parametrize(
    "url",
    [
        "nonsense", "", " ", "postgresql", "://geheim", "sqlite+nope:///x", "oracle+x://geheim",
        "mysql://kb:geheim@db/kb", "postgresql://kb:geheim@db/kb", "http://kb:geheim@db/kb",
        "postgresql+psycopg://kb:geheim@db:port/kb",
    ],
)  # fmt: skip
def test_what_is_no_address_of_a_database_ends_in_a_sentence_without_its_secrets(url: str) -> None:
    with pytest.raises(RecordsUnavailable, match="KB_DATABASE_URL") as told:
        Database(url)
    assert "geheim" not in str(told.value)


@pytest.mark.parametrize("size", [99, 4096, 100_000])
def test_random_bytes_are_no_database(tmp_path: Path, size: int) -> None:
    (tmp_path / "kb.sqlite").write_bytes(os.urandom(size))
    with pytest.raises(RecordsUnavailable, match="cannot be opened"):
        opened(tmp_path)


def test_a_database_whose_pages_were_overwritten_is_not_opened(used: Path) -> None:
    path = used / "kb.sqlite"
    held = path.read_bytes()
    path.write_bytes(held[:100] + os.urandom(len(held) - 100))
    with pytest.raises(RecordsUnavailable, match="backup"):
        opened(used)


def test_a_folder_in_place_of_the_database_ends_in_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "kb.sqlite").mkdir()
    with pytest.raises(RecordsUnavailable, match="cannot be opened"):
        opened(tmp_path)


def test_a_database_of_a_newer_version_is_left_alone(used: Path) -> None:
    with closing(sqlite3.connect(used / "kb.sqlite")) as connection, connection:
        connection.execute("UPDATE alembic_version SET version_num = '20990101_0000_later'")
    with pytest.raises(RecordsUnavailable, match="newer version"):
        opened(used)


def test_a_file_with_tables_of_another_program_is_left_alone(tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "kb.sqlite")) as connection, connection:
        connection.execute("CREATE TABLE documents (id TEXT)")
    with pytest.raises(RecordsUnavailable, match="no other program"):
        opened(tmp_path)
    with closing(sqlite3.connect(tmp_path / "kb.sqlite")) as connection:
        tables = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
    assert tables == [("documents",)]


def lost(folder: Path) -> None:
    for path in folder.glob("kb.sqlite*"):
        path.unlink()


def of_no_bytes(folder: Path) -> None:
    lost(folder)
    (folder / "kb.sqlite").touch()


def without_tables(folder: Path) -> None:
    lost(folder)
    with closing(sqlite3.connect(folder / "kb.sqlite")) as connection:
        connection.execute("VACUUM")


@pytest.mark.parametrize("how", [lost, of_no_bytes, without_tables])
@pytest.mark.parametrize("left", ["blobs", "index"])
def test_a_lost_or_emptied_database_is_not_begun_anew_unless_it_is_said(used: Path, how: object, left: str) -> None:
    if left == "index":
        (used / "blobs").rename(used / "elsewhere")
        (used / "index").mkdir()
        (used / "index" / "manifest.json").touch()
    how(used)  # type: ignore[operator]
    for _ in range(2):
        with pytest.raises(RecordsUnavailable, match=f"{left}.*backup.*--new"):
            opened(used)
        assert how is not lost or not (used / "kb.sqlite").exists()
    opened(used, start_new=True)
    opened(used)


def test_a_fresh_folder_needs_no_word(tmp_path: Path) -> None:
    (tmp_path / "models").mkdir()
    opened(tmp_path)
    opened(tmp_path)


def test_an_import_that_was_cut_off_before_its_first_record_goes_on(tmp_path: Path) -> None:
    """Its originals are there already, and the database has tables without rows."""
    with open_records(Settings(data_dir=tmp_path)) as records:
        records.blobs.keep("签注免费。".encode())
    opened(tmp_path)


@pytest.mark.parametrize("content", [b"", b"\n", b"   ", b"short"])
def test_an_empty_user_key_ends_in_a_sentence(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "user.key").write_bytes(content)
    with pytest.raises(RecordsUnavailable, match=r"user\.key.*KB_USER_KEY"):
        user_key_in(tmp_path)
    assert (tmp_path / "user.key").read_bytes() == content


def test_a_user_key_that_cannot_be_read_ends_in_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "user.key").mkdir()
    with pytest.raises(RecordsUnavailable, match=r"user\.key, cannot be read"):
        user_key_in(tmp_path)


def test_a_user_key_is_made_once_for_its_owner_only(tmp_path: Path) -> None:
    key = user_key_in(tmp_path)
    assert user_key_in(tmp_path) == key
    assert stat.S_IMODE((tmp_path / "user.key").stat().st_mode) == 0o600
    assert [path.name for path in tmp_path.iterdir()] == ["user.key"]


def test_what_is_kept_is_closed_to_other_users(used: Path) -> None:
    used.chmod(0o755)
    (used / "kb.sqlite").chmod(0o644)
    (used / "blobs").chmod(0o755)
    opened(used)
    modes = {each.name: stat.S_IMODE(each.stat().st_mode) for each in (used, used / "kb.sqlite", used / "blobs")}
    assert modes == {"var": 0o700, "kb.sqlite": 0o600, "blobs": 0o700}


def test_a_user_key_of_bytes_that_no_key_has_is_told_as_damaged(tmp_path: Path) -> None:
    for bytes_ in (bytes(range(128, 168)), b"\0" * 43, b"x" * 42 + b"\x1b"):
        (tmp_path / "user.key").write_bytes(bytes_)
        with pytest.raises(RecordsUnavailable, match="is empty, cut off or damaged; put it back"):
            user_key_in(tmp_path)


@pytest.mark.parametrize("name", ["blobs", "index"])
def test_a_file_in_the_place_of_a_folder_is_told(name: str, tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path)
    (tmp_path / name).write_text("x")
    for open_them in (open_service, open_records):
        with pytest.raises(RecordsUnavailable, match=f"{name} is no folder; move it away"):
            open_them(settings)


def test_all_that_a_data_folder_holds_is_closed_to_others(tmp_path: Path) -> None:
    data, model = tmp_path / "data", tmp_path / "data" / "models" / "m"
    model.mkdir(parents=True)
    for file in (data / "corpus-loaded", data / "run.lock", data / "kb.sqlite", model / "model.onnx"):
        file.write_text("x")
        file.chmod(0o644)
    for folder in (data, model.parent, model):
        folder.chmod(0o755)
    (data / "models" / "linked").symlink_to("/etc/hostname")
    before = Path("/etc/hostname").stat().st_mode
    keep_private(data)
    modes = {path.stat().st_mode & 0o777 for path in (data, *data.rglob("*")) if not path.is_symlink()}
    assert modes == {0o700, 0o600}
    assert Path("/etc/hostname").stat().st_mode == before
