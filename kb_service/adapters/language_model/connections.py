"""HTTP connections that can be ended from another thread, at any moment: while connecting, waiting or reading."""

import socket
import threading
from contextlib import suppress
from typing import Any

import httpx

_LONGEST_CONNECT_SECONDS = 5.0
_CONNECTED = frozenset({"connection.connect_tcp.complete", "connection.start_tls.complete"})


class Connections:
    """One client. Each request has a connection of its own, which its call knows."""

    def __init__(self, seconds: float) -> None:
        self._here = threading.local()
        timeout = httpx.Timeout(seconds, connect=min(seconds, _LONGEST_CONNECT_SECONDS))
        # No connection is kept, so that each call learns of its own from the start.
        transport = _TracedTransport(self._here, limits=httpx.Limits(max_keepalive_connections=0))
        self.client = httpx.Client(transport=transport, timeout=timeout, trust_env=False, follow_redirects=False)

    def call(self) -> "Call":
        return Call(self._here)


class Call:
    """The request that a thread makes between entering and leaving."""

    def __init__(self, here: threading.local) -> None:
        self._here = here
        self._lock = threading.Lock()
        self._socket: socket.socket | None = None
        self._has_hung_up = False

    def __enter__(self) -> "Call":
        self._here.call = self
        return self

    def __exit__(self, *_: object) -> None:
        self._here.call = None

    def connected(self, found: socket.socket) -> None:
        with self._lock:
            self._socket = found
            if self._has_hung_up:
                _shut(found)

    def hang_up(self) -> None:
        """Reading in the other thread ends at once."""
        with self._lock:
            self._has_hung_up = True
            if self._socket is not None:
                _shut(self._socket)


def _shut(found: socket.socket) -> None:
    with suppress(OSError):  # it has ended already
        found.shutdown(socket.SHUT_RDWR)


class _TracedTransport(httpx.HTTPTransport):
    def __init__(self, here: threading.local, **options: Any) -> None:
        super().__init__(**options)
        self._here = here

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        call: Call | None = getattr(self._here, "call", None)

        def trace(event: str, info: dict[str, Any]) -> None:
            if call is not None and event in _CONNECTED:
                found = info["return_value"].get_extra_info("socket")
                if found is not None:
                    call.connected(found)

        request.extensions = {**request.extensions, "trace": trace}
        return super().handle_request(request)
