"""An operator loads knowledge, is killed in the middle, serves, and works beside the running server."""

import json
import signal
import sqlite3
import time
from contextlib import closing
from pathlib import Path

import httpx

from tests.journeys.conftest import Kb


def bulk_file(folder: Path, *, documents: int, words: str = "气球停放") -> Path:
    path = folder / f"{words}-{documents}.jsonl"
    with path.open("w", encoding="utf-8") as file:
        for number in range(documents):
            text = (
                f"第一条 第{number}号场地的{words}每次收费{number + 1}元。\n第二条 场地负责人每{number + 2}天检查一次。"
            )
            record = {
                "id": f"{words}-{number}",
                "kind": "regulation",
                "title": f"{number}号场地{words}规定",
                "text": text,
            }
            file.write(json.dumps(record, ensure_ascii=False) + "\n")
    return path


def test_a_killed_import_loses_nothing_acknowledged_and_a_restart_makes_it_whole(kb: Kb, tmp_path: Path) -> None:
    path = bulk_file(tmp_path, documents=300)
    importing = kb.start("ingest", str(path), "--publish", "--json")
    assert importing.stdout is not None
    acknowledged = [json.loads(importing.stdout.readline())["version_id"] for _ in range(150)]
    while _embedded(kb.data_dir) < 20:  # in the middle of embedding and indexing
        time.sleep(0.05)
    importing.send_signal(signal.SIGKILL)
    importing.communicate()
    assert kb.json("check")["findings"] == []
    with closing(sqlite3.connect(kb.data_dir / "kb.sqlite")) as database:
        kept = {row[0] for row in database.execute("SELECT id FROM versions WHERE published_at IS NOT NULL")}
    assert set(acknowledged) <= kept
    again = kb.run("ingest", str(path), "--publish")
    assert "unchanged" in again
    (hit, *_) = kb.json("search", "7号场地气球停放收费", "--limit", "1")["hits"]
    assert hit["document_id"] == "气球停放-7"


def _embedded(data_dir: Path) -> int:
    try:
        with closing(sqlite3.connect(data_dir / "kb.sqlite", timeout=5)) as database:
            return int(database.execute("SELECT count(*) FROM embeddings").fetchone()[0])
    except sqlite3.OperationalError:  # not made yet
        return 0


def test_commands_beside_a_running_server_go_through_it(kb: Kb, tmp_path: Path) -> None:
    address = kb.serve()
    assert "3 added" in kb.run("ingest", str(bulk_file(tmp_path, documents=3)), "--publish")
    answer = kb.json("ask", "2号场地气球停放每次收费多少元")
    assert answer["outcome"] == "answered"
    assert "3元" in answer["text"]
    stored = httpx.get(f"{address}/v1/answers/{answer['answer_id']}", trust_env=False, timeout=60).json()
    assert stored == answer
    assert kb.json("check")["findings"] == []
    assert "rebuilt: 6 points" in kb.run("reindex")
    assert kb.json("search", "1号场地气球停放", "--limit", "1")["hits"][0]["document_id"] == "气球停放-1"
    refused = kb.run("serve", "--port", "1", code=1)
    assert "kb:" in refused
    assert kb.stop(signal.SIGTERM) == 0


def test_a_killed_server_leaves_a_data_folder_that_the_next_one_opens(kb: Kb, tmp_path: Path) -> None:
    kb.run("ingest", str(bulk_file(tmp_path, documents=2)), "--publish")
    address = kb.serve()
    question = {"question": "1号场地气球停放每次收费多少元"}
    answer = httpx.post(f"{address}/v1/answers", json=question, trust_env=False, timeout=30).json()
    kb.stop(signal.SIGKILL)
    address = kb.serve()
    again = httpx.get(f"{address}/v1/answers/{answer['answer_id']}", trust_env=False, timeout=60)
    assert again.json() == answer


def test_an_index_that_was_deleted_or_damaged_is_rebuilt_from_the_database(kb: Kb, tmp_path: Path) -> None:
    kb.run("ingest", str(bulk_file(tmp_path, documents=5)), "--publish")
    for file in (kb.data_dir / "index").rglob("*"):
        if file.is_file() and file.stat().st_size > 0 and "manifest" not in file.name:
            file.write_bytes(b"\xff" * min(file.stat().st_size, 4096))
    assert kb.json("check")["findings"] == []
    assert kb.json("search", "4号场地气球停放", "--limit", "1")["hits"][0]["document_id"] == "气球停放-4"


def test_one_bad_line_does_not_keep_the_others_out(kb: Kb, tmp_path: Path) -> None:
    path = tmp_path / "mixed.jsonl"
    good = {"id": "good", "kind": "regulation", "title": "好规定", "text": "第一条 好。"}
    bad = [
        "{not json",
        json.dumps({"id": "no-text", "kind": "regulation", "title": "无文本"}),
        json.dumps({"id": "dates", "text": "有。", "effective_from": "2026-07-01", "valid_through": "2026-01-01"}),
        json.dumps({"id": "both", "text": "有。", "effective_to": "2026-07-01", "valid_through": "2026-06-30"}),
        json.dumps({"id": "typo", "text": "有。", "efective_from": "2026-07-01"}),
        json.dumps({"id": "outside", "file": "../../etc/passwd"}),
    ]
    path.write_text("\n".join([*bad, json.dumps(good, ensure_ascii=False)]), encoding="utf-8")
    complaints = kb.run("ingest", str(path), "--publish", code=1)
    refusals = [line for line in complaints.splitlines() if line.startswith("refused:")]
    assert [line.split(":")[2] for line in refusals] == ["1", "2", "3", "4", "5", "6"]
    assert "did you mean 'effective_from'" in refusals[4]
    assert kb.json("search", "好规定")["hits"][0]["document_id"] == "good"
    assert "1 would_add" in kb.run("ingest", str(bulk_file(tmp_path, documents=1, words="干跑")), "--dry-run")
