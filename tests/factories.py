"""Nouns with boring defaults: a test states only what matters to it."""

from collections.abc import Generator
from datetime import UTC, date, datetime
from typing import Any, TypeVar

from kb_service.asking.reading.understanding import Understanding
from kb_service.asking.search.fusing import FusedHit
from kb_service.asking.search.retrieving import Candidate
from kb_service.domain.answers import (
    Answer,
    Citation,
    HandOver,
    Outcome,
    Possible,
    Question,
    UnderstoodAs,
)
from kb_service.domain.days import Interval, shanghai_day
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
from kb_service.domain.open_points import OpenPoint
from kb_service.domain.rehearsals import Rehearsal
from kb_service.ports import Scheduled

T = TypeVar("T")

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
    issued_on: str | None = None,
    document_number: str | None = None,
) -> Timespan:
    return Timespan(
        version_id,
        state,
        day(start) if start else None,
        day(end) if end else None,
        approved_at,
        issued_on=day(issued_on) if issued_on else None,
        document_number=document_number,
        approved_on=shanghai_day(approved_at),
    )


def metadata(title: str = "居住证签注办事指南", **fields: Any) -> Metadata:
    return Metadata(**({"title": title, "kind": Kind.PROCEDURE} | fields))


def draft(document_id: str = "guide", text: str = "签注免费。", **fields: Any) -> VersionDraft:
    return VersionDraft(document_id, metadata(**fields), text, (DraftPassage(0, len(text)),))


def passage_in_version(
    text: str = "签注免费。",
    *,
    headings: tuple[str, ...] = (),
    passage_id: str = "p1",
    document_id: str = "guide",
    **fields: Any,
) -> PassageInVersion:
    passage = Passage(passage_id, f"version-of-{document_id}", 0, text, 0, len(text), headings)
    return PassageInVersion(passage, document_id, VersionState.APPROVED, metadata(**fields))


def question(text: str = "签注要钱吗", *, as_of: str = "2026-07-01", **fields: Any) -> Question:
    return Question(text=text, as_of=day(as_of), asked_at=NOON, **fields)


def understanding(text: str = "签注要钱吗", **fields: Any) -> Understanding:
    return Understanding(text=text, question=question(text), **fields)


def candidate(found: PassageInVersion, score: float = 1.0) -> Candidate:
    version_id, document_id = found.passage.version_id, found.document_id
    hit = FusedHit(found.passage.id, version_id, document_id, score, None, None, None, None)
    return Candidate(found, hit, score, found.passage.text)


def rehearsal(version_id: str = "v1", **counts: int) -> Rehearsal:
    return Rehearsal("r1", version_id, 1, NOON, day("2026-07-01"), sum(counts.values()), counts, (), 0.0)


def no_points(_fields: Metadata) -> list[OpenPoint]:
    """Of a gate that asks for nothing."""
    return []


def scheduled(version_id: str, start: str | None = None, end: str | None = None) -> Scheduled:
    return Scheduled(version_id, "签注办法", Interval(day(start) if start else None, day(end) if end else None))


def citation(quote: str = "签注免费。", *, document_id: str = "guide", **fields: Any) -> Citation:
    boring: dict[str, Any] = {
        "mark": 1,
        "document_id": document_id,
        "version_id": f"version-of-{document_id}",
        "passage_id": "p1",
        "title": "签注办法",
        "kind": Kind.REGULATION,
        "heading_path": (),
        "quote": quote,
        "start": 0,
        "end": len(quote),
    }
    absent = dict.fromkeys(("department", "page", "second", "effective_from", "effective_to", "source_url"))
    return Citation(**(boring | absent | fields))


def answer(answer_id: str = "a1", asked: str = "签注要钱吗", *citations: Citation, **fields: Any) -> Answer:
    boring: dict[str, Any] = {
        "answer_id": answer_id,
        "conversation_id": "c1",
        "question": asked,
        "asked_at": NOON,
        "as_of": day("2026-07-01"),
        "outcome": Outcome.ANSWERED,
        "text": "".join(f"{each.quote}[{each.mark}]" for each in citations),
        "citations": citations,
        "confidence": 0.9,
        "confidence_applies": True,
        "confidence_version": "1",
        "features": {},
        "understood_as": UnderstoodAs(asked, None, None, None, None),
        "escalation": HandOver(recommended=False),
    }
    empty = {"evidence": (), "notices": (), "matter": None, "facet": None, "clarification": None}
    return Answer(**(boring | empty | fields))


def possible(quote: str = "签注免费。", *, document_id: str = "guide", **said: Any) -> Possible:
    boring: dict[str, Any] = {
        "document_id": document_id,
        "version_id": f"version-of-{document_id}",
        "passage_id": "p1",
        "title": "签注办法",
        "quote": quote,
        "start": 0,
        "end": len(quote),
        "effective_from": None,
        "effective_to": None,
    }
    return Possible(**(boring | said))


def returned(generator: Generator[Any, None, T]) -> T:
    """What a generator returns in the end; what it yields on the way is dropped."""
    while True:
        try:
            next(generator)
        except StopIteration as stop:
            return stop.value
