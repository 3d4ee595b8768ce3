"""What an error says to people, in Chinese, beside its detail in English: words from `prompts/messages.yaml`."""

import functools
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from string import Formatter
from typing import Any

from pydantic import field_validator
from starlette.datastructures import Headers
from starlette.types import Scope

from kb_service.api.sizes import LIMITS
from kb_service.domain.causes import VALUES_OF, Cause
from kb_service.domain.days import cause_of_bad_day
from kb_service.text.vocabulary import Words, load

_MOST_FAULTS = 3
_LONGEST_VALUE = 60
# A validator of ours reads them, so that pydantic does not say that a day is at fault.
_DAYS = {"as_of"}
_LONGEST_SHOWN = 40
_NEED_NO_HINT = {"missing", "extra_forbidden", "no_such_month"}
_PLACES = {"body", "query", "path", "header", "cookie"}


class Messages(Words):
    """``causes``: by the names of `domain/causes.py`; ``faults``: by pydantic's name for them; ``hints`` and
    ``fields``: by the name of the field."""

    errors: Mapping[str, str]
    causes: Mapping[str, str]
    statuses: Mapping[int, str]
    faults: Mapping[str, str]
    hints: Mapping[str, str]
    fields: Mapping[str, str]

    @field_validator("causes")
    @classmethod
    def _tells_every_cause(cls, sentences: Mapping[str, str]) -> Mapping[str, str]:
        if strays := set(sentences) ^ set(VALUES_OF):
            raise ValueError(f"each cause has one sentence, and nothing else has any: {', '.join(sorted(strays))}")
        for name, sentence in sentences.items():
            if unknown := blanks_of(sentence) - VALUES_OF[name] - set(LIMITS):
                raise ValueError(f"{name} knows no {', '.join(unknown)}, but {', '.join(sorted(VALUES_OF[name]))}")
        return sentences

    def of_cause(self, cause: Cause, status: int = 500) -> str:
        """``status``: tells it where there is no sentence by its name."""
        named = self.causes.get(cause.name) or self.errors.get(cause.name)
        sentence = named or self.statuses.get(status) or self.errors["InternalError"]
        told = {name: self._told(name, str(value)) for name, value in cause.values.items()}
        return sentence.format_map(_Blanks(LIMITS | told))

    def _told(self, name: str, value: str) -> str:
        """Of what a stranger may have sent: its beginning, in one line."""
        shown = self.fields.get(value, value) if name == "field" else value
        line = "".join(each if each.isprintable() else " " for each in shown)
        return line if len(line) <= _LONGEST_VALUE else f"{line[:_LONGEST_VALUE]}…"

    def of_faults(self, faults: Sequence[Mapping[str, Any]]) -> str:
        """The first few, each once."""
        return "".join(list(dict.fromkeys(map(self._of_fault, faults)))[:_MOST_FAULTS])

    def _of_fault(self, fault: Mapping[str, Any]) -> str:
        places = [each for each in fault["loc"] if isinstance(each, str)]
        name = next((each for each in reversed(places) if each not in _PLACES), "body")
        if fault["type"].startswith("date_") or (name in _DAYS and fault["type"] == "value_error"):
            return self.of_cause(cause_of_bad_day(name, str(fault.get("input"))))
        kind = fault["type"] if fault["type"] in self.faults else "other"
        words = {"field": self.fields.get(name, name[:_LONGEST_SHOWN])} | dict(fault.get("ctx", {}))
        if "expected" in words:
            words["expected"] = "、".join(_ONE_OR_ANOTHER.split(str(words["expected"])))
        words["written"] = str(fault.get("input"))[:_LONGEST_SHOWN]
        hint = "" if kind in _NEED_NO_HINT else self.hints.get(name, "")
        return self.faults[kind].format_map(words) + hint


# pydantic's 'a', 'b' or 'c'.
_ONE_OR_ANOTHER = re.compile(", | or ")


class _Blanks(dict[str, Any]):
    """A cause that was kept before its sentence told more has nothing to say there."""

    def __missing__(self, name: str) -> str:
        return "…"


def blanks_of(sentence: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(sentence) if name is not None}


@functools.cache
def messages(folder: Path) -> Messages:
    """Read once. Raises VocabularyFault."""
    return load(folder, "messages.yaml", Messages)


def messages_for(scope: Scope) -> Messages | None:
    """None for who asks for English and not for Chinese before it: the detail is their message."""
    if _first_language(Headers(scope=scope).get("accept-language", "")) == "en":
        return None
    return messages(scope["app"].state.service.settings.prompts_dir)


def message_for(scope: Scope, cause: Cause, detail: str, status: int) -> str:
    found = messages_for(scope)
    return found.of_cause(cause, status) if found else detail


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
