"""Every point of the index, from the database."""

from collections.abc import Iterator, Sequence

from ingestion.preparing import Preparing, batches
from ingestion.sync import points
from kb_service.adapters.sql.library import SqlLibrary
from kb_service.ports import IndexPoint

_DOCUMENTS_AT_ONCE = 256


def all_points(library: SqlLibrary, preparing: Preparing, *, mean_terms: float) -> Iterator[Sequence[IndexPoint]]:
    """Every point that the database calls for, in batches; embeds only what never was."""
    for batch in batches(library.document_ids(), _DOCUMENTS_AT_ONCE):
        preparing.prepare(batch)
        passages = library.passages_of_documents(batch)
        schedules = library.schedules(batch)
        yield [
            point
            for document_id in batch
            for point in points(passages[document_id], schedules[document_id], preparing, mean_terms=mean_terms)
        ]
