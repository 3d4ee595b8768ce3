"""Who listens to a talk, breaks off after any byte, and comes again with the number of the last whole message."""

import random
import socket
import threading
import time
from dataclasses import dataclass, field

_LONGEST_BYTES = 4000


@dataclass
class Listener:
    """``numbers``: of the messages, as they came. A block that did not come to its end was not received."""

    port: int
    key: str
    path: str
    numbers: list[int] = field(default_factory=list)
    breaks: int = 0
    _heard_at: float = 0.0
    _is_over: threading.Event = field(default_factory=threading.Event)
    _thread: threading.Thread | None = None

    def begin(self, *, seed: int, longest_bytes: int = _LONGEST_BYTES) -> None:
        """``longest_bytes``: after how many it breaks off at the latest, mostly."""
        self._heard_at = time.monotonic()
        arguments = (random.Random(seed), longest_bytes)
        self._thread = threading.Thread(target=self._listen, args=arguments, daemon=True)
        self._thread.start()

    def finish(self, *, seconds: float, quiet: float = 4.0) -> None:
        """Ends once nothing has come for a while."""
        until = time.monotonic() + seconds
        while time.monotonic() < until and time.monotonic() - self._heard_at < quiet:
            time.sleep(0.1)
        self._is_over.set()
        if self._thread is not None:
            self._thread.join(10)

    def _listen(self, dealer: random.Random, longest_bytes: int) -> None:
        while not self._is_over.is_set():
            try:
                self._once(dealer.randrange(1, longest_bytes) if dealer.random() < 0.7 else 10**9)
            except OSError:
                time.sleep(0.1)
            self.breaks += 1

    def _once(self, most: int) -> None:
        """Until the other side ends, or that many bytes have come."""
        with socket.create_connection(("127.0.0.1", self.port), timeout=1) as connection:
            last = self.numbers[-1] if self.numbers else 0
            head = f"GET {self.path} HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {self.key}\r\n"
            connection.sendall(f"{head}Last-Event-ID: {last}\r\n\r\n".encode())
            lines = _Lines()
            while most > 0 and not self._is_over.is_set():
                try:
                    data = connection.recv(min(most, 512))
                except TimeoutError:
                    continue
                if not data:
                    return
                most -= len(data)
                for number in lines.numbers_in(data):
                    self.numbers.append(number)
                    self._heard_at = time.monotonic()


class _Lines:
    """Finds the ids of whole blocks in the bytes of a chunked reply: each block is a chunk of its own."""

    def __init__(self) -> None:
        self._left = b""
        self._id: int | None = None

    def numbers_in(self, data: bytes) -> list[int]:
        found = []
        *lines, self._left = (self._left + data).split(b"\n")
        for line in lines:
            if line.startswith(b"id: "):
                self._id = int(line[4:])
            elif not line and self._id is not None:  # the empty line that ends a block
                found.append(self._id)
                self._id = None
        return found
