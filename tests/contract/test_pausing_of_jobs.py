"""Jobs that wait for the end of an outage, while several threads notice it at once."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta

import pytest

from ingestion import worker as working
from ingestion.worker import Work, Worker
from kb_service.adapters.sql.engine import Database
from kb_service.adapters.sql.jobs import SqlJobs
from kb_service.domain.errors import RecordsUnavailable
from kb_service.domain.jobs import ClaimedJob, Job, JobKind

GONE = "the database file is gone"


def now() -> datetime:
    return datetime.now(UTC)


class JobsOfALostDatabase(SqlJobs):
    """Real rows, of a database that is away while ``is_away``. The second look for jobs waits for `let_go`."""

    def __init__(self, database: Database) -> None:
        super().__init__(database, now=now)
        self.is_away = False
        self.refused_looks = 0
        self.second_look, self.let_go = threading.Event(), threading.Event()
        self._looks = 0

    def claim(self, kind: JobKind, *, limit: int, new_lease: Callable[[], str], at: datetime) -> list[ClaimedJob]:
        self._looks += 1
        found = super().claim(kind, limit=limit, new_lease=new_lease, at=at)
        if self._looks == 2:
            self.second_look.set()
            assert self.let_go.wait(20)
        elif self.is_away:
            raise RecordsUnavailable(GONE)
        return found

    def require_usable(self) -> None:
        if self.is_away:
            self.refused_looks += 1
            raise RecordsUnavailable(GONE)

    def put_off(self, job: ClaimedJob, reason: str, *, due_at: datetime) -> None:
        if self.is_away:
            raise RecordsUnavailable(GONE)
        super().put_off(job, reason, due_at=due_at)


@contextmanager
def doing(jobs: SqlJobs, do: Callable[[ClaimedJob], None]) -> Iterator[None]:
    worker = Worker(name="here", jobs=jobs, works={JobKind.READ: Work(do, at_once=2)}, now=now)
    worker.start()
    try:
        yield
    finally:
        assert worker.stop(grace_seconds=20)


def until(is_so: Callable[[], bool]) -> None:
    end = time.monotonic() + 20
    while not is_so():
        assert time.monotonic() < end, "it did not happen within 20 seconds"
        time.sleep(0.01)


@pytest.fixture(autouse=True)
def short_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(working, "_PAUSE_SECONDS", 0.02)
    monkeypatch.setattr(working, "_LOOK_SECONDS", 0.02)


def test_what_was_looked_up_before_the_outage_is_no_reason_to_go_on(
    database: Database, caplog: pytest.LogCaptureFixture
) -> None:
    jobs = JobsOfALostDatabase(database)

    def loses_the_database(_job: ClaimedJob) -> None:
        assert jobs.second_look.wait(20)
        jobs.is_away = True
        raise RecordsUnavailable(GONE)

    jobs.enqueue(Job(JobKind.READ, "guide"), at=now())
    with doing(jobs, loses_the_database):
        until(lambda: f"paused: all jobs: {GONE}" in caplog.messages)
        jobs.let_go.set()
        until(lambda: jobs.refused_looks > 0)
        assert caplog.messages == [f"paused: all jobs: {GONE}"]
        jobs.is_away = False
        until(lambda: "going on: all jobs" in caplog.messages)
    assert caplog.messages == [f"paused: all jobs: {GONE}", "going on: all jobs"]


class ToldByTwo(RecordsUnavailable):
    """Whoever tells it waits a moment for the other one to tell it as well."""

    both = threading.Barrier(2)

    def __str__(self) -> str:
        with suppress(threading.BrokenBarrierError):
            self.both.wait(1)
        return GONE


def test_two_jobs_that_lose_the_database_at_the_same_time_say_so_once(
    database: Database, caplog: pytest.LogCaptureFixture
) -> None:
    jobs = SqlJobs(database, now=now)
    both_begun = threading.Barrier(2)
    tries: list[str] = []

    def loses_the_database(job: ClaimedJob) -> None:
        tries.append(job.subject)
        if len(tries) <= 2:
            both_begun.wait(20)
            raise ToldByTwo

    for name in ("guide", "notice"):
        jobs.enqueue(Job(JobKind.READ, name), at=now() - timedelta(seconds=1))
    with doing(jobs, loses_the_database):
        until(lambda: "going on: read" in caplog.messages)
    assert caplog.messages == [f"paused: read: {GONE}", "going on: read"]
