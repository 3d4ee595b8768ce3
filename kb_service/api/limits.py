"""No request may fill the memory: bodies end at a size that no question reaches."""

from fastapi.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

LARGEST_BODY = 1024 * 1024


class BodyLimit:
    """Answers 413 as soon as a body is announced, or has grown, beyond the limit. `/internal` is our own."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"].startswith("/internal/"):
            await self._app(scope, receive, send)
            return
        announced = dict(scope["headers"]).get(b"content-length", b"0")
        if not announced.isdigit() or int(announced) > LARGEST_BODY:
            await self._refuse(scope, receive, send)
            return
        received = 0

        async def counted() -> Message:
            nonlocal received
            message = await receive()
            received += len(message.get("body", b""))
            # A body that was not announced is cut off: what is left of it is not valid JSON and is refused as such.
            return message if received <= LARGEST_BODY else {"type": "http.request", "body": b"", "more_body": False}

        await self._app(scope, counted, send)

    async def _refuse(self, scope: Scope, receive: Receive, send: Send) -> None:
        body = {"error": "BodyTooLarge", "detail": f"a request may have at most {LARGEST_BODY} bytes"}
        await JSONResponse(body, status_code=413)(scope, receive, send)
