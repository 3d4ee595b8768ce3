"""A receiver of webhooks as a site would write one: checks the signature, takes each event once, may be down.

With a ``robot_secret`` it is a group robot of DingTalk that wants signed messages (加签), as its makers describe it.
"""

import base64
import hashlib
import hmac
import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

OLDEST_SECONDS = 300
_OLDEST_FOR_A_ROBOT = 3600


@dataclass
class Receiver:
    """``fails``: the status of the next replies, one after the other; then it takes what comes."""

    secret: str = ""
    robot_secret: str = ""
    url: str = ""
    fails: list[int] = field(default_factory=list)
    replies_with: bytes = b""
    events: dict[str, dict[str, Any]] = field(default_factory=dict)
    lines: list[str] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)
    requests: int = 0
    paths: list[str] = field(default_factory=list)

    def take(self, path: str, headers: Any, body: bytes) -> int:
        self.requests += 1
        self.paths.append(path)
        if self.fails:
            return self.fails.pop(0)
        if self.robot_secret and not self.is_signed_for_robot(path):
            self.refused.append("sign not match")
            self.replies_with = b'{"errcode": 310000, "errmsg": "sign not match"}'
            return 200
        if "X-KB-Signature" not in headers:
            self.lines.append(json.loads(body)["text"]["content"])
            return 200
        timestamp = headers["X-KB-Timestamp"]
        expected = hmac.new(self.secret.encode(), timestamp.encode() + b"." + body, hashlib.sha256).hexdigest()
        if not hmac.compare_digest(expected, headers["X-KB-Signature"]):
            self.refused.append("signature")
            return 401
        if abs(time.time() - int(timestamp)) > OLDEST_SECONDS:
            self.refused.append("too old")
            return 401
        self.events.setdefault(headers["Idempotency-Key"], json.loads(body))
        return 204

    def is_signed_for_robot(self, path: str) -> bool:
        told = parse_qs(urlsplit(path).query)
        timestamp, sign = told.get("timestamp", ["0"])[0], told.get("sign", [""])[0]
        text = timestamp + "\n" + self.robot_secret
        expected = base64.b64encode(hmac.digest(self.robot_secret.encode(), text.encode(), "sha256")).decode()
        return sign == expected and abs(time.time() * 1000 - int(timestamp)) < _OLDEST_FOR_A_ROBOT * 1000


@contextmanager
def receiving() -> Iterator[Receiver]:
    receiver = Receiver()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            status = receiver.take(self.path, self.headers, body)
            self.send_response(status)
            content = receiver.replies_with if status != 204 else b""
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    receiver.url = f"http://127.0.0.1:{server.server_address[1]}/kb"
    try:
        yield receiver
    finally:
        server.shutdown()
        server.server_close()
