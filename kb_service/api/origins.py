"""Where a request may come from: no page elsewhere acts through a visitor's browser, and keyless means this machine."""

from ipaddress import ip_address
from urllib.parse import urlsplit

from fastapi.concurrency import run_in_threadpool
from fastapi.responses import JSONResponse
from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from kb_service.api.access import KeysSeen

_READING = frozenset({"GET", "HEAD", "OPTIONS"})
_DEFAULT_PORTS = {"http": 80, "https": 443}


class OriginCheck:
    """Answers 403 to what another site's page sends, and in keyless mode to a Host that is not this machine.

    The second stops DNS rebinding: a page whose name is made to point here would pass for the same site.
    """

    def __init__(self, app: ASGIApp, *, keys_seen: KeysSeen, allow_remote: bool) -> None:
        self._app = app
        self._keys_seen = keys_seen
        self._allow_remote = allow_remote

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        refusal = await self._refusal(scope) if scope["type"] == "http" else None
        if refusal is None:
            await self._app(scope, receive, send)
            return
        await JSONResponse({"error": "NotAllowed", "detail": refusal}, status_code=403)(scope, receive, send)

    async def _refusal(self, scope: Scope) -> str | None:
        headers = Headers(scope=scope)
        if scope["method"] not in _READING and _is_from_elsewhere(headers):
            return "a page of another site may not change anything here; a proxy in front has to pass the Host on"
        if self._allow_remote or is_loopback(headers.get("host", "")):
            return None
        if await self._is_keyless():
            return "without keys this service is for its own machine only, under 127.0.0.1 or localhost"
        return None

    async def _is_keyless(self) -> bool:
        """Without a thread where nothing has to be looked up."""
        if self._keys_seen.needs_look:
            return await run_in_threadpool(self._keys_seen.is_keyless)
        return self._keys_seen.is_keyless()


def is_loopback(host: str) -> bool:
    """``host`` as in the header `Host`: a name or an address, with or without a port."""
    found = _host_and_port("http", host)
    if found is None:
        return False
    try:
        return found[0] == "localhost" or ip_address(found[0]).is_loopback
    except ValueError:
        return False


def _is_from_elsewhere(headers: Headers) -> bool:
    if headers.get("sec-fetch-site") == "cross-site":
        return True
    origin = headers.get("origin")
    if origin is None:
        return False
    scheme, _, place = origin.partition("://")
    there, here = _host_and_port(scheme, place), _host_and_port(scheme, headers.get("host", ""))
    return there is None or there != here


def _host_and_port(scheme: str, place: str) -> tuple[str, int | None] | None:
    """A missing port is the scheme's own; None for what is no host."""
    try:
        parts = urlsplit(f"//{place}")
        port = parts.port
    except ValueError:
        return None
    if not parts.hostname or parts.username is not None or parts.netloc != place:
        return None
    return parts.hostname, port or _DEFAULT_PORTS.get(scheme)
