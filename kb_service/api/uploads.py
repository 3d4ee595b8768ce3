"""`/v1/documents`, `/v1/uploads`, `/v1/batches`: files and records on their way in."""

from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request, Response
from starlette.datastructures import FormData

from kb_service.api.access import Editor, ServiceOf, Staff
from kb_service.api.record_shapes import RecordList, record_view, refused_lines
from kb_service.api.sent_files import SentForm, arrivals_of, inline_record, is_form, sent_form
from kb_service.api.sizes import LARGEST_NUMBER
from kb_service.api.upload_shapes import (
    BatchList,
    BatchView,
    RegisteredBatch,
    StoredRecord,
    UploadView,
    batch_view,
    registered_view,
    upload_views,
)
from kb_service.domain.causes import Cause
from kb_service.domain.errors import InvalidRecord, NotAllowed
from kb_service.domain.people import Actor, Role
from kb_service.domain.uploads import Arrival, RecordOutcome, Registered, Upload
from kb_service.service import Service

router = APIRouter(prefix="/v1", tags=["uploads"])


_MOST_FILES = 1000
_FORM = {
    "type": "object",
    "properties": {
        "files": {"type": "array", "items": {"type": "string", "format": "binary"}},
        "fields": {"type": "string", "description": "A JSON object in the names of the bulk format."},
    },
    "required": ["files"],
}
_FLAGS = {name: {"type": "boolean", "default": False} for name in ("dry_run", "publish")}
_IMPORT_FORM = _FORM | {"properties": _FORM["properties"] | _FLAGS}  # type: ignore[operator]
_SENT = {"multipart/form-data": {"schema": _FORM}, "application/json": {"schema": {"type": "object"}}}
_IMPORTED = {"multipart/form-data": {"schema": _IMPORT_FORM}}


async def _form(request: Request) -> AsyncIterator[FormData | None]:
    """Files are spooled to the disk and gone after the request; None without a form."""
    if not is_form(request):
        yield None
        return
    async with sent_form(request, most_files=_MOST_FILES, most_fields=10) as form:
        yield form


async def _body(request: Request) -> bytes:
    """Empty for a form."""
    return b"" if is_form(request) else await request.body()


# The actor comes first: nobody without the role fills the disk.
FormOf = Annotated[FormData | None, Depends(_form)]
BodyOf = Annotated[bytes, Depends(_body)]


@router.post(
    "/documents",
    status_code=202,
    openapi_extra={"requestBody": {"content": _SENT, "required": True}},
    responses={200: {"description": "The same record is there already."}, 201: {"description": "A record, stored."}},
)
def documents(
    actor: Editor, service: ServiceOf, form: FormOf, body: BodyOf, response: Response
) -> RegisteredBatch | StoredRecord:
    """Files, each with its own status from then on, or one record of the bulk format as JSON, stored at once.

    What came before with the same fields is not taken in again; what was refused or failed is tried again.
    """
    if form is None:
        return _record(service, body, actor, response)
    sent = SentForm(form)
    return _register(service, arrivals_of(sent, service.records.blobs), actor)


@router.post(
    "/documents:import",
    status_code=202,
    openapi_extra={"requestBody": {"content": _IMPORTED, "required": True}},
)
def bulk_import(actor: Editor, service: ServiceOf, form: FormOf) -> RegisteredBatch:
    """Files of many records, or any documents. ``dry_run`` says of each record what would happen and stores nothing.

    ``publish`` is the audited exception to the two-person rule: an administrator's, recorded under their name.
    """
    if form is None:
        raise InvalidRecord("send the files as multipart/form-data", Cause("form_expected"))
    sent = SentForm(form)
    publish, dry_run = sent.flag("publish"), sent.flag("dry_run")
    if publish:
        _require_admin(actor)
    arrivals = arrivals_of(sent, service.records.blobs)
    return _register(service, arrivals, actor, publish=publish, dry_run=dry_run)


def _register(
    service: Service, arrivals: list[Arrival], actor: Actor, *, publish: bool = False, dry_run: bool = False
) -> RegisteredBatch:
    registered: Registered = service.records.uploads.register(
        arrivals, actor=actor.person_id, at=service.now(), publish=publish, dry_run=dry_run
    )
    return registered_view(service, registered)


def _record(service: Service, body: bytes, actor: Actor, response: Response) -> StoredRecord:
    draft = service.reading().record(inline_record(body))
    stored = service.records.intake.store_one(draft, actor=actor.person_id, at=service.now())
    response.status_code = 200 if stored.status == RecordOutcome.UNCHANGED else 201
    service.jobs.follow()
    return StoredRecord(stored.document_id, stored.version_id, RecordOutcome(stored.status))


@router.get("/batches")
def batches(
    service: ServiceOf,
    _actor: Staff,
    limit: Annotated[int, Query(ge=1, le=100)] = 20,
    cursor: Annotated[str | None, Query(max_length=36)] = None,
) -> BatchList:
    """The newest first, without their uploads."""
    found = service.records.uploads.batches(limit=limit + 1, after=cursor)
    views = [batch_view(service, each, with_uploads=False) for each in found[:limit]]
    return BatchList(views, found[limit - 1].id if len(found) > limit else None)


@router.get("/batches/{batch_id}")
def batch(batch_id: str, service: ServiceOf, _actor: Staff) -> BatchView:
    """How far each file has come."""
    return batch_view(service, service.records.uploads.batch(batch_id), with_uploads=True)


@router.get("/batches/{batch_id}/refused", response_class=Response)
def refused(batch_id: str, service: ServiceOf, _actor: Staff) -> Response:
    """The refused records as they came, with `_file`, `_line`, `_reason`, `_message`: to be mended and sent again."""
    lines = "".join(refused_lines(service, service.records.uploads.batch(batch_id)))
    headers = {"Content-Disposition": f'attachment; filename="refused-{batch_id[:8]}.jsonl"'}
    return Response(lines, media_type="application/x-ndjson", headers=headers)


@router.get("/uploads/{upload_id}")
def upload(upload_id: str, service: ServiceOf, _actor: Staff) -> UploadView:
    return upload_views(service, [service.records.uploads.upload(upload_id)])[0]


@router.get("/uploads/{upload_id}/records")
def records(
    upload_id: str,
    service: ServiceOf,
    _actor: Staff,
    outcome: RecordOutcome | None = None,
    limit: Annotated[int, Query(ge=1, le=500)] = 100,
    cursor: Annotated[int, Query(ge=-1, le=LARGEST_NUMBER)] = -1,
) -> RecordList:
    """The refused records in the order of the file; of a dry run all records, with what would happen."""
    uploads = service.records.uploads
    found = uploads.records(uploads.upload(upload_id).id, outcome=outcome, after=cursor, limit=limit + 1)
    return RecordList(
        [record_view(service, each) for each in found[:limit]], found[limit - 1].ordinal if len(found) > limit else None
    )


@router.post("/uploads/{upload_id}:retry", status_code=202)
def retry(upload_id: str, service: ServiceOf, actor: Editor) -> UploadView:
    """Try a refused or failed upload again, from its beginning. One that publishes is an administrator's to try.

    ``retryable``: whether that can help, by what it came to nothing for.
    """
    was, waiting = retried(service, upload_id, actor)
    return replace(upload_views(service, [waiting])[0], retryable=was.is_retryable)


def retried(service: Service, upload_id: str, actor: Actor) -> tuple[Upload, Upload]:
    """As it was, and as it is now."""
    was = service.records.uploads.upload(upload_id)
    if was.publish:
        _require_admin(actor)
    return was, service.records.uploads.retry(upload_id, at=service.now())


def _require_admin(actor: Actor) -> None:
    if Role.ADMIN not in actor.roles:
        raise NotAllowed(
            "only an administrator may publish without review; leave publish out and the drafts can be reviewed"
        )
