"""Rebuilding the whole index from the database, in a child process that serves nobody.

``python -m ingestion.rebuilding --mean-terms 210.5`` reads the same `KB_*` settings as its parent, prints the number of
points written so far, one line a batch, and at last how many the new index has.
"""

import argparse
from collections.abc import Iterator, Sequence

from ingestion.preparing import Preparing, batches
from ingestion.sync import points
from kb_service.adapters.index.manifest import Manifest
from kb_service.adapters.index.rebuilding import rebuild
from kb_service.adapters.sql.library import SqlLibrary
from kb_service.ports import IndexPoint

_DOCUMENTS_AT_ONCE = 256


def all_points(library: SqlLibrary, preparing: Preparing, *, mean_terms: float) -> Iterator[Sequence[IndexPoint]]:
    """Every point that the database calls for, in batches; embeds only what never was."""
    for batch in batches(library.document_ids(), _DOCUMENTS_AT_ONCE):
        passages = library.passages_of_documents(batch)
        schedules = library.schedules(batch)
        yield [
            point
            for document_id in batch
            for point in points(passages[document_id], schedules[document_id], preparing, mean_terms=mean_terms)
        ]


def main() -> None:
    from kb_service.settings import Settings
    from kb_service.wiring import open_records, open_texts

    parser = argparse.ArgumentParser()
    parser.add_argument("--mean-terms", type=float, required=True)
    mean_terms = parser.parse_args().mean_terms
    settings = Settings()
    records = open_records(settings)
    texts = open_texts(settings, records)
    manifest = Manifest(
        embedding=texts.model.fingerprint,
        segmenter=texts.segmenter.fingerprint,
        converter=texts.converter.fingerprint,
        dimensions=texts.model.dimensions,
        mean_terms=mean_terms,
    )
    written = rebuild(
        all_points(records.library, texts.preparing, mean_terms=mean_terms),
        settings.index_dir,
        manifest,
        on_progress=lambda done: print(done, flush=True),
    )
    print(written, flush=True)


if __name__ == "__main__":
    main()
