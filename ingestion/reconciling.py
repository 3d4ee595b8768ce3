"""From the rows to the jobs: what waits and has no job gets one, whatever became of the one it had."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time

from ingestion.job_kinds import upload_job_id
from ingestion.jobs import DurableJobs
from kb_service.adapters.sql.executors import DEAD_AFTER, Life, SqlExecutors, UploadLeft
from kb_service.adapters.sql.uploads import SqlUploads
from kb_service.domain.days import SHANGHAI
from kb_service.domain.uploads import UploadState

_MORNING = time(8)
# A file that ends the process each time it is read must not do so for ever.
_MOST_ATTEMPTS = 10
_MOST_REHEARSALS = 3


@dataclass(frozen=True, slots=True)
class Rows:
    """Where what remains to be done is written. ``unrehearsed`` gives ids of versions in review."""

    executors: SqlExecutors
    uploads: SqlUploads
    unrehearsed: Callable[[], Sequence[str]]


class Reconciling:
    """One for a life of an executor; called by one thread."""

    def __init__(
        self,
        *,
        life: Life,
        rows: Rows,
        jobs: DurableJobs,
        make_due_list: Callable[[date], None] | None,
        now: Callable[[], datetime],
    ) -> None:
        """``make_due_list``: of a process with an index, which also sees to rehearsals."""
        self._life = life
        self._rows = rows
        self._jobs = jobs
        self._make_due_list = make_due_list
        self._now = now
        self._due_list_made: date | None = None
        self._rehearsed: Counter[str] = Counter()

    def reconcile(self) -> None:
        """Safe to repeat, and to run in several processes at once."""
        now = self._now()
        alive = self._rows.executors.alive(now=now)
        self._jobs.cancel_jobs_of_others({self._life.name, *(each.name for each in alive)})
        self._enqueue_uploads(now)
        if self._make_due_list is not None:
            self._enqueue_rehearsals()
            self._see_to_due_list(now, self._make_due_list)
        self._rows.executors.forget_dead(but=self._life, now=now)
        self._jobs.tidy(now=now)

    def enqueue_new(self, upload_ids: Sequence[str]) -> None:
        """Uploads that have just come in."""
        for left in self._rows.executors.uploads_left(upload_ids):
            if left.state is UploadState.WAITING:
                self._jobs.take_in(left)

    def _enqueue_uploads(self, now: datetime) -> None:
        unfinished = self._rows.uploads.unfinished(executor=str(self._life), dead_before=now - DEAD_AFTER)
        busy = self._jobs.busy_uploads() if unfinished else set()
        jobless: list[UploadLeft] = []
        for left in self._rows.executors.uploads_left(unfinished):
            if left.state is UploadState.READING and left.executor != str(self._life):
                self._take_over(left, now)
            elif upload_job_id(left) not in busy:
                jobless.append(left)
        self._jobs.forget([upload_job_id(left) for left in jobless])
        for left in jobless:
            self._jobs.take_in(left)

    def _take_over(self, left: UploadLeft, now: datetime) -> None:
        """Its executor is dead."""
        if left.attempt >= _MOST_ATTEMPTS:
            reason = f"the service ended {_MOST_ATTEMPTS} times while it read this file; look at the file and the log"
            self._rows.executors.give_up(left.id, reason, held_by=left.executor, at=now)
        elif counted := self._rows.executors.count_orphan(left, at=now):
            self._jobs.take_in(counted)

    def _enqueue_rehearsals(self) -> None:
        wanted = self._rows.unrehearsed()
        busy = self._jobs.busy_rehearsals() if wanted else set()
        for version_id in wanted:
            if version_id not in busy and self._rehearsed[version_id] < _MOST_REHEARSALS:
                self._rehearsed[version_id] += 1
                self._jobs.rehearse(version_id)

    def _see_to_due_list(self, now: datetime, make: Callable[[date], None]) -> None:
        """The schedule made it, unless nothing ran at that hour."""
        here = now.astimezone(SHANGHAI)
        if here.time() >= _MORNING and self._due_list_made != here.date():
            make(here.date())
            self._due_list_made = here.date()
