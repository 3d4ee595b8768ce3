"""Between uploads and their rows, inside a transaction of somebody else's."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, delete, select, text, update

from kb_service.adapters.sql.schedules import chunks
from kb_service.adapters.sql.upload_tables import batch_uploads, batches, upload_records, uploads
from kb_service.domain.causes import cause_kept
from kb_service.domain.errors import BatchNotFound, UploadNotFound
from kb_service.domain.file_reports import report_of_json
from kb_service.domain.uploads import Batch, RecordOutcome, RecordReport, Upload, UploadState

# Any number, the same in every process: on PostgreSQL one transaction at a time registers or stores uploads, so that
# the same file twice at one moment is one row, and two files with one new document are a document of two versions.
_UPLOADS_LOCK = 7_206_032

UPLOAD = select(uploads, batches.c.actor, batches.c.publish, batches.c.dry_run).join(
    batches, batches.c.id == uploads.c.batch_id
)


def one_at_a_time(connection: Connection) -> None:
    """Hold the lock on uploads to the end of the transaction. SQLite's writers wait for one another already."""
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _UPLOADS_LOCK})


def put_back(connection: Connection, upload_id: str, at: datetime) -> bool:
    """Whether it was refused or failed and now waits, with nothing done."""
    anew = {
        "state": UploadState.WAITING,
        "attempt": uploads.c.attempt + 1,
        "lease": None,
        "reason": None,
        "cause": None,
    }
    anew |= {"records_done": 0, "records_total": None, "counts": {}, "report": None, "updated_at": at}
    came_to_nothing = uploads.c.state.in_([UploadState.REFUSED, UploadState.FAILED])
    done = connection.execute(update(uploads).where(uploads.c.id == upload_id, came_to_nothing).values(anew))
    if done.rowcount:
        connection.execute(delete(upload_records).where(upload_records.c.upload_id == upload_id))
    return bool(done.rowcount)


def upload_row(connection: Connection, upload_id: str) -> Upload:
    row = connection.execute(UPLOAD.where(uploads.c.id == upload_id)).first()
    if row is None:
        raise UploadNotFound(f"there is no upload {upload_id!r}; a batch lists the ids of its files")
    return upload_of(row)


def uploads_in_order(connection: Connection, upload_ids: Sequence[str]) -> list[Upload]:
    found: dict[str, Upload] = {}
    for ids in chunks(dict.fromkeys(upload_ids)):
        rows = connection.execute(UPLOAD.where(uploads.c.id.in_(ids)))
        found |= {row.id: upload_of(row) for row in rows}
    return [found[each] for each in upload_ids]


def upload_of(row: Row[Any]) -> Upload:
    fields = {name: value for name, value in row._mapping.items() if name in Upload.__dataclass_fields__}
    fields |= {"state": UploadState(row.state), "publish": bool(row.publish), "dry_run": bool(row.dry_run)}
    fields |= {"report": None if row.report is None else report_of_json(row.report)}
    fields |= {"cause": cause_kept(row.cause, row.reason)}
    return Upload(**fields)


def record_of(row: Row[Any]) -> RecordReport:
    kept = {"outcome": RecordOutcome(row.outcome), "cause": cause_kept(row.cause, row.reason)}
    return RecordReport(**dict(row._mapping) | kept)


def batch_row(connection: Connection, batch_id: str) -> Row[Any]:
    row = connection.execute(select(batches).where(batches.c.id == batch_id)).first()
    if row is None:
        raise BatchNotFound(f"there is no batch {batch_id!r}")
    return row


def batch_of(connection: Connection, row: Row[Any]) -> Batch:
    query = select(batch_uploads.c.upload_id).where(batch_uploads.c.batch_id == row.id)
    upload_ids = connection.execute(query.order_by(batch_uploads.c.ordinal)).scalars()
    return Batch(row.id, row.actor, row.created_at, bool(row.publish), bool(row.dry_run), tuple(upload_ids))
