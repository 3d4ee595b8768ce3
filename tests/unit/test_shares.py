"""Requests of one sender beyond their share wait for their own, in their order, and nobody else does."""

import asyncio

import pytest

from kb_service.api.concurrency import Shares, WaitedTooLong

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


def test_who_is_waited_for_holds_no_place_meanwhile_and_takes_one_again_in_turn() -> None:
    async def play() -> None:
        shares = Shares(longest_wait_seconds=20)
        bodies = [asyncio.Event() for _ in range(MOST)]
        seen: list[str] = []

        async def dripped(name: str, body: asyncio.Event) -> None:
            async with shares.part("shared address", MOST) as place:
                await place.awaited(body.wait())
                seen.append(name)

        slow = [asyncio.create_task(dripped(f"slow {number}", body)) for number, body in enumerate(bodies)]
        await settled()
        work = Work(shares)
        honest = [work.begin("shared address", f"honest {number}") for number in range(MOST)]
        async with asyncio.timeout(10):
            while len(work.begun) < MOST:
                await asyncio.sleep(0.01)
        bodies[0].set()
        await settled()
        assert seen == []  # both places are taken now
        work.end("honest 0")
        await asyncio.wait({slow[0]}, timeout=10)
        assert seen == ["slow 0"]
        bodies[1].set()
        work.end("honest 1")
        await asyncio.gather(*slow, *honest)

    asyncio.run(play())


def test_what_comes_at_once_is_taken_without_going_to_the_end_of_the_line() -> None:
    async def play() -> None:
        shares = Shares(longest_wait_seconds=20)
        work = Work(shares)
        held = work.begin("one", "held")
        await settled()
        async with shares.part("one", MOST) as place:
            waiting = work.begin("one", "waiting")
            assert await place.awaited(asyncio.sleep(0, "a piece")) == "a piece"
            assert work.begun == ["held"]
        work.end("held")
        work.end("waiting")
        await asyncio.gather(held, waiting)

    asyncio.run(play())
