"""Whoever presses the button of a rehearsal again and again holds up neither others nor the questions of people."""

import threading
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager

import pytest

from kb_service.domain.errors import RehearsalRunning, TooManyRehearsals
from kb_service.publishing.rehearsal_turns import MOST_WAITING, RehearsalTurns


@contextmanager
def running(turns: RehearsalTurns, version_id: str) -> Iterator[None]:
    """In another thread, as long as the block lasts."""
    began, over = threading.Event(), threading.Event()

    def rehearse() -> None:
        with turns.now(version_id):
            began.set()
            over.wait(10)

    with ThreadPoolExecutor(1) as other:
        done = other.submit(rehearse)
        try:
            assert began.wait(10)
            yield
        finally:
            over.set()
        done.result()


def test_a_version_that_is_being_rehearsed_is_not_rehearsed_at_the_same_time() -> None:
    turns = RehearsalTurns()
    with running(turns, "v1"):
        with pytest.raises(RehearsalRunning, match="v1"), turns.now("v1"):
            pass
        with pytest.raises(TooManyRehearsals, match="another version"), turns.now("v2"):
            pass
    with turns.now("v1"):
        pass


def test_a_rehearsal_that_fails_gives_its_turn_back() -> None:
    turns = RehearsalTurns()
    with pytest.raises(KeyError), turns.now("v1"):
        raise KeyError
    with turns.in_turn("v1"):
        pass


def test_only_so_many_approvals_wait_for_a_rehearsal() -> None:
    turns = RehearsalTurns()
    waiting = threading.Semaphore(0)

    def approve(number: int) -> None:
        waiting.release()
        with turns.in_turn(f"v{number}"):
            pass

    with ThreadPoolExecutor(MOST_WAITING + 1) as others:
        with running(turns, "v0"):
            approvals: list[Future[None]] = [others.submit(approve, number) for number in range(MOST_WAITING + 1)]
            for _ in approvals:
                assert waiting.acquire(timeout=10)
            refused = _first_refused(approvals)
            assert isinstance(refused, TooManyRehearsals)
        outcomes = [type(each.exception(timeout=10)) for each in approvals]
    assert outcomes.count(type(None)) == MOST_WAITING


def _first_refused(approvals: list[Future[None]]) -> BaseException | None:
    """Those who wait do not end before the rehearsal does."""
    while not (ended := [each for each in approvals if each.done()]):
        threading.Event().wait(0.01)
    return ended[0].exception()
