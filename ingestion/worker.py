"""The worker of a process: claims jobs that are due, does each in a thread, extends the leases meanwhile."""

import itertools
import logging
import os
import secrets
import socket
import threading
import time
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from kb_service.adapters.sql.jobs import SqlJobs
from kb_service.domain.errors import OUTAGES, KbError
from kb_service.domain.jobs import ClaimedJob, Job, JobKind, Schedule, back_off, first_due

_LOOK_SECONDS = 0.5
_HEARTBEAT_SECONDS = 5.0
# How long it is waited, after an outage and after a fault that nobody foresaw, before it is tried again.
_PAUSE_SECONDS = 5.0
_ALL_JOBS = "all jobs"
_LONGEST_NAME = 80
# Process numbers come again, in containers above all.
_PROCESS = secrets.token_hex(4)
_numbers = itertools.count(1)

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Work:
    """How jobs of a kind are done. ``do`` may be called again for the same job, whatever it had done before.

    After ``attempts`` the job is a dead letter, and ``give_up`` gets the reason. ``at_once``: how many this process
    does at a time. With a ``schedule`` the job recurs, and is tried until it is done.
    """

    do: Callable[[ClaimedJob], object]
    attempts: int = 10
    longest_pause: timedelta = timedelta(minutes=1)
    at_once: int = 1
    schedule: Schedule | None = None
    give_up: Callable[[ClaimedJob, str], None] | None = None


class Worker:
    """Does the kinds of jobs in ``works`` between `start` and `stop`.

    A process that is killed leaves its leases: a new one on the same machine frees them when it starts, others take
    the jobs when the leases end.
    """

    def __init__(self, *, name: str, jobs: SqlJobs, works: Mapping[JobKind, Work], now: Callable[[], datetime]) -> None:
        self.name = name[:_LONGEST_NAME].replace("#", "-")
        self._jobs = jobs
        self._works = works
        self._now = now
        self._lock = threading.Lock()
        self._running: dict[str, ClaimedJob] = {}
        self._has_room = threading.Event()
        # Why jobs wait, by their kind or all of them: said when it begins and when it is over.
        self._paused: dict[str, str] = {}
        self.stopping = threading.Event()
        # The newest moment of its clock; none yet.
        self._newest = datetime.max.replace(tzinfo=UTC)
        self._thread = threading.Thread(target=self._work, name="jobs", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self, *, grace_seconds: float = 2) -> bool:
        """Whether nothing is being done any more; if not, end the process without closing what the jobs use."""
        self.stopping.set()
        self._has_room.set()
        until = time.monotonic() + grace_seconds
        if self._thread.ident is not None:
            self._thread.join(grace_seconds)
        while self._running and time.monotonic() < until:
            time.sleep(0.02)
        return not self._running and not self._thread.is_alive()

    def _work(self) -> None:
        has_begun, beaten_at = False, time.monotonic()
        while not self.stopping.is_set():
            try:
                # Another thread may pause while this one claims what it had read before.
                is_paused = _ALL_JOBS in self._paused
                if is_paused:
                    self._jobs.require_usable()
                if not has_begun:
                    self._begin()
                    has_begun = True
                self._mind_the_clock()
                if time.monotonic() - beaten_at > _HEARTBEAT_SECONDS:
                    self._extend_leases()
                    beaten_at = time.monotonic()
                self._has_room.clear()
                self._claim()
                if is_paused:
                    self._go_on_with(_ALL_JOBS)
                self._has_room.wait(_LOOK_SECONDS)
            except OUTAGES as outage:
                self._pause(_ALL_JOBS, outage)
                self.stopping.wait(_PAUSE_SECONDS)
            except Exception:  # without this thread nothing is done
                log.exception("no jobs could be claimed; trying again in %.0f s", _PAUSE_SECONDS)
                self.stopping.wait(_PAUSE_SECONDS)

    def _pause(self, what: str, outage: KbError) -> None:
        with self._lock:
            known = what in self._paused
            self._paused[what] = str(outage)
        if not known:
            log.warning("paused: %s: %s", what, outage)

    def _go_on_with(self, what: str) -> None:
        if self._paused.pop(what, None) is not None:
            log.warning("going on: %s", what)

    def _begin(self) -> None:
        self._jobs.release(is_over)
        for kind, work in self._works.items():
            if work.schedule is not None:
                self._jobs.enqueue_if_absent(Job(kind), at=first_due(work.schedule, self._now()))

    def _mind_the_clock(self) -> None:
        """Where it was set back, perhaps while nothing ran, what was put off would wait until it is that time again."""
        at = self._now()
        if at < self._newest:
            for kind, work in self._works.items():
                latest = work.schedule(at) if work.schedule is not None else at + work.longest_pause
                self._jobs.bring_forward(kind, latest=latest, at=at)
        self._newest = at

    def _extend_leases(self) -> None:
        with self._lock:
            mine = set(self._running)
        lost = mine - self._jobs.extend(mine, at=self._now()) if mine else set()
        with self._lock:
            lost &= self._running.keys()  # what was done meanwhile is not lost
        if lost:
            log.warning("jobs of this process were cancelled, or taken over by others: %s", ", ".join(sorted(lost)))

    def _claim(self) -> None:
        with self._lock:
            busy = Counter(each.kind for each in self._running.values())
        for kind, work in self._works.items():
            if (room := work.at_once - busy[kind]) > 0:
                for job in self._jobs.claim(kind, limit=room, new_lease=self._new_lease, at=self._now()):
                    with self._lock:
                        self._running[job.lease] = job
                    threading.Thread(target=self._run, args=(job, work), name=f"job-{kind}", daemon=True).start()

    def _new_lease(self) -> str:
        return f"{self.name}#{socket.gethostname()}:{os.getpid()}:{_PROCESS}-{next(_numbers)}"

    def _run(self, job: ClaimedJob, work: Work) -> None:
        try:
            self._do(job, work)
        except OUTAGES as outage:  # the job is found again when its lease ends
            self._pause(_ALL_JOBS, outage)
        except Exception:
            log.exception("what became of the job %s %s could not be written down", job.kind, job.subject)
        finally:
            with self._lock:
                del self._running[job.lease]
            self._has_room.set()

    def _do(self, job: ClaimedJob, work: Work) -> None:
        may_die = work.schedule is None
        if may_die and job.attempt > work.attempts:
            return self._give_up(job, work, job.error or f"the service ended {work.attempts} times in the middle of it")
        try:
            work.do(job)
        except OUTAGES as outage:
            # Where that fails too, it is not this kind that has to wait, but all: said once.
            self._jobs.put_off(job, str(outage), due_at=self._now() + timedelta(seconds=_PAUSE_SECONDS))
            self._pause(job.kind, outage)
        except Exception as error:
            if self.stopping.is_set():
                return  # it may have failed because the process ends; the next one frees the lease and tries again
            log.exception("job %s %s failed at attempt %d", job.kind, job.subject, job.attempt)
            if may_die and job.attempt >= work.attempts:
                self._give_up(job, work, f"it failed {job.attempt} times, at last with: {error}")
            else:
                pause = back_off(job.attempt, longest=work.longest_pause)
                self._jobs.retry(job, str(error), due_at=self._now() + pause)
        else:
            self._go_on_with(job.kind)
            self._jobs.finish(job, next_due=work.schedule and work.schedule(self._now()))

    def _give_up(self, job: ClaimedJob, work: Work, reason: str) -> None:
        if not self._jobs.extend([job.lease], at=self._now()):
            return  # somebody else has it by now
        if work.give_up is not None:
            work.give_up(job, reason)
        self._jobs.bury(job, reason, at=self._now())


def is_over(lease: str) -> bool:
    """Whether the process that holds it has surely ended: it was on this machine, and runs no more."""
    host, pid, rest = lease.rpartition("#")[2].rsplit(":", 2)
    if host != socket.gethostname():
        return False
    if int(pid) == os.getpid():
        return not rest.startswith(f"{_PROCESS}-")
    try:
        os.kill(int(pid), 0)
    except ProcessLookupError:
        return True
    except PermissionError:
        return False
    return False
