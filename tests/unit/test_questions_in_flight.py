"""Background work waits while a question is being answered, and never for ever."""

import threading
import time

from kb_service.asking.asking import QuestionsInFlight


def test_background_work_goes_on_when_the_last_question_is_answered() -> None:
    in_flight = QuestionsInFlight(longest_wait_seconds=30)
    order: list[str] = []
    has_begun = threading.Event()

    def work() -> None:
        has_begun.set()
        in_flight.give_way()
        order.append("work")

    with in_flight:
        with in_flight:
            thread = threading.Thread(target=work)
            thread.start()
            has_begun.wait(10)
        time.sleep(0.05)  # one of the two is still being answered
        order.append("answer")
    thread.join(10)
    assert order == ["answer", "work"]


def test_background_work_waits_for_a_long_answer_only_so_long() -> None:
    in_flight = QuestionsInFlight(longest_wait_seconds=0.05)
    with in_flight:
        started = time.monotonic()
        in_flight.give_way()
        assert 0.04 < time.monotonic() - started < 10


def test_without_a_question_nothing_waits() -> None:
    in_flight = QuestionsInFlight(longest_wait_seconds=30)
    started = time.monotonic()
    in_flight.give_way()
    assert time.monotonic() - started < 10


def test_background_work_waits_a_moment_longer_because_the_next_question_often_follows_at_once() -> None:
    in_flight = QuestionsInFlight(quiet_seconds=0.2, longest_wait_seconds=5)
    with in_flight:
        pass
    begun = time.monotonic()
    in_flight.give_way()
    assert 0.15 < time.monotonic() - begun < 2
    begun = time.monotonic()
    in_flight.give_way()
    assert time.monotonic() - begun < 0.1
