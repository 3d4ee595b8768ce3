"""Server-sent events from a generator that works in threads, and is closed as soon as nobody listens any more."""

import logging
from collections.abc import Callable, Generator
from contextlib import closing
from typing import TypeVar

import anyio
import orjson
from anyio.to_thread import run_sync
from fastapi import Response
from starlette.types import Message, Receive, Scope, Send

from kb_service.api.refusals import error_body
from kb_service.asking.events import Answered, Event, EvidenceFound, Progress, TextReady
from kb_service.domain.answers import Answer
from kb_service.domain.causes import Cause
from kb_service.domain.errors import KbError

T = TypeVar("T")

# What is told of a fault that nobody foresaw, as the plain reply tells it too.
INTERNAL = ("InternalError", "something went wrong on our side; the log of the service tells what")

log = logging.getLogger(__name__)


class EventStream(Response):
    """The generator is closed when it is through, when the client leaves, and when the server stops.

    A step that is running is never torn off: the closing takes hold where the generator yields next.
    """

    media_type = "text/event-stream"
    # A proxy that buffers would hold the events back until the end.
    _HEADERS = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}  # noqa: RUF012

    def __init__(self, events: Generator[bytes, None, None]) -> None:
        super().__init__(headers=self._HEADERS)
        del self.headers["content-length"]
        self._events = events

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            async with anyio.create_task_group() as group:
                group.start_soon(_cancel_when_left, receive, group.cancel_scope)
                await self._send_all(send)
                group.cancel_scope.cancel()
        finally:
            with anyio.CancelScope(shield=True):
                await run_sync(self._events.close)

    async def _send_all(self, send: Send) -> None:
        await send({"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers})
        while (block := await run_sync(next, self._events, None)) is not None:
            await send({"type": "http.response.body", "body": block, "more_body": True})
        await send({"type": "http.response.body", "body": b"", "more_body": False})


def begins_stream(start: Message) -> bool:
    return any(
        name.lower() == b"content-type" and value.startswith(b"text/event-stream") for name, value in start["headers"]
    )


async def _cancel_when_left(receive: Receive, scope: anyio.CancelScope) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
    scope.cancel()


def guarded(
    events: Generator[T, None, None], framed: Callable[[T], bytes], fault: Callable[[str, str, Cause], bytes]
) -> Generator[bytes, None, None]:
    """Each event framed. The status is sent already, so the stream itself says what went wrong, without internals."""
    try:
        with closing(events):
            for event in events:
                yield framed(event)
    except KbError as error:
        yield fault(type(error).__name__, str(error), error.cause)
    except Exception:
        log.exception("a stream of events broke off")
        yield fault(*INTERNAL, Cause(INTERNAL[0]))


def server_sent(
    events: Generator[Event, None, None], *, message: Callable[[Cause, str], str], dumped: Callable[[Answer], bytes]
) -> Generator[bytes, None, None]:
    """As `/v1/answers` sends them: progress, evidence, text, answer, error. ``message``: of an error, for people;
    ``dumped``: an answer as JSON."""

    def fault(name: str, detail: str, cause: Cause) -> bytes:
        told = error_body(name, detail, message(cause, detail), is_passing=cause.is_passing)
        return _block("error", orjson.dumps(told))

    return guarded(events, lambda event: _block(*_named(event, dumped)), fault)


def _block(name: str, data: bytes) -> bytes:
    return b"event: " + name.encode() + b"\ndata: " + data + b"\n\n"


def _named(event: Event, dumped: Callable[[Answer], bytes]) -> tuple[str, bytes]:
    match event:
        case Progress(stage):
            return "progress", orjson.dumps({"stage": stage})
        case EvidenceFound(evidence):
            return "evidence", orjson.dumps({"evidence": evidence})
        case TextReady(text):
            return "text", orjson.dumps({"text": text})
        case Answered(answer):
            return "answer", dumped(answer)
