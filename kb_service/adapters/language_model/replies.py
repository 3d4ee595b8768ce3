"""The words of a reply, from its objects in whichever of their shapes; and whether it came to its end."""

import json
from collections.abc import Iterator
from dataclasses import dataclass

from kb_service.adapters.language_model.events import Done
from kb_service.adapters.language_model.request_form import EndpointRefusal
from kb_service.domain.errors import ModelUnavailable
from kb_service.domain.model_faults import ModelFault

_OF_WORDS = (None, "text", "output_text")
_TELLS_OF_AN_ERROR = ("error", "message", "msg", "detail", "error_msg", "base_resp")
# The reasons that endpoints give for the end of a reply. What is not listed here is taken for no end.
_WHOLE = frozenset({"stop", "eos", "eos_token", "end", "end_turn", "stop_sequence", "complete", "completed", "normal"})
_TOOLS = frozenset({"tool_calls", "tool_use", "function_call"})
_CUT_OFF = frozenset({"length", "max_tokens", "model_length", "max_output_tokens"})
_FILTERED = frozenset({"content_filter", "sensitive", "safety", "recitation", "refusal", "prohibited_content"})


@dataclass(slots=True)
class ReplyRead:
    """What has been read of one reply. ``is_whole``: it says so without giving a reason, or is a document."""

    has_words: bool = False
    has_choices: bool = False
    has_refused: bool = False
    ending: str = ""
    is_whole: bool = False
    is_through: bool = False

    def words_of(self, found: object) -> str:
        """Raises Refusal for an object that is an error instead of a reply, ModelUnavailable for one amid it."""
        if isinstance(found, Done):
            self.is_whole = self.is_through = True
            return ""
        if isinstance(found, list) and len(found) == 1:
            (found,) = found
        if not isinstance(found, dict):
            return ""
        choices = found.get("choices")
        if found.get("error") or (not isinstance(choices, list) and any(map(found.get, _TELLS_OF_AN_ERROR))):
            raise self._error(found)
        choice = next(filter(_is_first, choices), None) if isinstance(choices, list) else None
        return self._words_of_choice(choice) if choice else ""

    def require_whole(self) -> None:
        """Raises ModelUnavailable where the reply is none, or not all of it."""
        if not self.has_choices:
            raise ModelUnavailable("gave no reply in OpenAI's format", ModelFault.UNREADABLE)
        ending = self.ending
        if ending in _CUT_OFF:
            raise ModelUnavailable("gave a reply that ran into the limit of tokens", ModelFault.CUT_OFF)
        if self.has_refused or ending in _FILTERED:
            raise ModelUnavailable(f"gave nothing, for what it would say ({ending})", ModelFault.FILTERED)
        if ending in _TOOLS and not self.has_words:
            raise ModelUnavailable("gave a call of tools, of which it was given none", ModelFault.CALLED_TOOLS)
        if ending not in _WHOLE | _TOOLS and not (self.is_whole and not ending):
            raise ModelUnavailable(f"gave a reply that broke off ({ending[:40] or 'no end'})", ModelFault.BROKE_OFF)

    def _words_of_choice(self, choice: dict[str, object]) -> str:
        self.has_choices = True
        reason = choice.get("finish_reason")
        if isinstance(reason, str) and reason:
            self.ending = reason.lower()
            # Some leave the connection open behind it. The one below stands with each piece of some endpoints.
            self.is_through = self.ending != "normal"
        if isinstance(message := choice.get("message"), dict) and not isinstance(choice.get("delta"), dict):
            self.is_whole = True
        else:
            message = choice.get("delta")
        said = message if isinstance(message, dict) else {"content": choice.get("text")}
        if said.get("refusal"):
            self.has_refused = True
        words = "".join(_texts(said.get("content")))
        self.has_words = self.has_words or bool(words.strip())
        return words

    def _error(self, found: dict[str, object]) -> Exception:
        refusal = EndpointRefusal(200, json.dumps(found).encode())
        if not self.has_words:
            return refusal
        return ModelUnavailable(f"gave an error amid its reply ({refusal})", ModelFault.BROKE_OFF)


def _is_first(choice: object) -> bool:
    """One was asked for, and some send more."""
    return isinstance(choice, dict) and choice.get("index") in (0, None)


def _texts(content: object) -> Iterator[str]:
    """Of content that is text, or parts of which some are; thoughts are parts of another type."""
    match content:
        case str():
            yield content
        case list():
            for part in content:
                yield from _texts(part)
        case dict() if content.get("type") in _OF_WORDS:
            yield from _texts(content.get("text"))
