"""HEAD is what GET is, without the body (RFC 9110, section 9.3.2): load balancers ask so whether a service is there."""

import asyncio

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from kb_service.api.streaming import begins_stream

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
