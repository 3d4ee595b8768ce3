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
