"""HEAD is what GET is without the body; of a stream, which has nothing else, it is refused at once."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from kb_service.api.live import LiveStream
from kb_service.api.probing import HeadAsGet

ENDED: list[str] = []


async def alive(request: Request) -> Response:
    return PlainTextResponse("ok", headers={"X-Asked": request.method})


async def events(request: Request) -> Response:
    async def blocks() -> AsyncIterator[bytes]:
        try:
            while True:
                yield b": ping\n\n"
                await asyncio.sleep(0.001)
        finally:
            ENDED.append(request.url.path)

    return LiveStream(blocks())


APP = Starlette(routes=[Route("/alive", alive, methods=["GET"]), Route("/events", events, methods=["GET"])])


async def asked(path: str, method: str = "HEAD") -> tuple[list[Any], dict[str, Any]]:
    said: list[Any] = []

    async def send(message: Any) -> None:
        said.append(message)

    async def receive() -> Any:
        raise AssertionError("nothing of a HEAD is waited for")

    scope = {
        "type": "http",
        "method": method,
        "path": path,
        "root_path": "",
        "headers": [],
        "query_string": b"",
        "http_version": "1.1",
        "asgi": {"version": "3.0", "spec_version": "2.3"},
    }
    await asyncio.wait_for(HeadAsGet(APP)(scope, receive, send), 10)
    return said, scope


def test_a_head_has_the_status_and_length_of_what_get_gives_and_no_body() -> None:
    (start, end), scope = asyncio.run(asked("/alive"))
    assert start["status"] == 200
    assert {(b"content-length", b"2"), (b"x-asked", b"GET")} <= set(start["headers"])
    assert not end["body"] and not end.get("more_body")
    assert (scope["method"], scope["route"].path) == ("HEAD", "/alive")  # measured as what it was


def test_a_head_of_a_stream_is_refused_and_leaves_nothing_running() -> None:
    (start, end), _ = asyncio.run(asked("/events"))
    assert (start["status"], start["headers"]) == (405, [(b"allow", b"GET")])
    assert not end["body"]
    assert ENDED == ["/events"]
