"""What an error says to people, in Chinese, beside its detail in English: words from `prompts/messages.yaml`."""

import functools
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from starlette.datastructures import Headers
from starlette.types import Scope

from kb_service.api.sizes import LIMITS
from kb_service.text.vocabulary import Words, load

_MOST_FAULTS = 3
_PLACES = {"body", "query", "path", "header", "cookie"}


class Messages(Words):
    """``faults``: by pydantic's name for them; ``hints`` and ``fields``: by the name of the field."""

    errors: Mapping[str, str]
    statuses: Mapping[int, str]
    faults: Mapping[str, str]
    hints: Mapping[str, str]
    fields: Mapping[str, str]

    def of_error(self, name: str, status: int) -> str:
        sentence = self.errors.get(name) or self.statuses.get(status) or self.errors["InternalError"]
        return sentence.format_map(LIMITS)

    def of_faults(self, faults: Sequence[Mapping[str, Any]]) -> str:
        """The first few, each once."""
        return "".join(list(dict.fromkeys(map(self._of_fault, faults)))[:_MOST_FAULTS])

    def _of_fault(self, fault: Mapping[str, Any]) -> str:
        places = [each for each in fault["loc"] if isinstance(each, str)]
        name = next((each for each in reversed(places) if each not in _PLACES), "body")
        kind = fault["type"] if fault["type"] in self.faults else "other"
        words = {"field": self.fields.get(name, name[:40])} | dict(fault.get("ctx", {}))
        hint = "" if kind in {"missing", "extra_forbidden"} else self.hints.get(name, "")
        return self.faults[kind].format_map(words) + hint


@functools.cache
def messages(folder: Path) -> Messages:
    """Read once. Raises VocabularyFault."""
    return load(folder, "messages.yaml", Messages)


def messages_for(scope: Scope) -> Messages | None:
    """None for who asks for English and not for Chinese before it: the detail is their message."""
    if _first_language(Headers(scope=scope).get("accept-language", "")) == "en":
        return None
    return messages(scope["app"].state.service.settings.prompts_dir)


def message_for(scope: Scope, name: str, detail: str, status: int) -> str:
    found = messages_for(scope)
    return found.of_error(name, status) if found else detail


def _first_language(accepted: str) -> str:
    """The one that is wanted most, of those that messages are in; Chinese where none is named."""
    best, most = "zh", 0.0
    for each in accepted.lower().split(","):
        tag, _, weight = each.strip().partition(";q=")
        language = tag.split("-")[0]
        try:
            wanted = float(weight or 1)
        except ValueError:
            continue
        if language in {"zh", "en"} and wanted > most:
            best, most = language, wanted
    return best
