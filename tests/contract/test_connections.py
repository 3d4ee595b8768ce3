"""Connections of clients that keep the service waiting, on a real server with little patience."""

import contextlib
import resource
import socket
import threading
import time
from collections.abc import Iterator
from typing import Any

import pytest
import uvicorn

from kb_service.connections import BoundedProtocol, ClientPatience, room_for_connections
from kb_service.domain.errors import KbError

HALF = b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n"
POST = b"POST / HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 100000\r\n\r\n"
ANSWER = b"x" * 30_000_000  # more than the buffers between two sockets take
MOST = 8
SERVED: list[str] = []


async def app(scope: Any, receive: Any, send: Any) -> None:
    if scope["type"] != "http":
        return
    while scope["path"] != "/at-once" and (message := await receive()).get("more_body"):
        if message["type"] == "http.disconnect":
            return
    SERVED.append(scope["path"])
    body = {"/large": ANSWER, "/page": ANSWER[:240_000]}.get(scope["path"], b"ok")
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"%d" % len(body))]})
    await send({"type": "http.response.body", "body": body})


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    protocol = BoundedProtocol.of(MOST, ClientPatience(head_seconds=1, pace_seconds=1, slowest=1000, look_seconds=0.1))
    server = uvicorn.Server(uvicorn.Config(app, port=0, http=protocol, ws="none", lifespan="off", log_level="error"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.02)
    yield server.servers[0].sockets[0].getsockname()[1]
    server.should_exit = True
    thread.join(timeout=10)


@contextlib.contextmanager
def opened(port: int, sent: bytes) -> Iterator[socket.socket]:
    with socket.create_connection(("127.0.0.1", port), timeout=10) as connection:
        connection.sendall(sent)
        yield connection


def everything(connection: socket.socket) -> bytes:
    """Until the other side closes; what was reset is as good as closed."""
    got = b""
    with contextlib.suppress(ConnectionError):
        while piece := connection.recv(1 << 20):
            got += piece
    return got


def honest(port: int) -> bytes:
    with opened(port, HALF + b"Connection: close\r\n\r\n") as connection:
        return everything(connection)


@pytest.mark.parametrize("sent", [b"", HALF, b"G"])
def test_who_does_not_finish_a_request_is_sent_away(port: int, sent: bytes) -> None:
    with opened(port, sent) as connection:
        assert everything(connection).startswith(b"HTTP/1.1 408")


def test_a_head_that_comes_drop_by_drop_is_not_waited_for(port: int) -> None:
    with opened(port, HALF) as connection, contextlib.suppress(ConnectionError):
        began = time.monotonic()
        while time.monotonic() - began < 5:
            connection.sendall(b"X-More: 1\r\n")
            time.sleep(0.2)
        pytest.fail("it was waited for")


@pytest.mark.parametrize("drops", [b"", b"1"])
def test_a_body_that_hardly_comes_is_not_waited_for(port: int, drops: bytes) -> None:
    with opened(port, POST) as connection, contextlib.suppress(ConnectionError):
        connection.settimeout(0.1)
        began = time.monotonic()
        while time.monotonic() - began < 5:
            connection.sendall(drops)
            with contextlib.suppress(TimeoutError):
                if connection.recv(100) == b"":
                    return
        pytest.fail("it was waited for")


def test_a_body_that_comes_slowly_but_steadily_is_taken(port: int) -> None:
    with opened(port, POST) as connection:
        for _ in range(20):
            connection.sendall(b"x" * 5000)
            time.sleep(0.12)
        assert connection.recv(100).startswith(b"HTTP/1.1 200")


def test_who_does_not_read_the_reply_is_cut_off(port: int) -> None:
    with opened(port, HALF.replace(b"/ ", b"/large ", 1) + b"\r\n") as connection:
        time.sleep(4)
        assert len(everything(connection)) < len(ANSWER)


def test_who_reads_the_reply_slowly_gets_all_of_it(port: int) -> None:
    with opened(port, HALF.replace(b"/ ", b"/large ", 1) + b"Connection: close\r\n\r\n") as connection:
        got = b""
        for _ in range(15):
            got += connection.recv(1 << 20)
            time.sleep(0.1)
        assert len(got + everything(connection)) > len(ANSWER)


def test_beyond_the_cap_who_keeps_us_waiting_longest_gives_way(port: int) -> None:
    with contextlib.ExitStack() as held:
        for sent in [HALF, POST + b"x", b""] * MOST:
            held.enter_context(opened(port, sent))
        time.sleep(0.3)
        assert honest(port).startswith(b"HTTP/1.1 200")


def test_when_all_have_only_just_come_the_next_one_is_refused(port: int) -> None:
    time.sleep(1.5)
    with contextlib.ExitStack() as held:
        for _ in range(MOST):
            held.enter_context(opened(port, HALF))
        assert b" 503 " in honest(port).partition(b"\r\n")[0]


def test_who_has_more_than_half_of_all_keeps_nobody_else_out(port: int) -> None:
    """All of them only just came, so that nobody owes anything: the first of the greatest sender ends."""
    with contextlib.ExitStack() as held:
        taken = [held.enter_context(opened(port, HALF)) for _ in range(MOST)]
        with socket.create_connection(("127.0.0.1", port), timeout=10, source_address=("127.0.0.2", 0)) as other:
            other.sendall(HALF + b"Connection: close\r\n\r\n")
            assert everything(other).endswith(b"ok")
        taken[0].settimeout(0.2)
        assert everything(taken[0]) == b""
        with pytest.raises(TimeoutError):
            taken[1].settimeout(0.2)
            taken[1].recv(1)


def test_the_limit_of_open_files_bounds_the_connections(monkeypatch: pytest.MonkeyPatch) -> None:
    allowed = [(256, 100_000)]
    monkeypatch.setattr(resource, "getrlimit", lambda _: allowed[-1])
    monkeypatch.setattr(resource, "setrlimit", lambda _, limits: allowed.append(limits))
    assert room_for_connections(512) == 512
    assert allowed.pop() == (1536, 100_000)
    allowed[:] = [(400, 400)]
    assert room_for_connections(512) == 200
    allowed[:] = [(30, 30)]
    with pytest.raises(KbError, match="ulimit -n 1536"):
        room_for_connections(512)


CHUNKED = b"POST / HTTP/1.1\r\nHost: 127.0.0.1\r\nTransfer-Encoding: chunked\r\n\r\n"
END = b"0\r\n\r\n"


def test_a_body_in_a_great_many_pieces_of_a_byte_is_refused_before_it_is_read(port: int) -> None:
    with opened(port, CHUNKED + b"1\r\nx\r\n" * 1001) as connection:
        assert everything(connection).startswith(b"HTTP/1.1 400")


@pytest.mark.parametrize("pieces", [b"1\r\nx\r\n" * 1000, (b"40\r\n" + b"x" * 64 + b"\r\n") * 5000])
def test_a_body_in_few_pieces_or_in_large_ones_is_taken(port: int, pieces: bytes) -> None:
    with opened(port, CHUNKED + pieces + END) as connection:
        assert connection.recv(100).startswith(b"HTTP/1.1 200")


def test_of_many_requests_in_one_go_no_more_are_answered_than_are_read(port: int) -> None:
    SERVED.clear()
    with opened(port, b"") as connection:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        connection.sendall((HALF.replace(b"/ ", b"/page ", 1) + b"\r\n") * 20)
        time.sleep(0.5)
        assert 1 <= SERVED.count("/page") <= 5


@pytest.mark.parametrize("parts", [1, 3])
def test_a_head_that_is_too_long_is_refused_however_it_comes(port: int, parts: int) -> None:
    sent = HALF + b"X-Long: " + b"x" * 70_000 + b"\r\nConnection: close\r\n\r\n"
    with opened(port, b"") as connection, contextlib.suppress(ConnectionError):
        for start in range(0, len(sent), len(sent) // parts):
            connection.sendall(sent[start : start + len(sent) // parts])
            time.sleep(0.1)
        assert everything(connection).startswith(b"HTTP/1.1 431 ")


def test_a_head_of_60_kb_is_taken(port: int) -> None:
    with opened(port, HALF + b"X-Long: " + b"x" * 60_000 + b"\r\nConnection: close\r\n\r\n") as connection:
        assert everything(connection).startswith(b"HTTP/1.1 200")


@pytest.mark.parametrize(("lines", "status"), [(150, 200), (5000, 431)])
def test_a_head_of_thousands_of_lines_is_refused_however_short_they_are(port: int, lines: int, status: int) -> None:
    with opened(port, HALF + b"X-A: a\r\n" * lines + b"Connection: close\r\n\r\n") as connection:
        assert everything(connection).startswith(b"HTTP/1.1 %d " % status)


def test_a_body_whose_end_is_told_in_two_ways_is_refused(port: int) -> None:
    head = b"POST / HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 6\r\nTransfer-Encoding: chunked\r\n\r\n"
    with opened(port, head + b"0\r\n\r\nG") as connection:
        got = everything(connection)
    assert got.startswith(b"HTTP/1.1 400") and got.count(b"HTTP/1.1") == 1


def test_nonsense_in_a_body_whose_reply_was_sent_ends_the_connection_without_a_fault_of_ours(
    port: int, caplog: pytest.LogCaptureFixture
) -> None:
    with opened(port, CHUNKED.replace(b" / ", b" /at-once ", 1) + b"1\r\nx\r\n") as connection:
        assert connection.recv(1000).startswith(b"HTTP/1.1 200")
        connection.sendall(b"nonsense\r\n")
        everything(connection)
    assert honest(port).startswith(b"HTTP/1.1 200")
    assert caplog.records == []
