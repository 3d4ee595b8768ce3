"""What a resident, an orchestrator and a job see of a database that is away: a sentence, and all as before after it."""

import logging
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import text

from kb_service.domain.errors import NotEnoughSpace, RecordsUnavailable
from kb_service.domain.jobs import Job, JobKind
from kb_service.job_wiring import owners_worker
from kb_service.settings import Settings
from kb_service.wiring import now, open_service
from tests.api.conftest import FEE_2026, Http, publish
from tests.data_folders import furnish


@pytest.fixture
def own(tmp_path: Path, models_dir: Path) -> Iterator[Http]:
    furnish(tmp_path, models_dir)
    with open_service(Settings(data_dir=tmp_path)) as service:
        publish(service, "balloon", FEE_2026, title="热气球停放证办事指南", effective_from="2026-01-01")
        yield Http(service)


def until(condition: object, seconds: float = 30) -> None:
    end = time.monotonic() + seconds
    while not condition():  # type: ignore[operator]
        assert time.monotonic() < end
        time.sleep(0.1)


def test_a_lost_database_is_told_to_all_who_ask_and_jobs_wait_for_it_and_say_so_once(
    own: Http, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    file, away = tmp_path / "kb.sqlite", tmp_path / "away"
    worker = owners_worker(own.service)
    worker.start()
    assert own.get("/readyz").json()["status"] == "ready"
    with caplog.at_level(logging.WARNING):
        file.rename(away)
        until(lambda: "paused" in caplog.text)
        for reply in (
            own.get("/readyz"),
            own.post("/v1/answers", {"question": "热气球停放证多少钱"}),
            own.get("/v1/search", question="热气球"),
        ):
            body = reply.json()
            assert (reply.status_code, body["error"]) == (503, "RecordsUnavailable")
            assert "kb.sqlite is gone" in body["detail"] and body["message"] == "数据库暂时不可用，请稍后再试。"
        streamed = own.post("/v1/answers", {"question": "热气球停放证多少钱", "stream": True})
        assert "RecordsUnavailable" in streamed.text
        assert own.get("/healthz").status_code == 200
        time.sleep(6)
        # Whether there are keys cannot be read any more, so that nobody knows whether this host may be answered.
        assert own.request("GET", "/readyz", headers={"Host": "kb.example"}).status_code == 503
        away.rename(file)
        until(lambda: "going on" in caplog.text)
    told = [record.getMessage() for record in caplog.records if record.name == "ingestion.worker"]
    assert [each.split(":")[0] for each in told] == ["paused", "going on"]
    assert own.get("/readyz").json()["status"] == "ready"
    assert own.ask("热气球停放证多少钱")["outcome"] == "answered"
    assert worker.stop(grace_seconds=20)


def test_a_database_that_is_lost_in_the_middle_of_a_job_is_told_once(
    own: Http, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    file, away = tmp_path / "kb.sqlite", tmp_path / "away"
    tries: list[str] = []

    def rehearsed(version_id: str) -> None:
        tries.append(version_id)
        if len(tries) == 1:
            file.rename(away)
            raise RecordsUnavailable("the database file is gone")

    monkeypatch.setattr("ingestion.worker._PAUSE_SECONDS", 0.1)
    monkeypatch.setattr(own.service.rehearsing, "rehearsed", rehearsed)
    own.service.jobs.enqueue(Job(JobKind.REHEARSE, "v1"), at=now())
    worker = owners_worker(own.service)
    worker.start()
    until(lambda: "paused: all jobs" in caplog.text)
    away.rename(file)
    until(lambda: "going on: all jobs" in caplog.text)
    told = [record.getMessage() for record in caplog.records if record.name == "ingestion.worker"]
    assert [each.split(":")[:2] for each in told] == [["paused", " all jobs"], ["going on", " all jobs"]]
    assert worker.stop(grace_seconds=20)


def test_a_full_disk_is_no_reason_to_give_a_job_up(
    own: Http, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    tries: list[str] = []

    def rehearsed(version_id: str) -> None:
        tries.append(version_id)
        if len(tries) < 5:
            raise NotEnoughSpace("the disk is full")

    monkeypatch.setattr("ingestion.worker._PAUSE_SECONDS", 0.1)
    monkeypatch.setattr(own.service.rehearsing, "rehearsed", rehearsed)
    own.service.jobs.enqueue(Job(JobKind.REHEARSE, "v1"), at=now())
    worker = owners_worker(own.service)
    worker.start()
    until(lambda: len(tries) == 5)
    time.sleep(1)
    assert own.service.records.jobs.dead_letters() == [] and len(tries) == 5
    assert [each.split(":")[:2] for each in caplog.messages if "rehearse" in each] == [
        ["paused", " rehearse"],
        ["going on", " rehearse"],
    ]
    assert worker.stop(grace_seconds=20)


def test_figures_are_counted_ahead_before_questions_are_grouped_and_though_that_fails(own: Http) -> None:
    own.ask("示例星际移民怎么申请")
    with own.service.records.database.writing() as connection:
        connection.execute(text("UPDATE answers SET body = '{}'"))
    worker = owners_worker(own.service)
    assert own.service.records.weeks.is_cold
    worker.start()
    until(lambda: not own.service.records.weeks.is_cold)
    assert worker.stop(grace_seconds=20)
