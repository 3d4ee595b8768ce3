"""A probe is answered in time, whatever it waits for: a database that takes connections and says nothing holds up every
thread, and a load balancer has to learn of it."""

import asyncio

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from kb_service.api.refusals import refusal

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
