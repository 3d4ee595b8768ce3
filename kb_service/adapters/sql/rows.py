"""Between the nouns of the domain and rows of the tables."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any
from uuid import NAMESPACE_OID, uuid5

from sqlalchemy import ColumnElement, Connection, Row, Select, tuple_

from kb_service.adapters.sql.tables import versions
from kb_service.domain.causes import Cause
from kb_service.domain.documents import Audience, Kind, Metadata, Version, VersionDraft, VersionState
from kb_service.domain.errors import InvalidRecord
from kb_service.ports import Approval

_FIELDS = tuple(Metadata.__dataclass_fields__)
METADATA_COLUMNS = tuple(versions.c[name] for name in _FIELDS)


def metadata(row: Row[Any]) -> Metadata:
    return Metadata(
        title=row.title,
        kind=Kind(row.kind),
        question=row.question,
        similar_questions=tuple(row.similar_questions),
        negative_questions=tuple(row.negative_questions),
        matter_id=row.matter_id,
        department=row.department,
        region=row.region,
        audience=Audience(row.audience) if row.audience else None,
        effective_from=row.effective_from,
        effective_to=row.effective_to,
        issued_on=row.issued_on,
        document_number=row.document_number,
        source_url=row.source_url,
        replaces=row.replaces,
        repeals=tuple(row.repeals or ()),
        amends=row.amends,
        review_by=row.review_by,
    )


def version(row: Row[Any]) -> Version:
    return Version(
        id=row.id,
        document_id=row.document_id,
        text=row.text,
        metadata=metadata(row),
        state=VersionState(row.state),
        created_at=row.created_at,
        created_by=row.created_by,
        approved_at=row.approved_at,
        approved_by=row.approved_by,
        published_at=row.published_at,
        approval_rule=row.approval_rule,
        revision=row.revision,
        content_sha256=row.content_sha256,
        submitted_at=row.submitted_at,
        submitted_by=row.submitted_by,
        late_reason=row.late_reason,
        rejection_reason=row.rejection_reason,
        source_name=row.source_name,
        blob_sha256=row.blob_sha256,
        upload_id=row.upload_id,
    )


def content_sha256(text: str, metadata: Metadata) -> str:
    """Of everything a reader would see: text and metadata, not the file it came in, nor when it is to be looked at."""
    # Fields that came later count only where they say something: what was stored before them keeps its hash.
    fields = {name: value for name, value in asdict(metadata).items() if value or name not in ("repeals", "amends")}
    fields.pop("review_by", None)
    content = json.dumps([text, fields], default=str, ensure_ascii=False, sort_keys=True)
    return hashlib.sha256(content.encode("utf-8", "surrogatepass")).hexdigest()


def document_row(draft: VersionDraft, at: datetime) -> Mapping[str, Any]:
    kind = draft.metadata.kind
    return {"id": draft.document_id, "kind": kind, "created_at": at, "revision": 0, "synced_revision": 0}


def metadata_row(metadata: Metadata) -> dict[str, Any]:
    row = {name: getattr(metadata, name) for name in _FIELDS}
    row |= {name: list(row[name]) for name in ("similar_questions", "negative_questions")}
    return row | {"repeals": list(metadata.repeals) or None}


def version_row(
    draft: VersionDraft,
    version_id: str,
    content: str,
    actor: str,
    at: datetime,
    approval: Approval | None,
    upload_id: str | None = None,
) -> Mapping[str, Any]:
    return metadata_row(draft.metadata) | {
        "id": version_id,
        "document_id": draft.document_id,
        "state": VersionState.APPROVED if approval else VersionState.DRAFT,
        "text": draft.text,
        "content_sha256": content,
        "source_name": draft.source_name,
        "blob_sha256": draft.blob_sha256,
        "created_at": at,
        "created_by": actor,
        "approved_at": approval.at if approval else None,
        "approved_by": approval.actor if approval else None,
        "approval_rule": approval.rule if approval else None,
        "question_key": draft.question_key,
        "upload_id": upload_id,
        "revision": 1,
    }


def passage_id(version_id: str, ordinal: int) -> str:
    return str(uuid5(NAMESPACE_OID, f"{version_id}/{ordinal}"))


def passage_rows(draft: VersionDraft, version_id: str) -> Sequence[Mapping[str, Any]]:
    return [
        {
            "id": passage_id(version_id, ordinal),
            "version_id": version_id,
            "ordinal": ordinal,
            "text": draft.text[passage.start : passage.end],
            "start": passage.start,
            "end": passage.end,
            "heading_path": list(passage.heading_path),
            "page": passage.page,
            "second": passage.second,
        }
        for ordinal, passage in enumerate(draft.passages)
    ]


def page_of(
    connection: Connection,
    query: Select[Any],
    moment: ColumnElement[datetime],
    id: ColumnElement[str],
    limit: int,
    cursor: str | None,
) -> tuple[Sequence[Row[Any]], str | None]:
    """Rows with the latest ``moment`` first, from behind the cursor on, and the cursor of the page after them.

    Raises InvalidRecord for a cursor that is none of ours.
    """
    if cursor is not None:
        query = query.where(tuple_(moment, id) < _place(cursor))
    found = connection.execute(query.order_by(moment.desc(), id.desc()).limit(limit + 1)).all()
    if len(found) <= limit:
        return found, None
    last_shown = found[limit - 1]._mapping
    return found[:limit], f"{last_shown[moment].isoformat()}|{last_shown[id]}"


def _place(cursor: str) -> tuple[datetime, str]:
    at, _, last = cursor.partition("|")
    try:
        moment = datetime.fromisoformat(at).astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise InvalidRecord(
            f"{cursor!r} is no cursor; take next_cursor of the page before", Cause("wrong_cursor")
        ) from error
    return moment, last
