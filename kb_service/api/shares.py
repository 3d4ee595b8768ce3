"""How many requests of one sender are at work at a time: who sends hundreds at once waits for their own, others do not.

Threads and processor are given out in the order of asking. Without this, 300 connections of one sender stood before
every question of everybody else.
"""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

# In the state of a request: makes room for the sender's others while this one only waits.
MAKE_ROOM = "make_room"


class WaitedTooLong(Exception):
    """The sender's other requests were still at work."""


@dataclass(slots=True)
class _Share:
    room: asyncio.Semaphore
    users: int = field(default=0)


class Shares:
    """For one event loop. Each sender's requests go on in the order they came."""

    def __init__(self, *, longest_wait_seconds: float) -> None:
        self._longest_wait = longest_wait_seconds
        self._share_of: dict[str, _Share] = {}

    @asynccontextmanager
    async def part(self, sender: str, most: int) -> AsyncIterator[Callable[[], None]]:
        """What it gives makes room before the end, for a request that only waits from then on. Raises WaitedTooLong."""
        share = self._share_of.setdefault(sender, _Share(asyncio.Semaphore(most)))
        share.users += 1
        try:
            await self._entered(share)
            has_room = True

            def make_room() -> None:
                nonlocal has_room
                if has_room:
                    has_room = False
                    share.room.release()

            try:
                yield make_room
            finally:
                make_room()
        finally:
            share.users -= 1
            if share.users == 0:
                del self._share_of[sender]

    async def _entered(self, share: _Share) -> None:
        if not share.room.locked():  # as nearly always: without a timer
            await share.room.acquire()
            return
        try:
            async with asyncio.timeout(self._longest_wait):
                await share.room.acquire()
        except TimeoutError as error:
            raise WaitedTooLong from error
