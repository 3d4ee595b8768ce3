"""No request may fill the memory: bodies end at a size that no question reaches, and files stream to the disk."""

from fastapi.responses import JSONResponse
from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from kb_service.domain.errors import UploadTooLarge

_MEGABYTE = 1024 * 1024
LARGEST_BODY = _MEGABYTE
# A screenshot in base64; a chat's history may bring earlier ones along.
LARGEST_QUESTION = 12 * _MEGABYTE
LARGEST_FILE = 100 * _MEGABYTE
LARGEST_UPLOAD = 500 * _MEGABYTE
# Routes that take forms with files, which are spooled to the disk as they come.
UPLOAD_PATHS = frozenset({"/v1/documents", "/v1/documents:import", "/console/upload"})
QUESTION_PATHS = frozenset({"/v1/answers", "/v1/chat/completions"})


class BodyLimit:
    """Answers 413 as soon as a body is announced, or has grown, beyond the limit. `/internal` is our own."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"].startswith("/internal/"):
            await self._app(scope, receive, send)
            return
        is_upload = _brings_files(scope)
        smaller = LARGEST_QUESTION if scope["path"] in QUESTION_PATHS else LARGEST_BODY
        limit = LARGEST_UPLOAD if is_upload else smaller
        announced = dict(scope["headers"]).get(b"content-length", b"0")
        if not announced.isdigit() or int(announced) > limit:
            await self._refuse(limit, scope, receive, send)
            return
        received = 0

        async def counted() -> Message:
            nonlocal received
            message = await receive()
            received += len(message.get("body", b""))
            if received <= limit:
                return message
            if is_upload:  # cut off, it would be a form with some of its files
                raise UploadTooLarge(_sentence(limit))
            # A body that was not announced is cut off: what is left of it is not valid JSON and is refused as such.
            return {"type": "http.request", "body": b"", "more_body": False}

        await self._app(scope, counted, send)

    async def _refuse(self, limit: int, scope: Scope, receive: Receive, send: Send) -> None:
        name = "UploadTooLarge" if limit == LARGEST_UPLOAD else "BodyTooLarge"
        await JSONResponse({"error": name, "detail": _sentence(limit)}, status_code=413)(scope, receive, send)


def _brings_files(scope: Scope) -> bool:
    content_type = Headers(scope=scope).get("content-type", "")
    return scope["path"] in UPLOAD_PATHS and content_type.lower().startswith("multipart/form-data")


def _sentence(limit: int) -> str:
    return f"a request may have at most {limit} bytes"
