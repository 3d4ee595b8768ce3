"""Uploads through the API while processes are killed: every file is taken in, none twice."""

import signal
import subprocess
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import httpx
import pytest
from sqlalchemy import create_engine, text

from tests.journeys.conftest import Kb


def sent(address: str, names: Sequence[str]) -> str:
    """The id of a batch of one-article files."""
    files = [("files", (f"{name}.md", f"# {name}管理办法\n\n第一条 {name}的申请每次收费三元。\n")) for name in names]
    answer = httpx.post(f"{address}/v1/documents", files=files, trust_env=False, timeout=60)
    assert answer.status_code == 202, answer.text
    return str(answer.json()["batch_id"])


def batch(address: str, batch_id: str) -> dict[str, Any]:
    answer = httpx.get(f"{address}/v1/batches/{batch_id}", trust_env=False, timeout=60)
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


def wait_until_done(address: str, batch_id: str, *, at_least: int, seconds: float = 240) -> dict[str, Any]:
    until = time.monotonic() + seconds
    while (found := batch(address, batch_id))["done"] < at_least and time.monotonic() < until:
        time.sleep(0.1)
    return found


def versions_by_title(database_url: str) -> Counter[str]:
    engine = create_engine(database_url)
    with engine.connect() as connection:
        found = Counter(connection.execute(text("SELECT title FROM versions")).scalars())
    engine.dispose()
    return found


def states(found: dict[str, Any]) -> Counter[str]:
    return Counter(each["state"] for each in found["uploads"])


def once_each(names: Sequence[str]) -> Counter[str]:
    return Counter(f"{name}管理办法" for name in names)


def test_a_server_that_is_killed_while_it_reads_finishes_every_file_after_the_restart(kb: Kb) -> None:
    names = [f"事项{number}" for number in range(60)]
    address = kb.serve()
    batch_id = sent(address, names)
    assert 5 <= wait_until_done(address, batch_id, at_least=5)["done"] < 60
    kb.stop(signal.SIGKILL)
    address = kb.serve()
    assert 25 <= wait_until_done(address, batch_id, at_least=25)["done"] < 60
    kb.stop(signal.SIGKILL)
    address = kb.serve()
    found = wait_until_done(address, batch_id, at_least=60)
    assert states(found) == {"stored": 60}
    assert versions_by_title(f"sqlite:///{kb.data_dir / 'kb.sqlite'}") == once_each(names)
    assert kb.json("check")["findings"] == []


def test_a_server_that_is_told_to_end_does_so_within_ten_seconds_and_goes_on_later(kb: Kb) -> None:
    names = [f"事项{number}" for number in range(40)]
    address = kb.serve()
    batch_id = sent(address, names)
    wait_until_done(address, batch_id, at_least=3)
    begun = time.monotonic()
    assert kb.stop(signal.SIGTERM) == 0
    assert time.monotonic() - begun < 10
    address = kb.serve()
    assert states(wait_until_done(address, batch_id, at_least=40)) == {"stored": 40}
    assert versions_by_title(f"sqlite:///{kb.data_dir / 'kb.sqlite'}") == once_each(names)


def test_a_worker_on_sqlite_is_refused_with_the_reason(kb: Kb) -> None:
    assert "`kb serve` is enough" in kb.run("worker", code=1)


@pytest.fixture
def on_postgresql(kb: Kb, fresh_postgresql_url: Callable[[], str]) -> str:
    url = fresh_postgresql_url()
    kb.environment |= {"KB_DATABASE_URL": url, "KB_EXECUTOR": "owner"}
    return url


@pytest.fixture
def worker(kb: Kb) -> Iterator[Callable[[str], "subprocess.Popen[str]"]]:
    """Starts a worker of a name, which takes uploads when this returns."""
    started: list[subprocess.Popen[str]] = []

    def start(name: str) -> "subprocess.Popen[str]":
        process = kb.start("worker", KB_EXECUTOR=name)
        started.append(process)
        assert process.stdout is not None
        assert process.stdout.readline().startswith(f"kb worker {name}")
        return process

    yield start
    for process in started:
        process.kill()
        process.communicate()


@pytest.mark.postgresql
def test_two_workers_share_the_uploads_and_what_a_killed_one_had_is_finished_by_the_others(
    kb: Kb, on_postgresql: str, worker: Callable[[str], "subprocess.Popen[str]"]
) -> None:
    names = [f"事项{number}" for number in range(60)]
    address = kb.serve()
    killed, _survivor = worker("killed"), worker("survivor")
    time.sleep(3)  # until they listen
    batch_id = sent(address, names)
    wait_until_done(address, batch_id, at_least=5)
    kill_while_it_reads(killed, "killed", on_postgresql)
    found = wait_until_done(address, batch_id, at_least=60)
    assert states(found) == {"stored": 60}
    assert {each.partition("#")[0] for each in leases_of(on_postgresql)} >= {"killed", "survivor"}
    assert max(each["attempt"] for each in found["uploads"]) == 2
    worker("killed")  # comes back
    time.sleep(5)
    assert versions_by_title(on_postgresql) == once_each(names)
    assert wait_until_followed(address)


@pytest.mark.postgresql
def test_two_workers_of_one_name_share_the_uploads_as_any_others_do(
    kb: Kb, on_postgresql: str, worker: Callable[[str], "subprocess.Popen[str]"]
) -> None:
    names = [f"事项{number}" for number in range(20)]
    address = kb.serve()
    both = [worker("one"), worker("one")]
    batch_id = sent(address, names)
    assert states(wait_until_done(address, batch_id, at_least=20)) == {"stored": 20}
    assert versions_by_title(on_postgresql) == once_each(names)
    assert [each.poll() for each in both] == [None, None]


def kill_while_it_reads(process: "subprocess.Popen[str]", name: str, database_url: str) -> None:
    """After it has stored an upload and while it reads another."""
    for _ in range(2000):
        process.send_signal(signal.SIGSTOP)
        leases = [leases_of(database_url, state=state) for state in ("stored", "reading")]
        if all(any(each.startswith(f"{name}#") for each in held) for held in leases):
            break
        process.send_signal(signal.SIGCONT)
        time.sleep(0.02)
    process.kill()
    process.communicate()


def leases_of(database_url: str, *, state: str = "stored") -> list[str]:
    engine = create_engine(database_url)
    query = text("SELECT DISTINCT lease FROM uploads WHERE state = :state")
    with engine.connect() as connection:
        found = list(connection.execute(query, {"state": state}).scalars())
    engine.dispose()
    return found


def wait_until_followed(address: str) -> bool:
    until = time.monotonic() + 240
    while time.monotonic() < until:
        if httpx.get(f"{address}/readyz", trust_env=False, timeout=60).json()["behind"] == 0:
            return True
        time.sleep(0.2)
    return False
