"""How the commands speak: a failure is one sentence and exit code 1, a rate comes with its interval."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import typer

from eval.errors import EvaluationStopped
from eval.statistics import Rate
from kb_service.domain.errors import KbError


@contextmanager
def errors_in_one_sentence() -> Iterator[None]:
    """An evaluation that stopped says why on stderr."""
    try:
        yield
    except (EvaluationStopped, KbError) as error:
        print(f"kb eval: {error}", file=sys.stderr)
        raise typer.Exit(1) from error


def rate_with_interval(rate: Rate) -> str:
    """A dash where there was nothing to count."""
    if not rate.n:
        return f"{'–':>6}  (0/0)"
    return f"{rate.share:6.1%}  ({rate.low:.1%}–{rate.high:.1%}; {rate.successes}/{rate.n})"


def dot() -> None:
    """A sign of life, where somebody looks."""
    if sys.stderr.isatty():
        print(".", end="", file=sys.stderr, flush=True)


def counting(total: int) -> Callable[[], None]:
    """A sign of life that says how far it has come; call it after each of ``total``."""
    done = 0

    def advance() -> None:
        nonlocal done
        done += 1
        if sys.stderr.isatty():
            print(f"\r{done}/{total} questions", end="\n" if done == total else "", file=sys.stderr, flush=True)

    return advance
