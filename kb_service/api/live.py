"""Server-sent events of what goes on for long: a stream waits without a thread, and reads when something changed."""

import asyncio
import contextlib
from collections import defaultdict
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from fastapi.concurrency import run_in_threadpool
from starlette.responses import StreamingResponse

# How soon a change is seen, whichever process made it.
_LOOK_SECONDS = 0.15
# Proxies take a silent connection for a dead one.
PING_SECONDS = 15.0
# Transactions end later than they began, and machines differ by seconds.
_OVERLAP = timedelta(seconds=10)
EVERYTHING = "*"

# What identifies the state of each thing that changed since a moment, by its id.
ChangedSince = Callable[[datetime], Mapping[str, tuple[int, int]]]


@dataclass(slots=True)
class Bells:
    """Who waits for changes of what; one look into the database serves all of them, and none while nobody waits."""

    changed_since: ChangedSince
    now: Callable[[], datetime]
    _waiting: dict[str, set[asyncio.Event]] = field(default_factory=lambda: defaultdict(set))
    _seen: dict[str, tuple[int, int]] = field(default_factory=dict)
    _task: asyncio.Task[None] | None = None

    @contextlib.contextmanager
    def listening(self, subject: str) -> Iterator[asyncio.Event]:
        """An event that is set at each change of ``subject`` (an id, or `EVERYTHING`)."""
        bell = asyncio.Event()
        self._waiting[subject].add(bell)
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._watch())
        try:
            yield bell
        finally:
            self._waiting[subject].discard(bell)
            if not self._waiting[subject]:
                del self._waiting[subject]

    async def _watch(self) -> None:
        looked_at = self.now()
        while self._waiting:
            since, looked_at = looked_at - _OVERLAP, self.now()
            # An outage is told by the next read of each stream; the watch goes on.
            with contextlib.suppress(Exception):
                found = await run_in_threadpool(self.changed_since, since)
                changed = [each for each, state in found.items() if self._seen.get(each) != state]
                self._seen = dict(found)
                for each in [*changed, *([EVERYTHING] if changed else [])]:
                    for bell in self._waiting.get(each, ()):
                        bell.set()
            await asyncio.sleep(_LOOK_SECONDS)


class LiveStream(StreamingResponse):
    """Ends when the client leaves, and when the server stops."""

    def __init__(self, blocks: AsyncIterator[bytes]) -> None:
        super().__init__(
            blocks,
            media_type="text/event-stream",
            headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"},
        )


async def waited(bell: asyncio.Event) -> bool:
    """Whether something changed before it was time for a sign of life."""
    try:
        await asyncio.wait_for(bell.wait(), PING_SECONDS)
    except TimeoutError:
        return False
    return True


def event_block(name: str, data: bytes, *, number: int | None = None) -> bytes:
    """``number``: what a client that comes again sends as `Last-Event-ID`."""
    head = b"" if number is None else f"id: {number}\n".encode()
    return head + f"event: {name}\n".encode() + b"data: " + data + b"\n\n"


PING = b": \n\n"
