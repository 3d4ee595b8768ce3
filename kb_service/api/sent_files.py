"""What clients send to be taken in: forms with files, and records as JSON. All of it is hostile until checked."""

import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from fastapi import Request
from python_multipart.multipart import parse_options_header
from starlette.datastructures import FormData, UploadFile

from ingestion.frontmatter import named_in_english, once_each
from ingestion.records import read_record
from kb_service.api.sizes import LARGEST_FILE
from kb_service.domain.causes import Cause
from kb_service.domain.errors import InvalidRecord
from kb_service.domain.privacy import is_storable
from kb_service.domain.space import told_of_a_full_disk
from kb_service.domain.uploads import Arrival, safe_file_name
from kb_service.ports import Blobs

_TEXTS = ("answer", "text", "file")
_PARTS = frozenset({"files", "fields", "dry_run", "publish"})


def is_form(request: Request) -> bool:
    return request.headers.get("content-type", "").lower().startswith("multipart/form-data")


@asynccontextmanager
async def sent_form(request: Request, *, most_files: int, most_fields: int) -> AsyncIterator[FormData]:
    """Files are spooled to the disk and gone afterwards. Raises InvalidRecord for what is not written in UTF-8, and
    NotEnoughSpace."""
    charset = parse_options_header(request.headers.get("content-type", ""))[1].get(b"charset", b"utf-8")
    if charset.lower().replace(b"-", b"") != b"utf8":
        raise InvalidRecord(
            f"a form is read as UTF-8, not as {charset[:40].decode(errors='backslashreplace')}", Cause("form_not_utf8")
        )
    with told_of_a_full_disk("what was sent"):
        form = await request.form(max_files=most_files, max_fields=most_fields)
    try:
        if not all(map(is_storable, form)):
            raise InvalidRecord("the form has a part whose name is no text", Cause("odd_characters"))
        yield form
    finally:
        await form.close()


@dataclass(frozen=True, slots=True)
class SentForm:
    form: FormData

    def files(self) -> list[UploadFile]:
        """Raises InvalidRecord for a form without files, and for parts that nobody would read."""
        if unknown := sorted(set(self.form.keys()) - _PARTS):
            raise InvalidRecord(
                f"the form may have {', '.join(sorted(_PARTS))}, not {', '.join(unknown)}",
                Cause("unknown_parts", {"parts": "、".join(unknown)}),
            )
        found = [each for each in self.form.getlist("files") if isinstance(each, UploadFile)]
        if not found:
            raise InvalidRecord("the form has no part 'files' with a file in it", Cause("no_files_sent"))
        return found

    def flag(self, name: str) -> bool:
        """False unless given. Raises InvalidRecord for anything but true and false."""
        written = str(self.form.get(name, "false")).strip().lower()
        if written not in ("true", "false"):
            raise InvalidRecord(
                f"{name} must be true or false, not {written[:20]!r}", Cause("not_true_or_false", {"name": name})
            )
        return written == "true"

    def fields(self) -> dict[str, Any]:
        """In one form, however they were written, so that the same fields are known again. Raises InvalidRecord."""
        said = _object(str(self.form.get("fields") or "{}"), "fields", Cause("fields_not_object"))
        fields = named_in_english(said, refused=InvalidRecord)
        if given := [name for name in _TEXTS if fields.get(name)]:
            raise InvalidRecord(
                f"{', '.join(given)} cannot be given beside files, which are the text",
                Cause("text_beside_files", {"fields": "、".join(given)}),
            )
        return dict(read_record(fields).model_dump(mode="json", exclude_defaults=True))


def arrivals_of(sent: SentForm, blobs: Blobs) -> list[Arrival]:
    """The files, their bytes kept. Raises InvalidRecord, for the whole request and before anything is kept."""
    files, fields = sent.files(), sent.fields()
    if fields.get("id") and len(files) > 1:
        raise InvalidRecord(
            "an id can be given with a single file only: each file is a document of its own", Cause("one_id_for_many")
        )
    return [_arrival(each, fields, blobs) for each in files]


def _arrival(file: UploadFile, fields: Mapping[str, Any], blobs: Blobs) -> Arrival:
    name = safe_file_name(file.filename or "")
    size = file.size or 0
    if size > LARGEST_FILE:
        reason = f"{name} is larger than {LARGEST_FILE // 2**20} MB; split it or remove its pictures"
        cause = Cause("file_too_large", {"limit": LARGEST_FILE // 2**20})
        return Arrival(name, size, blobs.sha256_of(file.file), fields, reason, cause)
    return Arrival(name, size, blobs.keep_file(file.file), fields)


def inline_record(body: bytes) -> dict[str, Any]:
    """A record of the bulk format with its text in it. Raises InvalidRecord."""
    if not body.strip():
        raise InvalidRecord(
            "nothing was sent; send files as multipart/form-data, or a record as JSON", Cause("nothing_sent")
        )
    try:
        text = body.decode("utf-8")
    except UnicodeDecodeError as error:
        raise InvalidRecord("the body is not UTF-8", Cause("body_not_utf8")) from error
    fields = _object(text, "the body", Cause("body_not_object"))
    return dict(
        named_in_english(
            {name: value for name, value in fields.items() if not str(name).startswith("_")}, refused=InvalidRecord
        )
    )


def _object(text: str, what: str, cause: Cause) -> dict[object, object]:
    try:
        parsed = json.loads(text, object_pairs_hook=once_each)
    except (ValueError, RecursionError) as error:
        raise InvalidRecord(f"{what} must be a JSON object: {error}", cause) from error
    if not isinstance(parsed, dict):
        raise InvalidRecord(f"{what} must be a JSON object", cause)
    return parsed
