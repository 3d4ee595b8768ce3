"""What load balancers ask to learn whether a service is there: `/readyz`, answered in time whatever it waits for, and
HEAD of anything, which is what GET is, without the body (RFC 9110, section 9.3.2)."""

import asyncio

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from kb_service.api.refusals import refusal
from kb_service.api.streaming import begins_stream

READY_PATH = "/readyz"


class ProbedInTime:
    """Answers 503 for `/readyz` when nothing behind it has within ``seconds``. One probe goes on at a time: those that
    come meanwhile wait for it, so that probes do not add up."""

    def __init__(self, app: ASGIApp, *, seconds: float = 8) -> None:
        self._app = app
        self._seconds = seconds
        self._going_on: asyncio.Task[list[Message]] | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"] != READY_PATH:
            await self._app(scope, receive, send)
            return
        if self._going_on is None or self._going_on.done():
            self._going_on = asyncio.create_task(self._probe(scope))
        await asyncio.wait({self._going_on}, timeout=self._seconds)
        if not self._going_on.done():
            sentence = f"the database or the index has not answered within {self._seconds:g} s"
            await refusal(scope, "RecordsBusy", sentence, 503)(scope, receive, send)
            return
        for message in self._going_on.result():
            await send(message)

    async def _probe(self, scope: Scope) -> list[Message]:
        said: list[Message] = []

        async def keep(message: Message) -> None:
            said.append(message)

        await self._app(scope, _nothing_more, keep)
        return said


async def _nothing_more() -> Message:
    return {"type": "http.request", "body": b"", "more_body": False}


_NOT_OF_A_STREAM: Message = {"type": "http.response.start", "status": 405, "headers": [(b"allow", b"GET")]}
_NO_BODY: Message = {"type": "http.response.body", "body": b""}


class HeadAsGet:
    """Asks what is behind it for what GET gives, and keeps the body back. A stream has nothing but a body, which never
    ends: 405."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] != "HEAD":
            await self._app(scope, receive, send)
            return
        asked = {**scope, "method": "GET"}
        is_asked, has_head = False, asyncio.Event()

        async def received() -> Message:
            """Nothing, and that nobody listens any more once the head is there: a stream ends with that."""
            nonlocal is_asked
            if is_asked:
                await has_head.wait()
                return {"type": "http.disconnect"}
            is_asked = True
            return {"type": "http.request", "body": b"", "more_body": False}

        async def sent(message: Message) -> None:
            if message["type"] == "http.response.start":
                await send(_NOT_OF_A_STREAM if begins_stream(message) else message)
                await send(_NO_BODY)
                has_head.set()

        try:
            await self._app(asked, received, sent)
        finally:
            scope["route"] = asked.get("route")  # what is measured goes by it
