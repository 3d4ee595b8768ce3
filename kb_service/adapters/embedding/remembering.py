"""The same words are embedded once: reading, searching and quoting ask for their vectors in turn."""

import threading
from collections import OrderedDict
from collections.abc import Callable, Sequence

from kb_service.ports import Vector, Vectors


class RememberedVectors:
    """Of the texts asked for last. Safe among threads; two that ask for a new text at once both embed it."""

    def __init__(self, embed: Callable[[Sequence[str]], Vectors], *, most: int) -> None:
        """``embed``: texts to (texts, dimensions). ``most``: how many vectors are kept."""
        self._embed = embed
        self._most = most
        self._known: OrderedDict[str, Vector] = OrderedDict()
        self._lock = threading.Lock()

    def one(self, text: str) -> Vector:
        return self.of([text])[0]

    def of(self, texts: Sequence[str]) -> list[Vector]:
        """In order; those that are new are embedded in one call."""
        found = self._remembered(texts)
        missing = [text for text in dict.fromkeys(texts) if text not in found]
        if missing:
            new = dict(zip(missing, self._embed(missing), strict=True))
            self._remember(new)
            found |= new
        return [found[text] for text in texts]

    def _remembered(self, texts: Sequence[str]) -> dict[str, Vector]:
        with self._lock:
            found = {text: self._known[text] for text in texts if text in self._known}
            for text in found:
                self._known.move_to_end(text)
        return found

    def _remember(self, vector_of: dict[str, Vector]) -> None:
        with self._lock:
            self._known.update(vector_of)
            while len(self._known) > self._most:
                self._known.popitem(last=False)
