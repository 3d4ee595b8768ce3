"""Processes that take jobs: who lives, and what uploads are left for whom."""

import os
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy import delete, insert, or_, select, update

from kb_service.adapters.sql.engine import Database
from kb_service.adapters.sql.schedules import chunks
from kb_service.adapters.sql.tables import batches, executors, uploads, versions
from kb_service.domain.uploads import UploadState

# A process says every 5 s that it lives (`ingestion.job_threads`); six times unsaid, it is dead.
DEAD_AFTER = timedelta(seconds=30)
LONGEST_NAME = 80
_LIFE = re.compile(r".+#.*:\d+:[^:]*")


@dataclass(frozen=True, slots=True)
class Life:
    """One run of an executor: the name stays over restarts, the life does not. Written ``name#host:pid:token``.

    An upload is held by a life, so that a process that was taken for dead cannot finish under its successor's name.
    """

    name: str
    host: str
    pid: int
    token: str

    def __str__(self) -> str:
        return f"{self.name}#{self.host}:{self.pid}:{self.token}"

    @classmethod
    def of(cls, written: str) -> "Life":
        name, _, rest = written.rpartition("#")
        host, pid, token = rest.rsplit(":", 2)
        return cls(name, host, int(pid), token)

    def is_over_for(self, observer: "Life") -> bool:
        """Whether the observer can tell at once that it has ended: same machine, and no such process any more."""
        if self.host != observer.host:
            return False
        if self.pid == observer.pid:  # a restarted container numbers its processes anew
            return True
        try:
            os.kill(self.pid, 0)
        except ProcessLookupError:
            return True
        except PermissionError:
            return False
        return False


@dataclass(frozen=True, slots=True)
class UploadLeft:
    """An upload to be taken in. ``files`` is the number of files in its batch, ``size`` in bytes."""

    id: str
    attempt: int
    state: UploadState
    executor: str | None
    file_name: str
    size: int
    files: int


class SqlExecutors:
    """``now`` comes from each process's own clock: machines that share a database have to agree within seconds."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def seen(self) -> dict[Life, datetime]:
        """When each was last seen alive."""
        with self._database.reading() as connection:
            rows = connection.execute(select(executors)).all()
        return {Life.of(row.id): row.seen_at for row in rows if _LIFE.fullmatch(row.id)}

    def alive(self, *, now: datetime) -> set[Life]:
        return {life for life, seen_at in self.seen().items() if seen_at > now - DEAD_AFTER}

    def enter(self, life: Life, *, at: datetime) -> None:
        """This life begins; earlier ones of the same name are over."""
        earlier = [str(each) for each in self.seen() if each.name == life.name]
        with self._database.writing() as connection:
            connection.execute(delete(executors).where(executors.c.id.in_(earlier)))
            connection.execute(insert(executors).values(id=str(life), seen_at=at))

    def beat(self, life: Life, *, at: datetime) -> bool:
        """Whether it still lives in the eyes of others; if not, another process has entered under its name."""
        mine = update(executors).where(executors.c.id == str(life)).values(seen_at=at)
        with self._database.writing() as connection:
            return bool(connection.execute(mine).rowcount)

    def leave(self, life: Life) -> None:
        with self._database.writing() as connection:
            connection.execute(delete(executors).where(executors.c.id == str(life)))

    def forget_dead(self, *, but: Life, now: datetime) -> None:
        """After what they held was taken over."""
        dead = (executors.c.seen_at <= now - DEAD_AFTER) & (executors.c.id != str(but))
        with self._database.writing() as connection:
            connection.execute(delete(executors).where(dead))

    # What is left to do

    def uploads_left(self, upload_ids: Sequence[str]) -> list[UploadLeft]:
        """Those of the uploads that wait, or that somebody has begun to read, oldest first."""
        begun = uploads.c.state.in_([UploadState.WAITING, UploadState.READING])
        columns = (uploads.c.id, uploads.c.attempt, uploads.c.state, uploads.c.executor, uploads.c.file_name)
        query = (
            select(*columns, uploads.c.size, batches.c.files)
            .join(batches, batches.c.id == uploads.c.batch_id)
            .where(begun)
        )
        found: list[UploadLeft] = []
        with self._database.reading() as connection:
            for ids in chunks(upload_ids):
                rows = connection.execute(query.where(uploads.c.id.in_(ids)).order_by(uploads.c.created_at)).all()
                found += [UploadLeft(**dict(row._mapping) | {"state": UploadState(row.state)}) for row in rows]
        return found

    def count_orphan(self, left: UploadLeft, *, at: datetime) -> UploadLeft | None:
        """With its next attempt, for the last ended with the process; None when somebody else has it by now."""
        same = (uploads.c.id == left.id) & (uploads.c.state == left.state) & (uploads.c.attempt == left.attempt)
        with self._database.writing() as connection:
            counted = connection.execute(update(uploads).where(same).values(attempt=left.attempt + 1, updated_at=at))
            return replace(left, attempt=left.attempt + 1) if counted.rowcount else None

    def give_up(self, upload_id: str, reason: str, *, held_by: str | None, at: datetime) -> None:
        """It has failed, unless it is no longer held by the same."""
        held = (uploads.c.state == UploadState.READING) & (uploads.c.executor == held_by)
        query = update(uploads).where(uploads.c.id == upload_id, held)
        with self._database.writing() as connection:
            connection.execute(query.values(state=UploadState.FAILED, reason=reason, updated_at=at))

    def documents_of(self, upload_id: str) -> list[str]:
        """The documents that the upload brought or changed."""
        own = select(uploads.c.version_id).where(uploads.c.id == upload_id).scalar_subquery()
        brought = or_(versions.c.upload_id == upload_id, versions.c.id == own)
        with self._database.reading() as connection:
            return list(connection.execute(select(versions.c.document_id).where(brought).distinct()).scalars())
