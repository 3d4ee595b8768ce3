"""From the rows to the jobs: lives of executors, uploads left behind, the due list, on every database."""

import os
import socket
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from ingestion.job_kinds import OwnersWork, Work
from ingestion.job_threads import enter, new_life
from ingestion.jobs import DurableJobs
from ingestion.reconciling import Reconciling, Rows
from kb_service.adapters.sql.engine import Database
from kb_service.adapters.sql.executors import DEAD_AFTER, Life, SqlExecutors
from kb_service.adapters.sql.uploads import SqlUploads
from kb_service.domain.errors import ExecutorNameInUse
from kb_service.domain.uploads import Arrival, UploadState
from kb_service.wiring import new_id

NOON = datetime(2026, 11, 24, 4, tzinfo=UTC)  # 12:00 in Shanghai
ME = Life("me", "here", 1, "a")
OTHER = Life("other", "there", 2, "b")


@dataclass
class World:
    """One executor, ME, with real jobs; what they did is in ``taken``, ``rehearsed`` and ``due_lists``."""

    executors: SqlExecutors
    uploads: SqlUploads
    jobs: DurableJobs
    reconciling: Reconciling
    taken: list[str]
    rehearsed: list[str]
    due_lists: list[date]
    unrehearsed: list[str]
    clock: list[datetime]

    def upload(self, name: str) -> str:
        registered = self.uploads.register([Arrival(name, 10, f"{abs(hash(name)):064x}", {})], actor="editor", at=NOON)
        return registered.uploads[0].id

    def claim(self, upload_id: str, by: Life) -> None:
        before = self.clock[0] - DEAD_AFTER
        assert self.uploads.claim(upload_id, executor=str(by), at=self.clock[0], dead_before=before)

    def after(self, seconds: float) -> None:
        self.clock[0] += timedelta(seconds=seconds)

    def wait_for(self, *upload_ids: str) -> list[str]:
        until = time.monotonic() + 10
        while len(self.taken) < len(upload_ids) and time.monotonic() < until:
            time.sleep(0.02)
        time.sleep(0.5)  # and not once more
        return self.taken


@pytest.fixture
def world(database: Database, tmp_path: Path) -> Iterator[World]:
    executors, uploads = SqlExecutors(database), SqlUploads(database, new_id=new_id)
    taken: list[str] = []
    rehearsed: list[str] = []
    due_lists: list[date] = []
    unrehearsed: list[str] = []
    clock = [NOON]
    jobs = DurableJobs(
        executor=ME.name,
        database_url=f"sqlite:///{tmp_path / 'jobs.sqlite'}",
        work=Work(taken.append, lambda _upload, _reason: None),
        owners_work=OwnersWork(lambda: None, rehearsed.append, lambda: None, due_lists.append),
    )
    rows = Rows(executors, uploads, lambda: list(unrehearsed))
    reconciling = Reconciling(life=ME, rows=rows, jobs=jobs, make_due_list=due_lists.append, now=lambda: clock[0])
    executors.enter(ME, at=NOON)
    jobs.start()
    yield World(executors, uploads, jobs, reconciling, taken, rehearsed, due_lists, unrehearsed, clock)
    jobs.stop()


def test_an_upload_that_waits_without_a_job_gets_one_and_only_one(world: World) -> None:
    upload_id = world.upload("guide.md")
    world.reconciling.reconcile()
    world.reconciling.reconcile()
    assert world.wait_for(upload_id) == [upload_id]


def test_an_upload_whose_job_ended_for_nothing_gets_another(world: World) -> None:
    upload_id = world.upload("guide.md")
    world.reconciling.enqueue_new([upload_id])
    assert world.wait_for(upload_id) == [upload_id]  # the job is over, but the row waits still
    world.reconciling.reconcile()
    assert world.wait_for(upload_id, upload_id) == [upload_id, upload_id]


def test_what_a_dead_executor_was_reading_is_taken_over_as_the_next_attempt(world: World) -> None:
    upload_id = world.upload("guide.md")
    world.executors.enter(OTHER, at=NOON)
    world.claim(upload_id, OTHER)
    world.reconciling.reconcile()
    time.sleep(0.5)
    assert world.taken == []  # it lives
    world.after(31)
    world.executors.beat(ME, at=world.clock[0])
    world.reconciling.reconcile()
    assert world.wait_for(upload_id) == [upload_id]
    assert world.uploads.upload(upload_id).attempt == 2
    assert set(world.executors.seen()) == {ME}


def test_a_file_that_ends_ten_lives_is_given_up(world: World) -> None:
    upload_id = world.upload("bomb.docx")
    for number in range(10):
        life = replace(OTHER, token=str(number))
        world.executors.enter(life, at=world.clock[0])
        world.claim(upload_id, life)
        world.after(31)
        world.executors.beat(ME, at=world.clock[0])
        world.reconciling.reconcile()
    given_up = world.uploads.upload(upload_id)
    assert (given_up.state, given_up.attempt) == (UploadState.FAILED, 10)
    assert given_up.reason == "the service ended 10 times while it read this file; look at the file and the log"


def test_an_executor_that_overslept_does_not_give_up_what_it_has_itself(world: World) -> None:
    upload_id = world.upload("guide.md")
    world.claim(upload_id, ME)
    world.after(3600)  # the machine slept; nobody else was there
    world.reconciling.reconcile()
    assert set(world.executors.seen()) == {ME}
    assert world.uploads.upload(upload_id).attempt == 1


def test_the_due_list_is_made_once_after_eight_in_shanghai(world: World) -> None:
    world.clock[0] = datetime(2026, 11, 23, 23, 59, tzinfo=UTC)  # 07:59 on the 24th
    world.reconciling.reconcile()
    assert world.due_lists == []
    world.after(60)
    world.reconciling.reconcile()
    world.reconciling.reconcile()
    assert world.due_lists == [date(2026, 11, 24)]


def test_a_rehearsal_that_is_missing_is_tried_three_times(world: World) -> None:
    world.unrehearsed.append("version-1")
    for number in range(5):
        world.reconciling.reconcile()
        until = time.monotonic() + 5
        while len(world.rehearsed) < min(number + 1, 3) and time.monotonic() < until:
            time.sleep(0.02)
        time.sleep(0.1)
    assert world.rehearsed == ["version-1"] * 3


def test_a_new_life_takes_the_place_of_a_dead_process_of_this_machine_at_once(database: Database) -> None:
    executors = SqlExecutors(database)
    dead = Life("server", socket.gethostname(), 2**22 + 1, "a")  # above the largest process id
    executors.enter(dead, at=NOON)
    life = new_life("server")
    begun = time.monotonic()
    enter(executors, life, now=lambda: NOON, stopping=threading.Event())
    assert time.monotonic() - begun < 6  # a rival that may live is watched for 11 s
    assert set(executors.seen()) == {life}
    assert not executors.beat(dead, at=NOON)


def test_a_name_that_a_living_process_has_is_refused(database: Database) -> None:
    executors = SqlExecutors(database)
    rival = Life("server", "elsewhere", os.getpid(), "a")
    executors.enter(rival, at=NOON)
    beating = threading.Timer(1, lambda: executors.beat(rival, at=NOON + timedelta(seconds=5)))
    beating.start()
    with pytest.raises(ExecutorNameInUse, match="with KB_EXECUTOR"):
        enter(executors, new_life("server"), now=lambda: NOON, stopping=threading.Event())
    beating.join()
