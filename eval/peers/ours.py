"""This service's search on the same texts, or on a whole corpus folder with its departments and matters.

Alone: python -m eval.peers.ours FOLDER [--corpus corpus]
"""

import atexit
import json
import os
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from eval.errors import EvaluationStopped
from eval.peers.sitting import PASSAGES, System, TakenIn, sit
from eval.peers.texts import Texts
from eval.scratch import scratch_service, scratch_settings
from eval.systems import CHANNEL
from kb_service.asking.search.retrieving import EVERYTHING
from kb_service.service import Service
from kb_service.wiring import importing, open_service

CORPUS_VARIABLE = "KB_PEERS_CORPUS"


def system(corpus: str | None) -> System:
    taken = (
        "the corpus folder as it is: files, departments, matters, validity"
        if corpus
        else "the same plain texts as the peers, without department, matter, kind or day"
    )
    return System(
        name="ours" if corpus else "ours, plain texts",
        packages=("qdrant-edge-py", "jieba"),
        settings=(taken, f"search with the settings that the service starts with, {PASSAGES} passages"),
    )


def take_in(texts: Texts, model_folder: Path) -> TakenIn:
    os.environ["KB_EMBEDDING_MODEL"] = str(model_folder)
    corpus = os.environ.get(CORPUS_VARIABLE)
    stack = ExitStack()
    atexit.register(stack.close)
    service = stack.enter_context(scratch_service(Path(corpus)) if corpus else _of_plain_texts(texts))

    def find(query: str) -> list[str]:
        asked = service.asking.question(query, channel=CHANNEL)
        return [each.document_id for each in service.asking.search(asked, narrowing=EVERYTHING, limit=PASSAGES)]

    return TakenIn(find, service.library.counts()["passages"], bare_mb=0)


@contextmanager
def _of_plain_texts(texts: Texts) -> Iterator[Service]:
    with TemporaryDirectory(prefix="kb-eval-") as folder:
        settings = scratch_settings(Path(folder))
        file = Path(folder) / "texts.jsonl"
        lines = ({"id": each.id, "title": each.title or None, "text": each.text} for each in texts.documents)
        file.write_text("\n".join(json.dumps(line, ensure_ascii=False) for line in lines), encoding="utf-8")
        with open_service(settings) as service:
            taking_in = importing(service.settings, service.records)
            refused = [
                each for each in taking_in.run([file], actor="evaluation", publish=True) if each.status == "refused"
            ]
            if refused:
                raise EvaluationStopped(f"{len(refused)} texts were refused, the first: {refused[0].reason}")
            service.synchroniser.reconcile()
            yield service


if __name__ == "__main__":
    sit(system(os.environ.get(CORPUS_VARIABLE)), take_in)
