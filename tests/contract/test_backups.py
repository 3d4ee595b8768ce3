"""A backup is whole or it is refused, and what a place holds already is not overwritten unasked."""

import hashlib
import json
import random
import sqlite3
import stat
import zipfile
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from kb_service.adapters.index.ownership import claim
from kb_service.adapters.private_files import RESTORING
from kb_service.adapters.sql.engine import Database, head_revision, revision_of
from kb_service.adapters.sql.row_faults import row_faults
from kb_service.adapters.sql.schema import metadata
from kb_service.adapters.suite_file import SuiteFile
from kb_service.adapters.user_key import user_key_in
from kb_service.backing_up import BackedUp, back_up
from kb_service.domain.errors import BackupRefused, IndexOwnedElsewhere, NotEnoughSpace, RecordsUnavailable
from kb_service.domain.people import Role
from kb_service.restoring import restore, verify
from kb_service.settings import Settings
from kb_service.wiring import now, open_records
from tests.factories import answer, citation, draft, question
from tests.postgresql_server import small_disk

# The file is the same whatever the service runs on.
on_sqlite = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
on_postgresql = pytest.mark.parametrize(
    "database_url", [pytest.param("postgresql", marks=pytest.mark.postgresql)], indirect=True
)

ORIGINAL = "第一条 签注免费。".encode()


def silent(_what: str, _done: int, _total: int) -> None:
    pass


def fill(settings: Settings) -> None:
    """A document with its original, a person with a key, an answer with a comment."""
    with open_records(settings) as records:
        digest = records.blobs.keep(ORIGINAL)
        records.library.store(
            [draft(), replace(draft("fee"), blob_sha256=digest)], actor="zhang", at=now(), approval=None
        )
        records.people.create_key("张三", roles=[Role.EDITOR], created_by="op", at=now())
        records.transcript.add(answer("a1", "签注免费。[1]", citation(), asked_at=now()), question())
        records.transcript.add_feedback("a1", asked_by="web", at=now(), resolved=True, comment="有用")
    user_key_in(settings.data_dir)
    SuiteFile(settings.own_questions_dir).keep({"id": "audited-1", "question": "签注要钱吗"})


@pytest.fixture
def used(tmp_path: Path, database_url: str) -> Settings:
    settings = Settings(data_dir=tmp_path / "used", database_url=database_url)
    fill(settings)
    return settings


@pytest.fixture
def elsewhere(tmp_path: Path, database_url: str, request: pytest.FixtureRequest) -> Settings:
    folder = tmp_path / "elsewhere"
    if database_url.startswith("sqlite"):
        return Settings(data_dir=folder)
    fresh: Callable[[], str] = request.getfixturevalue("fresh_postgresql_url")
    return Settings(data_dir=folder, database_url=fresh())


@pytest.fixture
def made(used: Settings, tmp_path: Path) -> BackedUp:
    return back_up(used, tmp_path / "backup.zip", silent)


def rows(settings: Settings) -> dict[str, list[Any]]:
    """Of every table, but the entry of the trail that a restore adds."""
    with closing(Database(settings.database)) as database, database.reading() as connection:
        found = {table.name: list(connection.execute(select(table))) for table in metadata.sorted_tables}
    found["events"] = [row for row in found["events"] if row.action != "restore"]
    return {name: sorted(map(tuple, each), key=repr) for name, each in found.items()}


def test_every_row_and_file_comes_back_and_the_trail_tells_of_it(
    used: Settings, elsewhere: Settings, made: BackedUp
) -> None:
    restored = restore(elsewhere, made.path, silent, replace=False)
    assert restored.differences == ()
    assert rows(elsewhere) == rows(used)
    assert user_key_in(elsewhere.data_dir) == user_key_in(used.data_dir)
    kept = [each.own_questions_dir / "audited.jsonl" for each in (used, elsewhere)]
    assert kept[0].read_bytes() == kept[1].read_bytes() and b"audited-1" in kept[1].read_bytes()
    with open_records(elsewhere) as records:
        assert all(records.blobs.is_intact(digest) for digest in records.library.blobs())
        assert row_faults(records.database) == []
        assert records.trail.faults(kept_head=made.trail.hash) == []
        newest = records.trail.events(after=made.trail.events)
        assert [(each.event.action, each.event.detail["head"]) for each in newest] == [("restore", made.trail.hash)]


def test_new_rows_are_numbered_on_from_those_that_came_back(elsewhere: Settings, made: BackedUp) -> None:
    restore(elsewhere, made.path, silent, replace=False)
    with open_records(elsewhere) as records:
        records.transcript.add_feedback("a1", asked_by="web", at=now(), resolved=False, comment=None)
        records.transcript.add(answer("a2", "签注免费。[1]", citation(), asked_at=now()), question())
        assert records.trail.head().answers == 2


@on_postgresql
def test_a_site_moves_to_the_other_kind_of_database(used: Settings, tmp_path: Path, made: BackedUp) -> None:
    """From PostgreSQL to SQLite; the other way is what every restore to PostgreSQL does."""
    there = Settings(data_dir=tmp_path / "sqlite")
    restore(there, made.path, silent, replace=False)
    assert rows(there) == rows(used)


def test_what_is_restored_belongs_to_its_owner_alone(elsewhere: Settings, made: BackedUp) -> None:
    assert stat.S_IMODE(made.path.stat().st_mode) == 0o600
    restore(elsewhere, made.path, silent, replace=False)
    kept = [path for path in elsewhere.data_dir.iterdir() if path.name != "index.lock"]
    assert [path.name for path in kept if path.stat().st_mode & 0o077] == []


@on_sqlite
@pytest.mark.parametrize("left", [0.0, 0.02, 0.5, 0.98, 0.9999])
def test_a_backup_that_was_cut_off_is_refused_before_anything_is_placed(
    elsewhere: Settings, made: BackedUp, left: float
) -> None:
    whole = made.path.read_bytes()
    made.path.write_bytes(whole[: int(len(whole) * left)])
    with pytest.raises(BackupRefused, match=r"backup\.zip.*cut off"):
        restore(elsewhere, made.path, silent, replace=False)
    assert {path.name for path in elsewhere.data_dir.glob("*")} <= {"index.lock"}


@on_sqlite
def test_a_damaged_backup_is_refused_or_damaged_where_nothing_is_read(
    elsewhere: Settings, used: Settings, made: BackedUp
) -> None:
    """A bit in 150 places, by chance: dates and modes of the archive's own decide nothing."""
    whole, chance = made.path.read_bytes(), random.Random(7)
    harmless = 0
    for _ in range(150):
        damaged, at = bytearray(whole), chance.randrange(len(whole))
        damaged[at] ^= 1 << chance.randrange(8)
        made.path.write_bytes(damaged)
        try:
            verify(elsewhere, made.path, silent)
        except BackupRefused:
            continue
        harmless += 1
    assert harmless < 15
    assert list(elsewhere.data_dir.glob("unpacking-*")) == []


@on_sqlite
def test_what_is_no_backup_is_refused(elsewhere: Settings, tmp_path: Path) -> None:
    other = tmp_path / "other.zip"
    for content in (b"", b"PK\x05\x06", b"no zip at all" * 100):
        other.write_bytes(content)
        with pytest.raises(BackupRefused):
            restore(elsewhere, other, silent, replace=False)
    with zipfile.ZipFile(other, "w") as packed:
        packed.writestr("manifest.json", "[]")
    with pytest.raises(BackupRefused, match="manifest"):
        restore(elsewhere, other, silent, replace=False)


@on_sqlite
@pytest.mark.parametrize("name", ["../outside", "blobs/ab/../../../x", "/etc/x", "models/model.onnx", "prompts/.x"])
def test_a_backup_with_another_name_than_ours_is_refused(elsewhere: Settings, made: BackedUp, name: str) -> None:
    _repacked(made.path, lambda manifest: manifest.replace('"user.key"', f'"{name}"'), {"user.key": name})
    with pytest.raises(BackupRefused, match="no backup of this service does"):
        restore(elsewhere, made.path, silent, replace=False)


@on_sqlite
def test_a_trail_with_another_end_than_the_manifest_says_is_refused(elsewhere: Settings, made: BackedUp) -> None:
    last = made.trail.hash[-8:]
    _repacked(made.path, lambda manifest: manifest.replace(last, last[::-1]))
    with pytest.raises(BackupRefused, match="the trail in the backup ends with"):
        restore(elsewhere, made.path, silent, replace=False)


@on_sqlite
def test_a_backup_of_a_newer_version_is_refused(elsewhere: Settings, made: BackedUp) -> None:
    _repacked(made.path, lambda manifest: manifest.replace('"format": 1', '"format": 2'))
    with pytest.raises(BackupRefused, match="newer version"):
        restore(elsewhere, made.path, silent, replace=False)


# What each migration since the first version that could make backups has added, newest first.
_NEWEST_TABLES = (
    "audit_judgements", "audit_items", "audit_strata", "audit_weeks",
    "problems", "days_ahead", "outcomes",
    "kept_cases",
    "affected_answers", "cited_versions",
    "gap_questions", "gaps",
    "canned_replies", "meeting_links", "talk_signs",
    "message_keys", "attachments",
    "proposals",
    "announcements", "switches", "deliveries", "webhooks", "helpers", "clocks", "talk_messages", "escalations",
)  # fmt: skip
_SINCE_WHO_ASKED = [
    *(f"DROP TABLE {each}" for each in _NEWEST_TABLES),
    "DROP INDEX ix_events_actor",
    "DROP INDEX ix_feedback_given_at",
    "DROP INDEX ix_feedback_changed_at",
    "ALTER TABLE feedback DROP COLUMN changed_at",
    "ALTER TABLE versions DROP COLUMN review_by",
    *(f"ALTER TABLE feedback DROP COLUMN {each}" for each in ("department_id", "due_at", "breached_at")),
    *(
        f"ALTER TABLE feedback DROP COLUMN {each}"
        for each in ("reason", "state", "decided_at", "decided_by", "decision", "version_id")
    ),
    *(f"ALTER TABLE departments DROP COLUMN {each}" for each in ("deputies", "stands_for", "region", "service_hours")),
    "ALTER TABLE departments DROP COLUMN juniors_reply_alone",
    "ALTER TABLE departments DROP COLUMN proposes_drafts",
    "ALTER TABLE upload_records DROP COLUMN cause",
    "ALTER TABLE uploads DROP COLUMN cause",
    "ALTER TABLE uploads DROP COLUMN report",
]
ADDED_SINCE = {
    "20261128_1830_who_asked": _SINCE_WHO_ASKED,
    "20261128_1750_trail_covers_rows": [*_SINCE_WHO_ASKED, "ALTER TABLE answers DROP COLUMN asked_by"],
}


@pytest.mark.parametrize("schema", ADDED_SINCE)
def test_a_backup_of_an_older_version_is_brought_up_to_date_and_checked(
    elsewhere: Settings, made: BackedUp, tmp_path: Path, schema: str
) -> None:
    _make_older(made.path, schema, tmp_path)
    assert verify(elsewhere, made.path, silent).schema == schema
    restore(elsewhere, made.path, silent, replace=False)
    with open_records(elsewhere) as records:
        assert revision_of(records.database) == head_revision()
        assert records.trail.faults(kept_head=made.trail.hash) == []
        assert row_faults(records.database) == []
        records.transcript.add(answer("a2", "签注免费。[1]", citation(), asked_at=now()), question())
        assert records.trail.head().answers == 2


def _make_older(path: Path, schema: str, folder: Path) -> None:
    """As the version of that schema would have made it."""
    with zipfile.ZipFile(path) as packed:
        members = {each: packed.read(each) for each in packed.namelist()}
    file = folder / "older"
    file.write_bytes(members["kb.sqlite"])
    with closing(sqlite3.connect(file)) as connection, connection:
        for statement in ADDED_SINCE[schema]:
            connection.execute(statement)
        connection.execute("UPDATE alembic_version SET version_num = ?", (schema,))
    manifest = json.loads(members["manifest.json"])
    members["kb.sqlite"] = file.read_bytes()
    digest = hashlib.sha256(members["kb.sqlite"]).hexdigest()
    manifest["files"]["kb.sqlite"] = {"size": len(members["kb.sqlite"]), "sha256": digest}
    members["manifest.json"] = json.dumps(manifest | {"schema": schema}).encode()
    with zipfile.ZipFile(path, "w") as packed:
        for name, content in members.items():
            packed.writestr(name, content)


def _repacked(path: Path, change: Callable[[str], str], names: dict[str, str] | None = None) -> None:
    with zipfile.ZipFile(path) as packed:
        members = {each: packed.read(each) for each in packed.namelist()}
    with zipfile.ZipFile(path, "w") as packed:
        for each, content in members.items():
            told = change(content.decode()).encode() if each == "manifest.json" else content
            packed.writestr((names or {}).get(each, each), told)


def test_a_place_that_holds_something_is_not_overwritten_unasked(used: Settings, made: BackedUp) -> None:
    before = rows(used)
    with open_records(used) as records:
        records.library.store([draft("later")], actor="zhang", at=now(), approval=None)
    later = rows(used)
    with pytest.raises(BackupRefused, match="--replace"):
        restore(used, made.path, silent, replace=False)
    assert rows(used) == later
    restored = restore(used, made.path, silent, replace=True)
    assert rows(used) == before
    assert restored.set_aside is not None
    assert (restored.set_aside / "user.key").exists()


def test_rows_without_a_data_folder_are_something_too(elsewhere: Settings, made: BackedUp, tmp_path: Path) -> None:
    fill(elsewhere)
    only_rows = elsewhere.model_copy(update={"data_dir": tmp_path / "no-files", "database_url": elsewhere.database})
    with pytest.raises(BackupRefused, match="something already"):
        restore(only_rows, made.path, silent, replace=False)


def test_nothing_is_put_into_the_place_of_a_running_service(used: Settings, made: BackedUp) -> None:
    with claim(used.data_dir), pytest.raises(IndexOwnedElsewhere):
        restore(used, made.path, silent, replace=True)


def test_nothing_starts_where_a_restore_was_cut_off(used: Settings, made: BackedUp) -> None:
    (used.data_dir / RESTORING / "blobs").mkdir(parents=True)
    with pytest.raises(RecordsUnavailable, match="restore --replace"):
        open_records(used)
    with pytest.raises(RecordsUnavailable, match="restore --replace"):
        back_up(used, used.data_dir / "again.zip", silent)
    with pytest.raises(BackupRefused, match="something already"):
        restore(used, made.path, silent, replace=False)
    restore(used, made.path, silent, replace=True)
    open_records(used).close()


@on_sqlite
def test_a_missing_original_is_told_and_the_backup_made_all_the_same(used: Settings, tmp_path: Path) -> None:
    with open_records(used) as records:
        (digest,) = records.library.blobs()
        records.blobs.path(digest).write_bytes(b"something else")
    made = back_up(used, tmp_path / "one.zip", silent)
    assert made.missing == (digest,)
    (used.data_dir / "blobs" / digest[:2] / digest).unlink()
    assert back_up(used, tmp_path / "two.zip", silent).missing == (digest,)


def test_nothing_is_made_of_no_database_nor_over_another_backup(used: Settings, made: BackedUp, tmp_path: Path) -> None:
    with pytest.raises(RecordsUnavailable, match="no database"):
        back_up(Settings(data_dir=tmp_path / "nothing"), tmp_path / "empty.zip", silent)
    with pytest.raises(BackupRefused, match="is there already"):
        back_up(used, made.path, silent)
    assert back_up(used, tmp_path, silent).path.name.startswith("kb-")
    assert back_up(used, tmp_path / "kept" / "here", silent).path.parent == tmp_path / "kept" / "here"
    assert sorted(path.suffix for path in tmp_path.iterdir() if path.is_file() and "kb.sqlite" not in path.name) == [
        ".zip",
        ".zip",
    ]


def test_a_backup_is_not_made_where_it_would_be_lost_with_the_data(used: Settings) -> None:
    for target in (used.data_dir, used.data_dir / "blobs" / "b.zip", used.data_dir / "new" / "b.zip"):
        with pytest.raises(BackupRefused, match="would be lost with it"):
            back_up(used, target, silent)
    assert not [*used.data_dir.rglob("*.zip"), *used.data_dir.glob("new")]


@on_sqlite
def test_a_disk_without_room_for_a_backup_is_told_as_that_and_gets_nothing(used: Settings) -> None:
    with small_disk("100k") as full:
        with pytest.raises(NotEnoughSpace):
            back_up(used, full / "b.zip", silent)
        assert not list(full.iterdir())


@on_sqlite
def test_a_damaged_database_is_not_backed_up_as_if_it_were_sound(used: Settings, tmp_path: Path) -> None:
    path = Path(used.database.removeprefix("sqlite:///"))
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA journal_mode=DELETE")
        root = connection.execute("SELECT rootpage FROM sqlite_master WHERE name = 'versions'").fetchone()[0]
        size = connection.execute("PRAGMA page_size").fetchone()[0]
    content = bytearray(path.read_bytes())
    content[(root - 1) * size : root * size] = b"\x5a" * size
    path.write_bytes(content)
    with pytest.raises(RecordsUnavailable, match="damaged"):
        back_up(used, tmp_path / "bad.zip", silent)
    assert list(tmp_path.glob("bad*")) == []


@on_sqlite
def test_what_is_otherwise_here_is_told(used: Settings, elsewhere: Settings, tmp_path: Path) -> None:
    words = tmp_path / "words"
    words.mkdir()
    (words / "own.yaml").write_text("a: 1\n", encoding="utf-8")
    of_a_site = used.model_copy(update={"keep_transcript_days": 30, "prompts_dir": words, "llm_seconds": 5.0})
    made = back_up(of_a_site, tmp_path / "site.zip", silent)
    here = elsewhere.model_copy(update={"user_key": Settings(user_key="another key of 16").user_key})  # type: ignore[arg-type]
    told = "\n".join(restore(here, made.path, silent, replace=False).differences)
    assert "KB_KEEP_TRANSCRIPT_DAYS was 30 and is 180 here" in told
    assert "KB_PROMPTS_DIR" in told
    assert "KB_USER_KEY is not the key of the backup" in told
    assert (elsewhere.data_dir / "prompts" / "own.yaml").read_text(encoding="utf-8") == "a: 1\n"
