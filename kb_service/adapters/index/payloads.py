"""A point's payload as both engines keep it, and back."""

from collections.abc import Mapping
from typing import Any

from kb_service.domain.documents import Audience, Kind
from kb_service.ports import PointPayload

KEYWORD_FIELDS = ("document_id", "version_id", "kind", "matter_id", "department", "region", "audience")
INTEGER_FIELDS = ("start_day", "end_day", "is_published")
HIT_FIELDS = ("passage_id", "version_id", "document_id")


def payload_as_dict(payload: PointPayload) -> dict[str, str | int]:
    """Without the fields that are None: an engine deletes a key that is set to null, so absence is the one form.

    ``is_published`` is 0 or 1, because Qdrant Edge 0.9 reads ``MatchValue(True)`` as the integer 1, which matches no
    stored boolean.
    """
    value_of: dict[str, str | int | None] = {
        "passage_id": payload.passage_id,
        "version_id": payload.version_id,
        "document_id": payload.document_id,
        "kind": payload.kind.value,
        "matter_id": payload.matter_id,
        "department": payload.department,
        "region": payload.region,
        "audience": payload.audience.value if payload.audience else None,
        "start_day": payload.start_day,
        "end_day": payload.end_day,
        "is_published": int(payload.is_published),
    }
    return {key: value for key, value in value_of.items() if value is not None}


def payload_from_dict(value_of: Mapping[str, Any]) -> PointPayload:
    """Raises KeyError or ValueError when a point was not written by this service."""
    audience = value_of.get("audience")
    return PointPayload(
        passage_id=value_of["passage_id"],
        version_id=value_of["version_id"],
        document_id=value_of["document_id"],
        kind=Kind(value_of["kind"]),
        matter_id=value_of.get("matter_id"),
        department=value_of.get("department"),
        region=value_of.get("region"),
        audience=Audience(audience) if audience is not None else None,
        start_day=int(value_of["start_day"]),
        end_day=int(value_of["end_day"]),
        is_published=bool(value_of["is_published"]),
    )
