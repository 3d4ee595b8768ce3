"""The two threads of a process that takes jobs: one says that it lives, one keeps the jobs in step with the rows."""

import logging
import os
import queue
import secrets
import socket
import threading
import time
from collections.abc import Callable, Sequence
from datetime import datetime

from ingestion.jobs import DurableJobs
from ingestion.reconciling import Reconciling
from kb_service.adapters.sql.executors import DEAD_AFTER, LONGEST_NAME, Life, SqlExecutors
from kb_service.domain.errors import ExecutorNameInUse

_BEAT_SECONDS = 5.0
# Long enough to see another process of the same name say twice that it lives.
_WATCH_SECONDS = 2.2 * _BEAT_SECONDS
_RETRY_SECONDS = 10.0
# For the database to answer once more, beyond the grace.
_END_SECONDS = 3.0

log = logging.getLogger(__name__)


def new_life(name: str) -> Life:
    return Life(name[:LONGEST_NAME].replace("#", "-"), socket.gethostname(), os.getpid(), secrets.token_hex(4))


def enter(executors: SqlExecutors, life: Life, *, now: Callable[[], datetime], stopping: threading.Event) -> None:
    """Take the name. Raises ExecutorNameInUse when another living process has it, which may take 11 s to see."""
    rivals = {
        each: seen_at
        for each, seen_at in executors.seen().items()
        if each.name == life.name and not each.is_over_for(life) and seen_at > now() - DEAD_AFTER
    }
    until = time.monotonic() + _WATCH_SECONDS
    while rivals and time.monotonic() < until and not stopping.wait(0.5):
        seen = executors.seen()
        for rival, seen_at in rivals.items():
            if seen.get(rival, seen_at) > seen_at:
                raise ExecutorNameInUse(
                    f"process {rival.pid} on {rival.host} takes jobs as {life.name!r} already; "
                    "give each process a name of its own with KB_EXECUTOR"
                )
    executors.enter(life, at=now())


class PromptJobs:
    """`ports.Jobs` of a process that takes jobs, between `start` and `stop`. Callers wait for nothing."""

    def __init__(
        self,
        *,
        life: Life,
        executors: SqlExecutors,
        jobs: DurableJobs,
        reconciling: Reconciling,
        now: Callable[[], datetime],
        reconcile_seconds: float,
        superseded: Callable[[str], None],
    ) -> None:
        """``superseded`` is told, once, why this process takes no jobs: another has its name."""
        self._life = life
        self._executors = executors
        self._jobs = jobs
        self._now = now
        self._reconcile_seconds = reconcile_seconds
        self._superseded = superseded
        self._reconciling = reconciling
        self._wanted: queue.SimpleQueue[Callable[[], None]] = queue.SimpleQueue()
        self._stopping = threading.Event()
        self._threads = [
            threading.Thread(target=self._keep_jobs, name="jobs", daemon=True),
            threading.Thread(target=self._say_that_it_lives, name="heartbeat", daemon=True),
        ]
        self._has_entered = threading.Event()
        self._is_over = threading.Event()

    @property
    def name(self) -> str:
        return self._life.name

    # The port

    def take_in(self, upload_ids: Sequence[str]) -> None:
        ids = list(upload_ids)
        self._wanted.put(lambda: self._reconciling.enqueue_new(ids))

    def follow(self) -> None:
        self._wanted.put(self._jobs.follow)

    def rehearse(self, version_id: str) -> None:
        self._wanted.put(lambda: self._jobs.rehearse(version_id))

    def rebuild(self) -> None:
        self._wanted.put(self._jobs.rebuild)

    # Its life

    def start(self) -> None:
        """At once; the jobs begin about a second later."""
        for thread in self._threads:
            thread.start()

    def stop(self, *, grace_seconds: int = 2) -> bool:
        """Whether nothing is in work any more; if not, end the process without closing what the work uses."""
        self._stopping.set()
        self._wanted.put(_nothing)
        ending = threading.Thread(target=self._end, args=(grace_seconds,), name="jobs-end", daemon=True)
        ending.start()
        ending.join(grace_seconds + _END_SECONDS)
        return self._is_over.is_set()

    def _end(self, grace_seconds: int) -> None:
        for thread in self._threads:
            if thread.ident is not None:
                thread.join()
        if self._jobs.stop(grace_seconds=grace_seconds):
            if self._has_entered.is_set():
                self._executors.leave(self._life)
            self._is_over.set()

    def _keep_jobs(self) -> None:
        if not self._has_begun():
            return
        due = 0.0
        while not self._stopping.is_set():
            if time.monotonic() >= due:
                self._wanted.put(self._reconciling.reconcile)
                due = time.monotonic() + self._reconcile_seconds
            try:
                wanted = self._wanted.get(timeout=max(0.0, due - time.monotonic()))
            except queue.Empty:
                continue
            try:
                if not self._stopping.is_set():
                    wanted()
            except Exception:  # whatever it was, reconciling makes up for it; without this thread no job is enqueued
                log.exception("a job could not be enqueued; trying again in %s s", self._reconcile_seconds)

    def _has_begun(self) -> bool:
        while not self._stopping.is_set():
            try:
                enter(self._executors, self._life, now=self._now, stopping=self._stopping)
                self._has_entered.set()
                if not self._stopping.is_set():
                    self._jobs.start()
                    return True
            except ExecutorNameInUse as error:
                self._superseded(str(error))
                return False
            except Exception:  # the database may be away
                log.exception("jobs could not be started; trying again in %.0f s", _RETRY_SECONDS)
                self._stopping.wait(_RETRY_SECONDS)
        return False

    def _say_that_it_lives(self) -> None:
        while not self._stopping.wait(_BEAT_SECONDS):
            if not self._has_entered.is_set():
                continue
            try:
                now = self._now()
                if not self._executors.beat(self._life, at=now):  # taken for dead, after a sleep of the machine
                    enter(self._executors, self._life, now=self._now, stopping=self._stopping)
                if set(self._executors.seen()) - self._executors.alive(now=now):
                    self._wanted.put(self._reconciling.reconcile)
            except ExecutorNameInUse as error:
                self._stopping.set()
                self._jobs.stop(grace_seconds=0)
                self._superseded(str(error))
            except Exception as error:  # the database may be away; others then do what this one cannot
                log.warning("this process could not say that it lives: %r", error)


def _nothing() -> None:
    return None
