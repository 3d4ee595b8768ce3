"""The last look before an answer leaves: every quote stands in its version, and every version is in force that day."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date

from kb_service.asking.drafting.drafts import Quote
from kb_service.domain.answers import Citation
from kb_service.domain.days import Interval
from kb_service.ports import Scheduled


def cite(
    quotes: Sequence[Quote],
    schedules: Mapping[str, Sequence[Scheduled]],
    *,
    as_of: date,
    department_name: Callable[[str], str],
) -> list[Citation] | None:
    """A citation a quote, marked from 1; None when one of them does not hold (the index was behind the database)."""
    citations = []
    for mark, quote in enumerate(quotes, start=1):
        interval = interval_of(quote.found.passage.version_id, schedules.get(quote.found.document_id, ()))
        if interval is None or not interval.contains(as_of) or not quote.text.strip():
            return None
        citations.append(_citation(mark, quote, interval, department_name))
    return citations


def interval_of(version_id: str, schedule: Sequence[Scheduled]) -> Interval | None:
    """When a version is in force, from its document's schedule; None when it is not approved."""
    return next((each.interval for each in schedule if each.version_id == version_id), None)


def _citation(mark: int, quote: Quote, interval: Interval, department_name: Callable[[str], str]) -> Citation:
    metadata, passage = quote.found.metadata, quote.found.passage
    return Citation(
        mark=mark,
        document_id=quote.found.document_id,
        version_id=passage.version_id,
        passage_id=passage.id,
        title=metadata.title,
        kind=metadata.kind,
        department=department_name(metadata.department) if metadata.department else None,
        heading_path=passage.heading_path,
        page=passage.page,
        second=passage.second,
        quote=quote.text,
        start=passage.start + quote.span.start,
        end=passage.start + quote.span.end,
        effective_from=interval.start,
        effective_to=interval.end,
        source_url=metadata.source_url,
    )
