"""Any llama-index language model as `ports.LanguageModel`."""

import threading
from collections.abc import Callable, Iterator

from llama_index.core.base.llms.types import ChatMessage, MessageRole
from llama_index.core.llms import LLM

from kb_service.domain.errors import ModelUnavailable


class LlamaIndexModel:
    """Streams a chat. ``calling`` makes what can end the request of the thread that enters it."""

    def __init__(self, llm: LLM, *, calling: "Callable[[], Call] | None" = None) -> None:
        self._llm = llm
        self._calling = calling or Call

    @property
    def name(self) -> str:
        return str(self._llm.metadata.model_name)

    def write(self, system: str, user: str) -> Iterator[str]:
        messages = [
            ChatMessage(content=system, role=MessageRole.SYSTEM),
            ChatMessage(content=user, role=MessageRole.USER),
        ]
        return Reply(self._llm, messages, self._calling())


class Call:
    """A request that can only be left, not ended: its library does not show the connection."""

    def __enter__(self) -> "Call":
        return self

    def __exit__(self, *_: object) -> None:
        return None

    def hang_up(self) -> None:
        return None


class Reply(Iterator[str]):
    """Pieces of a reply. ``close`` may be called from another thread than the one that reads."""

    def __init__(self, llm: LLM, messages: list[ChatMessage], call: Call) -> None:
        self._pieces = self._streamed(llm, messages)
        self._call = call
        self._is_closed = threading.Event()

    def __next__(self) -> str:
        if self._is_closed.is_set():
            raise StopIteration
        return next(self._pieces)

    def close(self) -> None:
        self._is_closed.set()
        self._call.hang_up()

    def _streamed(self, llm: LLM, messages: list[ChatMessage]) -> Iterator[str]:
        with self._call:
            ending: str | None = None
            try:
                for response in llm.stream_chat(messages):
                    ending = _ending(response.raw, ending)
                    if response.delta:
                        yield response.delta
            except Exception as error:  # each model's library has errors of its own
                raise ModelUnavailable(
                    f"the language model {llm.metadata.model_name} failed ({type(error).__name__}); check KB_LLM_URL, "
                    "KB_LLM_MODEL and KB_LLM_KEY"
                ) from error
        if ending not in _WHOLE:
            raise ModelUnavailable(f"the language model {llm.metadata.model_name} broke off ({ending or 'no end'})")


# What a stream of the OpenAI format ends with; other libraries do not say.
_WHOLE = frozenset({"stop", "eos", "not told"})


def _ending(raw: object, known: str | None) -> str | None:
    choices = getattr(raw, "choices", None)
    if not isinstance(choices, list):
        return "not told"
    return next((each.finish_reason for each in choices if each.finish_reason), known)
