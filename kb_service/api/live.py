"""Server-sent events of what goes on for long: a stream waits without a thread, and reads when something changed."""

import asyncio
import contextlib
import time
from collections import defaultdict
from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from typing import TypeVar

from anyio import CapacityLimiter, to_thread
from starlette.responses import StreamingResponse
from starlette.types import Receive, Scope, Send

from kb_service.api.concurrency import MAKE_ROOM
from kb_service.domain.errors import KbError

# How soon a change is seen that another process made, and a sign; changes of this process are told without a look.
_LOOK_SECONDS = 0.15
# Proxies take a silent connection for a dead one.
PING_SECONDS = 15.0
# What changes by the hour alone is looked at with each so many of them; how many are ahead of who waits, and whether
# somebody is there, with each.
_PINGS_BETWEEN_READS = 4
# Streams wake together when much is said at once. Their reads take turns here, so that they never hold all the threads
# that questions are answered in.
_READING_AT_ONCE = 4
# Transactions end later than they began, and machines differ by seconds.
_OVERLAP = timedelta(seconds=10)
EVERYTHING = "*"

Read = TypeVar("Read")
# What identifies the state of each thing that changed since a moment, by its id.
ChangedSince = Callable[[datetime], Mapping[str, tuple[int, ...]]]
# The same of who types and has read how far, by talk and side.
SignsSince = Callable[[datetime], Mapping[tuple[str, str], object]]


@dataclass(slots=True)
class Bells:
    """Who waits for changes of what; one look into the database serves all of them, and none while nobody waits."""

    changed_since: ChangedSince
    now: Callable[[], datetime]
    signs_since: SignsSince = field(default=lambda _moment: {})
    _waiting: dict[str, set[asyncio.Event]] = field(default_factory=lambda: defaultdict(set))
    _seen: dict[str, tuple[int, ...]] = field(default_factory=dict)
    _seen_signs: dict[tuple[str, str], object] = field(default_factory=dict)
    _task: asyncio.Task[None] | None = None
    _reading: CapacityLimiter = field(default_factory=lambda: CapacityLimiter(_READING_AT_ONCE))
    _looking: CapacityLimiter = field(default_factory=lambda: CapacityLimiter(1))
    _loop: asyncio.AbstractEventLoop | None = None

    def tell(self, subject: str, state: tuple[int, ...]) -> None:
        """This process has written it: who listens is woken without a look into the database. ``state``: as the look
        will find it. From any thread; nothing where nobody has ever listened."""
        if self._loop is not None and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._told, subject, state)

    def _told(self, subject: str, state: tuple[int, ...]) -> None:
        if self._seen.get(subject) != state:  # else the look was quicker
            self._seen[subject] = state
            self._ring(subject)
            self._ring(EVERYTHING)

    def _ring(self, subject: str) -> None:
        for bell in self._waiting.get(subject, ()):
            bell.set()

    async def read(self, reading: Callable[[], Read]) -> Read:
        """In a thread, a few of all streams at a time."""
        return await to_thread.run_sync(reading, limiter=self._reading)

    @contextlib.contextmanager
    def listening(self, subject: str) -> Iterator[asyncio.Event]:
        """An event that is set at each change of ``subject`` (an id, or `EVERYTHING`)."""
        bell = asyncio.Event()
        self._waiting[subject].add(bell)
        if self._task is None or self._task.done():
            self._loop = asyncio.get_running_loop()
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
                found, signs = await to_thread.run_sync(self._look, since, limiter=self._looking)
                changed = [each for each, state in found.items() if self._seen.get(each) != state]
                signed = [each for each, state in signs.items() if self._seen_signs.get(each) != state]
                self._seen, self._seen_signs = dict(found), dict(signs)
                # A sign concerns its own talk only: it does not have every page read the queue anew.
                for each in [*changed, *(talk_id for talk_id, _ in signed), *([EVERYTHING] if changed else [])]:
                    self._ring(each)
            await asyncio.sleep(_LOOK_SECONDS)

    def _look(self, since: datetime) -> tuple[Mapping[str, tuple[int, ...]], Mapping[tuple[str, str], object]]:
        return self.changed_since(since), self.signs_since(since)


@dataclass(frozen=True, slots=True)
class News:
    """Of a talk: the messages that follow, by number, as JSON; ``has_more``: there was no room for all of them;
    ``is_waiting``: its state follows from others' too.

    ``shown``: tells this state from others; ``state``: None where it is as it was shown; ``signs``: of the other side,
    None where they are as they were shown.
    """

    messages: Sequence[tuple[int, bytes]]
    shown: object
    state: bytes | None
    has_more: bool = False
    signs: bytes | None = None
    is_waiting: bool = False


async def followed(
    bells: Bells,
    talk_id: str,
    news: Callable[[int, object], News],
    *,
    after: int,
    name: str,
    ping_seconds: float = PING_SECONDS,
) -> AsyncIterator[bytes]:
    """Every message after that number once, and the state, called ``name``, whenever it changes.

    ``news``: what there is after a number, and the state where it is another one than was shown. Ends where that
    raises: the client comes again, and is told why.
    """
    last, shown = after, None
    ping = _Ping.in_(ping_seconds)
    with bells.listening(talk_id) as bell, contextlib.suppress(KbError):
        while True:
            bell.clear()
            found = await bells.read(partial(news, last, shown))
            for number, message in found.messages:
                yield event_block("message", message, number=number)
                last = number
            if found.state is not None:
                yield event_block(name, found.state)
            if found.signs is not None:
                yield event_block("signs", found.signs)
            shown = found.shown
            pings = 0 if found.has_more else 1 if found.is_waiting else _PINGS_BETWEEN_READS
            while pings and not await waited(bell, ping.seconds_left()):
                yield PING
                ping = _Ping.in_(ping_seconds)
                pings -= 1


class LiveStream(StreamingResponse):
    """Ends when the client leaves, and when the server stops."""

    def __init__(self, blocks: AsyncIterator[bytes]) -> None:
        super().__init__(
            blocks,
            media_type="text/event-stream",
            headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"},
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """It waits for hours, and must not count among what its sender has at work."""
        scope.get("state", {}).get(MAKE_ROOM, _nothing)()
        await super().__call__(scope, receive, send)


def _nothing() -> None:
    """Where nobody counts."""


@dataclass(frozen=True, slots=True)
class _Ping:
    """The next sign of life. It comes in its time, whatever woke the stream: a change that is not told does not show
    in it either."""

    due: float

    @classmethod
    def in_(cls, seconds: float) -> "_Ping":
        return cls(time.monotonic() + seconds)

    def seconds_left(self) -> float:
        return self.due - time.monotonic()


async def waited(bell: asyncio.Event, seconds: float = PING_SECONDS) -> bool:
    """Whether something changed before it was time for a sign of life."""
    try:
        await asyncio.wait_for(bell.wait(), seconds)
    except TimeoutError:
        return False
    return True


def event_block(name: str, data: bytes, *, number: int | None = None) -> bytes:
    """``number``: what a client that comes again sends as `Last-Event-ID`."""
    head = b"" if number is None else f"id: {number}\n".encode()
    return head + f"event: {name}\n".encode() + b"data: " + data + b"\n\n"


PING = b": \n\n"
