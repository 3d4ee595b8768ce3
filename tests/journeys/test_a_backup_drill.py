"""The machine is lost: what was backed up while people asked and editors uploaded serves elsewhere as it did before."""

import json
import signal
import stat
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.journeys.conftest import Kb
from tests.journeys.test_an_operators_day import bulk_file

QUESTIONS = [f"{number}号场地气球停放每次收费多少元" for number in range(3)]


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def places(request: pytest.FixtureRequest, tmp_path: Path, models_dir: Path) -> Any:
    """Makes places, each with a data folder and a database of its own."""
    made: list[Kb] = []

    def place(name: str) -> Kb:
        kb = Kb(tmp_path / name, models_dir)
        if request.param == "postgresql":
            fresh: Callable[[], str] = request.getfixturevalue("fresh_postgresql_url")
            kb.environment["KB_DATABASE_URL"] = fresh()
        made.append(kb)
        return kb

    yield place
    for kb in made:
        kb.close()


def asked(address: str, question: str) -> Any:
    sent = {"question": question, "user_ref": "resident-7", "conversation_id": f"drill-{question[0]}"}
    reply = httpx.post(f"{address}/v1/answers", json=sent, trust_env=False, timeout=60)
    assert reply.status_code == 200, reply.text
    return reply.json()


def said(answer: Any) -> Any:
    """What a reader sees, and the exact places."""
    places = [(each["version_id"], each["start"], each["end"], each["quote"]) for each in answer["citations"]]
    return answer["outcome"], answer["text"], places


def upload(address: str, number: int) -> None:
    text = f"第一条 图书馆{number}号阅览室每天开放{number + 1}小时。"
    file = (f"reading-room-{number}.md", text.encode(), "text/markdown")
    reply = httpx.post(f"{address}/v1/documents", files={"files": file}, trust_env=False, timeout=60)
    assert reply.status_code == 202, reply.text


def test_a_backup_made_while_questions_and_uploads_run_serves_elsewhere_as_before(
    places: Callable[[str], Kb], tmp_path: Path
) -> None:
    here = places("here")
    here.run("ingest", str(bulk_file(tmp_path, documents=3)), "--publish")
    address = here.serve()
    before = [asked(address, question) for question in QUESTIONS]
    assert {answer["outcome"] for answer in before} == {"answered"}

    over = threading.Event()

    def go_on(do: Callable[[int], object]) -> int:
        done = 0
        while not over.is_set():
            do(done)
            done += 1
            over.wait(0.2)
        return done

    with ThreadPoolExecutor(2) as others:
        asking = others.submit(go_on, lambda number: asked(address, QUESTIONS[number % 3]))
        uploading = others.submit(go_on, lambda number: upload(address, number))
        try:
            made = json.loads(here.run("backup", str(tmp_path), "--json"))
        finally:
            over.set()
        assert asking.result() > 0
        assert uploading.result() > 0
    here.stop(signal.SIGKILL)

    file = Path(made["path"])
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert list(tmp_path.glob("*.part")) == []
    there = places("there")
    told = there.run("restore", str(file), "--head", made["trail"]["hash"])
    assert f"head {made['trail']['hash']}" in told
    assert told.endswith("clean\n")
    open_to_others = [
        path for path in there.data_dir.rglob("*") if not path.is_symlink() and path.stat().st_mode & 0o077
    ]
    assert open_to_others == []

    address = there.serve()
    assert [said(asked(address, question)) for question in QUESTIONS] == [said(answer) for answer in before]
    stored = [
        httpx.get(f"{address}/v1/answers/{each['answer_id']}", trust_env=False, timeout=60).json() for each in before
    ]
    assert stored == before
    upload(address, 999)
