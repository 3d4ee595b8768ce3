"""How many requests somebody may send, in a minute and at a time: by key, or by address where no key is valid."""

import math
import time
from contextlib import suppress
from dataclasses import dataclass

from fastapi import Request
from fastapi.concurrency import run_in_threadpool
from limits import RateLimitItem, RateLimitItemPerMinute
from limits.storage import Storage
from limits.strategies import FixedWindowRateLimiter
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from kb_service.api.access import OPERATOR, actor_of, shows_key
from kb_service.api.concurrency import MAKE_ROOM, RequestPlace, Shares, WaitedTooLong
from kb_service.api.refusals import refusal
from kb_service.api.streaming import begins_stream
from kb_service.connections import sender_at
from kb_service.domain.errors import KbError, Unauthenticated
from kb_service.domain.people import Actor

# Served from memory: probes, pages and what belongs to them.
_NOT_COUNTED = frozenset({"/healthz", "/", "/desk"})
# At work at a time. Of a key more, because a frontend sends the questions of many; yet not all threads, which are 40.
_AT_ONCE_OF_A_KEY = 32
_AT_ONCE_OF_AN_ADDRESS = 16
_LONGEST_WAIT_SECONDS = 30
# Where a key is typed: whether it is a wrong one stands in the form.
_SIGN_IN = ("POST", "/console/login")


class _Counts(Storage):
    """In memory, for one event loop. The library's own starts a thread for each count, which looks through them all."""

    def __init__(self) -> None:
        super().__init__()
        self._count_of: dict[str, int] = {}
        self._end_of: dict[str, float] = {}
        self._swept_at = time.time()

    @property
    def base_exceptions(self) -> type[Exception]:
        return ValueError

    def incr(self, key: str, expiry: float, amount: int = 1) -> int:
        now = time.time()
        if now - self._swept_at > expiry:
            self._swept_at = now
            for ended in [each for each, end in self._end_of.items() if end <= now]:
                self.clear(ended)
        if self._end_of.get(key, 0) <= now:
            self._count_of[key], self._end_of[key] = 0, now + expiry
        self._count_of[key] += amount
        return self._count_of[key]

    def get(self, key: str) -> int:
        return self._count_of.get(key, 0) if self._end_of.get(key, 0) > time.time() else 0

    def get_expiry(self, key: str) -> float:
        return self._end_of.get(key, time.time())

    def clear(self, key: str) -> None:
        self._count_of.pop(key, None)
        self._end_of.pop(key, None)

    def check(self) -> bool:
        return True

    def reset(self) -> int:
        ended = len(self._count_of)
        self._count_of.clear()
        self._end_of.clear()
        return ended


@dataclass(frozen=True, slots=True)
class _Sender:
    name: str
    at_once: int
    a_minute: RateLimitItem | None

    @property
    def is_known(self) -> bool:
        return self.at_once == _AT_ONCE_OF_A_KEY


class RequestRates:
    """Answers 429 with `Retry-After` beyond the limits; 0 is none. The commands of this machine are not counted.

    What is too much at a time waits, and so do pages, which are not counted, in a line of their own.

    Without keys, this machine's own programs count like a key. What comes from nobody who is known is not read: the
    routes of `/v1` refuse it without its body.
    """

    def __init__(self, app: ASGIApp, *, a_key: int, an_address: int, wrong_keys: int) -> None:
        """``wrong_keys``: of an address, with a key that opens nothing, or typed to sign in with."""
        self._app = app
        self._limiter = FixedWindowRateLimiter(_Counts())
        self._shares = Shares(longest_wait_seconds=_LONGEST_WAIT_SECONDS)
        self._of_a_key = RateLimitItemPerMinute(a_key) if a_key else None
        self._of_an_address = RateLimitItemPerMinute(an_address) if an_address else None
        self._of_wrong_keys = RateLimitItemPerMinute(wrong_keys) if wrong_keys else None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request = Request(scope)
        if scope["path"] in _NOT_COUNTED or scope["path"].startswith("/assets/"):
            pages = _Sender(f"pages for {_address_of(request)[0]}", _AT_ONCE_OF_AN_ADDRESS, None)
            await self._in_turn(pages, scope, receive, send)
            return
        actor, tries_key = await _actor(request)
        is_unread = actor is None and scope["path"].startswith("/v1/")
        taken = _nothing if is_unread else receive
        if actor is OPERATOR:
            await self._app(scope, taken, send)
            return
        sender = self._sender(request, actor)
        seconds = self._seconds_to_wait(sender.name, sender.a_minute)
        if seconds is None and tries_key:
            seconds = self._seconds_to_wait(f"keys tried at {_address_of(request)[0]}", self._of_wrong_keys)
        if seconds is not None:
            detail = f"too many requests within a minute; go on in {seconds} s"
            await self._refuse(sender, detail, seconds, scope, receive, send)
            return
        await self._in_turn(sender, scope, taken, send)

    async def _in_turn(self, sender: _Sender, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            async with self._shares.part(sender.name, sender.at_once) as place:
                scope.setdefault("state", {})[MAKE_ROOM] = place.make_room
                taken = _body_awaited_outside(place, receive, sender) if _has_body(scope) else receive
                await self._app(scope, taken, _without_place_at_the_end(place, send))
        except WaitedTooLong:
            await self._refuse(sender, _too_many_at_once(sender), 5, scope, receive, send)

    async def _refuse(
        self, sender: _Sender, detail: str, seconds: int, scope: Scope, receive: Receive, send: Send
    ) -> None:
        """Whoever is not known has to connect again: what was sent in advance on this connection is not read."""
        headers = {"Retry-After": str(seconds)} | ({} if sender.is_known else {"Connection": "close"})
        await refusal(scope, "TooManyRequests", detail, 429, headers=headers)(scope, receive, send)

    def _seconds_to_wait(self, name: str, limit: RateLimitItem | None) -> int | None:
        """None where it may go on."""
        if limit is None or self._limiter.hit(limit, name):
            return None
        return max(1, math.ceil(self._limiter.get_window_stats(limit, name).reset_time - time.time()))

    def _sender(self, request: Request, actor: Actor | None) -> _Sender:
        if actor is not None and actor.key_id is not None:
            return _Sender(f"key {actor.key_id}", _AT_ONCE_OF_A_KEY, self._of_a_key)
        address, is_of_this_machine = _address_of(request)
        if is_of_this_machine and actor is not None and request.app.state.keys_seen.is_known_keyless:
            return _Sender(address, _AT_ONCE_OF_A_KEY, self._of_a_key)
        return _Sender(address, _AT_ONCE_OF_AN_ADDRESS, self._of_an_address)


def _too_many_at_once(sender: _Sender) -> str:
    return f"more than {sender.at_once} requests at a time; wait for the others' replies"


def _has_body(scope: Scope) -> bool:
    length = dict(scope["headers"]).get(b"content-length")
    return length != b"0" if length is not None else any(name == b"transfer-encoding" for name, _ in scope["headers"])


def _body_awaited_outside(place: RequestPlace, receive: Receive, sender: _Sender) -> Receive:
    is_whole = False

    async def received() -> Message:
        nonlocal is_whole
        if is_whole:  # from here on it is listened to whether the client goes away
            return await receive()
        try:
            message = await place.awaited(receive())
        except WaitedTooLong as error:
            raise HTTPException(429, _too_many_at_once(sender), {"Retry-After": "5"}) from error
        is_whole = not message.get("more_body", False)
        return message

    return received


def _without_place_at_the_end(place: RequestPlace, send: Send) -> Send:
    """What is left of a request is its reply, which the client may read as slowly as it likes: of this one, or of those
    before it on the connection. A stream is still being worked at."""

    async def sent(message: Message) -> None:
        if message["type"] != "http.response.start":
            await send(message)
        elif not begins_stream(message):
            place.make_room()
            await send(message)
        else:
            with suppress(WaitedTooLong):  # it has begun: it goes on without a place
                await place.awaited(send(message))

    return sent


async def _actor(request: Request) -> tuple[Actor | None, bool]:
    """Kept with the request, so that its route need not look again; and whether a key may be tried. Whatever else is
    wrong the route will say."""
    is_sign_in = (request.method, request.url.path) == _SIGN_IN
    try:
        if request.app.state.keys_seen.is_known_keyless:
            return actor_of(request), False
        actor = await run_in_threadpool(actor_of, request)
        return actor, is_sign_in and actor.key_id is None
    except Unauthenticated:
        return None, is_sign_in or shows_key(request)
    except KbError:
        return None, False


def _address_of(request: Request) -> tuple[str, bool]:
    return sender_at(request.client.host if request.client else "")


async def _nothing() -> Message:
    return {"type": "http.request", "body": b"", "more_body": False}
