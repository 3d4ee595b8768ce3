"""Who is woken by what: a change of a talk wakes its streams and the queue's, a sign in it its own streams only."""

import asyncio
from datetime import datetime

import pytest

from kb_service.api.live import EVERYTHING, PING, Bells, News, followed
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


@pytest.mark.parametrize(("is_waiting", "signs_of_life"), [(True, 1), (False, 4)])
def test_who_waits_is_told_with_each_sign_of_life_how_many_are_ahead(is_waiting: bool, signs_of_life: int) -> None:
    places = iter([b"2", b"1"])

    async def listen() -> list[bytes]:
        def news(after: int, shown: object) -> News:
            return News([], None, next(places), is_waiting=is_waiting)

        stream = followed(Bells(lambda _: {}, lambda: NOON), "a", news, after=0, name="talk", ping_seconds=0.01)
        blocks = [await anext(stream) for _ in range(2 + signs_of_life)]
        await stream.aclose()  # type: ignore[attr-defined]
        return blocks

    first, *between, last = asyncio.run(listen())
    assert (first, last) == (b"event: talk\ndata: 2\n\n", b"event: talk\ndata: 1\n\n")
    assert between == [PING] * signs_of_life
