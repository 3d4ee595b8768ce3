"""`/v1/talks/{id}/attachments` and `/v1/escalations/{id}/attachments`: pictures and recorded sound in a talk.

Each comes as a form with one file and becomes a message of its own, with the words beside it.
"""

import re
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Header, Path, Query, Request, Response
from fastapi.exceptions import RequestValidationError
from pydantic import ValidationError
from starlette.datastructures import FormData, UploadFile

from kb_service.api.access import Asker, HelperActor, ServiceOf
from kb_service.api.request_body import MessageKey
from kb_service.api.sent_files import is_form, sent_form
from kb_service.api.talk_shapes import EscalationShown, MessageShown, Showing
from kb_service.api.talks import SayRequest, as_written, conversation_of
from kb_service.domain.attachments import AttachedFile
from kb_service.domain.causes import Cause
from kb_service.domain.errors import AttachmentRefused, InvalidRecord
from kb_service.helping.attaching import attached_file, require_size
from kb_service.service import Service

router = APIRouter(prefix="/v1", tags=["attachments"])

_PARTS = frozenset({"file", "text", "channel", "user_ref"})
_MOST_FILES = 5
_FORM = {
    "type": "object",
    "properties": {
        "file": {"type": "string", "format": "binary", "description": "What it is, is found in its bytes."},
        "text": {"type": "string", "description": "Words beside it."},
        "channel": {"type": "string"},
        "user_ref": {"type": "string", "description": "As it was sent with the question."},
    },
    "required": ["file"],
}
_SENT = {"requestBody": {"content": {"multipart/form-data": {"schema": _FORM}}, "required": True}}
_ANY = {"schema": {"type": "string", "format": "binary"}}
_FILE: dict[int | str, dict[str, Any]] = {
    200: {"content": {"image/*": _ANY, "audio/*": _ANY}},
    206: {"description": "The part that Range asks for."},
}
# Opened by itself it is shown, and does nothing.
_POLICY = "default-src 'none'; img-src 'self'; media-src 'self'; style-src 'unsafe-inline'; sandbox"
_HEADERS = {
    "Content-Security-Policy": _POLICY,
    "X-Content-Type-Options": "nosniff",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
    "Accept-Ranges": "bytes",
}
_ENDINGS = {
    "image/png": "png",
    "image/jpeg": "jpg",
    "audio/webm": "webm",
    "audio/ogg": "ogg",
    "audio/mp4": "m4a",
    "audio/mpeg": "mp3",
    "audio/wav": "wav",
}


async def _form(request: Request) -> AsyncIterator[FormData]:
    """The file is spooled to the disk and gone after the request."""
    if not is_form(request):
        raise InvalidRecord("send the file as multipart/form-data", Cause("form_expected"))
    async with sent_form(request, most_files=_MOST_FILES, most_fields=len(_PARTS)) as form:
        yield form


# The actor comes first: nobody without the role fills the disk.
FormOf = Annotated[FormData, Depends(_form)]
Number = Annotated[int, Path(ge=1, le=2**31 - 1)]
RangeOf = Annotated[str | None, Header(alias="Range", max_length=100)]


@dataclass(frozen=True, slots=True)
class _Sent:
    """What came in the form, checked as a message's body is."""

    said: SayRequest
    files: tuple[AttachedFile, ...]


@router.post("/talks/{talk_id}/attachments", status_code=201, openapi_extra=_SENT)
def attach(talk_id: str, actor: Asker, service: ServiceOf, form: FormOf, key: MessageKey = None) -> MessageShown:
    """The person sends a picture or recorded sound."""
    sent = _sent(service, form)
    conversation = conversation_of(service, actor, channel=sent.said.channel, user_ref=sent.said.user_ref)
    written = service.helping.say(talk_id, conversation, sent.said.text, files=sent.files, key=key)
    return as_written(service, talk_id, written[1])


@router.post("/escalations/{escalation_id}/attachments", openapi_extra=_SENT)
def attach_to_reply(
    escalation_id: str, actor: HelperActor, service: ServiceOf, form: FormOf, key: MessageKey = None
) -> EscalationShown:
    """The helper in charge replies with a picture or recorded sound."""
    sent = _sent(service, form)
    return Showing(service).escalation(
        service.helping.reply(escalation_id, actor.person_id, sent.said.text, files=sent.files, key=key)
    )


@router.get("/talks/{talk_id}/attachments/{number}", response_class=Response, responses=_FILE)
def attachment(
    talk_id: str,
    number: Number,
    service: ServiceOf,
    actor: Asker,
    channel: Annotated[str | None, Query(max_length=100)] = None,
    user_ref: Annotated[str | None, Query(max_length=200)] = None,
    part: RangeOf = None,
) -> Response:
    """To the key, channel and user that asked."""
    found = service.records.escalations.escalation(talk_id)
    found.require_of(conversation_of(service, actor, channel=channel, user_ref=user_ref))
    return _shown(service.records.attachments.file(talk_id, number), number, part)


@router.get("/escalations/{escalation_id}/attachments/{number}", response_class=Response, responses=_FILE)
def attachment_for_helpers(
    escalation_id: str, number: Number, service: ServiceOf, actor: HelperActor, part: RangeOf = None
) -> Response:
    """To helpers of its department; as with the messages, who is not in charge leaves an entry in the trail."""
    service.helping.read(escalation_id, actor.person_id)
    return _shown(service.records.attachments.file(escalation_id, number), number, part)


def _sent(service: Service, form: FormData) -> _Sent:
    if unknown := sorted(set(form.keys()) - _PARTS):
        raise InvalidRecord(
            f"the form may have {', '.join(sorted(_PARTS))}, not {', '.join(unknown)}",
            Cause("unknown_attachment_parts", {"parts": "、".join(unknown)}),
        )
    files = [each for each in form.getlist("file") if isinstance(each, UploadFile)]
    if len(files) != 1:
        raise AttachmentRefused("send one file with each message, in the part 'file'", Cause("one_attachment"))
    fields = {name: value for name in _PARTS - {"file"} if isinstance(value := form.get(name), str)}
    said = _said({"text": "", **fields})
    most_mb = service.settings.attachment_mb
    require_size(files[0].size or 0, most_mb)
    files[0].file.seek(0)
    return _Sent(said, (attached_file(files[0].file.read(), clean=service.cleaning.cleaned, most_mb=most_mb),))


def _said(fields: dict[str, str]) -> SayRequest:
    """Checked as the body of a message is, and told in the same words. Raises RequestValidationError."""
    try:
        return SayRequest.model_validate(fields)
    except ValidationError as error:
        raise RequestValidationError([{**each, "loc": ("body", *each["loc"])} for each in error.errors()]) from error


def _shown(file: AttachedFile, number: int, part: str | None) -> Response:
    """Browsers ask for a part of sound when somebody moves within it; some play none that is not given in parts."""
    size = len(file.content)
    name = f'inline; filename="{number}.{_ENDINGS[file.media_type]}"'
    headers = {**_HEADERS, "Content-Disposition": name}
    wanted = _part(part, size)
    if wanted is None:
        return Response(file.content, media_type=file.media_type, headers=headers)
    if not wanted:
        return Response(status_code=416, headers=headers | {"Content-Range": f"bytes */{size}"})
    headers["Content-Range"] = f"bytes {wanted.start}-{wanted.stop - 1}/{size}"
    content = file.content[wanted.start : wanted.stop]
    return Response(content, status_code=206, media_type=file.media_type, headers=headers)


def _part(written: str | None, size: int) -> range | None:
    """RFC 9110, 14.1.2; None for the whole, which is also what an unknown or manifold range gets; empty where there
    is nothing."""
    found = re.fullmatch(r"bytes=(\d{0,18})-(\d{0,18})", (written or "").strip())
    if found is None or not (found[1] or found[2]):
        return None
    if not found[1]:
        return range(max(0, size - int(found[2])), size)
    start, end = int(found[1]), int(found[2]) if found[2] else size - 1
    return None if end < start and found[2] else range(start, min(end + 1, size))
