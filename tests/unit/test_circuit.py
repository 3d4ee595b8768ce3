"""A model that does not answer is left alone for a while."""

from concurrent.futures import ThreadPoolExecutor

from kb_service.asking.drafting.model_calls import CircuitBreaker, State


class Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def opened(clock: Clock) -> CircuitBreaker:
    breaker = CircuitBreaker(clock=clock, failures=2, rest_seconds=30)
    breaker.failed()
    breaker.failed()
    return breaker


def test_failures_in_a_row_open_it_and_a_success_between_them_does_not() -> None:
    breaker = CircuitBreaker(clock=Clock(), failures=2)
    for report in (breaker.failed, breaker.succeeded, breaker.failed):
        report()
    assert breaker.state is State.CLOSED and breaker.admits()
    breaker.failed()
    assert breaker.state is State.OPEN and not breaker.admits()


def test_after_the_rest_exactly_one_of_many_threads_tries() -> None:
    clock = Clock()
    breaker = opened(clock)
    clock.now = 30.0
    with ThreadPoolExecutor(8) as pool:
        admitted = list(pool.map(lambda _: breaker.admits(), range(40)))
    assert admitted.count(True) == 1


def test_a_try_that_fails_begins_another_rest_and_one_that_succeeds_ends_it() -> None:
    clock = Clock()
    breaker = opened(clock)
    clock.now = 30.0
    assert breaker.admits()
    breaker.failed()
    clock.now = 59.0
    assert not breaker.admits()
    clock.now = 60.0
    assert breaker.admits()
    breaker.succeeded()
    assert breaker.state is State.CLOSED


def test_a_try_whose_asker_left_is_given_to_the_next() -> None:
    clock = Clock()
    breaker = opened(clock)
    clock.now = 30.0
    assert breaker.admits() and not breaker.admits()
    breaker.abandoned()
    assert breaker.admits()
