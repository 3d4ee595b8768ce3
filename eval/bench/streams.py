"""`python -m eval.bench.streams`: many talks with both sides listening; how soon messages cross, and what it costs."""

import argparse
import asyncio
import itertools
import json
import os
import random
import threading
import time
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from eval.bench.demonstration import asked_questions, data_dir, ingest_corpus
from eval.bench.desks import FRONTEND, HELPERS, Caller, hire, set_up_desks
from eval.bench.measurement import Measurement, latencies, table
from eval.bench.serving import serving
from eval.statistics import percentile
from kb_service.wiring import now, open_records

_SEED = 20260201
_CONNECTED_AT_ONCE = 20


@dataclass
class Talks:
    """``talk_ids`` by number, and who helps in each. ``seen``: when each text was on the other side, in seconds."""

    port: int
    key_of: Mapping[str, str]
    helper_of: dict[str, str]
    sent: dict[str, float] = field(default_factory=dict)
    seen: dict[str, float] = field(default_factory=dict)
    twice: list[str] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)

    def milliseconds(self) -> list[float]:
        return [(self.seen[text] - at) * 1000 for text, at in self.sent.items() if text in self.seen]

    @property
    def lost(self) -> int:
        return len(self.sent.keys() - self.seen.keys())


def opened(port: int, key_of: Mapping[str, str], *, helpers: Sequence[str], count: int) -> Talks:
    """That many talks, claimed in turn by these helpers."""
    helper_of: dict[str, str] = {}
    with Caller(port, key_of) as caller:
        for number in range(count):
            body = {
                "conversation_id": f"s{number}",
                "words": f"请帮忙{number}",
                "department": "rexian",
                "user_ref": "r",
            }
            status, talk = caller.call(FRONTEND, "POST", "/v1/escalations", body)
            who = helpers[number % len(helpers)]
            claimed, found = caller.call(who, "POST", f"/v1/escalations/{talk['id']}:claim")
            if (status, claimed) != (201, 200):
                raise RuntimeError(f"talk {number} could not be opened and claimed: {status} {talk} {claimed} {found}")
            helper_of[talk["id"]] = who
    return Talks(port, key_of, helper_of)


@asynccontextmanager
async def listening(talks: Talks) -> AsyncIterator[None]:
    """Both sides of every talk; two connections each."""
    gate = asyncio.Semaphore(_CONNECTED_AT_ONCE)
    is_on = [asyncio.Event() for _ in range(2 * len(talks.helper_of))]
    followers = []
    for number, (talk_id, helper) in enumerate(talks.helper_of.items()):
        paths = (
            (FRONTEND, f"/v1/talks/{talk_id}/events?user_ref=r", "helper"),
            (helper, f"/v1/escalations/{talk_id}/events", "person"),
        )
        for side, (who, path, author) in enumerate(paths):
            event = is_on[2 * number + side]
            followers.append(asyncio.create_task(_follow(talks, who, path, author, event, gate)))
    await asyncio.wait_for(asyncio.gather(*(each.wait() for each in is_on)), 120)
    try:
        yield
    finally:
        for each in followers:
            each.cancel()
        await asyncio.gather(*followers, return_exceptions=True)


async def _follow(
    talks: Talks, who: str, path: str, author: str, is_on: asyncio.Event, gate: asyncio.Semaphore
) -> None:
    async with gate:
        reader, writer = await asyncio.open_connection("127.0.0.1", talks.port)
        head = f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {talks.key_of[who]}\r\n\r\n"
        writer.write(head.encode())
        await writer.drain()
        status = await reader.readline()
        if b" 200 " not in status:
            talks.faults.append(f"{path}: {status!r}")
        await reader.readuntil(b"event: ")
    is_on.set()
    try:
        while line := await reader.readline():
            if line.startswith(b"data: ") and b'"author":' in line:
                said = json.loads(line[6:])
                if said["author"] == author:
                    if said["text"] in talks.seen:
                        talks.twice.append(said["text"])
                    talks.seen[said["text"]] = time.perf_counter()
        talks.faults.append(f"{path}: the stream ended")
    finally:
        writer.close()


def chatter(talks: Talks, *, seconds: float, per_second: float, writers: int = 4) -> None:
    """Both sides of talks dealt from a seed write, evenly over the time."""
    until = time.perf_counter() + seconds

    def write(number: int) -> None:
        dealer = random.Random(f"{_SEED}-{number}")
        ids = list(talks.helper_of)
        with Caller(talks.port, talks.key_of) as caller:
            due = time.perf_counter() + dealer.random() * writers / per_second
            while due < until:
                time.sleep(max(0.0, due - time.perf_counter()))
                _write(talks, caller, dealer.choice(ids), f"w{number}-{due:.6f}", is_helper=dealer.random() < 0.5)
                due += writers / per_second

    threads = [threading.Thread(target=write, args=(number,)) for number in range(writers)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()


def _write(talks: Talks, caller: Caller, talk_id: str, text: str, *, is_helper: bool) -> None:
    """Timed from when the request is sent."""
    started = time.perf_counter()
    if is_helper:
        who = talks.helper_of[talk_id]
        status, found = caller.call(who, "POST", f"/v1/escalations/{talk_id}:reply", {"text": text})
    else:
        body = {"text": text, "user_ref": "r"}
        status, found = caller.call(FRONTEND, "POST", f"/v1/talks/{talk_id}/messages", body)
    if status >= 300:
        talks.faults.append(f"{status} {found}")
    else:
        talks.sent[text] = started


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m eval.bench.streams", description=__doc__)
    parser.add_argument("--talks", type=int, default=300)
    parser.add_argument("--seconds", type=float, default=20)
    parser.add_argument("--per-second", type=float, default=20, help="messages, of all talks together")
    asked = parser.parse_args()
    print(table(live(talks=asked.talks, seconds=asked.seconds, per_second=asked.per_second)))


def live(*, talks: int, seconds: float, per_second: float) -> list[Measurement]:
    """A `kb serve` with the demonstration corpus. The same questions are asked before the talks, meanwhile, and when
    nobody listens any more, so that each is compared with itself, and what else the machine did shows."""
    with data_dir() as settings:
        ingest_corpus()
        with open_records(settings) as records:
            key_of = set_up_desks(records, at=now())
        with serving(settings.data_dir, KB_CONNECTIONS=str(2 * talks + 200)) as server:
            hire(server.port, key_of, dict.fromkeys(HELPERS, (("rexian",), 50)))
            _answers(server.port, key_of, seconds=seconds)  # warms up
            print(f"measuring, process {server.pid}", flush=True)
            before = _answers(server.port, key_of, seconds=seconds)
            memory = server.resident_megabytes()
            both = opened(server.port, key_of, helpers=list(HELPERS), count=talks)
            meanwhile = asyncio.run(_measured(both, server.port, key_of, seconds=seconds, per_second=per_second))
            more = server.resident_megabytes() - memory
            after = _answers(server.port, key_of, seconds=seconds)
    load = f"{talks} talks, {2 * talks} streams, {per_second:.0f} messages/s, load average {os.getloadavg()[0]:.1f}"
    faults = [*both.faults, *(f"{text} came twice" for text in both.twice)]
    for fault in faults[:20]:
        print(f"FAULT {fault}")
    wrong = f", {both.lost} lost, {len(faults)} faults"
    beside = f"{latencies(meanwhile)}; the same question {_slower(before, meanwhile, after)}"
    return [
        Measurement(
            "message → other side", latencies(both.milliseconds()) + wrong, len(both.sent), 4, load, "p95 ≤ 300 ms"
        ),
        Measurement("answers before", latencies(before), len(before), 1, "no talks"),
        Measurement("answers meanwhile", beside, len(meanwhile), 1, load, "≤ 2×"),
        Measurement("answers after", latencies(after), len(after), 1, f"{talks} talks that nobody listens to"),
        Measurement("memory for the streams", f"{more:.0f} MB", 1, 0, load),
    ]


def _slower(before: Sequence[float], meanwhile: Sequence[float], after: Sequence[float]) -> str:
    """How many times as long the same question took as in the mean of its quiet times."""
    times = [2 * beside / (first + last) for first, beside, last in zip(before, meanwhile, after, strict=False)]
    return f"{percentile(times, 0.5):.2f}× at the median, {percentile(times, 0.95):.2f}× at p95 of {len(times)} pairs"


async def _measured(
    talks: Talks, port: int, key_of: Mapping[str, str], *, seconds: float, per_second: float
) -> list[float]:
    async with listening(talks):
        writing = asyncio.to_thread(chatter, talks, seconds=seconds, per_second=per_second)
        answering = asyncio.to_thread(_answers, port, key_of, seconds=seconds)
        _, milliseconds = await asyncio.gather(writing, answering)
        await asyncio.sleep(2)
    return milliseconds


def _answers(port: int, key_of: Mapping[str, str], *, seconds: float) -> list[float]:
    """Milliseconds of answers, one at a time, at most ten a second, each time the same questions in the same order."""
    questions = asked_questions()
    random.Random(_SEED).shuffle(questions)
    milliseconds = []
    until = time.perf_counter() + seconds
    with Caller(port, key_of) as caller:
        for question in itertools.cycle(questions):
            started = time.perf_counter()
            if started > until:
                break
            status, found = caller.call(FRONTEND, "POST", "/v1/answers", {"question": question})
            if status != 200:
                raise RuntimeError(f"{status} {found}")
            milliseconds.append((time.perf_counter() - started) * 1000)
            time.sleep(0.1)
    return milliseconds


if __name__ == "__main__":
    main()
