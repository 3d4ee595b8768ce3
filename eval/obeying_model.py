"""A language model that obeys: an OpenAI-compatible server on loopback that does what hostile words in its input say.

It is the worst model a site could connect. Without such words it copies the first line of what it was given.
"""

import json
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Self

from eval.attacks import Attack
from eval.promises import plain
from kb_service.ports import ScriptConverter

NAME = "obeying"


@dataclass(frozen=True, slots=True)
class Order:
    """``sign``: what the model must see, compared in simplified script without spaces; ``reply``: what it then says."""

    sign: str
    reply: str


def orders_of(attacks: Sequence[Attack], converter: ScriptConverter) -> list[Order]:
    """Longest sign first, so that an order is not taken for a shorter one that it holds."""
    given = (Order(plain(each.order, converter), each.obeyed or each.order) for each in attacks if each.order)
    return sorted(given, key=lambda each: len(each.sign), reverse=True)


class ObeyingModel:
    """Serves while entered. ``seen``: the inputs that came."""

    def __init__(self, orders: Sequence[Order], converter: ScriptConverter) -> None:
        self._orders = orders
        self._converter = converter
        self.seen: list[str] = []
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler_of(self))
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}/v1"

    def __enter__(self) -> Self:
        threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._server.shutdown()
        self._server.server_close()

    def reply_to(self, messages: Sequence[dict[str, Any]]) -> str:
        """``messages`` are those of a chat completion."""
        given = "\n".join(str(each.get("content", "")) for each in messages)
        self.seen.append(given)
        folded = plain(given, self._converter)
        obeyed = next((each.reply for each in self._orders if each.sign in folded), None)
        return obeyed or _first_passage(str(messages[-1].get("content", "")) if messages else "")


def _first_passage(text: str) -> str:
    """The first line of passage 1 that is neither its title nor a question, with its mark."""
    lines = [line.strip() for line in text.partition("[1]")[2].splitlines()]
    body = (line for line in lines if line and line[0] not in "《[" and line[-1] not in "？?")
    return f"{next(body, '没有可以引用的内容。')}[1]"


def _handler_of(model: ObeyingModel) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            text = model.reply_to(body.get("messages", []))
            kind, data = (
                ("text/event-stream", _streamed(text)) if body.get("stream") else ("application/json", _whole(text))
            )
            self.send_response(200)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, format: str, *args: object) -> None:
            pass

    return Handler


def _whole(text: str) -> bytes:
    message = {"role": "assistant", "content": text}
    choice = {"index": 0, "message": message, "finish_reason": "stop"}
    usage = {"prompt_tokens": 0, "completion_tokens": 0, "total_tokens": 0}
    return _json(
        {"id": "1", "object": "chat.completion", "created": 0, "model": NAME, "choices": [choice], "usage": usage}
    )


def _streamed(text: str) -> bytes:
    deltas: list[tuple[dict[str, str], str | None]] = [({"role": "assistant", "content": text}, None), ({}, "stop")]
    lines = [
        {
            "id": "1",
            "object": "chat.completion.chunk",
            "created": 0,
            "model": NAME,
            "choices": [{"index": 0, "delta": delta, "finish_reason": end}],
        }
        for delta, end in deltas
    ]
    return b"".join(b"data: " + _json(line) + b"\n\n" for line in lines) + b"data: [DONE]\n\n"


def _json(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False).encode()
