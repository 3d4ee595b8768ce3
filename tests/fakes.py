"""Small honest stand-ins for what lies outside the process: models, drafters, rerankers."""

import threading
import time
from collections.abc import Callable, Generator, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from kb_service.asking.drafting.drafts import AnswerDrafter, Draft
from kb_service.asking.events import Progress
from kb_service.asking.reading.examples import Likeness, MessageClass
from kb_service.asking.reading.understanding import Understanding
from kb_service.asking.search.retrieving import Candidate


class ScriptedModel:
    """A model with its replies in order; one that is an error is raised. ``told``: what it was asked."""

    name = "scripted"

    def __init__(self, *replies: str | Exception) -> None:
        self.replies = list(replies)
        self.prompts: list[str] = []

    def write(self, system: str, user: str) -> Iterator[str]:
        self.prompts.append(user)
        reply = self.replies.pop(0)
        if isinstance(reply, Exception):
            raise reply
        yield from (reply[at : at + 3] for at in range(0, len(reply), 3))


class SilentModel:
    """A model that says nothing until it is left."""

    name = "silent"

    def __init__(self) -> None:
        self.was_left = threading.Event()

    def write(self, system: str, user: str) -> "SilentModel":
        return self

    def __iter__(self) -> "SilentModel":
        return self

    def __next__(self) -> str:
        self.was_left.wait()
        raise StopIteration

    def close(self) -> None:
        self.was_left.set()


class NumberReranker:
    """A reranker that gives each text the number it consists of, and remembers what it has read."""

    fingerprint = "reads"

    def __init__(self) -> None:
        self.read: list[str] = []

    def scores(self, question: str, texts: Sequence[str]) -> list[float]:
        self.read += texts
        return [float(text) for text in texts]


@dataclass(slots=True)
class SlowDrafter:
    """Says twice a second that it is at work, as a model's drafter does, and notes how it ended."""

    drafter: AnswerDrafter
    seconds: float = 30.0
    begun: threading.Event = field(default_factory=threading.Event)
    closed: threading.Event = field(default_factory=threading.Event)
    finished: threading.Event = field(default_factory=threading.Event)

    def draft(
        self, understood: Understanding, candidates: Sequence[Candidate], weight_of: Any
    ) -> Generator[Progress, None, Draft]:
        until = time.monotonic() + self.seconds
        self.begun.set()
        try:
            while time.monotonic() < until:
                time.sleep(0.1)
                yield Progress("drafting")
        except GeneratorExit:
            self.closed.set()
            raise
        self.finished.set()
        return (yield from self.drafter.draft(understood, candidates, weight_of))


class BrokenDrafter:
    """Fails in the middle of its work."""

    def draft(
        self, understood: Understanding, candidates: Sequence[Candidate], weight_of: Any
    ) -> Generator[Progress, None, Draft]:
        yield Progress("drafting")
        raise ZeroDivisionError("a secret of the house")


def knowing(**texts_of: Sequence[str]) -> Callable[[str], Likeness]:
    """A comparison with examples that knows these texts of each class, normalised, and takes the rest for knowledge."""
    class_of = {text: MessageClass(name) for name, texts in texts_of.items() for text in texts}

    def likeness(text: str) -> Likeness:
        found = class_of.get(text, MessageClass.KNOWLEDGE)
        return Likeness(found, found)

    return likeness
