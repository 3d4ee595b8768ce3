"""Jobs in SQL: one row for what is to be done, held by a lease while somebody does it, deleted when it is done."""

from collections.abc import Callable, Collection
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, and_, delete, func, or_, select, update

from kb_service.adapters.sql.engine import Database
from kb_service.adapters.sql.tables import jobs
from kb_service.domain.jobs import ClaimedJob, DeadLetter, Job, JobKind

# Extended every 5 s (`ingestion.worker`): who misses six of them is dead.
LEASE = timedelta(seconds=30)
_LONGEST_ERROR = 1000


def enqueue(database: Database, connection: Connection, job: Job, *, at: datetime) -> None:
    """Due at ``at``, in the caller's transaction. One that is being done is done once more; a dead letter revives."""
    anew = {"due_at": at, "priority": job.priority, "attempts": 0, "error": None, "dead_at": None}
    statement = database.insert(jobs).values(kind=job.kind, subject=job.subject, created_at=at, **anew)
    connection.execute(statement.on_conflict_do_update(index_elements=["kind", "subject"], set_=anew))


def cancel(connection: Connection, kind: JobKind, subject: str) -> None:
    """Its reason is gone, in the caller's transaction. Who is just doing it changes nothing of the row any more."""
    connection.execute(delete(jobs).where(*_is(kind, subject)))


class SqlJobs:
    """``at`` comes from each process's own clock: machines that share a database have to agree within seconds."""

    def __init__(self, database: Database, *, now: Callable[[], datetime]) -> None:
        self._database = database
        self._now = now

    def follow(self) -> None:
        """Implements `ports.Jobs`."""
        self.enqueue(Job(JobKind.FOLLOW), at=self._now())

    def enqueue(self, job: Job, *, at: datetime) -> None:
        with self._database.writing() as connection:
            enqueue(self._database, connection, job, at=at)

    def enqueue_if_absent(self, job: Job, *, at: datetime) -> None:
        row = {"kind": job.kind, "subject": job.subject, "priority": job.priority, "attempts": 0}
        statement = self._database.insert(jobs).values(**row, due_at=at, created_at=at)
        with self._database.writing() as connection:
            connection.execute(statement.on_conflict_do_nothing())

    # Doing them

    def claim(self, kind: JobKind, *, limit: int, new_lease: Callable[[], str], at: datetime) -> list[ClaimedJob]:
        """Those that are due and that nobody holds, in their order; nobody else gets them while the leases last."""
        is_free = or_(jobs.c.leased_until.is_(None), jobs.c.leased_until <= at)
        due = (jobs.c.kind == kind, jobs.c.dead_at.is_(None), jobs.c.due_at <= at, is_free)
        query = select(jobs).where(*due).order_by(jobs.c.priority, jobs.c.created_at, jobs.c.subject).limit(limit)
        with self._database.reading() as connection:  # most looks find nothing, and take no lock
            if connection.execute(query.with_only_columns(jobs.c.kind).limit(1)).first() is None:
                return []
        claimed = []
        with self._database.writing() as connection:
            # PostgreSQL passes by rows that another process is just claiming; SQLite's writers take turns.
            for row in connection.execute(query.with_for_update(skip_locked=True)).all():
                found = ClaimedJob(kind, row.subject, new_lease(), row.attempts + 1, row.due_at, row.error)
                held = {"lease": found.lease, "leased_until": at + LEASE, "attempts": found.attempt}
                connection.execute(update(jobs).where(*_is(kind, row.subject)).values(held))
                claimed.append(found)
        return claimed

    def extend(self, leases: Collection[str], *, at: datetime) -> set[str]:
        """Those of the leases that still hold."""
        mine = jobs.c.lease.in_(leases)
        with self._database.writing() as connection:
            connection.execute(update(jobs).where(mine).values(leased_until=at + LEASE))
            return set(connection.execute(select(jobs.c.lease).where(mine)).scalars())

    def finish(self, done: ClaimedJob, *, next_due: datetime | None = None) -> None:
        """It was done; ``next_due``: of a recurring one. What was enqueued again meanwhile remains, due as it was."""
        unasked = and_(jobs.c.lease == done.lease, jobs.c.due_at == done.due_at)
        with self._database.writing() as connection:
            if next_due is None:
                connection.execute(delete(jobs).where(unasked))
            else:
                anew = {"due_at": next_due, "attempts": 0, "error": None}
                connection.execute(update(jobs).where(unasked).values(anew))
            connection.execute(update(jobs).where(jobs.c.lease == done.lease).values(_FREE))

    def retry(self, failed: ClaimedJob, error: str, *, due_at: datetime) -> None:
        self._release(failed, due_at=due_at, error=error[:_LONGEST_ERROR])

    def put_off(self, held: ClaimedJob, reason: str, *, due_at: datetime) -> None:
        """Nothing is wrong with the job: this attempt does not count."""
        self._release(held, due_at=due_at, error=reason[:_LONGEST_ERROR], attempts=held.attempt - 1)

    def require_usable(self) -> None:
        """Raises RecordsUnavailable, RecordsBusy or NotEnoughSpace where jobs cannot be taken or written down."""
        self._database.require_usable()

    def bury(self, failed: ClaimedJob, error: str, *, at: datetime) -> None:
        """A dead letter: nobody does it any more, unless it is enqueued again."""
        self._release(failed, dead_at=at, error=error[:_LONGEST_ERROR])

    def bring_forward(self, kind: JobKind, *, latest: datetime, at: datetime) -> None:
        """Nothing of the kind is due after ``latest``, nor held for longer than a lease from now."""
        with self._database.reading() as connection:  # mostly there is nothing to do
            ahead = or_(jobs.c.due_at > latest, jobs.c.leased_until > at + LEASE)
            if connection.execute(select(jobs.c.kind).where(jobs.c.kind == kind, ahead).limit(1)).first() is None:
                return
        its = update(jobs).where(jobs.c.kind == kind)
        with self._database.writing() as connection:
            connection.execute(its.where(jobs.c.due_at > latest).values(due_at=latest))
            connection.execute(its.where(jobs.c.leased_until > at + LEASE).values(leased_until=at + LEASE))

    def dead_letters(self) -> list[DeadLetter]:
        """The oldest first."""
        query = select(jobs).where(jobs.c.dead_at.is_not(None)).order_by(jobs.c.dead_at, jobs.c.subject)
        with self._database.reading() as connection:
            found = connection.execute(query).all()
        return [DeadLetter(JobKind(row.kind), row.subject, row.error or "", row.dead_at) for row in found]

    def due(self, *, at: datetime) -> dict[JobKind, int]:
        """How many of each kind should be done by now, those in work included."""
        query = select(jobs.c.kind, func.count()).where(jobs.c.dead_at.is_(None), jobs.c.due_at <= at)
        with self._database.reading() as connection:
            found = connection.execute(query.group_by(jobs.c.kind)).all()
        return {JobKind(kind): number for kind, number in found}

    def _release(self, held: ClaimedJob, **values: Any) -> None:
        with self._database.writing() as connection:
            mine = update(jobs).where(jobs.c.lease == held.lease)
            connection.execute(mine.where(jobs.c.due_at == held.due_at).values(values))
            connection.execute(mine.values(_FREE))

    def release(self, is_over: Callable[[str], bool]) -> None:
        """Free at once what is held by leases whose process has ended."""
        with self._database.writing() as connection:
            held = connection.execute(select(jobs.c.lease).where(jobs.c.lease.is_not(None))).scalars()
            over = [each for each in held if is_over(each)]
            connection.execute(update(jobs).where(jobs.c.lease.in_(over)).values(_FREE))


_FREE = {"lease": None, "leased_until": None}


def _is(kind: JobKind, subject: str) -> tuple[Any, Any]:
    return jobs.c.kind == kind, jobs.c.subject == subject
