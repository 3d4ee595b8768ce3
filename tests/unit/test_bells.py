"""Who is woken by what: a change of a talk wakes its streams and the queue's, a sign in it its own streams only."""

import asyncio
from datetime import datetime

import pytest

from kb_service.api.live import EVERYTHING, Bells
from tests.factories import NOON


@pytest.mark.parametrize(("is_sign", "rung"), [(False, {"a", EVERYTHING}), (True, {"a"})])
def test_a_sign_in_a_talk_wakes_neither_other_talks_nor_the_queue(is_sign: bool, rung: set[str]) -> None:
    changes: dict[str, tuple[int, int]] = {}
    signs: dict[tuple[str, str], object] = {}

    def changed_since(_moment: datetime) -> dict[str, tuple[int, int]]:
        return dict(changes)

    async def listen() -> set[str]:
        bells = Bells(changed_since, lambda: NOON, lambda _moment: dict(signs))
        with bells.listening("a") as a, bells.listening("b") as b, bells.listening(EVERYTHING) as queue:
            if is_sign:
                signs["a", "person"] = 1
            else:
                changes["a"] = (1, 1)
            await asyncio.wait_for(a.wait(), 5)
            await asyncio.sleep(0.4)  # two more looks
            return {name for name, bell in (("a", a), ("b", b), (EVERYTHING, queue)) if bell.is_set()}

    assert asyncio.run(listen()) == rung


def test_what_this_process_writes_wakes_at_once_and_once() -> None:
    changes: dict[str, tuple[int, int, int]] = {}

    async def listen() -> list[bool]:
        bells = Bells(lambda _moment: dict(changes), lambda: NOON)
        with bells.listening("a") as a, bells.listening("b") as b, bells.listening(EVERYTHING) as queue:
            await asyncio.sleep(0.05)  # the first look is over
            changes["a"] = (1, 2, 0)
            await asyncio.to_thread(bells.tell, "a", (1, 2, 0))
            await asyncio.sleep(0)  # less than until the next look
            woken = [a.is_set(), b.is_set(), queue.is_set()]
            a.clear()
            queue.clear()
            await asyncio.sleep(0.4)  # looks find nothing else
            return [*woken, a.is_set(), queue.is_set()]

    assert asyncio.run(listen()) == [True, False, True, False, False]
