"""Durable jobs with real DBOS: on SQLite, and on PostgreSQL where several processes share the queues."""

import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pytest

from ingestion.job_kinds import LARGE, UPLOADS, OwnersWork, Work, priority_of, queue_of, upload_job_id
from ingestion.jobs import EVERY_MORNING, DurableJobs
from kb_service.adapters.sql.executors import UploadLeft
from kb_service.domain.days import SHANGHAI
from kb_service.domain.uploads import UploadState


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'jobs.sqlite'}"
    fresh: Callable[[], str] = request.getfixturevalue("fresh_postgresql_url")
    return fresh()


class Effects:
    """What jobs did, in order. ``hold`` makes those of a name wait until `release`."""

    def __init__(self) -> None:
        self.begun: list[str] = []
        self.done: list[str] = []
        self.failed: dict[str, str] = {}
        self._held = ""
        self._free = threading.Event()
        self._free.set()

    def hold(self, beginning: str = "") -> None:
        self._held = beginning
        self._free.clear()

    def release(self) -> None:
        self._free.set()

    def note(self, what: str) -> None:
        self.begun.append(what)
        if what.startswith(self._held):
            self._free.wait(20)
        if what.startswith("bad"):
            raise OSError("the disk is away")
        self.done.append(what)

    def wait_for(self, count: int, seconds: float = 20) -> list[str]:
        until = time.monotonic() + seconds
        while len(self.done) + len(self.failed) < count and time.monotonic() < until:
            time.sleep(0.02)
        return list(self.done)


def upload(name: str, *, files: int = 1, size: int = 1000, file_name: str = "guide.docx") -> UploadLeft:
    return UploadLeft(name, 1, UploadState.WAITING, None, file_name, size, files)


@contextmanager
def running(url: str, effects: Effects, *, executor: str = "here", is_owner: bool = True) -> Iterator[DurableJobs]:
    owners_work = OwnersWork(
        follow=lambda: effects.note("follow"),
        rehearse=effects.note,
        rebuild=lambda: effects.note("rebuild"),
        make_due_list=lambda day: effects.note(f"due list of {day}"),
    )
    jobs = DurableJobs(
        executor=executor,
        database_url=url,
        work=Work(effects.note, effects.failed.__setitem__),
        owners_work=owners_work if is_owner else None,
    )
    jobs.start()
    try:
        yield jobs
    finally:
        effects.release()
        jobs.stop()


class Processes:
    """Processes of `jobs_process` that share queues; an effect is a file, so that a second one would be a failure."""

    def __init__(self, url: str, folder: Path) -> None:
        self._url = url
        self.folder = folder
        self._started: list[subprocess.Popen[str]] = []
        folder.mkdir()

    def start(self, executor: str, names: Sequence[str] = (), *, seconds: float = 0.05) -> subprocess.Popen[str]:
        module = [sys.executable, "-m", "tests.contract.jobs_process"]
        command = [*module, self._url, executor, str(self.folder), str(seconds), *names]
        process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self._started.append(process)
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        return process

    def those(self, what: str) -> set[str]:
        """Names of jobs that were ``begun`` (with the executor behind), ``done`` or ``failed``."""
        return {each.name.removeprefix(f"{what}-") for each in self.folder.glob(f"{what}-*")}

    def wait_for(self, count: int, seconds: float = 40) -> set[str]:
        until = time.monotonic() + seconds
        while len(self.those("done")) < count and time.monotonic() < until:
            time.sleep(0.05)
        return self.those("done")

    def close(self) -> None:
        for process in self._started:
            process.kill()
            process.communicate()


@pytest.fixture
def processes(url: str, tmp_path: Path) -> Iterator[Processes]:
    opened = Processes(url, tmp_path / "effects")
    yield opened
    opened.close()


def test_every_job_is_done_once_although_the_process_is_killed_twice(processes: Processes) -> None:
    names = [f"upload-{number}" for number in range(60)]
    for at_least in (10, 30):
        process = processes.start("here", names)
        assert at_least <= len(processes.wait_for(at_least)) < 60
        process.kill()
        process.communicate()
    processes.start("here")
    assert processes.wait_for(60) == set(names)
    time.sleep(1)
    assert processes.those("failed") == set()


def test_a_small_batch_overtakes_a_large_one(url: str) -> None:
    effects = Effects()
    effects.hold()
    with running(url, effects) as jobs:
        for number in range(100):
            jobs.take_in(upload(f"large batch {number}", files=100))
        for number in range(3):
            jobs.take_in(upload(f"small batch {number}", files=3))
        effects.release()
        order = effects.wait_for(103)
    assert len(order) == 103
    # Eight at most were in hand before the small batch came: four of each poll.
    assert max(order.index(f"small batch {number}") for number in range(3)) < 12


def test_a_file_that_takes_long_stands_before_no_short_one(url: str) -> None:
    effects = Effects()
    effects.hold("scan")
    with running(url, effects) as jobs:
        for number in range(5):
            jobs.take_in(upload(f"scan {number}", file_name="scan.png"))
        for number in range(5):
            jobs.take_in(upload(f"letter {number}"))
        assert sorted(effects.wait_for(5)) == [f"letter {number}" for number in range(5)]
        while not any(each.startswith("scan") for each in effects.begun):
            time.sleep(0.05)
        effects.release()
        assert effects.wait_for(10)[5:] == [f"scan {number}" for number in range(5)]


def test_what_is_large_and_what_comes_first_follow_from_name_size_and_batch() -> None:
    assert queue_of(upload("a", size=2_000_000)) == UPLOADS
    assert queue_of(upload("a", size=2_000_001)) == LARGE
    assert queue_of(upload("a", file_name="SCAN.PNG")) == LARGE
    assert queue_of(upload("a", file_name="notice.pdf", size=300_000)) == LARGE
    assert queue_of(upload("a", file_name="notice.pdf", size=200_000)) == UPLOADS
    wanted = [upload("a", files=1, size=900_000), upload("b", files=20, size=1_000), upload("c", files=20, size=90_000)]
    assert [each.id for each in sorted(reversed(wanted), key=priority_of)] == ["a", "b", "c"]


def test_a_job_that_fails_four_times_is_given_up_with_the_reason_and_the_others_are_done(
    url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ingestion.jobs._PAUSES_SECONDS", (0.01, 0.02, 0.03))
    effects = Effects()
    with running(url, effects) as jobs:
        for name in ("good 1", "bad", "good 2"):
            jobs.take_in(upload(name))
        assert sorted(effects.wait_for(3)) == ["good 1", "good 2"]
    assert effects.failed == {"bad": "it failed 4 times, at last with: the disk is away"}


def test_the_same_upload_enqueued_again_is_one_job_until_it_is_forgotten(url: str) -> None:
    effects = Effects()
    with running(url, effects) as jobs:
        for _ in range(3):
            jobs.take_in(upload("guide"))
        assert effects.wait_for(1) == ["guide"]
        jobs.take_in(upload("guide"))
        time.sleep(1)
        assert effects.done == ["guide"]
        jobs.forget([upload_job_id(upload("guide"))])
        jobs.take_in(upload("guide"))
        assert effects.wait_for(2) == ["guide", "guide"]


def test_following_waits_once_however_often_it_is_asked_for_and_never_misses_what_came_last(url: str) -> None:
    effects = Effects()
    effects.hold()
    with running(url, effects) as jobs:
        jobs.follow()
        while not effects.begun:
            time.sleep(0.05)
        for _ in range(5):
            jobs.follow()  # the one that has begun may have looked before the last change
        effects.release()
        effects.wait_for(2)
        time.sleep(1)
        assert effects.done == ["follow", "follow"]


def test_a_worker_without_an_index_leaves_index_and_rehearsals_to_the_owner(url: str) -> None:
    of_worker, of_owner = Effects(), Effects()
    with running(url, of_worker, executor="worker", is_owner=False) as jobs:
        jobs.follow()
        jobs.rehearse("version-1")
        jobs.take_in(upload("guide"))
        assert of_worker.wait_for(1) == ["guide"]
        time.sleep(1)
    with running(url, of_owner, executor="owner"):
        assert sorted(of_owner.wait_for(2)) == ["follow", "version-1"]
    assert of_worker.done == ["guide"]


def test_due_lists_are_made_every_morning_at_eight_in_shanghai(url: str) -> None:
    effects = Effects()
    with running(url, effects) as jobs:
        assert jobs.schedules() == {"due-list": (EVERY_MORNING, None)}
        assert EVERY_MORNING == "0 0 * * *"  # midnight UTC
        jobs.run_schedule("due-list")
        today = datetime.now(SHANGHAI).date()
        assert effects.wait_for(1) == [f"due list of {today}"]


def test_stopping_leaves_what_is_in_work_to_be_found_again(url: str) -> None:
    effects = Effects()
    effects.hold()
    with running(url, effects) as jobs:
        jobs.take_in(upload("guide"))
        while not effects.begun:
            time.sleep(0.05)
        begun = time.monotonic()
        assert not jobs.stop(grace_seconds=1)
        assert time.monotonic() - begun < 5
    again = Effects()
    with running(url, again):
        assert again.wait_for(1) == ["guide"]


# SQLite is for one process.
@pytest.mark.postgresql
@pytest.mark.parametrize("url", ["postgresql"], indirect=True)
def test_what_a_killed_worker_had_is_finished_by_the_other_and_not_again_when_it_comes_back(
    url: str, processes: Processes
) -> None:
    names = [f"upload-{number}" for number in range(40)]
    killed = processes.start("killed", names, seconds=0.3)
    processes.start("survivor", seconds=0.3)
    processes.wait_for(12)
    killed.kill()
    killed.communicate()
    effects = Effects()
    with running(url, effects, executor="observer", is_owner=False) as jobs:
        lost = jobs.cancel_jobs_of_others({"survivor", "observer"})
        assert 1 <= lost <= 4
        left = [each for each in names if each not in processes.those("done")]
        for each in left:
            jobs.take_in(replace(upload(each), attempt=2))
        until = time.monotonic() + 30
        while len(processes.those("done") | set(effects.done)) < 40 and time.monotonic() < until:
            time.sleep(0.1)
    processes.start("killed")
    time.sleep(2)
    assert processes.those("done") | set(effects.done) == set(names)
