"""Uploads and their batches in SQL: what came in, who is taking it in, what became of it."""

from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, case, func, insert, or_, select, update

from kb_service.adapters.sql.engine import Database
from kb_service.adapters.sql.jobs import enqueue
from kb_service.adapters.sql.schedules import chunks
from kb_service.adapters.sql.seals import Subject, new
from kb_service.adapters.sql.tables import documents, versions
from kb_service.adapters.sql.trail import record
from kb_service.adapters.sql.upload_rows import (
    UPLOAD,
    batch_of,
    batch_row,
    one_at_a_time,
    put_back,
    record_of,
    upload_row,
    uploads_in_order,
)
from kb_service.adapters.sql.upload_tables import batch_uploads, batches, upload_records, uploads
from kb_service.domain.causes import Cause
from kb_service.domain.documents import GIVEN_UP
from kb_service.domain.errors import UploadNotRetryable
from kb_service.domain.jobs import reading_job
from kb_service.domain.uploads import (
    Arrival,
    Batch,
    RecordOutcome,
    RecordReport,
    Registered,
    Upload,
    UploadState,
    identity_of,
)


class SqlUploads:
    def __init__(self, database: Database, *, new_id: Callable[[], str]) -> None:
        self._database = database
        self._new_id = new_id

    def register(
        self, arrivals: Sequence[Arrival], *, actor: str, at: datetime, publish: bool = False, dry_run: bool = False
    ) -> Registered:
        """A batch of what was sent. What came before and is stored or under way is not taken in again; what was
        refused or failed is tried again. The jobs that read them are enqueued in the same transaction."""
        batch_id = self._new_id()
        row = {"id": batch_id, "actor": actor, "created_at": at, "files": len(arrivals)}
        found: list[tuple[str, bool]] = []
        added: list[Subject] = [("batch", batch_id)]
        with self._database.writing() as connection:
            one_at_a_time(connection)
            connection.execute(insert(batches).values(**row, publish=int(publish), dry_run=int(dry_run)))
            for ordinal, arrival in enumerate(arrivals):
                identity = identity_of(arrival, publish=publish, dry_run=dry_run)
                known = _known(connection, identity)
                if known and not arrival.refusal:
                    put_back(connection, known, at)
                upload_id = known or self._add(connection, batch_id, arrival, identity, at)
                found.append((upload_id, known is not None))
                if known is None:
                    added.append(("upload", upload_id))
                link = {"batch_id": batch_id, "ordinal": ordinal, "upload_id": upload_id}
                connection.execute(insert(batch_uploads).values(link))
            detail = {"files": len(arrivals), "publish": publish, "dry_run": dry_run}
            record(connection, at=at, actor=actor, action="upload", detail=detail, was=new(*added))
            rows = uploads_in_order(connection, [each for each, _ in found])
            waiting = _waiting(connection, actor)
            for each in rows:
                if each.state is UploadState.WAITING:
                    self._enqueue(connection, each, files=max(waiting, len(arrivals)), at=at)
        batch = Batch(batch_id, actor, at, publish, dry_run, tuple(each for each, _ in found))
        return Registered(batch, tuple(rows), frozenset(each for each, was_known in found if was_known))

    def _add(self, connection: Connection, batch_id: str, arrival: Arrival, identity: str, at: datetime) -> str:
        upload_id = self._new_id()
        state = UploadState.REFUSED if arrival.refusal else UploadState.WAITING
        row = {
            "id": upload_id,
            "batch_id": batch_id,
            "file_name": arrival.file_name,
            "size": arrival.size,
            "blob_sha256": arrival.blob_sha256,
            "fields": dict(arrival.fields),
            "identity": identity,
            "state": state,
            "attempt": 1,
            "reason": arrival.refusal,
            "cause": arrival.cause and arrival.cause.as_json(),
            "records_done": 0,
            "counts": {},
            "created_at": at,
            "updated_at": at,
        }
        connection.execute(insert(uploads).values(row))
        return upload_id

    def _enqueue(self, connection: Connection, waiting: Upload, *, files: int, at: datetime) -> None:
        job = reading_job(waiting.id, file_name=waiting.file_name, size=waiting.size, files=files)
        enqueue(self._database, connection, job, at=at)

    def retry(self, upload_id: str, *, at: datetime) -> Upload:
        """Put a refused or failed upload back. Raises UploadNotFound, UploadNotRetryable."""
        with self._database.writing() as connection:
            if put_back(connection, upload_id, at):
                waiting = upload_row(connection, upload_id)
                self._enqueue(connection, waiting, files=1, at=at)
                return waiting
            state = upload_row(connection, upload_id).state
        raise UploadNotRetryable(f"only a refused or failed upload can be tried again; this one is {state}")

    # Taking in

    def claim(self, upload_id: str, *, lease: str, at: datetime) -> Upload | None:
        """The upload, now read under this lease (of its job); None when it is finished.

        Who had begun to read it before has lost it: its attempt is over, and it stores nothing more.
        """
        attempt = case((uploads.c.state == UploadState.READING, uploads.c.attempt + 1), else_=uploads.c.attempt)
        values = {"state": UploadState.READING, "lease": lease, "attempt": attempt, "updated_at": at}
        unfinished = uploads.c.state.in_([UploadState.WAITING, UploadState.READING])
        with self._database.writing() as connection:
            claimed = connection.execute(update(uploads).where(uploads.c.id == upload_id, unfinished).values(values))
            return upload_row(connection, upload_id) if claimed.rowcount else None

    def give_up(self, upload_id: str, reason: str, *, at: datetime) -> None:
        """It has failed, unless it is finished."""
        unfinished = uploads.c.state.in_([UploadState.WAITING, UploadState.READING])
        failed = {"state": UploadState.FAILED, "reason": reason, "cause": Cause("given_up").as_json(), "updated_at": at}
        with self._database.writing() as connection:
            connection.execute(update(uploads).where(uploads.c.id == upload_id, unfinished).values(failed))

    def documents_of(self, upload_id: str) -> list[str]:
        """The documents that the upload brought or changed."""
        own = select(uploads.c.version_id).where(uploads.c.id == upload_id).scalar_subquery()
        brought = or_(versions.c.upload_id == upload_id, versions.c.id == own)
        with self._database.reading() as connection:
            return list(connection.execute(select(versions.c.document_id).where(brought).distinct()).scalars())

    # Reading

    def upload(self, upload_id: str) -> Upload:
        """Raises UploadNotFound."""
        with self._database.reading() as connection:
            return upload_row(connection, upload_id)

    def uploads_of(self, batch: Batch) -> list[Upload]:
        """In the order sent."""
        with self._database.reading() as connection:
            return uploads_in_order(connection, batch.upload_ids)

    def batch(self, batch_id: str) -> Batch:
        """Raises BatchNotFound."""
        with self._database.reading() as connection:
            return batch_of(connection, batch_row(connection, batch_id))

    def batches(self, *, limit: int, after: str | None = None) -> list[Batch]:
        """The newest first, those that come after the batch ``after``. Raises BatchNotFound."""
        query = select(batches).order_by(batches.c.created_at.desc(), batches.c.id.desc()).limit(limit)
        with self._database.reading() as connection:
            if after is not None:
                last = batch_row(connection, after)
                is_same_moment = (batches.c.created_at == last.created_at) & (batches.c.id < last.id)
                query = query.where(or_(batches.c.created_at < last.created_at, is_same_moment))
            return [batch_of(connection, row) for row in connection.execute(query).all()]

    def records(
        self, upload_id: str, *, outcome: RecordOutcome | None = None, after: int = -1, limit: int = 500
    ) -> list[RecordReport]:
        """Reports in the order of the file, from the ordinal after ``after`` on."""
        query = select(upload_records).where(upload_records.c.upload_id == upload_id, upload_records.c.ordinal > after)
        if outcome is not None:
            query = query.where(upload_records.c.outcome == outcome)
        with self._database.reading() as connection:
            found = connection.execute(query.order_by(upload_records.c.ordinal).limit(limit))
            return [record_of(row) for row in found]

    def document_ids(self, some: Sequence[Upload]) -> Mapping[str, str]:
        """By upload id, of uploads that are one document."""
        document_of: dict[str, str] = {}
        query = select(versions.c.id, versions.c.document_id)
        with self._database.reading() as connection:
            for ids in chunks(_version_ids(some)):
                document_of |= {
                    row.id: row.document_id for row in connection.execute(query.where(versions.c.id.in_(ids)))
                }
        return {each.id: document_of[each.version_id] for each in some if each.version_id in document_of}

    def states_of_versions(self, some: Sequence[Upload]) -> Mapping[str, Mapping[str, int]]:
        """How many of the versions that an upload brought, or found there already, are in each state, by its id."""
        counted: defaultdict[str, Counter[str]] = defaultdict(Counter)
        counts = select(versions.c.upload_id, versions.c.state, func.count()).group_by(
            versions.c.upload_id, versions.c.state
        )
        states = select(versions.c.id, versions.c.state)
        uploads_by_version: defaultdict[str, set[str]] = defaultdict(set)
        for each in some:
            if each.version_id:
                uploads_by_version[each.version_id].add(each.id)
        with self._database.reading() as connection:
            for ids in chunks(each.id for each in some if not each.version_id):
                for upload_id, state, count in connection.execute(counts.where(versions.c.upload_id.in_(ids))):
                    counted[upload_id][state] = count
            for ids in chunks(uploads_by_version):
                for version_id, state in connection.execute(states.where(versions.c.id.in_(ids))):
                    for upload_id in uploads_by_version[version_id]:
                        counted[upload_id][state] = 1
        return counted

    def being_indexed(self, some: Sequence[Upload]) -> frozenset[str]:
        """Those of the stored uploads whose documents the index has yet to follow."""
        behind = (
            select(versions.c.upload_id, versions.c.id)
            .join(documents, documents.c.id == versions.c.document_id)
            .where(documents.c.synced_revision < documents.c.revision)
        )
        upload_ids: set[str] = set()
        version_ids: set[str] = set()
        with self._database.reading() as connection:
            for ids in chunks([each.id for each in some]):
                upload_ids |= {row.upload_id for row in connection.execute(behind.where(versions.c.upload_id.in_(ids)))}
            for ids in chunks(_version_ids(some)):
                version_ids |= {row.id for row in connection.execute(behind.where(versions.c.id.in_(ids)))}
        return frozenset(each.id for each in some if each.id in upload_ids or each.version_id in version_ids)


def _waiting(connection: Connection, actor: str) -> int:
    """How many files of this person are still to be read, so that whoever sent many lets others pass."""
    unfinished = uploads.c.state.in_([UploadState.WAITING, UploadState.READING])
    theirs = select(func.count()).join(batches, uploads.c.batch_id == batches.c.id).where(unfinished)
    return connection.execute(theirs.where(batches.c.actor == actor)).scalar_one()


def _known(connection: Connection, identity: str) -> str | None:
    """The upload that this is again."""
    query = UPLOAD.where(uploads.c.identity == identity).order_by(uploads.c.created_at.desc(), uploads.c.id).limit(1)
    row = connection.execute(query).first()
    if row is None:
        return None
    if row.state == UploadState.STORED and (row.dry_run or _was_taken_back(connection, row)):
        return None  # it would come out otherwise now
    return str(row.id)


def _was_taken_back(connection: Connection, upload: Row[Any]) -> bool:
    """Some of what it stored was withdrawn, rejected or discarded since: who sends it again wants it in again."""
    query = select(versions.c.id).where(
        or_(versions.c.upload_id == upload.id, versions.c.id == upload.version_id),
        versions.c.state.in_(GIVEN_UP),
    )
    return connection.execute(query.limit(1)).first() is not None


def _version_ids(some: Sequence[Upload]) -> set[str]:
    return {each.version_id for each in some if each.version_id is not None}
