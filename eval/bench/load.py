"""Clients that ask one question after the other over HTTP; their own CPU is part of what is measured."""

import http.client
import json
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from urllib.parse import urlencode


@dataclass(slots=True)
class Answers:
    """What the clients got: latencies of good replies in ms, and what went wrong."""

    milliseconds: list[float] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)
    seconds: float = 0.0

    @property
    def per_second(self) -> float:
        return len(self.milliseconds) / self.seconds if self.seconds else 0.0


class Client:
    """One connection that is kept open."""

    def __init__(self, port: int) -> None:
        self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)

    def ask(self, question: str) -> float:
        """Milliseconds to the whole answer. Raises OSError or http.client.HTTPException for anything but a 200."""
        body = json.dumps({"question": question, "channel": "bench"})
        return self._timed("POST", "/v1/answers", body)

    def search(self, question: str) -> float:
        return self._timed("GET", "/v1/search?" + urlencode({"question": question}), None)

    def close(self) -> None:
        self._connection.close()

    def _timed(self, method: str, path: str, body: str | None) -> float:
        started = time.perf_counter()
        headers = {"Content-Type": "application/json"} if body else {}
        self._connection.request(method, path, body.encode() if body else None, headers)
        response = self._connection.getresponse()
        content = response.read()
        if response.status != 200:
            raise http.client.HTTPException(f"{response.status}: {content[:200]!r}")
        return (time.perf_counter() - started) * 1000


def one_at_a_time(port: int, questions: Sequence[str], ask: Callable[[Client, str], float]) -> list[float]:
    client = Client(port)
    try:
        return [ask(client, question) for question in questions]
    finally:
        client.close()


def many_at_once(port: int, questions: Sequence[str], *, clients: int, until: Callable[[float], bool]) -> Answers:
    """Each client asks, from its own place in the list, until ``until`` (told the seconds so far) says so."""
    got = Answers()
    started = time.perf_counter()

    def work(number: int) -> None:
        client = Client(port)
        at = number * len(questions) // clients
        while not until(time.perf_counter() - started):
            try:
                got.milliseconds.append(client.ask(questions[at % len(questions)]))
            except (OSError, http.client.HTTPException) as error:
                got.faults.append(str(error))
                client.close()
            at += 1
        client.close()

    threads = [threading.Thread(target=work, args=(number,)) for number in range(clients)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    got.seconds = time.perf_counter() - started
    return got
