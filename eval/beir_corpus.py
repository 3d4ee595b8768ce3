"""The corpus of a BEIR folder in a knowledge base made for it: lines of ``_id``, ``title`` and ``text``."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from eval.errors import EvaluationStopped, SuiteInvalid
from eval.scratch import scratch_settings
from eval.written_lines import WrittenLine, lines_of_jsonl
from kb_service.service import Service
from kb_service.wiring import importing, open_records, open_service

_CORPUS = "corpus.jsonl"
_ACTOR = "evaluation"
_LONGEST_TITLE = 60


@contextmanager
def beir_service(folder: Path) -> Iterator[Service]:
    """Its documents, published and without days, so that they hold on every day.

    Raises SuiteInvalid for a missing corpus or a line that is no document, EvaluationStopped where one was refused.
    """
    if not (folder / _CORPUS).is_file():
        raise SuiteInvalid(
            f"{folder / _CORPUS} does not exist; a BEIR folder has queries.jsonl, qrels/ and corpus.jsonl"
        )
    with TemporaryDirectory(prefix="kb-eval-") as scratch:
        settings = scratch_settings(Path(scratch))
        file = Path(scratch) / "beir.jsonl"
        with file.open("w", encoding="utf-8") as records:
            for line in lines_of_jsonl(folder / _CORPUS):
                records.write(json.dumps(record_of(line), ensure_ascii=False) + "\n")
        with open_records(settings) as kept:
            imported = importing(settings, kept).run([file], actor=_ACTOR, publish=True)
            refused = [each for each in imported if each.status == "refused"]
        if refused:
            raise EvaluationStopped(f"{len(refused)} documents were refused, the first: {refused[0].reason}")
        with open_service(settings) as service:
            service.synchroniser.reconcile()
            yield service


def record_of(line: WrittenLine) -> dict[str, str]:
    """A document of the bulk format; without a title it goes by its first words. Raises SuiteInvalid."""
    document, title, text = (line.fields.get(name) for name in ("_id", "title", "text"))
    if line.fault or not isinstance(document, str) or not isinstance(text, str):
        raise SuiteInvalid(f"{line.place}: {line.fault or '_id and text: must be there, as words'}")
    named = title if isinstance(title, str) and title.strip() else " ".join(text.split())[:_LONGEST_TITLE]
    return {"id": document, "kind": "regulation", "title": named or document, "text": text or named}
