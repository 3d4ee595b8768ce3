"""How many requests of one sender are at work at a time: who sends hundreds at once waits for their own, others do not.

Threads and processor are given out in the order of asking. Without this, 300 connections of one sender stood before
every question of everybody else.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field


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
    async def part(self, sender: str, most: int) -> AsyncIterator[None]:
        """Raises WaitedTooLong."""
        share = self._share_of.setdefault(sender, _Share(asyncio.Semaphore(most)))
        share.users += 1
        try:
            await self._entered(share)
            try:
                yield
            finally:
                share.room.release()
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
