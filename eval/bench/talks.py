"""`python -m eval.bench.talks`: a simulated month of human help, with a verdict on everything that it left behind."""

import argparse
import tempfile
import time
from pathlib import Path

from eval.bench.desks import Caller, hire, set_up_desks
from eval.bench.kills import settings_in
from eval.bench.measurement import Measurement, table
from eval.bench.month import DAYS, START, Month, MovedClock
from eval.bench.month_figures import LOOKED_AT, figure_faults, page_over_http
from eval.bench.month_rules import faults_of
from eval.bench.serving import served
from kb_service.wiring import open_service

_SEED = 20260201
_SHOWN = 20


def main() -> None:
    asked = _arguments()
    rows = month(conversations=asked.conversations, seed=asked.seed, database_url=asked.database)
    print(table(rows))


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m eval.bench.talks", description=__doc__)
    parser.add_argument("--conversations", type=int, default=3000)
    parser.add_argument("--seed", type=int, default=_SEED)
    parser.add_argument("--database", help="address of an empty PostgreSQL database; else SQLite")
    return parser.parse_args()


def month(*, conversations: int, seed: int = _SEED, database_url: str | None = None) -> list[Measurement]:
    """Over HTTP on loopback, with the service's clock moved from act to act."""
    print(f"seed {seed}: {conversations} conversations in {DAYS} days from {START:%Y-%m-%d}", flush=True)
    clock = MovedClock()
    with tempfile.TemporaryDirectory(prefix="kb-month-") as folder:
        settings = settings_in(Path(folder), database_url)
        with open_service(settings, now=clock) as service, served(service) as port:
            key_of = set_up_desks(service.records, at=clock())
            service.reread_catalogue()
            hire(port, key_of)
            with Caller(port, key_of) as caller:
                played = Month(caller, clock, service.helping.tell_clocks, seed=seed)
                started = time.perf_counter()
                played.play(conversations)
                seconds = time.perf_counter() - started
            ledger = played.ledger
            faults = faults_of(service, ledger)
            clock.at = LOOKED_AT
            service.measuring.take_in()  # as each minute in a service that runs
            differ = [*figure_faults(service, ledger, page_over_http(port, key_of))]
    for fault in [*faults[:_SHOWN], *differ[:_SHOWN]]:
        print(f"FAULT {fault}")
    load = f"{conversations} talks, {'PostgreSQL' if database_url else 'SQLite'}, seed {seed}"
    moves = sum(map(len, ledger.moves.values()))
    said = sum(map(len, ledger.said.values()))
    rate = f"{ledger.requests / seconds:.0f} requests/s, {ledger.refused} refused"
    return [
        Measurement("a month of human help", rate, ledger.requests, 12, load),
        Measurement(
            "what it left behind",
            f"{len(faults)} faults in {moves} moves, {said} messages",
            conversations,
            12,
            load,
            "0",
        ),
        Measurement(
            "its figures on the page, in the CSV and from the raw rows",
            f"{len(differ)} differ",
            conversations,
            1,
            load,
            "0",
        ),
    ]


if __name__ == "__main__":
    main()
