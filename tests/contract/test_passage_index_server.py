"""What the server's index does beyond the contract: collections behind an alias."""

from dataclasses import replace
from pathlib import Path

import pytest
from passage_index_points import MANIFEST, dense, point, points, within

from kb_service.adapters.index.server import ServerIndex
from kb_service.domain.errors import IndexMismatch, IndexUnavailable


def ignore(_: object) -> None:
    pass


def test_a_rebuild_takes_the_place_of_the_old_collection_at_once() -> None:
    index = ServerIndex(":memory:", MANIFEST)
    index.upsert(points(range(1, 11)))
    progress: list[int] = []
    batches = [points(range(100, 110)), points(range(110, 120))]
    new_words = replace(MANIFEST, segmenter="words-b")
    assert index.rebuild(batches, new_words, stamp="20260501", on_progress=progress.append) == 20
    assert (progress, index.count()) == ([10, 20], 20)
    assert (index.manifest.segmenter, index.rebuild_reasons) == ("words-b", ())
    index.close()


def test_an_index_made_with_other_words_serves_and_one_of_another_model_refuses(tmp_path: Path) -> None:
    first = ServerIndex(str(tmp_path), MANIFEST)
    first.upsert([point(1)])
    first.close()
    other_words = ServerIndex(str(tmp_path), replace(MANIFEST, segmenter="words-b"))
    assert len(other_words.rebuild_reasons) == 1
    assert len(other_words.search(dense=dense(1.0), sparse=None, within=within(), limit=5).dense) == 1
    other_words.close()
    other_model = ServerIndex(str(tmp_path), replace(MANIFEST, embedding="model-b"))
    with pytest.raises(IndexMismatch, match="kb reindex"):
        other_model.search(dense=dense(1.0), sparse=None, within=within(), limit=5)
    with pytest.raises(IndexMismatch):
        other_model.upsert([point(2)])
    other_model.rebuild([points([1])], replace(MANIFEST, embedding="model-b"), stamp="2", on_progress=ignore)
    assert len(other_model.search(dense=dense(1.0), sparse=None, within=within(), limit=5).dense) == 1
    other_model.close()


def test_a_server_that_does_not_answer_is_named() -> None:
    with pytest.raises(IndexUnavailable, match=r"http://127\.0\.0\.1:9"):
        ServerIndex("http://127.0.0.1:9", MANIFEST, timeout_seconds=1)
