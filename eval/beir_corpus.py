"""The corpus of a BEIR folder in a knowledge base made for it."""

import json
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from eval.beir import Document, documents_of_beir
from eval.errors import EvaluationStopped
from eval.scratch import scratch_settings
from kb_service.service import Service
from kb_service.wiring import importing, open_records, open_service

_ACTOR = "evaluation"
_LONGEST_TITLE = 60


@contextmanager
def beir_service(folder: Path) -> Iterator[Service]:
    """Its documents, published and without days, so that they hold on every day.

    Raises SuiteInvalid for a missing corpus or a line that is no document, EvaluationStopped where one was refused.
    """
    with service_of_records(map(record_of, documents_of_beir(folder))) as service:
        yield service


@contextmanager
def service_of_records(records: Iterable[Mapping[str, str | None]]) -> Iterator[Service]:
    """Of the bulk format, published. Raises EvaluationStopped where one was refused."""
    with TemporaryDirectory(prefix="kb-eval-") as scratch:
        settings = scratch_settings(Path(scratch))
        file = Path(scratch) / "records.jsonl"
        file.write_text("".join(json.dumps(each, ensure_ascii=False) + "\n" for each in records), encoding="utf-8")
        with open_records(settings) as kept:
            imported = importing(settings, kept).run([file], actor=_ACTOR, publish=True)
            refused = [each for each in imported if each.status == "refused"]
        if refused:
            raise EvaluationStopped(f"{len(refused)} documents were refused, the first: {refused[0].reason}")
        with open_service(settings) as service:
            service.synchroniser.reconcile()
            yield service


def record_of(document: Document) -> dict[str, str | None]:
    """Without a title it goes by its first words."""
    named = document.title or " ".join(document.text.split())[:_LONGEST_TITLE]
    return {
        "id": document.id,
        "kind": "regulation",
        "title": named or document.id,
        "text": document.text or named,
    }
