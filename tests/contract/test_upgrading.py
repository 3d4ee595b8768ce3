"""A database of an earlier version is brought up to date with all that it holds."""

import json
import sqlite3
from contextlib import closing
from pathlib import Path

from alembic import command
from sqlalchemy import insert, text

from kb_service.adapters.sql.affected import SqlAffected
from kb_service.adapters.sql.engine import Database, alembic_config, upgrade
from kb_service.adapters.sql.jobs import SqlJobs
from kb_service.adapters.sql.library import SqlLibrary
from kb_service.adapters.sql.row_faults import row_faults
from kb_service.adapters.sql.tables import answers
from kb_service.adapters.sql.trail import SqlTrail
from kb_service.adapters.sql.uploads import SqlUploads
from kb_service.adapters.sql.version_states import SqlVersionStates
from kb_service.domain.causes import Cause
from kb_service.domain.days import Interval
from kb_service.domain.jobs import JobKind
from kb_service.wiring import new_id, now
from tests.factories import day

_DOCUMENT = "INSERT INTO documents VALUES (?, 'regulation', '2026-11-22 10:00:00.000000', 1, 1)"
_VERSION = (
    "INSERT INTO versions (id, document_id, state, text, content_sha256, title, kind, similar_questions, "
    "negative_questions, effective_from, replaces, created_at, created_by, approved_at, approved_by) VALUES "
    "(?, ?, 'approved', '签注免费。', 'x', '签注办法', 'regulation', '[]', '[]', ?, ?, '2026-11-22 10:00:00.000000', "
    "'zhang', "
    "'2026-11-22 10:00:00.000000', 'zhang')"
)
_ANSWER = "INSERT INTO answers VALUES (?, 'c', NULL, NULL, '2026-11-22 10:00:00.000000', 'answered', NULL, ?)"
_EVENT = "INSERT INTO events (id, at, actor, action, document_id, version_id, detail) VALUES (?, ?, ?, ?, ?, ?, ?)"


def test_versions_events_and_replacements_of_the_version_before_are_kept(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path / 'kb.sqlite'}")
    upgrade_to(database, "20261122_1630_first_tables")
    with closing(sqlite3.connect(tmp_path / "kb.sqlite")) as old, old:
        old.executemany(_DOCUMENT, [("old",), ("new",)])
        old.execute(_VERSION, ("v1", "old", None, None))
        old.execute(_VERSION, ("v2", "new", "2026-03-01", "old"))
        detail = json.dumps({"source": "签注.md", "rule": "bulk_import"}, ensure_ascii=False)
        for number, version_id in ((2, "v1"), (7, "v2")):
            moment = "2026-11-22 10:00:00.123456"
            old.execute(_EVENT, (number, moment, "zhang", "store_and_approve", "old", version_id, detail))
        old.executemany(_ANSWER, [("a1", json.dumps({"text": "免费。"})), ("a2", json.dumps({"text": "十元。"}))])
    upgrade(database)
    library, trail = SqlLibrary(database, new_id=new_id), SqlTrail(database)
    assert library.interval("v1") == Interval(None, day("2026-03-01"), day("2025-03-01"))
    assert library.version("v2").approval_rule == "bulk_import"
    assert library.version("v2").revision == 1
    assert SqlVersionStates(database, new_id=new_id).contributors("v1") == {"zhang"}
    assert trail.faults() == []
    assert [each.event.version_id for each in trail.events()] == ["v1", "v2", None]
    assert row_faults(database) == []
    with database.writing() as connection:
        connection.execute(text("UPDATE versions SET approved_by = 'li' WHERE id = 'v1'"))
        connection.execute(text("""UPDATE answers SET body = '{"text": "一百元。"}' WHERE id = 'a1'"""))
    assert [each.subject for each in row_faults(database)] == [("version", "v1"), ("answer", "a1")]
    upgrade(database)  # what was there is taken as it was found once only
    assert len(row_faults(database)) == 2
    database.close()


def test_what_was_under_way_before_jobs_had_a_table_has_its_job(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path / 'kb.sqlite'}")
    upgrade_to(database, "20261124_2040_life_of_versions")
    moment = "2026-11-22 10:00:00.000000"
    with closing(sqlite3.connect(tmp_path / "kb.sqlite")) as old, old:
        old.execute("INSERT INTO batches VALUES ('b', 'zhang', ?, 3, 0, 0)", (moment,))
        for state in ("waiting", "reading", "stored"):
            old.execute(
                "INSERT INTO uploads (id, batch_id, file_name, size, blob_sha256, fields, identity, state, attempt, "
                "records_done, counts, created_at, updated_at) "
                "VALUES (?, 'b', 'a.md', 1, 'x', '{}', ?, ?, 1, 0, '{}', ?, ?)",
                (state, state, state, moment, moment),
            )
        old.execute(_DOCUMENT, ("old",))
        old.execute(_VERSION.replace("'approved'", "'in_review'"), ("v1", "old", None, None))
    upgrade(database)
    jobs = SqlJobs(database, now=now)
    reading = jobs.claim(JobKind.READ, limit=10, new_lease=new_id, at=now())
    assert sorted(each.subject for each in reading) == ["reading", "waiting"]
    (rehearsing,) = jobs.claim(JobKind.REHEARSE, limit=10, new_lease=new_id, at=now())
    assert rehearsing.subject == "v1"
    database.close()


def test_what_was_refused_before_causes_were_kept_stays_and_can_be_tried_again(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path / 'kb.sqlite'}")
    upgrade_to(database, "20261129_0000_file_reports")
    moment = "2026-11-22 10:00:00.000000"
    with closing(sqlite3.connect(tmp_path / "kb.sqlite")) as old, old:
        old.execute("INSERT INTO batches VALUES ('b', 'zhang', ?, 2, 0, 0)", (moment,))
        for state, reason in (("refused", "a.md is encrypted"), ("stored", None)):
            old.execute(
                "INSERT INTO uploads (id, batch_id, file_name, size, blob_sha256, fields, identity, state, attempt, "
                "reason, records_done, counts, created_at, updated_at) "
                "VALUES (?, 'b', 'a.md', 1, 'x', '{}', ?, ?, 1, ?, 0, '{}', ?, ?)",
                (state, state, state, reason, moment, moment),
            )
        old.execute("INSERT INTO upload_records VALUES ('stored', 0, 2, 'refused', NULL, 'no answer', '{}')")
    upgrade(database)
    uploads = SqlUploads(database, new_id=new_id)
    refused = uploads.upload("refused")
    assert (refused.reason, refused.cause, refused.is_retryable) == (
        "a.md is encrypted",
        Cause("told_in_english"),
        True,
    )
    assert uploads.upload("stored").cause is None
    (record,) = uploads.records("stored")
    assert (record.reason, record.cause) == ("no answer", Cause("told_in_english"))
    database.close()


def test_answers_given_before_are_found_by_what_they_cite(database_url: str) -> None:
    database = Database(database_url)
    upgrade_to(database, "20261129_1710_owners_of_feedback")
    given = {"outcome": "answered", "asked_at": now(), "conversation_id": "c"}
    bodies = {
        "twice": {"citations": [{"version_id": "v1"}, {"version_id": "v1"}, {"version_id": "v2"}]},
        "nothing": {"citations": []},
        "erased": {},
    }
    with database.writing() as connection:
        for answer_id, body in bodies.items():
            connection.execute(insert(answers).values(id=answer_id, body=body, **given))
    upgrade(database)
    assert SqlAffected(database, new_id=new_id).counts(["v1", "v2", "v3"]) == {"v1": 1, "v2": 1}
    database.close()


def upgrade_to(database: Database, revision: str) -> None:
    with database.engine.connect() as connection:
        config = alembic_config()
        config.attributes["connection"] = connection
        command.upgrade(config, revision)
        connection.commit()
