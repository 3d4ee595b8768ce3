"""A conversation over HTTP with a service that refuses, fails or is not there."""

from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import pytest

from eval.errors import EvaluationStopped
from eval.talking import TalkMessage, TalksOverHttp
from kb_service.client import ServiceClient
from kb_service.domain.errors import InvalidRecord

Serve = Callable[[int, bytes], str]


@pytest.fixture
def serve() -> Iterator[Serve]:
    """Starts a server that gives every request one reply; its address."""
    servers: list[ThreadingHTTPServer] = []

    def start(status: int, body: bytes) -> str:
        class Replying(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                self.rfile.read(int(self.headers["Content-Length"]))
                self.send_response(status)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, format: str, *args: object) -> None:
                return None

        server = ThreadingHTTPServer(("127.0.0.1", 0), Replying)
        servers.append(server)
        Thread(target=server.serve_forever, daemon=True).start()
        return f"http://127.0.0.1:{server.server_port}"

    yield start
    for server in servers:
        server.shutdown()
        server.server_close()


def test_a_service_that_does_not_answer_stops_the_evaluation() -> None:
    nobody = ThreadingHTTPServer(("127.0.0.1", 0), BaseHTTPRequestHandler)
    nobody.server_close()
    with pytest.raises(EvaluationStopped, match="does not answer"):
        TalksOverHttp(ServiceClient(f"http://127.0.0.1:{nobody.server_port}")).reply(TalkMessage("何时办结"), None)


def test_a_proxy_in_its_place_stops_the_evaluation(serve: Serve) -> None:
    url = serve(502, b"<html>bad gateway</html>")
    with pytest.raises(EvaluationStopped, match="502"):
        TalksOverHttp(ServiceClient(url)).reply(TalkMessage("何时办结"), None)


def test_a_refusal_of_the_service_is_told_by_its_name(serve: Serve) -> None:
    url = serve(422, b'{"error": "InvalidRecord", "detail": "the question is too long"}')
    with pytest.raises(InvalidRecord, match="too long"):
        TalksOverHttp(ServiceClient(url)).reply(TalkMessage("何时办结"), None)
