"""This service's search on the same texts, or on a whole corpus folder with its departments and matters.

Alone: python -m eval.peers.ours FOLDER [--corpus corpus]
"""

import atexit
import os
from contextlib import ExitStack
from pathlib import Path

from eval.beir_corpus import service_of_records
from eval.peers.sitting import PASSAGES, System, TakenIn, sit
from eval.peers.texts import Texts
from eval.scratch import scratch_service
from eval.systems import CHANNEL
from kb_service.asking.search.retrieving import EVERYTHING

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
    records = ({"id": each.id, "title": each.title or None, "text": each.text} for each in texts.documents)
    stack = ExitStack()
    atexit.register(stack.close)
    service = stack.enter_context(scratch_service(Path(corpus)) if corpus else service_of_records(records))

    def find(query: str) -> list[str]:
        asked = service.asking.question(query, channel=CHANNEL)
        return [each.document_id for each in service.asking.search(asked, narrowing=EVERYTHING, limit=PASSAGES)]

    return TakenIn(find, service.library.counts()["passages"], bare_mb=0)


if __name__ == "__main__":
    sit(system(os.environ.get(CORPUS_VARIABLE)), take_in)
