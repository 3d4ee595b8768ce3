"""`LanguageModel` on an OpenAI-compatible endpoint: POST {base}/chat/completions.

What endpoints take and give differs; how that is met: docs/decisions/0035-endpoints-of-models.md.
"""

import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import httpx

from kb_service.adapters.language_model.connections import Call, Connections
from kb_service.adapters.language_model.events import objects_of
from kb_service.adapters.language_model.replies import ReplyRead
from kb_service.adapters.language_model.request_form import EndpointRefusal, RequestForm
from kb_service.domain.errors import ModelUnavailable
from kb_service.domain.model_faults import ModelFault

_LARGEST_ERROR = 64 * 1024
_ADVICE = {
    401: "check KB_LLM_KEY",
    403: "check KB_LLM_KEY",
    404: "check that KB_LLM_URL ends before /chat/completions, as in …/v1, and that KB_LLM_MODEL is a model there",
    429: "it is asked too often, or its quota is used up",
}

log = logging.getLogger(__name__)


class EndpointLanguageModel:
    """Speaks to that address only: no proxy from the environment, no redirect. Opens no connection by itself.

    A request that is refused for one of its parts is made once more without it, and so are those after it.
    """

    def __init__(self, url: str, *, model: str, key: str, seconds: float, reply_tokens: int) -> None:
        """``url`` ends before /chat/completions; ``seconds``: the longest silence."""
        self._connections = Connections(seconds)
        self._url = f"{url.rstrip('/')}/chat/completions"
        self._headers = {"Authorization": f"Bearer {key}"} if key else {}
        self._key = key
        self._model = model
        self._reply_tokens = reply_tokens
        self._form = RequestForm()
        self._learning = threading.Lock()

    @property
    def name(self) -> str:
        return self._model

    def write(self, system: str, user: str) -> Iterator[str]:
        call = self._connections.call()
        return ReplyStream(self._pieces(system, user, call), call)

    def _pieces(self, system: str, user: str, call: Call) -> Iterator[str]:
        form = self._form
        with call:
            while True:
                try:
                    yield from self._replied(form.body(self._model, system, user, reply_tokens=self._reply_tokens))
                    return self._learn(form)
                except EndpointRefusal as refusal:
                    adapted = form.adapted(refusal)
                    if adapted == form:
                        raise self._refused(refusal) from refusal
                    form = adapted
                except ModelUnavailable as error:
                    if error.fault is ModelFault.CUT_OFF:
                        # Thoughts count too, and nobody knows how long they are.
                        self._learn(form.unlimited())
                    raise ModelUnavailable(f"{self._named} {self._without_key(str(error))}", error.fault) from error

    def _replied(self, body: dict[str, object]) -> Iterator[str]:
        """Raises Refusal before it gives anything; ModelUnavailable."""
        with (
            _lost_connections_told(),
            self._connections.client.stream("POST", self._url, json=body, headers=self._headers) as response,
        ):
            if not response.is_success:
                raise EndpointRefusal(response.status_code, _beginning(response))
            read = ReplyRead()
            for found in objects_of(response.iter_bytes()):
                if words := read.words_of(found):
                    yield words
                if read.is_through:
                    break
            read.require_whole()

    def _learn(self, form: RequestForm) -> None:
        with self._learning:
            before, self._form = self._form, self._form.narrowed_to(form)
        if lost := self._form.lacks(before):
            log.warning("%s cannot do with %s; it is asked without that from now on", self._named, lost)

    def _refused(self, refusal: EndpointRefusal) -> ModelUnavailable:
        advice = _ADVICE.get(refusal.status, "check KB_LLM_URL and KB_LLM_MODEL")
        told = self._without_key(str(refusal))
        if refusal.is_for_words:
            return ModelUnavailable(f"{self._named} refused the request for what it says ({told})", ModelFault.FILTERED)
        return ModelUnavailable(f"{self._named} refused the request ({told}); {advice}", ModelFault.REFUSED)

    def _without_key(self, told: str) -> str:
        return told.replace(self._key, "…") if self._key else told

    @property
    def _named(self) -> str:
        return f"the language model {self._model} at {self._url}"


class ReplyStream(Iterator[str]):
    """Pieces of a reply. ``close`` may be called from another thread than the one that reads."""

    def __init__(self, pieces: Iterator[str], call: Call) -> None:
        self._pieces = pieces
        self._call = call
        self._is_closed = threading.Event()

    def __next__(self) -> str:
        if self._is_closed.is_set():
            raise StopIteration
        return next(self._pieces)

    def close(self) -> None:
        self._is_closed.set()
        self._call.hang_up()


@contextmanager
def _lost_connections_told() -> Iterator[None]:
    try:
        yield
    except httpx.TimeoutException as error:
        raise ModelUnavailable("was silent for longer than KB_LLM_SECONDS", ModelFault.TOO_SLOW) from error
    except (httpx.HTTPError, httpx.StreamError, httpx.InvalidURL) as error:
        raise ModelUnavailable(f"cannot be reached ({type(error).__name__}); check KB_LLM_URL") from error


def _beginning(response: httpx.Response) -> bytes:
    read = b""
    for chunk in response.iter_bytes():
        read += chunk
        if len(read) >= _LARGEST_ERROR:
            break
    return read[:_LARGEST_ERROR]
