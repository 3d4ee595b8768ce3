"""How many requests of one sender are at work at a time: who sends hundreds at once waits for their own, others do not.

Threads and processor are given out in the order of asking. Without this, 300 connections of one sender stood before
every question of everybody else. A request whose body has yet to come is not at work: 16 bodies sent drop by drop
would keep out everybody else at the same address, which many people may share.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import TypeVar

# In the state of a request: makes room for the sender's others while this one only waits.
MAKE_ROOM = "make_room"
# What has been sent already comes at once; giving a place up for it would put whoever sends a file to the end of the
# line with each piece.
_AT_ONCE_SECONDS = 0.05

Coming = TypeVar("Coming")


class WaitedTooLong(Exception):
    """The sender's other requests were still at work."""


@dataclass(slots=True)
class _Share:
    room: asyncio.Semaphore
    users: int = field(default=0)


class RequestPlace:
    """Of a request among its sender's that are at work."""

    def __init__(self, share: _Share, longest_wait_seconds: float) -> None:
        self._share = share
        self._longest_wait = longest_wait_seconds
        self._is_held = False

    async def enter(self) -> None:
        """Raises WaitedTooLong."""
        if self._share.room.locked():
            try:
                async with asyncio.timeout(self._longest_wait):
                    await self._share.room.acquire()
            except TimeoutError as error:
                raise WaitedTooLong from error
        else:  # as nearly always: without a timer
            await self._share.room.acquire()
        self._is_held = True

    def make_room(self) -> None:
        """Before the end, for a request that only waits from then on."""
        if self._is_held:
            self._is_held = False
            self._share.room.release()

    async def awaited(self, coming: Awaitable[Coming]) -> Coming:
        """What the sender is waited for, without holding the place meanwhile. Raises WaitedTooLong."""
        task = asyncio.ensure_future(coming)
        try:
            await asyncio.wait({task}, timeout=_AT_ONCE_SECONDS)
            if task.done() or not self._is_held:
                return await task
            self.make_room()
            found = await task
            await self.enter()
            return found
        finally:
            task.cancel()


class Shares:
    """For one event loop. Each sender's requests go on in the order they came."""

    def __init__(self, *, longest_wait_seconds: float) -> None:
        self._longest_wait = longest_wait_seconds
        self._share_of: dict[str, _Share] = {}

    @asynccontextmanager
    async def part(self, sender: str, most: int) -> AsyncIterator[RequestPlace]:
        """Raises WaitedTooLong."""
        share = self._share_of.setdefault(sender, _Share(asyncio.Semaphore(most)))
        share.users += 1
        place = RequestPlace(share, self._longest_wait)
        try:
            await place.enter()
            yield place
        finally:
            place.make_room()
            share.users -= 1
            if share.users == 0:
                del self._share_of[sender]
