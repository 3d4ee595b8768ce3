"""How uploads and batches leave over HTTP."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from typing import Any

from kb_service.api.record_shapes import told
from kb_service.domain.days import shanghai_day
from kb_service.domain.uploads import Batch, RecordOutcome, Registered, Upload, UploadState
from kb_service.service import Service


class UploadStage(StrEnum):
    """Where a file is, as its editor sees it: stored is INDEXING until the index has followed, then READY.

    READY says that it was taken in. Whether residents find what it brought is up to the versions: `UploadView`.
    """

    WAITING = "waiting"
    READING = "reading"
    INDEXING = "indexing"
    READY = "ready"
    REFUSED = "refused"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class VersionLinks:
    version: str
    passages: str
    diff: str


@dataclass(frozen=True, slots=True)
class UploadView:
    """A file and how far it has come. ``records_total`` is known once it was read; ``version_id`` of one document.

    ``repeated``: the same had come before and is not taken in again. ``counts``: records by what became of them, in a
    dry run by what would. ``message``: what ``reason`` says, in Chinese; ``retryable``: whether trying it again can
    help. ``versions``: those it brought, by state; ``searchable``: of one document, whether residents find it today.
    ``report``: characters, tables, pictures, pages by how they were read, and notes, each with a
    sentence.
    """

    upload_id: str
    batch_id: str
    file_name: str
    size: int
    state: UploadState
    stage: UploadStage
    reason: str | None
    message: str | None
    retryable: bool
    attempt: int
    records_done: int
    records_total: int | None
    counts: dict[str, int]
    dry_run: bool
    publish: bool
    version_id: str | None
    document_id: str | None
    links: VersionLinks | None
    created_at: datetime
    updated_at: datetime
    report: dict[str, Any] | None = None
    repeated: bool = False
    versions: dict[str, int] = field(default_factory=dict)
    searchable: bool = False


@dataclass(frozen=True, slots=True)
class RegisteredBatch:
    batch_id: str
    uploads: list[UploadView]


@dataclass(frozen=True, slots=True)
class StoredRecord:
    document_id: str
    version_id: str
    status: RecordOutcome


@dataclass(frozen=True, slots=True)
class BatchView:
    """``done``: how many files are stored, refused or failed; ``percent`` also counts the records of those being read.

    ``uploads`` is empty in lists.
    """

    batch_id: str
    created_at: datetime
    actor: str
    publish: bool
    dry_run: bool
    files: int
    done: int
    percent: int
    states: dict[str, int]
    stages: dict[str, int]
    uploads: list[UploadView] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class BatchList:
    """``next_cursor`` goes on behind the last one; None at the end."""

    batches: list[BatchView]
    next_cursor: str | None


def upload_views(service: Service, uploads: Sequence[Upload]) -> list[UploadView]:
    rows = service.records.uploads
    indexing, document_of = rows.being_indexed(uploads), rows.document_ids(uploads)
    states_of, searchable = rows.states_of_versions(uploads), _searchable(service, uploads)
    return [
        replace(
            _upload_view(each, each.id in indexing, document_of.get(each.id), told(service, each.cause)),
            versions=dict(states_of.get(each.id, {})),
            searchable=each.version_id in searchable and each.id not in indexing,
        )
        for each in uploads
    ]


def _searchable(service: Service, uploads: Sequence[Upload]) -> frozenset[str | None]:
    """Of the versions that uploads of one document brought, those that residents find today."""
    version_ids = [each.version_id for each in uploads if each.version_id]
    today = shanghai_day(service.now())
    intervals = service.library.intervals(version_ids) if version_ids else {}
    return frozenset(each for each, interval in intervals.items() if interval.contains(today))


def _said_again(view: UploadView) -> UploadView:
    """An upload as who sends the same again sees it: nothing of it is new."""
    if view.state is not UploadState.STORED:
        return replace(view, repeated=True)
    refused = view.counts.get(RecordOutcome.REFUSED, 0)
    counts = {RecordOutcome.UNCHANGED: sum(view.counts.values()) - refused, RecordOutcome.REFUSED: refused}
    return replace(view, repeated=True, counts={str(each): count for each, count in counts.items() if count})


def registered_view(service: Service, registered: Registered) -> RegisteredBatch:
    views = upload_views(service, registered.uploads)
    return RegisteredBatch(
        registered.batch.id,
        [_said_again(each) if each.upload_id in registered.repeated else each for each in views],
    )


def batch_view(service: Service, batch: Batch, *, with_uploads: bool) -> BatchView:
    uploads = service.records.uploads.uploads_of(batch)
    views: list[UploadView] = []
    seen: set[str] = set()
    for upload, view in zip(uploads, upload_views(service, uploads), strict=True):
        is_said_again = upload.id in seen or _came_before(upload, batch)
        views.append(_said_again(view) if is_said_again else view)
        seen.add(upload.id)
    return BatchView(
        batch_id=batch.id,
        created_at=batch.created_at,
        actor=batch.actor,
        publish=batch.publish,
        dry_run=batch.dry_run,
        files=len(uploads),
        done=sum(each.state.is_final for each in uploads),
        percent=int(100 * sum(map(_part_done, uploads)) / len(uploads)) if uploads else 100,
        states=dict(Counter(str(each.state) for each in views)),
        stages=dict(Counter(str(each.stage) for each in views)),
        uploads=views if with_uploads else [],
    )


def _came_before(upload: Upload, batch: Batch) -> bool:
    """Whether it was stored before the batch was sent. One that the batch made try again ended after that."""
    is_stored = upload.state is UploadState.STORED
    return upload.batch_id != batch.id and is_stored and upload.updated_at <= batch.created_at


def _upload_view(upload: Upload, is_indexing: bool, document_id: str | None, message: str | None) -> UploadView:
    version_id = upload.version_id
    path = f"/v1/versions/{version_id}"
    return UploadView(
        upload_id=upload.id,
        batch_id=upload.batch_id,
        file_name=upload.file_name,
        size=upload.size,
        state=upload.state,
        stage=_stage(upload.state, is_indexing),
        reason=upload.reason,
        message=message,
        retryable=upload.is_retryable,
        attempt=upload.attempt,
        records_done=upload.records_done,
        records_total=upload.records_total,
        counts=dict(upload.counts),
        dry_run=upload.dry_run,
        publish=upload.publish,
        version_id=version_id,
        document_id=document_id,
        links=VersionLinks(path, f"{path}/passages", f"{path}/diff") if version_id else None,
        created_at=upload.created_at,
        updated_at=upload.updated_at,
        report=None if upload.report is None else upload.report.as_json(),
    )


def _stage(state: UploadState, is_indexing: bool) -> UploadStage:
    if state is UploadState.STORED:
        return UploadStage.INDEXING if is_indexing else UploadStage.READY
    return UploadStage(state)


def _part_done(upload: Upload) -> float:
    if upload.state.is_final:
        return 1.0
    return upload.records_done / upload.records_total if upload.records_total else 0.0
