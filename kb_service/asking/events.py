"""What happens while a question is answered, in order; a stream shows them, a plain reply drains them."""

from collections.abc import Iterable
from dataclasses import dataclass

from kb_service.domain.answers import Answer, Evidence


@dataclass(frozen=True, slots=True)
class Progress:
    """``stage`` is one of reading (a picture), understood, searching, drafting."""

    stage: str


@dataclass(frozen=True, slots=True)
class EvidenceFound:
    evidence: tuple[Evidence, ...]


@dataclass(frozen=True, slots=True)
class TextReady:
    """The whole text, after every sentence of it was checked."""

    text: str


@dataclass(frozen=True, slots=True)
class Answered:
    answer: Answer


Event = Progress | EvidenceFound | TextReady | Answered


def answer_of(events: Iterable[Event]) -> Answer:
    """The answer that the events of a question end with; they are drained."""
    answers = [event.answer for event in events if isinstance(event, Answered)]
    if not answers:
        raise AssertionError("the events ended without an answer")
    return answers[-1]
