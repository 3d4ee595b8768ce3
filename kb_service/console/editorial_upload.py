"""Files on their way in: the form, a batch with the status of each file, another try."""

import json
from collections.abc import AsyncIterator, Mapping, Sequence
from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response
from starlette.datastructures import FormData, UploadFile

from kb_service.api.access import Editor, ServiceOf, Staff
from kb_service.api.record_shapes import RecordView, record_view
from kb_service.api.sent_files import SentForm, arrivals_of, sent_form
from kb_service.api.upload_shapes import BatchView, UploadStage, batch_view
from kb_service.api.uploads import retried
from kb_service.console.admission import Shown, text_field
from kb_service.console.screens import Trouble, page, see, settled
from kb_service.domain.documents import Audience, Kind
from kb_service.domain.uploads import RecordOutcome
from kb_service.service import Service

router = APIRouter(prefix="/console", include_in_schema=False, route_class=Shown)

_MOST_FILES = 1000
_LAST_BATCHES = 10
# All of them are in the file that the page links to.
_MOST_REFUSED_OF_A_FILE = 20
_MOST_REFUSED_IN_ALL = 400
_UNDER_WAY = (UploadStage.WAITING, UploadStage.READING, UploadStage.INDEXING)
_FIELDS = (
    "kind", "matter", "department", "region", "audience", "effective_from", "valid_through", "issued_on",
    "document_number", "replaces",
)  # fmt: skip


async def _files(request: Request) -> AsyncIterator[FormData]:
    """Spooled to the disk, gone after the request."""
    async with sent_form(request, most_files=_MOST_FILES, most_fields=50) as form:
        yield form


FilesOf = Annotated[FormData, Depends(_files)]


@router.get("/upload")
def upload_page(request: Request, service: ServiceOf, actor: Editor) -> Response:
    return _upload_page(request, service, None, {})


@router.post("/upload")
def upload(request: Request, service: ServiceOf, actor: Editor, form: FilesOf) -> Response:
    typed = {name: text_field(form, name).strip() for name in _FIELDS}
    # A browser sends an empty nameless file where none was chosen.
    files = [each for each in form.getlist("files") if isinstance(each, UploadFile) and each.filename]
    if not files:
        return _upload_page(request, service, Trouble("no_file"), typed)

    def act() -> Response:
        arrivals = arrivals_of(_sent(files, typed), service.records.blobs)
        registered = service.records.uploads.register(arrivals, actor=actor.person_id, at=service.now())
        return see(f"/console/batches/{registered.batch.id}")

    return settled(act, lambda trouble, _: _upload_page(request, service, trouble, typed))


@router.get("/batches/{batch_id}")
def batch(request: Request, batch_id: str, service: ServiceOf, actor: Staff) -> Response:
    """How far each file has come. A script asks for news; without one the page reloads itself."""
    view = batch_view(service, service.records.uploads.batch(batch_id), with_uploads=True)
    is_under_way = any(view.stages.get(stage) for stage in _UNDER_WAY)
    return page(
        request,
        "batch.html",
        batch=view,
        is_under_way=is_under_way,
        refused_of=_refused_records(service, view),
    )


def _refused_records(service: Service, batch: BatchView) -> Mapping[str, Sequence[RecordView]]:
    """The first refused rows or lines of each file that has such, by upload id; no more than a page can show."""
    refused_of: dict[str, list[RecordView]] = {}
    room = _MOST_REFUSED_IN_ALL
    for each in batch.uploads:
        if room <= 0 or each.upload_id in refused_of or not each.counts.get(RecordOutcome.REFUSED):
            continue
        limit = min(room, _MOST_REFUSED_OF_A_FILE)
        found = service.records.uploads.records(each.upload_id, outcome=RecordOutcome.REFUSED, limit=limit)
        if numbered := [record_view(service, one) for one in found if one.line is not None]:
            refused_of[each.upload_id] = numbered
            room -= len(numbered)
    return refused_of


@router.post("/uploads/{upload_id}/retry")
def retry(upload_id: str, service: ServiceOf, actor: Editor) -> Response:
    _, waiting = retried(service, upload_id, actor)
    return see(f"/console/batches/{waiting.batch_id}", done="retried")


def _upload_page(request: Request, service: Service, trouble: Trouble | None, typed: dict[str, str]) -> Response:
    batches = service.records.uploads.batches(limit=_LAST_BATCHES)
    return page(
        request,
        "upload.html",
        trouble=trouble,
        typed=typed,
        kinds=list(Kind),
        audiences=list(Audience),
        matters=service.catalogue.matters(),
        departments=service.catalogue.departments(),
        batches=[batch_view(service, each, with_uploads=False) for each in batches],
    )


def _sent(files: list[UploadFile], typed: dict[str, str]) -> SentForm:
    """The form of `/v1/documents`."""
    fields = json.dumps({name: value for name, value in typed.items() if value}, ensure_ascii=False)
    return SentForm(FormData([*(("files", each) for each in files), ("fields", fields)]))
