"""Each peer in a process of its own finds what it was given, with our embedding model."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path

import pytest

from eval.peers.comparing import Peer

TEXTS = {
    "balloon": "热气球停放证每证收取工本费150元，由市容部门发放。",
    "kite": "在公园内放飞风筝的，线长不得超过八十米。",
    "boat": "潜水艇年检每两年一次，在码头办理。",
    "dog": "遛狗应当束牵引带，牵引带不得超过两米。",
}
QUERIES = {
    "q1": ("热气球停放证要多少钱", "balloon"),
    "q2": ("风筝线最长多少米", "kite"),
    "q3": ("潜水艇几年检一次", "boat"),
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("beir")
    (folder / "qrels").mkdir()
    corpus = (json.dumps({"_id": name, "title": name, "text": text}) for name, text in TEXTS.items())
    (folder / "corpus.jsonl").write_text("\n".join(corpus), encoding="utf-8")
    queries = (json.dumps({"_id": name, "text": text}) for name, (text, _) in QUERIES.items())
    (folder / "queries.jsonl").write_text("\n".join(queries), encoding="utf-8")
    judged = (f"{name}\t{document}\t1" for name, (_, document) in QUERIES.items())
    (folder / "qrels" / "test.tsv").write_text("\n".join(judged), encoding="utf-8")
    return folder


def test_every_peer_finds_the_right_text_first(
    folder: Path, models_dir: Path, tmp_path: Path, unless_required: Callable[[str], None]
) -> None:
    """All at once: most of their time goes into importing."""
    if find_spec("haystack") is None or find_spec("langchain_classic") is None:
        unless_required("the peers are not installed (make peers-tools installs them)")
    environment = os.environ | {"KB_EMBEDDING_MODEL": str(models_dir / "multilingual-e5-small")}
    running = {
        peer: subprocess.Popen(
            [sys.executable, "-m", f"eval.peers.{peer}_peer", str(folder), "--out", str(tmp_path / peer)],
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for peer in Peer
    }
    for peer, process in running.items():
        out, complaints = process.communicate(timeout=200)
        assert process.returncode == 0, f"{peer}: {out}\n{complaints}"
        sat = json.loads((tmp_path / peer).read_text(encoding="utf-8"))
        assert {query: found[0] for query, found in sat["found"].items()} == {
            query: document for query, (_, document) in QUERIES.items()
        }, peer
        assert sat["passages"] == len(TEXTS) and len(sat["latencies_ms"]) == len(QUERIES)
        assert 50 < sat["bare_mb"] <= sat["peak_mb"] and all(sat["versions"].values())
