"""An answer as it leaves: all that is stored of it, and what made it, which follows from that."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter

from kb_service.api.door_words import door_words
from kb_service.domain.answers import Answer, Method


@dataclass(frozen=True, slots=True)
class ProducedBy:
    """What made the words, for people and machines (GB 45438-2025). ``label``: to be shown beside them."""

    is_ai: bool
    label: str
    method: Method


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerShown(Answer):
    """``produced_by`` is derived whenever an answer is shown, and stored nowhere."""

    produced_by: ProducedBy


_SHOWN = TypeAdapter(AnswerShown)


def produced_by(method: Method, folder: Path) -> ProducedBy:
    return ProducedBy(method is not Method.PERSON, door_words(folder).produced_by[method], method)


def shown(answer: Answer, folder: Path) -> AnswerShown:
    """``folder``: of the prompts."""
    stored: Mapping[str, Any] = {each.name: getattr(answer, each.name) for each in fields(answer)}
    return AnswerShown(**stored, produced_by=produced_by(answer.method, folder))


def as_json(answer: Answer, folder: Path) -> bytes:
    return _SHOWN.dump_json(shown(answer, folder))


def as_values(answer: Answer, folder: Path) -> dict[str, Any]:
    """What its JSON is of."""
    return dict(_SHOWN.dump_python(shown(answer, folder), mode="json"))
