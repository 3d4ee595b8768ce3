"""`python -m eval.bench.talks`: a simulated month of human help, with a verdict on everything that it left behind."""

import argparse
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import uvicorn

from eval.bench.desks import Caller, hire, set_up_desks
from eval.bench.measurement import Measurement, table
from eval.bench.month import DAYS, START, Month, MovedClock
from eval.bench.month_rules import faults_of
from kb_service.api.app import create_app
from kb_service.service import Service
from kb_service.settings import Settings
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
        settings = _settings(Path(folder), database_url)
        with open_service(settings, now=clock) as service, served(service) as port:
            key_of = set_up_desks(service, at=clock())
            hire(port, key_of)
            with Caller(port, key_of) as caller:
                played = Month(caller, clock, service.helping.tell_clocks, seed=seed)
                started = time.perf_counter()
                played.play(conversations)
                seconds = time.perf_counter() - started
            ledger = played.ledger
            faults = faults_of(service, ledger)
    for fault in faults[:_SHOWN]:
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
    ]


def _settings(folder: Path, database_url: str | None) -> Settings:
    (folder / "models").symlink_to(Settings().models_dir.resolve())
    unlimited = Settings(data_dir=folder, requests_per_key=0, requests_per_address=0)
    return unlimited.model_copy(update={"database_url": database_url}) if database_url else unlimited


@contextmanager
def served(service: Service) -> Iterator[int]:
    """Its port. Raises TimeoutError where it does not start."""
    server = uvicorn.Server(
        uvicorn.Config(create_app(service), host="127.0.0.1", port=0, log_level="warning", access_log=False, ws="none")
    )
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    give_up = time.monotonic() + 30
    while not server.started:
        if time.monotonic() > give_up:
            raise TimeoutError("the service did not start in 30 seconds")
        time.sleep(0.02)
    try:
        yield server.servers[0].sockets[0].getsockname()[1]
    finally:
        server.should_exit = True
        thread.join(timeout=20)


if __name__ == "__main__":
    main()
