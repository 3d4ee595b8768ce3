"""The language model of an OpenAI-compatible endpoint, through llama-index, which takes seconds to import."""

from kb_service.ports import LanguageModel

_LONGEST_REPLY_TOKENS = 1024


def open_language_model(url: str, *, model: str, key: str | None, seconds: float, context: int) -> LanguageModel:
    """``url`` ends before /chat/completions; ``seconds``: the longest silence; ``context``: tokens of its window.

    Opens no connection. Speaks to that address only: no proxy from the environment, no redirect, no second try.
    """
    from llama_index.llms.openai_like import OpenAILike

    from kb_service.adapters.language_model.connections import Connections
    from kb_service.adapters.language_model.llama_index_model import LlamaIndexModel

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
