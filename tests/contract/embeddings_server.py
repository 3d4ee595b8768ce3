"""A small honest embeddings endpoint on loopback: it counts characters, and can be told to fail first."""

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType

DIMENSIONS = 16


def counted(text: str) -> list[float]:
    """How many of the characters fall in each of 16 classes, one more in the first."""
    counts = [1.0] + [0.0] * (DIMENSIONS - 1)
    for at, character in enumerate(text):
        counts[(ord(character) + at) % DIMENSIONS] += 1.0
    return counts


class EmbeddingsServer:
    """``answers``: (status, headers, body) given before it begins to work. ``requests``: the bodies received."""

    def __init__(self, *answers: tuple[int, dict[str, str], str]) -> None:
        self.answers = list(answers)
        self.requests: list[dict[str, object]] = []
        self.keys: list[str | None] = []
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler_of(self))
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}/v1"

    def __enter__(self) -> "EmbeddingsServer":
        threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._server.shutdown()
        self._server.server_close()

    def answer_to(self, body: dict[str, object]) -> tuple[int, dict[str, str], str]:
        self.requests.append(body)
        if self.answers:
            return self.answers.pop(0)
        texts = body["input"]
        assert isinstance(texts, list)
        data = [{"index": at, "embedding": counted(text)} for at, text in enumerate(texts)]
        return 200, {}, json.dumps({"data": data[::-1]})  # the format allows any order


def _handler_of(server: EmbeddingsServer) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            server.keys.append(self.headers.get("Authorization"))
            found = self.path == "/v1/embeddings"
            status, headers, text = server.answer_to(body) if found else (404, {}, "")
            self.send_response(status)
            for name, value in {**headers, "Content-Length": str(len(text.encode()))}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(text.encode())

        def log_message(self, format: str, *args: object) -> None:
            pass

    return Handler
