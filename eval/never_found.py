"""Documents that a suite names and no search found: most often an id that is spelt otherwise in the knowledge base."""

from collections.abc import Mapping, Sequence

from eval.scoring import ScoredRow

_SHOWN = 10


def never_found(rows: Sequence[ScoredRow]) -> Mapping[str, Sequence[str]]:
    """Ids of the questions that name it, by the document's id. Where one of several would do, all were not found."""
    found = {one for row in rows for one in (*row.ranked, *row.found, *row.evidence)}
    found |= {each.document_id for row in rows for each in row.citations}
    asked: dict[str, list[str]] = {}
    for row in rows:
        if found.isdisjoint(row.expected_documents):
            for name in row.expected_documents:
                asked.setdefault(name, []).append(row.id)
    return asked


def never_found_told(rows: Sequence[ScoredRow]) -> list[str]:
    """A sentence a document."""
    return [
        f"no search found the document {name}, which {'、'.join(ids[:_SHOWN])} must cite:"
        " is that its id in the knowledge base?"
        for name, ids in never_found(rows).items()
    ]
