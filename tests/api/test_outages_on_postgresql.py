"""What a resident, an orchestrator and a job see of a PostgreSQL that is stopped, cut off, replaced or full."""

import gc
import logging
import shutil
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest

from kb_service.domain.jobs import Job, JobKind
from kb_service.job_wiring import owners_worker
from kb_service.settings import Settings
from kb_service.wiring import now, open_service
from tests.api.conftest import FEE_2026, Http, publish
from tests.api.test_outages import until
from tests.data_folders import furnish
from tests.postgresql_server import PostgresqlServer, fill, postgresql_server, small_disk

pytestmark = pytest.mark.postgresql

QUESTION = {"question": "热气球停放证多少钱"}
AWAY = "数据库暂时不可用，请稍后再试。"


@dataclass(frozen=True, slots=True)
class OnPostgresql:
    """A service on the database `kb` of a server of its own, which has the balloon guide."""

    http: Http
    server: PostgresqlServer
    disk: Path

    def replies(self) -> list[httpx.Response]:
        return [
            self.http.get("/readyz"),
            self.http.post("/v1/answers", QUESTION),
            self.http.get("/v1/search", question="热气球"),
        ]

    def assert_it_serves(self) -> None:
        until(lambda: self.http.get("/readyz").status_code == 200)
        assert self.http.ask(QUESTION["question"])["outcome"] == "answered"

    def assert_it_is_away(self) -> None:
        for reply in self.replies():
            body = reply.json()
            assert (reply.status_code, body["error"], body["message"]) == (503, "RecordsUnavailable", AWAY)
            assert str(self.server.folder) not in reply.text and '"kb"' not in reply.text
        streamed = self.http.post("/v1/answers", QUESTION | {"stream": True})
        assert "RecordsUnavailable" in streamed.text
        assert self.http.get("/healthz").status_code == 200


@pytest.fixture(scope="module")
def on_postgresql(tmp_path_factory: pytest.TempPathFactory, models_dir: Path) -> Iterator[OnPostgresql]:
    folder = tmp_path_factory.mktemp("data")
    furnish(folder, models_dir)
    with postgresql_server() as server, small_disk("48m") as disk:
        place = disk / "tables"
        place.mkdir()
        shutil.chown(disk, "postgres")
        shutil.chown(place, "postgres")
        server.run(f"CREATE TABLESPACE small LOCATION '{place}'", "CREATE DATABASE kb TABLESPACE small")
        with open_service(Settings(data_dir=folder, database_url=server.url("kb"))) as service:
            publish(service, "balloon", FEE_2026, title="热气球停放证办事指南", effective_from="2026-01-01")
            yield OnPostgresql(Http(service), server, disk)
    # A connection on which the server went away may hang in the traceback of its error until it is collected.
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ResourceWarning)
        gc.collect()


def told_by_jobs(caplog: pytest.LogCaptureFixture) -> list[str]:
    return [each.getMessage().split(":")[0] for each in caplog.records if each.name == "ingestion.worker"]


def test_a_stopped_server_is_told_to_all_who_ask_and_jobs_wait_for_it_and_say_so_once(
    on_postgresql: OnPostgresql, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr("ingestion.worker._PAUSE_SECONDS", 0.1)
    worker = owners_worker(on_postgresql.http.service)
    worker.start()
    on_postgresql.assert_it_serves()
    with caplog.at_level(logging.WARNING):
        on_postgresql.server.stop()
        try:
            until(lambda: "paused" in caplog.text)
            on_postgresql.assert_it_is_away()
        finally:
            on_postgresql.server.start()
        until(lambda: "going on" in caplog.text)
    assert told_by_jobs(caplog) == ["paused", "going on"]
    on_postgresql.assert_it_serves()
    assert worker.stop(grace_seconds=20)


def test_connections_that_the_server_ended_cost_one_reply_at_most(on_postgresql: OnPostgresql) -> None:
    on_postgresql.assert_it_serves()
    on_postgresql.server.end_connections("kb")
    statuses = [reply.status_code for _ in range(3) for reply in on_postgresql.replies()]
    assert set(statuses) <= {200, 503} and statuses.count(503) <= 1
    on_postgresql.assert_it_serves()


def test_a_database_that_was_taken_away_is_told_and_a_copy_in_its_place_is_served(on_postgresql: OnPostgresql) -> None:
    on_postgresql.assert_it_serves()
    on_postgresql.server.end_connections("kb")
    on_postgresql.server.rename("kb", "taken_away")
    on_postgresql.assert_it_is_away()
    on_postgresql.server.run("CREATE DATABASE kb TEMPLATE taken_away TABLESPACE small")
    on_postgresql.assert_it_serves()
    on_postgresql.server.run("DROP DATABASE taken_away")


def test_an_empty_database_in_its_place_has_lost_its_tables(on_postgresql: OnPostgresql) -> None:
    on_postgresql.server.rename("kb", "taken_away")
    on_postgresql.server.run("CREATE DATABASE kb TABLESPACE small")
    try:
        until(lambda: "lost its tables" in on_postgresql.http.get("/readyz").text)
        for reply in on_postgresql.replies():
            assert (reply.status_code, reply.json()["error"]) == (503, "RecordsUnavailable")
            assert "lost its tables" in reply.json()["detail"]
    finally:
        on_postgresql.server.rename("kb", "empty")
        on_postgresql.server.rename("taken_away", "kb")
        on_postgresql.server.run("DROP DATABASE empty")
    on_postgresql.assert_it_serves()


def test_a_full_disk_of_the_server_refuses_what_would_be_written_and_gives_no_job_up(
    on_postgresql: OnPostgresql, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    http, tries, done = on_postgresql.http, list[str](), list[str]()

    def rehearsed(version_id: str) -> None:
        """Writes ten megabytes, and takes them away again."""
        tries.append(version_id)
        with http.service.records.database.writing() as connection:
            connection.exec_driver_sql("CREATE TABLE large AS SELECT repeat('x', 1000) FROM generate_series(1, 10000)")
            connection.exec_driver_sql("DROP TABLE large")
        done.append(version_id)

    monkeypatch.setattr("ingestion.worker._PAUSE_SECONDS", 0.1)
    monkeypatch.setattr(http.service.rehearsing, "rehearsed", rehearsed)
    worker = owners_worker(http.service)
    worker.start()
    http.service.jobs.enqueue(Job(JobKind.REHEARSE, "v0"), at=now())
    until(lambda: done == ["v0"])
    ballast = fill(on_postgresql.disk)
    try:
        http.service.jobs.enqueue(Job(JobKind.REHEARSE, "v1"), at=now())
        until(lambda: tries.count("v1") >= 2)
        places = "".join(f"第{number}号草坪可停{number % 7}只气球。" for number in range(4000))
        refused = http.post("/v1/documents", {"id": "festival", "title": "热气球节", "answer": places})
        assert (refused.status_code, refused.json()["error"]) == (507, "NotEnoughSpace")
        assert str(on_postgresql.disk) not in refused.text
        assert http.get("/v1/search", question="热气球").status_code == 200
    finally:
        ballast.unlink()
    until(lambda: "going on: rehearse" in caplog.text)
    assert [each.split(":")[:2] for each in caplog.messages if "rehearse" in each] == [
        ["paused", " rehearse"],
        ["going on", " rehearse"],
    ]
    assert http.service.records.jobs.dead_letters() == []
    on_postgresql.assert_it_serves()
    assert worker.stop(grace_seconds=20)
