"""Workers and processes that do jobs, on every database: what fails, what recurs, and what a killed process leaves."""

import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path

import pytest
from sqlalchemy import select

from ingestion.worker import Work, Worker, is_over
from kb_service.adapters.sql.engine import Database
from kb_service.adapters.sql.jobs import LEASE, SqlJobs
from kb_service.adapters.sql.tables import jobs as rows
from kb_service.domain.jobs import ClaimedJob, Job, JobKind, every
from tests.factories import NOON

GUIDE = Job(JobKind.READ, "guide")
FOLLOW = Job(JobKind.FOLLOW)
Claim = Callable[..., list[ClaimedJob]]


def now() -> datetime:
    return datetime.now(UTC)


class Effects:
    """What jobs did, in order. `hold` makes those whose subject begins so wait until `release`."""

    def __init__(self) -> None:
        self.begun: list[str] = []
        self.done: list[str] = []
        self.given_up: dict[str, str] = {}
        self._held = ""
        self._free = threading.Event()
        self._free.set()

    def hold(self, beginning: str = "") -> None:
        self._held = beginning
        self._free.clear()

    def release(self) -> None:
        self._free.set()

    def note(self, job: ClaimedJob) -> None:
        self.begun.append(job.subject)
        if job.subject.startswith(self._held):
            self._free.wait(20)
        if job.subject.startswith("bad"):
            raise OSError("the disk is away")
        self.done.append(job.subject)

    def give_up(self, job: ClaimedJob, reason: str) -> None:
        self.given_up[job.subject] = reason

    def wait_for(self, ended: int, seconds: float = 20) -> list[str]:
        wait_until(lambda: len(self.done) + len(self.given_up) >= ended, seconds)
        return list(self.done)


def wait_until(is_so: Callable[[], bool], seconds: float = 20) -> None:
    until = time.monotonic() + seconds
    while not is_so() and time.monotonic() < until:
        time.sleep(0.02)


@contextmanager
def running(jobs: SqlJobs, effects: Effects, works: Mapping[JobKind, Work] | None = None) -> Iterator[Worker]:
    usual = {JobKind.READ: Work(effects.note, at_once=2), JobKind.READ_LARGE: Work(effects.note)}
    worker = Worker(name="here", jobs=jobs, works=works or usual, now=now)
    worker.start()
    try:
        yield worker
    finally:
        effects.release()
        worker.stop()


def test_a_file_that_takes_long_stands_before_no_short_one(jobs: SqlJobs) -> None:
    effects = Effects()
    effects.hold("scan")
    with running(jobs, effects):
        for number in range(3):
            jobs.enqueue(Job(JobKind.READ_LARGE, f"scan {number}"), at=now())
        for number in range(5):
            jobs.enqueue(Job(JobKind.READ, f"letter {number}"), at=now())
        assert sorted(effects.wait_for(5)) == [f"letter {number}" for number in range(5)]
        effects.release()
        assert effects.wait_for(8)[5:] == [f"scan {number}" for number in range(3)]


def test_a_job_that_fails_to_the_last_attempt_is_given_up_with_the_reason_and_the_others_are_done(
    jobs: SqlJobs, database: Database
) -> None:
    effects = Effects()
    work = Work(effects.note, attempts=3, longest_pause=timedelta(0), give_up=effects.give_up)
    with running(jobs, effects, {JobKind.READ: work}):
        for name in ("good 1", "bad", "good 2"):
            jobs.enqueue(Job(JobKind.READ, name), at=now())
        assert sorted(effects.wait_for(3)) == ["good 1", "good 2"]
    assert effects.given_up == {"bad": "it failed 3 times, at last with: the disk is away"}
    assert effects.begun.count("bad") == 3
    with database.reading() as connection:
        (left,) = connection.execute(select(rows)).all()
    assert (left.subject, left.lease) == ("bad", None)
    assert left.dead_at is not None


def test_a_job_that_ends_its_process_ten_times_is_given_up(jobs: SqlJobs, claim: Claim) -> None:
    jobs.enqueue(GUIDE, at=NOON)
    for number in range(10):
        (left,) = claim(number * LEASE)
        assert left.attempt == number + 1
    effects = Effects()
    with running(jobs, effects, {JobKind.READ: Work(effects.note, give_up=effects.give_up)}):
        effects.wait_for(1)
    assert effects.begun == []
    assert effects.given_up == {"guide": "the service ended 10 times in the middle of it"}


def test_a_recurring_job_comes_again_and_again_even_if_it_fails(jobs: SqlJobs) -> None:
    effects = Effects()
    attempts = count(1)

    def now_and_then(_job: ClaimedJob) -> None:
        if next(attempts) % 2:
            raise OSError("the disk is away")
        effects.done.append("followed")

    often = Work(now_and_then, attempts=1, longest_pause=timedelta(0), schedule=every(timedelta(milliseconds=10)))
    with running(jobs, effects, {JobKind.FOLLOW: often}):
        assert effects.wait_for(3) == ["followed"] * 3


def test_a_clock_that_is_set_back_by_an_hour_stops_no_job_for_an_hour(jobs: SqlJobs) -> None:
    effects = Effects()
    passed = timedelta(0)
    work = Work(lambda _job: effects.done.append("ticked"), schedule=every(timedelta(milliseconds=10)))
    letter = Work(effects.note, longest_pause=timedelta(milliseconds=10))
    works = {JobKind.CLOCKS: work, JobKind.READ: letter}
    worker = Worker(name="here", jobs=jobs, works=works, now=lambda: now() + passed)
    worker.start()
    effects.wait_for(2)
    jobs.enqueue(Job(JobKind.READ, "letter"), at=now() + timedelta(seconds=30))  # enqueued just before it is set back
    passed = -timedelta(hours=1)
    done = len(effects.done)
    assert len(effects.wait_for(done + 5)) >= done + 5
    wait_until(lambda: "letter" in effects.done)
    assert "letter" in effects.done
    worker.stop()
    jobs.enqueue(Job(JobKind.CLOCKS), at=now() + timedelta(hours=1))  # set back while nothing ran
    again = Effects()
    with running(jobs, again, {JobKind.CLOCKS: Work(lambda _job: again.done.append("ticked"), schedule=work.schedule)}):
        assert len(again.wait_for(2)) >= 2


def test_a_recurring_job_that_is_wanted_is_done_before_its_time(jobs: SqlJobs) -> None:
    effects = Effects()
    with running(jobs, effects, {JobKind.FOLLOW: Work(effects.note, schedule=every(timedelta(days=2)))}):
        time.sleep(1)
        assert effects.done == []
        jobs.follow()
        assert effects.wait_for(1) == [""]
        time.sleep(1)
        assert effects.done == [""]


def test_a_worker_leaves_the_kinds_that_it_does_not_do_to_others(jobs: SqlJobs) -> None:
    reader, owner = Effects(), Effects()
    with running(jobs, reader):
        jobs.follow()
        jobs.enqueue(GUIDE, at=now())
        assert reader.wait_for(1) == ["guide"]
        time.sleep(1)
    assert reader.done == ["guide"]
    with running(jobs, owner, {JobKind.FOLLOW: Work(owner.note)}):
        assert owner.wait_for(1) == [""]


def test_stopping_leaves_what_is_in_work_to_be_found_again(jobs: SqlJobs) -> None:
    effects = Effects()
    effects.hold()
    jobs.enqueue(GUIDE, at=now())
    with running(jobs, effects) as worker:
        wait_until(lambda: bool(effects.begun))
        begun = time.monotonic()
        assert not worker.stop(grace_seconds=1)
        assert time.monotonic() - begun < 3
        (again,) = jobs.claim(JobKind.READ, limit=1, new_lease=lambda: "other#there:1:a-1", at=now() + LEASE)
        assert again.attempt == 2


def test_only_a_process_of_this_machine_that_runs_no_more_has_surely_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("socket.gethostname", lambda: "here")
    monkeypatch.setattr("os.getpid", lambda: 1)  # runs, as on every machine
    assert is_over("serve#here:4194305:a-1")  # above the largest process number
    assert is_over("serve#here:1:of-the-container-before-1")
    assert not is_over("serve#there:4194305:a-1")
    monkeypatch.setattr("os.getpid", lambda: 2)
    assert not is_over("serve#here:1:a-1")


# Processes


class Processes:
    """Processes of `jobs_process` that share a database; an effect is a file, so a second one would be a failure."""

    def __init__(self, url: str, folder: Path) -> None:
        self._url = url
        self._folder = folder
        self._started: list[subprocess.Popen[str]] = []
        folder.mkdir()

    def start(self, name: str, subjects: Sequence[str] = (), *, seconds: float = 0.05) -> subprocess.Popen[str]:
        module = [sys.executable, "-m", "tests.contract.jobs_process"]
        command = [*module, self._url, name, str(self._folder), str(seconds), *subjects]
        process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self._started.append(process)
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        return process

    def those(self, what: str) -> set[str]:
        """Subjects of jobs that were ``done`` or ``failed``."""
        return {each.name.removeprefix(f"{what}-") for each in self._folder.glob(f"{what}-*")}

    def wait_for(self, done: int, seconds: float = 60) -> set[str]:
        wait_until(lambda: len(self.those("done")) >= done, seconds)
        return self.those("done")

    def close(self) -> None:
        for process in self._started:
            process.kill()
            process.communicate()


@pytest.fixture
def processes(database: Database, tmp_path: Path) -> Iterator[Processes]:
    opened = Processes(database.engine.url.render_as_string(hide_password=False), tmp_path / "effects")
    yield opened
    opened.close()


def test_every_job_is_done_once_although_the_process_is_killed_twice(processes: Processes) -> None:
    names = [f"upload-{number}" for number in range(60)]
    for at_least in (10, 30):
        process = processes.start("here", names if at_least == 10 else ())
        assert at_least <= len(processes.wait_for(at_least)) < 60
        process.kill()
        process.communicate()
    begun = time.monotonic()
    processes.start("here")
    assert processes.wait_for(60) == set(names)
    assert time.monotonic() - begun < LEASE.total_seconds()  # what it left is not waited for
    assert processes.those("failed") == set()


# SQLite is for one process.
@pytest.mark.postgresql
@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_two_processes_share_the_jobs_and_what_a_killed_one_had_is_finished_by_the_other(
    processes: Processes, database: Database
) -> None:
    names = [f"upload-{number}" for number in range(40)]
    killed = processes.start("killed", names, seconds=0.3)
    processes.start("survivor", seconds=0.3)
    processes.wait_for(12)
    killed.kill()
    killed.communicate()
    assert processes.wait_for(40) == set(names)
    processes.start("killed")
    time.sleep(1)
    with database.reading() as connection:
        assert connection.execute(select(rows)).all() == []
