"""Durable jobs: what is enqueued is done once, however often processes end in the middle.

DBOS keeps the queues in tables of its own, on SQLite or PostgreSQL. A job carries an id only; whether there is anything
left to do, its function finds in the rows. DBOS is one for a process, so there is one `DurableJobs` at a time.
"""

import contextlib
import functools
import logging
import threading
from collections.abc import Callable, Collection, Sequence
from datetime import datetime, timedelta
from typing import Any

from ingestion.job_database import engine_options
from ingestion.job_kinds import (
    INDEX,
    LARGE,
    REVIEW,
    UPKEEP,
    UPLOADS,
    OwnersWork,
    Work,
    priority_of,
    queue_of,
    upload_job_id,
)
from kb_service.adapters.sql.executors import UploadLeft
from kb_service.domain.days import SHANGHAI

# 08:00 in Shanghai, which has no summer time; DBOS counts in UTC.
EVERY_MORNING = "0 0 * * *"
# 0.2 s lets four short uploads at a time make twenty a second; each look costs two milliseconds of the processor.
_POLL_SECONDS = {UPLOADS: 0.2, LARGE: 1.0, INDEX: 0.4, REVIEW: 1.0, UPKEEP: 2.0}
# Jobs outlive releases: what one release enqueued the next one does.
_APPLICATION, _VERSION, _SCHEMA = "kb-service", "1", "dbos"
_PAUSES_SECONDS = (1.0, 3.0, 9.0)
_KEPT = timedelta(days=1)
_DELETED_AT_ONCE = 500
_BUSY = ["ENQUEUED", "PENDING", "DELAYED"]
_DONE = ["SUCCESS", "ERROR", "CANCELLED", "MAX_RECOVERY_ATTEMPTS_EXCEEDED"]

log = logging.getLogger(__name__)


class _Ending(BaseException):
    """The process ends: the job is left as it is, to be found again. No `Exception`, which would end the job too."""


class DurableJobs:
    """Takes jobs from `start` to `stop`; in between everything else may be called from any thread."""

    def __init__(
        self, *, executor: str, database_url: str, work: Work, owners_work: OwnersWork | None, at_once: int = 2
    ) -> None:
        """``executor``: a name that stays over restarts. ``at_once``: how many small uploads are read at a time."""
        self._executor = executor
        self._database_url = database_url
        self._work = work
        self._owners_work = owners_work
        self._at_once = at_once
        self._gate = threading.BoundedSemaphore(at_once)
        self._lock = threading.Lock()
        self._running = 0
        self._stopping = threading.Event()
        self._workflow_of: dict[str, Any] = {}
        self._dbos: Any = None

    def start(self) -> None:
        """Import, register, launch: about a second. What this executor had begun in a former life begins again."""
        from dbos import DBOS

        DBOS(config=self._config())  # type: ignore[arg-type]
        try:
            self._launch(DBOS)
        except BaseException:
            DBOS.destroy(destroy_registry=True)
            raise
        self._dbos = DBOS

    def _launch(self, dbos: Any) -> None:
        for each in (self._job_take_in, self._job_follow, self._job_rehearse, self._job_rebuild, self._job_due_list):
            self._register(dbos, each)
        limit_of = {UPLOADS: 2 * self._at_once, LARGE: 1, INDEX: 1, REVIEW: 1, UPKEEP: 2}
        dbos.listen_queues(list(limit_of) if self._owners_work else [UPLOADS, LARGE])
        dbos.launch()
        for queue, limit in limit_of.items():
            every = _POLL_SECONDS[queue]
            dbos.register_queue(
                queue, worker_concurrency=limit, polling_interval_sec=every, on_conflict="always_update"
            )
        due_list = {"schedule_name": "due-list", "schedule": EVERY_MORNING, "queue_name": UPKEEP}
        dbos.apply_schedules([{**due_list, "workflow_fn": self._workflow_of["due_list"]}])

    @property
    def _owners(self) -> OwnersWork:
        assert self._owners_work is not None  # nobody else listens to those queues
        return self._owners_work

    def stop(self, *, grace_seconds: int = 4) -> bool:
        """Whether nothing is in work any more. What still is will be found again: the process may just end."""
        self._stopping.set()
        if self._dbos is not None:
            grace = grace_seconds if self._running else 0
            self._dbos.destroy(destroy_registry=True, workflow_completion_timeout_sec=grace)
            self._dbos = None
        return not self._running

    # What is to be done

    def take_in(self, left: UploadLeft) -> None:
        """Once for every attempt, however often it is called."""
        from dbos import SetWorkflowID

        with SetWorkflowID(upload_job_id(left)):
            self._enqueue(queue_of(left), "take_in", left.id, priority=priority_of(left))

    def follow(self) -> None:
        """One that waits is enough: when it begins, it sees all that was committed before."""
        if not self._list(name="follow", status="ENQUEUED", limit=1):
            self._enqueue(INDEX, "follow")

    def rehearse(self, version_id: str) -> None:
        self._enqueue(REVIEW, "rehearse", version_id)

    def rebuild(self) -> None:
        if not self._list(name="rebuild", status="ENQUEUED", limit=1):
            self._enqueue(UPKEEP, "rebuild")

    def _enqueue(self, queue: str, name: str, *ids: str, priority: int = 1) -> None:
        from dbos import SetEnqueueOptions

        with SetEnqueueOptions(priority=priority):
            self._dbos.enqueue_workflow(queue, self._workflow_of[name], *ids)

    # What reconciling asks

    def busy_uploads(self) -> set[str]:
        """Ids of jobs (`upload_job_id`) that wait or are at work, in any process."""
        return {each.workflow_id for each in self._list(name="take_in", status=_BUSY)}

    def busy_rehearsals(self) -> set[str]:
        """Ids of versions."""
        found = self._dbos.list_workflows(name="rehearse", status=_BUSY, load_output=False)
        return {str(each.input["args"][0]) for each in found if each.input}

    def cancel_jobs_of_others(self, than: Collection[str]) -> int:
        """End what executors outside ``than``, which are dead, had begun; the number of jobs."""
        lost = [each.workflow_id for each in self._list(status="PENDING") if each.executor_id not in than]
        if lost:
            self._dbos.cancel_workflows(lost)
        return len(lost)

    def forget(self, job_ids: Sequence[str]) -> None:
        """So that they can be enqueued again."""
        for at in range(0, len(job_ids), _DELETED_AT_ONCE):
            self._dbos.delete_workflows(list(job_ids[at : at + _DELETED_AT_ONCE]))

    def tidy(self, *, now: datetime) -> None:
        """Drop the records of jobs that ended long ago."""
        before = (now - _KEPT).isoformat()
        self.forget([each.workflow_id for each in self._list(status=_DONE, end_time=before, limit=5000)])

    def schedules(self) -> dict[str, tuple[str, str | None]]:
        """Cron expression and time zone (None is UTC) by name."""
        return {
            each["schedule_name"]: (each["schedule"], each["cron_timezone"]) for each in self._dbos.list_schedules()
        }

    def run_schedule(self, name: str) -> None:
        """Now, out of turn."""
        self._dbos.trigger_schedule(name)

    def _list(self, **wanted: Any) -> list[Any]:
        found: list[Any] = self._dbos.list_workflows(**wanted, load_input=False, load_output=False)
        return found

    # The jobs

    def _job_take_in(self, upload_id: str) -> None:
        try:
            self._try(functools.partial(self._work.take_in, upload_id), gate=self._gate)
        except Exception as error:
            log.exception("upload %s could not be taken in", upload_id)
            self._work.give_up(upload_id, f"it failed {len(_PAUSES_SECONDS) + 1} times, at last with: {error}")

    def _job_follow(self) -> None:
        self._try(self._owners.follow)

    def _job_rehearse(self, version_id: str) -> None:
        self._try(functools.partial(self._owners.rehearse, version_id))

    def _job_rebuild(self) -> None:
        self._try(self._owners.rebuild)

    def _job_due_list(self, scheduled_at: datetime, _context: Any) -> None:
        self._try(functools.partial(self._owners.make_due_list, scheduled_at.astimezone(SHANGHAI).date()))

    def _try(self, function: Callable[[], None], *, gate: Any = None) -> None:
        """Up to four times, in case it was the database or the disk; not under the gate while it pauses."""
        for pause in (*_PAUSES_SECONDS, None):
            try:
                with gate or contextlib.nullcontext():
                    if self._stopping.is_set():
                        raise _Ending
                    return function()
            except Exception as error:
                if self._stopping.is_set():
                    raise _Ending from error
                if pause is None:
                    raise
                log.warning("a job failed and is tried again in %.0f s: %r", pause, error)
                self._stopping.wait(pause)

    def _register(self, dbos: Any, method: Callable[..., None]) -> None:
        @functools.wraps(method)
        def job(*arguments: Any) -> None:
            with self._lock:
                self._running += 1
            try:
                method(*arguments)
            finally:
                with self._lock:
                    self._running -= 1

        name = method.__name__.removeprefix("_job_")
        # Whether something is tried once more is for the rows to say, so DBOS does not count.
        self._workflow_of[name] = dbos.workflow(name=name, max_recovery_attempts=None)(job)

    def _config(self) -> dict[str, Any]:
        from dbos import DBOSPortableJSONSerializer

        return {
            "name": _APPLICATION,
            "application_version": _VERSION,
            "executor_id": self._executor,
            "system_database_url": self._database_url,
            "dbos_system_schema": _SCHEMA,
            "db_engine_kwargs": engine_options(self._database_url),
            "sys_db_pool_size": 10,
            "serializer": DBOSPortableJSONSerializer(),
            "use_listen_notify": False,
            "enable_otlp": False,
            "log_level": "WARNING",
            "console_log_level": "WARNING",
        }
