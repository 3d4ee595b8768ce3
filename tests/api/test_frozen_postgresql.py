"""A PostgreSQL stopped where it is, as behind a proxy that passes nothing on, or where others hold what is wanted:
nobody waits for it without end."""

import gc
import os
import signal
import warnings
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor, wait
from pathlib import Path

import pytest

from kb_service.adapters.sql.engine import Database
from kb_service.doctor import diagnoses
from kb_service.domain.errors import RecordsBusy, RecordsUnavailable
from kb_service.settings import Settings
from kb_service.wiring import open_records, open_service
from tests.api.conftest import FEE_2026, Http, publish
from tests.api.test_outages import until
from tests.data_folders import furnish
from tests.postgresql_server import PostgresqlServer, postgresql_server

pytestmark = pytest.mark.postgresql

# Far above what is promised: who waits longer hangs.
HANGS_SECONDS = 120


@pytest.fixture(scope="module")
def server() -> Iterator[PostgresqlServer]:
    with postgresql_server() as started:
        started.run("CREATE DATABASE kb")
        yield started
    with warnings.catch_warnings():  # what was cut off while it was being connected
        warnings.simplefilter("ignore", ResourceWarning)
        gc.collect()


def test_questions_uploads_and_all_else_are_refused_while_it_is_frozen_and_served_when_it_goes_on(
    server: PostgresqlServer, tmp_path: Path, models_dir: Path
) -> None:
    furnish(tmp_path, models_dir)
    settings = Settings(data_dir=tmp_path, database_url=server.url("kb"), database_patience_seconds=1)
    with open_service(settings) as service:
        http = Http(service)
        publish(service, "balloon", FEE_2026, title="热气球停放证办事指南", effective_from="2026-01-01")
        question = {"question": "热气球停放证多少钱"}
        requests = [
            lambda: http.post("/v1/answers", question),
            lambda: http.post("/v1/documents", {"id": "festival", "title": "热气球节", "answer": "免费。"}),
            lambda: http.get("/v1/search", question="热气球"),
            lambda: http.get("/v1/versions"),
            lambda: http.get("/readyz"),
        ]
        with ThreadPoolExecutor(2 * len(requests)) as pool:
            with server.frozen():
                asked = [pool.submit(each) for each in [*requests, *requests]]
                assert not wait(asked, timeout=HANGS_SECONDS).not_done
                # What comes later waits for nobody's look.
                asked += [pool.submit(each) for each in requests]
                assert not wait(asked, timeout=HANGS_SECONDS).not_done
                with pytest.raises(RecordsUnavailable) as told:
                    open_records(settings)
                assert "see that PostgreSQL runs and answers" in str(told.value)
                assert "backup" not in str(told.value)  # nobody is to lay an old one over a database that hangs
            refused = [each.result() for each in asked]
        assert {(each.status_code, each.json()["error"]) for each in refused} <= {
            (503, "RecordsUnavailable"),
            (503, "RecordsBusy"),
        }
        assert {each.json()["message"] for each in refused if each.json()["error"] == "RecordsUnavailable"} == {
            "数据库暂时不可用，请稍后再试。"
        }
        until(lambda: http.get("/readyz").status_code == 200)
        assert http.ask(question["question"])["outcome"] == "answered"


def test_the_doctor_names_a_frozen_database_once_and_looks_at_all_that_is_not_in_it(
    server: PostgresqlServer, tmp_path: Path, models_dir: Path
) -> None:
    furnish(tmp_path, models_dir)
    settings = Settings(data_dir=tmp_path, database_url=server.url("kb"), database_patience_seconds=1)
    with server.frozen():
        wrong = {each.subject: each.problem for each in diagnoses(settings, words_of_doors=()) if each.problem}
    assert "see that PostgreSQL runs and answers" in wrong.pop("database")
    assert set(wrong) <= {"index"}  # nothing has made one here


def test_a_statement_that_takes_its_time_is_waited_for(server: PostgresqlServer) -> None:
    database = Database(server.url(), patience_seconds=0.5)
    with database.reading() as connection:
        assert connection.exec_driver_sql("SELECT 7 FROM pg_sleep(2)").scalar() == 7
    database.close()


def test_one_frozen_process_of_a_living_server_is_given_up_and_the_next_statement_gets_another(
    server: PostgresqlServer,
) -> None:
    database = Database(server.url(), patience_seconds=0.5)
    with database.reading() as connection:
        backend = connection.exec_driver_sql("SELECT pg_backend_pid()").scalar()
    os.kill(backend, signal.SIGSTOP)
    try:
        with pytest.raises(RecordsUnavailable), database.reading() as connection:
            connection.exec_driver_sql("SELECT 1")
        with database.reading() as connection:
            assert connection.exec_driver_sql("SELECT pg_backend_pid()").scalar() != backend
    finally:
        os.kill(backend, signal.SIGCONT)
    database.close()


def test_who_wants_what_somebody_else_holds_is_told_that_it_is_busy(server: PostgresqlServer) -> None:
    server.run("CREATE TABLE held (number integer)")
    waiting, holding = Database(server.url(), patience_seconds=0.25), Database(server.url())
    with holding.writing() as connection:
        connection.exec_driver_sql("LOCK TABLE held IN ACCESS EXCLUSIVE MODE")
        for begun in (waiting.reading, waiting.writing):
            with pytest.raises(RecordsBusy), begun() as kept_waiting:
                kept_waiting.exec_driver_sql("SELECT * FROM held")
    with waiting.reading() as connection:
        assert connection.exec_driver_sql("SELECT * FROM held").all() == []
    waiting.close()
    holding.close()


def test_a_user_that_has_lost_its_rights_is_told_as_an_outage_with_what_to_do(server: PostgresqlServer) -> None:
    server.run("CREATE TABLE barred (number integer)", "CREATE ROLE guest LOGIN")
    database = Database(server.url().replace("//kb@", "//guest@"), patience_seconds=1)
    with pytest.raises(RecordsUnavailable, match="give it the rights"), database.reading() as connection:
        connection.exec_driver_sql("SELECT * FROM barred")
    server.run("GRANT SELECT ON barred TO guest")
    with database.reading() as connection:
        assert connection.exec_driver_sql("SELECT * FROM barred").all() == []
    database.close()
