"""Any llama-index language model as `ports.LanguageModel`; by default that of an OpenAI-compatible endpoint.

Imported only where a model is configured: llama-index takes seconds to import.
"""

import threading
from collections.abc import Callable, Iterator

from llama_index.core.base.llms.types import ChatMessage, MessageRole
from llama_index.core.llms import LLM
from llama_index.llms.openai_like import OpenAILike

from kb_service.adapters.language_model.connections import Call, Connections
from kb_service.domain.errors import ModelUnavailable
from kb_service.ports import LanguageModel

_LONGEST_REPLY_TOKENS = 1024
# What a stream of the OpenAI format ends with; other libraries do not say.
_WHOLE = frozenset({"stop", "eos", "not stated"})


def open_language_model(url: str, *, model: str, key: str | None, seconds: float, context: int) -> LanguageModel:
    """``url`` ends before /chat/completions; ``seconds``: the longest silence; ``context``: tokens of its window.

    Opens no connection. Speaks to that address only: no proxy from the environment, no redirect, no second try.
    """
    connections = Connections(seconds)
    llm = OpenAILike(
        model=model,
        api_base=url.rstrip("/"),
        api_key=key or "none",
        is_chat_model=True,
        context_window=context,
        max_tokens=_LONGEST_REPLY_TOKENS,
        temperature=0.0,
        max_retries=0,
        timeout=seconds,
        http_client=connections.client,
    )
    return LlamaIndexModel(llm, calling=connections.call)


class LlamaIndexModel:
    """Streams a chat. ``calling`` makes what can end the request of the thread that enters it."""

    def __init__(self, llm: LLM, *, calling: Callable[[], Call] | None = None) -> None:
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
        return ReplyStream(self._llm, messages, self._calling())


class ReplyStream(Iterator[str]):
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


def _ending(raw: object, known: str | None) -> str | None:
    choices = getattr(raw, "choices", None)
    if not isinstance(choices, list):
        return "not stated"
    return next((each.finish_reason for each in choices if each.finish_reason), known)
