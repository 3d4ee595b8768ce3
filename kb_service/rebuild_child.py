"""``python -m kb_service.rebuild_child --mean-terms 210.5``: the whole index anew, in a process that serves nobody.

Reads the same `KB_*` settings as its parent, and prints the number of points written so far, a line a batch.
"""

import argparse

from ingestion.rebuilding import all_points
from kb_service.adapters.index.opening import rebuild
from kb_service.settings import Settings
from kb_service.wiring import open_records, open_texts


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--mean-terms", type=float, required=True)
    mean_terms = parser.parse_args().mean_terms
    settings = Settings()
    with open_records(settings) as records:
        texts = open_texts(settings, records)
        batches = all_points(records.library, texts.preparing, mean_terms=mean_terms)
        manifest = texts.manifest(mean_terms)
        written = rebuild(batches, settings.index_dir, manifest, on_progress=lambda done: print(done, flush=True))
    print(written, flush=True)


if __name__ == "__main__":
    main()
