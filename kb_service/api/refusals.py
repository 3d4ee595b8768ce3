"""The one form of a reply that is an error: its name, a detail for whoever mends it, a message for people.

And whether trying again can help. Clients of OpenAI's interface find the first three in an object of theirs.
"""

from typing import Any

from fastapi.responses import JSONResponse
from starlette.types import Scope

from kb_service.api.messages import message_for
from kb_service.api.request_metrics import refused
from kb_service.api.security_headers import HEADERS
from kb_service.domain.causes import Cause

_HEADERS_OF: dict[int, dict[str, str]] = {
    401: {"WWW-Authenticate": "Bearer"},
    429: {"Retry-After": "5"},
    503: {"Retry-After": "5"},
    507: {"Retry-After": "30"},
}
_OF_OPENAI = ("/v1/chat/", "/v1/models")


def refusal(
    scope: Scope,
    name: str,
    detail: str,
    status: int,
    *,
    cause: Cause | None = None,
    message: str | None = None,
    parameter: str | None = None,
    headers: Any = None,
) -> JSONResponse:
    """As `error_body` has it. ``parameter``: what of the request is at fault."""
    refused(name)
    why = cause or Cause(name)
    told = message if message is not None else message_for(scope, why, detail, status)
    if scope["path"].startswith(_OF_OPENAI):
        body: dict[str, object] = openai_error(name, detail, status, told, parameter)
    else:
        body = error_body(name, detail, told, is_passing=why.is_passing or "Retry-After" in _HEADERS_OF.get(status, {}))
    return JSONResponse(body, status_code=status, headers=headers_of(status) | dict(headers or {}))


def error_body(name: str, detail: str, message: str, *, is_passing: bool) -> dict[str, object]:
    """``retryable``: whether the same request may do later."""
    return {"error": name, "detail": sendable(detail), "message": sendable(message), "retryable": is_passing}


def openai_error(name: str, detail: str, status: int, message: str, parameter: str | None = None) -> dict[str, object]:
    """``message`` stands where these clients look for what they show, our name of the error as its code."""
    kind = "invalid_request_error" if status < 500 else "server_error"
    error = {"message": sendable(message), "type": kind, "code": name, "param": parameter and sendable(parameter)}
    return {"error": error, "detail": sendable(detail)}


def headers_of(status: int) -> dict[str, str]:
    """What goes along with every error of this status."""
    return HEADERS | _HEADERS_OF.get(status, {})


def sendable(sentence: str) -> str:
    """A sentence may quote what was sent, and half a surrogate pair has no bytes."""
    return sentence.encode(errors="backslashreplace").decode()
