"""The vectors of passages' sentences, for questions: read from the database once, the latest kept in memory."""

import threading
from collections import OrderedDict
from collections.abc import Mapping, Sequence

from ingestion.preparing import Preparing
from kb_service.domain.documents import PassageInVersion
from kb_service.ports import Vectors

# Some four sentences of 1.5 KB each: 25 MB.
_PASSAGES_REMEMBERED = 4000


class SentenceVectors:
    """Safe among threads."""

    def __init__(self, preparing: Preparing) -> None:
        self._preparing = preparing
        self._known: OrderedDict[str, tuple[PassageInVersion, Vectors]] = OrderedDict()
        self._lock = threading.Lock()

    def of(self, passages: Sequence[PassageInVersion]) -> Mapping[str, Vectors]:
        """(sentences, dimensions), by passage id; a passage that has none, or none yet, is left out."""
        with self._lock:
            remembered = {found.passage.id: self._remembered(found) for found in passages}
        known = {passage_id: vectors for passage_id, vectors in remembered.items() if vectors is not None}
        missing = [found for found in passages if found.passage.id not in known]
        if missing:
            read = self._preparing.sentence_vectors(missing)
            with self._lock:
                self._remember([found for found in missing if found.passage.id in read], read)
            known |= read
        return {passage_id: vectors for passage_id, vectors in known.items() if len(vectors)}

    def _remembered(self, found: PassageInVersion) -> Vectors | None:
        """Of exactly this text: a draft that is edited keeps its ids."""
        passage, vectors = self._known.get(found.passage.id, (None, None))
        if passage is None or passage.passage != found.passage or passage.metadata != found.metadata:
            return None
        self._known.move_to_end(found.passage.id)
        return vectors

    def _remember(self, passages: Sequence[PassageInVersion], vectors_of: Mapping[str, Vectors]) -> None:
        for found in passages:
            self._known[found.passage.id] = found, vectors_of[found.passage.id]
        while len(self._known) > _PASSAGES_REMEMBERED:
            self._known.popitem(last=False)
