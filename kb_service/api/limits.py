"""What a request may be: of a size that no question exceeds, and from a page or program of this machine or site."""

import re
from ipaddress import ip_address
from urllib.parse import urlsplit

from fastapi.concurrency import run_in_threadpool
from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from kb_service.api.access import KeysSeen
from kb_service.api.errors import refusal_of
from kb_service.api.refusals import refusal
from kb_service.api.sizes import LARGEST_BODY, LARGEST_QUESTION, LARGEST_UPLOAD
from kb_service.domain.causes import Cause
from kb_service.domain.errors import AttachmentTooLarge, KbError, UploadTooLarge

# What is kept in memory of the bodies of all requests at a time; the first part of each always finds room.
_BODIES_IN_ALL = 128 * 1024 * 1024
_ALWAYS_TAKEN = 64 * 1024
# Routes that take forms with files, which are spooled to the disk as they come.
UPLOAD_PATHS = frozenset({"/v1/documents", "/v1/documents:import", "/console/upload"})
_ATTACHMENTS = re.compile(r"/v1/(talks|escalations)/[^/]+/attachments")
# What a form has beside its file.
_BESIDE_A_FILE = 64 * 1024
QUESTION_PATHS = frozenset({"/v1/answers", "/v1/chat/completions"})


class BodyLimit:
    """Answers 413 as soon as a body is announced, or has grown, beyond the limit. `/internal` is our own.

    And 400 to an address with a NUL, which PostgreSQL takes in no text, and 415 to a compressed body: a small one could
    hold any number of bytes.
    """

    def __init__(self, app: ASGIApp, *, attachment_mb: int) -> None:
        """``attachment_mb``: of a picture or recording in a talk."""
        self._app = app
        self._attachment_mb = attachment_mb
        self._held = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"].startswith("/internal/"):
            await self._app(scope, receive, send)
            return
        if "\x00" in scope["path"] or b"%00" in scope["query_string"]:
            sentence = "an address has no NUL character in it (%00)"
            await refusal(scope, "RequestInvalid", sentence, 400)(scope, receive, send)
            return
        if (encoding := Headers(scope=scope).get("content-encoding", "identity")).strip().lower() != "identity":
            sentence = f"a body is sent as it is, not encoded ({encoding[:20]})"
            unpacked = {"Accept-Encoding": "identity"}
            await refusal(scope, "UnsupportedEncoding", sentence, 415, headers=unpacked)(scope, receive, send)
            return
        is_upload = _brings_files(scope)
        smaller = LARGEST_QUESTION if scope["path"] in QUESTION_PATHS else LARGEST_BODY
        limit = self._limit_of_files(scope) if is_upload else smaller
        announced = dict(scope["headers"]).get(b"content-length", b"0")
        if not announced.isdigit() or int(announced) > limit:
            await self._refuse(limit, scope, receive, send)
            return
        received = held = 0

        async def counted() -> Message:
            nonlocal received, held
            message = await receive()
            received += len(message.get("body", b""))
            if not is_upload:
                more = max(0, received - _ALWAYS_TAKEN) - held
                held, self._held = held + more, self._held + more
                if more and self._held > _BODIES_IN_ALL:
                    raise HTTPException(503, "too many large requests at a time; try again", {"Retry-After": "5"})
            if received <= limit:
                return message
            if is_upload:  # cut off, it would be a form with some of its files
                raise self._too_large(limit)
            # A body that was not announced is cut off: what is left of it is not valid JSON and is refused as such.
            return {"type": "http.request", "body": b"", "more_body": False}

        try:
            await self._app(scope, counted, send)
        finally:
            self._held -= held

    async def _refuse(self, limit: int, scope: Scope, receive: Receive, send: Send) -> None:
        if _brings_files(scope):
            await refusal_of(scope, self._too_large(limit))(scope, receive, send)
            return
        await refusal(scope, "BodyTooLarge", _sentence(limit), 413)(scope, receive, send)

    def _limit_of_files(self, scope: Scope) -> int:
        is_attachment = _ATTACHMENTS.fullmatch(scope["path"])
        return self._attachment_mb * 2**20 + _BESIDE_A_FILE if is_attachment else LARGEST_UPLOAD

    def _too_large(self, limit: int) -> KbError:
        if limit == LARGEST_UPLOAD:
            return UploadTooLarge(_sentence(limit))
        cause = Cause("attachment_too_large", {"limit": self._attachment_mb})
        return AttachmentTooLarge(f"an attachment may have {self._attachment_mb} MB", cause)


def _brings_files(scope: Scope) -> bool:
    content_type = Headers(scope=scope).get("content-type", "")
    takes_files = scope["path"] in UPLOAD_PATHS or _ATTACHMENTS.fullmatch(scope["path"])
    return bool(takes_files) and content_type.lower().startswith("multipart/form-data")


def _sentence(limit: int) -> str:
    return f"a request may have at most {limit} bytes"


_READING = frozenset({"GET", "HEAD", "OPTIONS"})
_DEFAULT_PORTS = {"http": 80, "https": 443}


class OriginCheck:
    """Answers 403 to what another site's page sends, and in keyless mode to a Host that is not this machine.

    The second stops DNS rebinding: a page whose name is made to point here would pass for the same site. So on a
    closed network (``allow_remote``) addresses are fit, which nobody can make point elsewhere, and ``allowed_hosts``.
    """

    def __init__(self, app: ASGIApp, *, keys_seen: KeysSeen, allow_remote: bool, allowed_hosts: str) -> None:
        self._app = app
        self._keys_seen = keys_seen
        self._allow_remote = allow_remote
        self._allowed = {each.strip().lower() for each in allowed_hosts.split(",") if each.strip()}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            reason = await self._reason_against(scope) if scope["type"] == "http" else None
        except KbError as error:  # whether there are keys cannot be read
            await refusal_of(scope, error)(scope, receive, send)
            return
        if reason is None:
            await self._app(scope, receive, send)
            return
        await refusal(scope, "NotAllowed", reason, 403)(scope, receive, send)

    async def _reason_against(self, scope: Scope) -> str | None:
        headers = Headers(scope=scope)
        if scope["method"] not in _READING and _is_from_elsewhere(headers):
            return "a page of another site may not change anything here; a proxy in front has to pass the Host on"
        host = headers.get("host", "")
        if is_loopback(host) or (self._allow_remote and self._is_of_this_network(host)):
            return None
        if not await self._is_keyless():
            return None
        if self._allow_remote:
            return "without keys this service is reached by its address, or by a name in KB_ALLOWED_HOSTS"
        return "without keys this service is for its own machine only, under 127.0.0.1 or localhost"

    def _is_of_this_network(self, host: str) -> bool:
        found = _host_and_port("http", host)
        if found is None:
            return False
        try:
            return found[0] in self._allowed or bool(ip_address(found[0]))
        except ValueError:
            return False

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
