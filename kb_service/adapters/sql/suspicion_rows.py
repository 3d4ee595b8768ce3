"""Rows of suspicions, and what is shown of their two sides."""

from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, FromClause, Row, Select, select

from kb_service.adapters.sql.tables import passages, suspicions, versions
from kb_service.domain.documents import VersionState
from kb_service.domain.suspicions import (
    Place,
    Side,
    Suspected,
    Suspicion,
    SuspicionKind,
    SuspicionState,
)

OURS, THEIRS = versions.alias("ours"), versions.alias("theirs")
_OUR_PASSAGE, _THEIR_PASSAGE = passages.alias("our_passage"), passages.alias("their_passage")
_SIDE_COLUMNS = ("document_id", "state", "title", "question", "matter_id", "effective_from", "effective_to")


def _side_columns(prefix: str, version: FromClause, passage: FromClause) -> list[ColumnElement[Any]]:
    said = [version.c[name].label(f"{prefix}_{name}") for name in _SIDE_COLUMNS]
    return [*said, *(passage.c[name].label(f"{prefix}_{name}") for name in ("text", "heading_path"))]


SHOWN: Select[Any] = (
    select(
        suspicions,
        *_side_columns("our", OURS, _OUR_PASSAGE),
        *_side_columns("their", THEIRS, _THEIR_PASSAGE),
    )
    .join(OURS, OURS.c.id == suspicions.c.version_id)
    .join(THEIRS, THEIRS.c.id == suspicions.c.other_version_id)
    .outerjoin(_OUR_PASSAGE, _OUR_PASSAGE.c.id == suspicions.c.passage_id)
    .outerjoin(_THEIR_PASSAGE, _THEIR_PASSAGE.c.id == suspicions.c.other_passage_id)
)


def suspicion_row(each: Suspected, suspicion_id: str, at: datetime) -> dict[str, Any]:
    return {
        "id": suspicion_id,
        "fingerprint": each.fingerprint,
        "kind": each.kind,
        "state": SuspicionState.OPEN,
        "version_id": each.ours.version_id,
        "other_version_id": each.theirs.version_id,
        "passage_id": each.ours.passage_id,
        "other_passage_id": each.theirs.passage_id,
        "detail": {"likeness": each.likeness, "ours": _spans(each.ours), "theirs": _spans(each.theirs)},
        "found_at": at,
    }


def _spans(place: Place) -> dict[str, Any]:
    return {"span": place.span, "figures": place.figures}


def suspicion(row: Row[Any]) -> Suspicion:
    return Suspicion(
        id=row.id,
        kind=SuspicionKind(row.kind),
        state=SuspicionState(row.state),
        ours=_side(row, "our", row.version_id, row.passage_id, row.detail["ours"]),
        theirs=_side(row, "their", row.other_version_id, row.other_passage_id, row.detail["theirs"]),
        likeness=row.detail["likeness"],
        found_at=row.found_at,
        decided_at=row.decided_at,
        decided_by=row.decided_by,
        reason=row.decision_reason,
    )


def _side(row: Row[Any], prefix: str, version_id: str, passage_id: str | None, spans: dict[str, Any]) -> Side:
    said = {name: row._mapping[f"{prefix}_{name}"] for name in (*_SIDE_COLUMNS, "text", "heading_path")}
    span = tuple(spans["span"]) if spans["span"] else None
    place = Place(version_id, passage_id, span, tuple((start, end) for start, end in spans["figures"]))
    state, headings = VersionState(said.pop("state")), tuple(said.pop("heading_path") or ())
    return Side(place=place, state=state, heading_path=headings, **said)
