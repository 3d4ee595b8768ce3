"""Measures of rankings, worked by hand; which differences count; what the table says where we lose."""

import json
import math
from pathlib import Path

import pytest

from eval.errors import SuiteInvalid
from eval.peers.comparing import Compared, complaint, lines_of
from eval.peers.differences import MEASURES, PeerDifference, difference, mean_with_interval, measured
from eval.peers.picture import page
from eval.peers.sitting import Sat
from eval.peers.telling import told, verdict
from eval.peers.texts import Document, Texts, read_texts


def sat(system: str, found: dict[str, list[str]], *, ms: float = 10, mb: int = 100) -> Sat:
    return Sat(system, {"package": "1.0"}, ("a setting",), 3, 1.0, 50, mb, [ms] * len(found), [ms] * len(found), found)


def beir(folder: Path, *, relevant: str = "d1") -> Path:
    (folder / "qrels").mkdir(parents=True)
    (folder / "corpus.jsonl").write_text(json.dumps({"_id": "d1", "text": "热气球停放证"}), encoding="utf-8")
    (folder / "queries.jsonl").write_text(json.dumps({"_id": "q1", "text": "停放证"}), encoding="utf-8")
    (folder / "qrels" / "test.tsv").write_text(f"q1\t{relevant}\t1\n", encoding="utf-8")
    return folder


def test_a_query_whose_two_relevant_documents_come_second_and_third() -> None:
    recall_1, recall_5, recall_10, reciprocal_rank, ndcg = measured(["x", "a", "b"], {"a", "b"})
    assert (recall_1, recall_5, recall_10, reciprocal_rank) == (0, 1, 1, 0.5)
    assert ndcg == pytest.approx((1 / math.log2(3) + 1 / math.log2(4)) / (1 + 1 / math.log2(3)))


def test_recall_asks_for_no_more_documents_than_it_looks_at() -> None:
    assert measured(["a", "x"], {"a", "b", "c"})[:3] == (1, 1 / 3, 1 / 3)


def test_what_comes_eleventh_was_not_found() -> None:
    assert measured([*"0123456789", "a"], {"a"}) == (0, 0, 0, 0, 0)


def test_a_steady_difference_has_a_narrow_interval_and_counts() -> None:
    found = difference([1.0] * 50, [0.5] * 50)
    assert (found.mean, found.low, found.high) == (0.5, 0.5, 0.5)
    assert found.is_gain and not found.is_loss


def test_a_difference_on_one_query_of_fifty_counts_for_neither() -> None:
    found = difference([1.0] + [0.0] * 49, [0.0] * 50)
    assert found.mean == pytest.approx(0.02)
    assert not found.is_gain and not found.is_loss


def test_the_interval_of_a_mean_holds_it_and_is_the_same_every_time() -> None:
    values = [1.0, 0.0, 0.0, 1.0, 1.0, 1.0]
    mean, low, high = mean_with_interval(values)
    assert mean == pytest.approx(4 / 6) and low < mean < high
    assert mean_with_interval(values) == (mean, low, high)


def test_where_we_lose_it_says_so_plainly() -> None:
    texts = Texts("set", (Document("a", "", ""),), {f"q{n}": "?" for n in range(40)}, dict.fromkeys(
        (f"q{n}" for n in range(40)), frozenset({"a"})
    ))  # fmt: skip
    nothing, everything = ({f"q{n}": found for n in range(40)} for found in (["x"], ["a"]))
    ours, peer = sat("ours", nothing, ms=20, mb=300), sat("peer", everything, ms=5, mb=200)
    compared = Compared("set", 1, 40, lines_of(texts, [ours, peer]))
    assert verdict("ours", compared.lines[1]).startswith("ours **loses** to peer in recall@1 by 1.000")
    text = told([compared])
    assert "ours is **slower** (p50) than peer" in text and "ours is **larger** (memory) than peer" in text
    assert "package 1.0" in text and "- a setting" in text
    assert "peer, recall@1: 1.000 (1.000–1.000)" in page([compared], text=text)


def test_no_difference_is_called_none() -> None:
    texts = Texts("set", (), {"q": "?"}, {"q": frozenset({"a"})})
    lines = lines_of(texts, [sat("ours", {"q": ["a"]}), sat("peer", {"q": ["a"]})])
    assert all(lines[1].below["ours"][name] == PeerDifference(0, 0, 0) for name in MEASURES)
    assert verdict("ours", lines[1]) == f"no difference of ours from peer shown in {', '.join(MEASURES)}."


def test_a_missing_library_is_told_with_what_installs_it() -> None:
    said = "Traceback\n  …\nModuleNotFoundError: No module named 'haystack'\n"
    assert complaint("haystack", said).endswith("No module named 'haystack'; `make peers-tools` installs the peers")
    assert complaint("ours", "") == "ours did not come through, it said: nothing"


def test_a_folder_of_texts_is_read(tmp_path: Path) -> None:
    texts = read_texts(beir(tmp_path / "balloons"))
    assert texts.documents == (Document("d1", "", "热气球停放证"),)
    assert texts.queries == {"q1": "停放证"} and texts.relevant == {"q1": frozenset({"d1"})}


def test_a_judgement_of_a_document_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SuiteInvalid, match=r"1 relevant documents are not in corpus\.jsonl, as 'd2'"):
        read_texts(beir(tmp_path / "balloons", relevant="d2"))


def test_a_folder_without_texts_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SuiteInvalid, match=r"has no corpus\.jsonl"):
        read_texts(tmp_path)
