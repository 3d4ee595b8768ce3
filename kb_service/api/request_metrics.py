"""What requests come to: measured for `/metrics`, told in the log, each with an id that its reply carries too."""

import logging
import re
import time
from contextvars import ContextVar
from dataclasses import dataclass
from uuid import uuid4

from prometheus_client import Counter, Histogram
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from kb_service.asking.drafting.model_drafting import UNAVAILABLE
from kb_service.domain.answers import Answer, Drafting

REQUEST_ID = "X-Request-ID"
_REQUESTS = Counter("kb_requests", "Requests, by route and status.", ["method", "route", "status"])
_SECONDS = Histogram(
    "kb_request_seconds",
    "From the head of a request to the end of its reply.",
    ["route"],
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 120),
)
_ANSWERS = Counter("kb_answers", "Answers given, by outcome.", ["outcome"])
_MODEL_FAILURES = Counter(
    "kb_model_failures", "Drafts and other work that a model failed to do, by its role.", ["model"]
)
_DRAFTS_UNUSED = Counter("kb_drafts_unused", "Drafts of the language model that were not sent, by reason.", ["reason"])
_ERRORS = Counter("kb_errors", "Replies that are errors, by the name of the error.", ["error"])
_MODEL_OF = {
    "ModelUnavailable": "language",
    "RerankerUnavailable": "reranker",
    "EmbeddingModelUnavailable": "embedding",
}

_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
_TOLD = ("/v1/", "/console", "/internal/")
# What a frontend may send; of digits alone it could be somebody's number, and it goes into the log.
_SENT_ID = re.compile(r"(?![0-9._-]+$)[A-Za-z0-9._-]{1,64}")

log = logging.getLogger("kb_service.requests")


@dataclass(slots=True)
class _Current:
    """The request that is being answered; what is learnt of it while it is."""

    id: str
    answer: Answer | None = None


_current: ContextVar[_Current | None] = ContextVar("current request", default=None)


def request_id() -> str | None:
    """Of the request that this is done for, if it is done for one."""
    current = _current.get()
    return current.id if current else None


def answered(answer: Answer) -> None:
    """An answer was given."""
    _ANSWERS.labels(answer.outcome).inc()
    if answer.drafting is not None:
        _note_drafts(answer.drafting)
    if (current := _current.get()) is not None:
        current.answer = answer


def _note_drafts(drafting: Drafting) -> None:
    if UNAVAILABLE in drafting.rejected:
        _MODEL_FAILURES.labels("language").inc()
    for reason in drafting.rejected:
        kind = drafting.failure or reason if reason == UNAVAILABLE else reason.partition(":")[0]
        _DRAFTS_UNUSED.labels(kind).inc()


def refused(error: str) -> None:
    """A reply is an error of this name."""
    _ERRORS.labels(error).inc()
    if error in _MODEL_OF:
        _MODEL_FAILURES.labels(_MODEL_OF[error]).inc()


class Observed:
    """Stands before everything else. An id that a proxy sends is kept, if it looks like one."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        sent_id = Headers(scope=scope).get(REQUEST_ID, "")
        current = _Current(sent_id if _SENT_ID.fullmatch(sent_id) else uuid4().hex)
        _current.set(current)
        began, status = time.perf_counter(), 500

        async def sent(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                MutableHeaders(scope=message)[REQUEST_ID] = current.id
            await send(message)

        try:
            await self._app(scope, receive, sent)
        finally:
            _note(scope, current, status, time.perf_counter() - began)


def _note(scope: Scope, current: _Current, status: int, seconds: float) -> None:
    # Routes and methods of ours only: who sends others would fill the memory with their names.
    method = scope["method"] if scope["method"] in _METHODS else "other"
    route = getattr(scope.get("route"), "path", "other")
    _REQUESTS.labels(method, route, status).inc()
    _SECONDS.labels(route).observe(seconds)
    if not scope["path"].startswith(_TOLD):
        return
    facts = {"method": method, "route": route, "status": status, "seconds": round(seconds, 4)}
    if current.answer is not None:
        facts |= {"answer_id": current.answer.answer_id, "outcome": str(current.answer.outcome)}
    log.info(" ".join(f"{name}={value}" for name, value in facts.items()), extra=facts)
