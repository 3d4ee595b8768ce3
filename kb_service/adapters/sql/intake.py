"""Storing the records of an upload: a run of them, what became of them and how far it is in one transaction."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, TypeVar

from sqlalchemy import Connection, insert, select, update
from sqlalchemy.exc import DataError, IntegrityError

from kb_service.adapters.sql import rows
from kb_service.adapters.sql.engine import Database
from kb_service.adapters.sql.library import SqlLibrary
from kb_service.adapters.sql.tables import versions
from kb_service.adapters.sql.upload_rows import one_at_a_time, upload_row
from kb_service.adapters.sql.upload_tables import upload_records, uploads
from kb_service.domain.causes import Cause
from kb_service.domain.documents import VersionDraft
from kb_service.domain.errors import KbError, RecordsBusy, UploadTakenOver
from kb_service.domain.uploads import Chunk, Ending, IncomingRecord, RecordOutcome, RecordReport, Upload, UploadState
from kb_service.ports import Approval, Stored

_Result = TypeVar("_Result")
# A deadlock or a lock held too long: the transaction was undone, so it may be done again.
_TRIES = 3
_LONGEST_ID = 400

# How an upload ends, from its counts with the last run in them and the reports of that run.
End = Callable[[Upload, Sequence[RecordReport]], Ending]


class SqlIntake:
    """Writes only for the lease that holds the upload; raises UploadTakenOver, with nothing written, for others."""

    def __init__(self, database: Database, library: SqlLibrary) -> None:
        self._database = database
        self._library = library

    def store(self, claimed: Upload, chunk: Chunk, *, at: datetime, approval: Approval | None, end: End) -> Upload:
        """The upload with these records done; ``end`` says how it ends when they are its last."""

        def write(connection: Connection) -> Upload:
            done, reports = self._record_all(connection, claimed, chunk, at, approval)
            listed = [each for each in reports if claimed.dry_run or each.outcome is RecordOutcome.REFUSED]
            if listed:
                connection.execute(insert(upload_records), [_report_row(each) for each in listed])
            return _advanced(connection, done, end(done, reports) if chunk.is_last else None, at)

        return self._transaction(claimed, write)

    def store_one(self, draft: VersionDraft, *, actor: str, at: datetime) -> Stored:
        """A draft that came without a file."""

        def write(connection: Connection) -> Stored:
            return self._library.store_within(connection, draft, actor=actor, at=at, approval=None)

        return self._transaction(None, write)

    def finish(self, claimed: Upload, ending: Ending, *, at: datetime) -> Upload:
        """Without storing anything more."""
        return self._transaction(claimed, lambda connection: _advanced(connection, claimed, ending, at))

    def _transaction(self, claimed: Upload | None, write: Callable[[Connection], _Result]) -> _Result:
        for remaining in reversed(range(_TRIES)):
            try:
                with self._database.writing() as connection:
                    one_at_a_time(connection)
                    if claimed is not None:
                        _hold(connection, claimed)
                    return write(connection)
            except (RecordsBusy, IntegrityError):
                if not remaining:
                    raise
        raise AssertionError("the last try returns or raises")

    def _record_all(
        self, connection: Connection, claimed: Upload, chunk: Chunk, at: datetime, approval: Approval | None
    ) -> tuple[Upload, list[RecordReport]]:
        """What became of each, with nothing left of it in the database after a dry run."""
        counts, version_id = Counter(claimed.counts), claimed.version_id
        reports = []
        trial = connection.begin_nested() if claimed.dry_run else None
        for each in chunk.records:
            report, version_id = self._record(connection, claimed, each, at, approval)
            counts[report.outcome] += 1
            reports.append(report)
        if trial is not None:
            trial.rollback()
        done = claimed.records_done + len(reports)
        kept = None if claimed.dry_run or chunk.total != 1 else version_id
        return replace(
            claimed,
            counts=counts,
            records_done=done,
            records_total=chunk.total,
            version_id=kept,
            report=chunk.report or claimed.report,
        ), reports

    def _record(
        self, connection: Connection, claimed: Upload, each: IncomingRecord, at: datetime, approval: Approval | None
    ) -> tuple[RecordReport, str | None]:
        refused = RecordReport(
            claimed.id, each.ordinal, each.line, RecordOutcome.REFUSED, None, each.reason, each.content, each.cause
        )
        if each.draft is None:
            return refused, None
        try:
            with connection.begin_nested():
                stored = self._library.store_within(
                    connection, each.draft, actor=claimed.actor, at=at, approval=approval, upload_id=claimed.id
                )
        except (KbError, DataError) as error:
            cause = error.cause if isinstance(error, KbError) else Cause("too_long_to_keep")
            return replace(refused, reason=_why(error), cause=cause, document_id=each.draft.document_id), None
        outcome = _outcome(connection, claimed, stored)
        if not claimed.dry_run:
            return RecordReport(claimed.id, each.ordinal, each.line, outcome, stored.document_id), stored.version_id
        content = rows.content_sha256(each.draft.text, each.draft.metadata)
        outcome = _foreseen(connection, claimed.id, stored.document_id, content, outcome)
        return RecordReport(claimed.id, each.ordinal, each.line, outcome, stored.document_id, content=content), None


def _hold(connection: Connection, claimed: Upload) -> None:
    """Keep others from the row to the end of the transaction, if this lease still holds it."""
    mine = update(uploads).where(
        uploads.c.id == claimed.id,
        uploads.c.state == UploadState.READING,
        uploads.c.lease == claimed.lease,
        uploads.c.attempt == claimed.attempt,
        uploads.c.records_done == claimed.records_done,
    )
    if not connection.execute(mine.values(state=UploadState.READING)).rowcount:
        raise UploadTakenOver(f"another process goes on with upload {claimed.id}")


def _why(error: KbError | DataError) -> str:
    if isinstance(error, KbError):
        return str(error)
    return f"a field is longer than it may be, or no text: {str(error.orig).splitlines()[0]}"


def _outcome(connection: Connection, claimed: Upload, stored: Stored) -> RecordOutcome:
    """Unchanged because an earlier attempt of this upload stored it counts as added."""
    outcome = RecordOutcome(stored.status)
    if outcome is RecordOutcome.UNCHANGED and claimed.attempt > 1:
        query = select(versions.c.upload_id).where(versions.c.id == stored.version_id)
        if connection.execute(query).scalar() == claimed.id:
            return RecordOutcome.ADDED
    return outcome


def _foreseen(
    connection: Connection, upload_id: str, document_id: str, content: str, outcome: RecordOutcome
) -> RecordOutcome:
    """With what a dry run has said of the same document in earlier transactions, of which nothing is left."""
    query = select(upload_records.c.content).where(
        upload_records.c.upload_id == upload_id,
        upload_records.c.document_id == document_id,
        upload_records.c.outcome != RecordOutcome.REFUSED,
    )
    foreseen_contents = set(connection.execute(query).scalars())
    match outcome:
        case RecordOutcome.ADDED | RecordOutcome.NEW_VERSION if content in foreseen_contents:
            return RecordOutcome.UNCHANGED
        case RecordOutcome.ADDED:
            return RecordOutcome.WOULD_BE_NEW_VERSION if foreseen_contents else RecordOutcome.WOULD_ADD
        case RecordOutcome.NEW_VERSION:
            return RecordOutcome.WOULD_BE_NEW_VERSION
        case RecordOutcome.APPROVED:
            return RecordOutcome.UNCHANGED if content in foreseen_contents else RecordOutcome.WOULD_BE_APPROVED
    return outcome


def _advanced(connection: Connection, done: Upload, ending: Ending | None, at: datetime) -> Upload:
    values: dict[str, Any] = {
        "counts": dict(done.counts),
        "records_done": done.records_done,
        "records_total": done.records_total,
        "updated_at": at,
    }
    if done.report is not None:
        values["report"] = done.report.as_json()
    if ending is not None:
        values |= {"state": ending.state, "reason": _storable(ending.reason), "version_id": ending.version_id}
        values["cause"] = ending.cause and ending.cause.as_json()
    connection.execute(update(uploads).where(uploads.c.id == done.id).values(values))
    return upload_row(connection, done.id)


def _report_row(report: RecordReport) -> dict[str, Any]:
    return {
        "upload_id": report.upload_id,
        "ordinal": report.ordinal,
        "line": report.line,
        "outcome": report.outcome,
        "document_id": report.document_id and report.document_id[:_LONGEST_ID],
        "reason": _storable(report.reason),
        "cause": report.cause and report.cause.as_json(),
        "content": _storable(report.content),
    }


def _storable(text: str | None) -> str | None:
    """Refused for being no text, it has to be kept as text all the same."""
    return text and text.replace("\x00", "\ufffd").encode("utf-8", "replace").decode("utf-8")
