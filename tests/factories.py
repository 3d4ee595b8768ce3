"""Nouns with boring defaults: a test states only what matters to it."""

from datetime import UTC, date, datetime
from typing import Any

from kb_service.domain.answers import Question
from kb_service.domain.documents import (
    DraftPassage,
    Kind,
    Metadata,
    Passage,
    PassageInVersion,
    Timespan,
    VersionDraft,
    VersionState,
)

NOON = datetime(2026, 7, 1, 4, 0, tzinfo=UTC)


def day(text: str) -> date:
    return date.fromisoformat(text)


def timespan(
    version_id: str,
    start: str | None = None,
    end: str | None = None,
    *,
    state: VersionState = VersionState.APPROVED,
    approved_at: datetime = NOON,
) -> Timespan:
    return Timespan(version_id, state, day(start) if start else None, day(end) if end else None, approved_at)


def metadata(title: str = "居住证签注办事指南", **said: Any) -> Metadata:
    return Metadata(**({"title": title, "kind": Kind.PROCEDURE} | said))


def draft(document_id: str = "guide", text: str = "签注免费。", **said: Any) -> VersionDraft:
    return VersionDraft(document_id, metadata(**said), text, (DraftPassage(0, len(text)),))


def passage_in_version(
    text: str = "签注免费。",
    *,
    headings: tuple[str, ...] = (),
    passage_id: str = "p1",
    document_id: str = "guide",
    **said: Any,
) -> PassageInVersion:
    passage = Passage(passage_id, f"version-of-{document_id}", 0, text, 0, len(text), headings)
    return PassageInVersion(passage, document_id, VersionState.APPROVED, metadata(**said))


def question(text: str = "签注要钱吗", *, as_of: str = "2026-07-01", **said: Any) -> Question:
    return Question(text=text, as_of=day(as_of), asked_at=NOON, **said)
