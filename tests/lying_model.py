"""An OpenAI-compatible endpoint on loopback whose replies are scripted: it lies, stalls, breaks off, fails as told."""

import json
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any


@dataclass(frozen=True)
class Reply:
    """``text`` in pieces of ``piece`` characters; ``pause_seconds`` before the headers and ``gap_seconds`` between
    pieces; ``breaks_after`` so many pieces; ``finish``: the reason given at the end, None for a stream without end."""

    text: str = ""
    status: int = 200
    piece: int = 40
    pause_seconds: float = 0.0
    gap_seconds: float = 0.0
    breaks_after: int | None = None
    finish: str | None = "stop"


@dataclass(frozen=True)
class Raw:
    """A reply byte by byte as it stands here; ``holds_open`` so long without saying that it has ended."""

    body: bytes
    status: int = 200
    content_type: str = "text/event-stream"
    cut_into: int = 1 << 20
    holds_open_seconds: float = 0.0


@dataclass(frozen=True)
class Reads:
    """A reply that depends on the whole request."""

    reply: Callable[[dict[str, Any]], "Reply | Raw | str"]


Script = Reply | Raw | Reads | str | Callable[[str], str]  # a function gets the user's message


@dataclass
class LyingModel:
    """Serves while entered. Replies come in order, the last one again and again; ``requests``: the bodies received."""

    script: Sequence[Script] = ("",)
    requests: list[dict[str, Any]] = field(default_factory=list)
    paths: list[str] = field(default_factory=list)
    hung_up: threading.Event = field(default_factory=threading.Event)

    def __enter__(self) -> "LyingModel":
        self._lock = threading.Lock()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler_of(self))
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}/v1"
        threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._server.shutdown()
        self._server.server_close()

    def reply_to(self, body: dict[str, Any]) -> Reply | Raw:
        with self._lock:
            scripted = self.script[min(len(self.requests), len(self.script) - 1)]
            self.requests.append(body)
        if isinstance(scripted, Reads):
            scripted = scripted.reply(body)
        if isinstance(scripted, (Reply, Raw)):
            return scripted
        return Reply(scripted if isinstance(scripted, str) else scripted(str(body["messages"][-1]["content"])))


def _handler_of(model: LyingModel) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            model.paths.append(self.path)
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            reply = model.reply_to(body)
            try:
                self._send(reply)
            except OSError:
                model.hung_up.set()

        def _send(self, reply: Reply | Raw) -> None:
            if isinstance(reply, Raw):
                self._send_raw(reply)
                return
            self._wait(reply.pause_seconds)
            self.send_response(reply.status)
            self.send_header("Content-Type", "text/event-stream")
            self.send_header("Connection", "close")
            self.end_headers()
            if reply.status != 200:
                return
            pieces = [reply.text[i : i + reply.piece] for i in range(0, len(reply.text), reply.piece)]
            for piece in pieces[: reply.breaks_after]:
                self._event({"role": "assistant", "content": piece}, None)
                self._wait(reply.gap_seconds)
            if reply.breaks_after is None and reply.finish is not None:
                self._event({}, reply.finish)
                self.wfile.write(b"data: [DONE]\n\n")

        def _send_raw(self, raw: Raw) -> None:
            self.send_response(raw.status)
            self.send_header("Content-Type", raw.content_type)
            self.send_header("Connection", "close")
            self.end_headers()
            for at in range(0, len(raw.body), raw.cut_into):
                self.wfile.write(raw.body[at : at + raw.cut_into])
                self.wfile.flush()
            self._wait(raw.holds_open_seconds)

        def _event(self, delta: dict[str, str], finish: str | None) -> None:
            choice = {"index": 0, "delta": delta, "finish_reason": finish}
            chunk = {"id": "1", "object": "chat.completion.chunk", "created": 0, "model": "lying", "choices": [choice]}
            self.wfile.write(b"data: " + json.dumps(chunk).encode() + b"\n\n")
            self.wfile.flush()

        def _wait(self, seconds: float) -> None:
            """Notices when the client leaves."""
            until = time.monotonic() + seconds
            self.connection.settimeout(0.02)
            while time.monotonic() < until:
                try:
                    if self.connection.recv(1) == b"":
                        raise ConnectionResetError
                except TimeoutError:
                    continue
            self.connection.settimeout(None)

        def log_message(self, format: str, *args: object) -> None:
            pass

    return Handler
