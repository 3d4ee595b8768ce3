"""Requests of one sender beyond their share wait for their own, in their order, and nobody else does."""

import asyncio

import pytest

from kb_service.api.shares import Shares, WaitedTooLong

MOST = 2


class Work:
    """Requests that stay at work until `end` is called with their name."""

    def __init__(self, shares: Shares) -> None:
        self._shares = shares
        self._ends: dict[str, asyncio.Event] = {}
        self.begun: list[str] = []

    def begin(self, sender: str, name: str) -> "asyncio.Task[None]":
        self._ends[name] = asyncio.Event()
        return asyncio.create_task(self._do(sender, name))

    def end(self, name: str) -> None:
        self._ends[name].set()

    async def _do(self, sender: str, name: str) -> None:
        async with self._shares.part(sender, MOST):
            self.begun.append(name)
            await self._ends[name].wait()


async def settled() -> None:
    for _ in range(20):
        await asyncio.sleep(0)


def test_what_is_beyond_a_share_waits_in_its_order_and_others_go_on() -> None:
    async def play() -> None:
        work = Work(Shares(longest_wait_seconds=20))
        tasks = [work.begin("greedy", f"greedy {number}") for number in range(4)]
        await settled()
        tasks.append(work.begin("honest", "honest"))
        await settled()
        assert work.begun == ["greedy 0", "greedy 1", "honest"]
        work.end("greedy 1")
        await settled()
        assert work.begun[3:] == ["greedy 2"]
        for name in ("greedy 0", "greedy 2", "greedy 3", "honest"):
            work.end(name)
        await asyncio.gather(*tasks)
        assert work.begun[4:] == ["greedy 3"]

    asyncio.run(play())


def test_who_waits_too_long_is_told_and_what_left_while_it_waited_takes_no_place() -> None:
    async def play() -> None:
        shares = Shares(longest_wait_seconds=0.05)
        work = Work(shares)
        held = [work.begin("greedy", f"greedy {number}") for number in range(MOST)]
        await settled()
        with pytest.raises(WaitedTooLong):
            await work.begin("greedy", "late")
        gone = work.begin("greedy", "gone")
        await settled()
        gone.cancel()
        for number in range(MOST):
            work.end(f"greedy {number}")
        await asyncio.gather(*held)
        again = [work.begin("greedy", f"again {number}") for number in range(MOST)]
        await settled()
        assert work.begun[MOST:] == ["again 0", "again 1"]
        for number in range(MOST):
            work.end(f"again {number}")
        await asyncio.gather(*again)

    asyncio.run(play())
