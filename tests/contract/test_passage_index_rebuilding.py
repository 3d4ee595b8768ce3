"""A whole new index is built beside the one in use, by another process, and takes its place."""

import os
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from threading import Event, Thread

import pytest
from passage_index_points import MANIFEST, dense, point, points, within

from kb_service.adapters.index.edge import EdgeIndex, create_empty
from kb_service.adapters.index.edge_files import folder_for_new
from kb_service.adapters.index.opening import rebuild, run_child, swap_in_rebuilt
from kb_service.domain.errors import IndexUnavailable, InvalidPoint
from kb_service.ports import IndexPoint

NEW_WORDS = replace(MANIFEST, segmenter="words-b")


def batches_of(number_of_points: int) -> Iterator[Sequence[IndexPoint]]:
    for start in range(1, number_of_points + 1, 100):
        yield points(range(start, min(start + 100, number_of_points + 1)))


def ignore(_: object) -> None:
    pass


@pytest.fixture
def serving(tmp_path: Path) -> Iterator[EdgeIndex]:
    """An index of ten points that somebody searches."""
    create_empty(tmp_path / "index", MANIFEST)
    index = EdgeIndex(tmp_path / "index")
    index.upsert(points(range(1, 11)))
    yield index
    index.close()


def test_a_serving_index_goes_on_with_the_rebuilt_one(serving: EdgeIndex) -> None:
    progress: list[int] = []
    assert rebuild(batches_of(250), serving.folder, NEW_WORDS, on_progress=progress.append) == 250
    assert progress == [100, 200, 250]
    assert (serving.count(), serving.tail_points) == (10, 10)
    swap_in_rebuilt(serving, expected_count=250)
    assert (serving.count(), serving.tail_points, serving.manifest) == (250, 0, NEW_WORDS)
    serving.upsert([point(9_000)])
    assert serving.count() == 251
    assert sorted(path.name for path in serving.folder.parent.iterdir() if path.is_dir()) == ["index"]


def test_searches_go_on_while_the_index_is_swapped(serving: EdgeIndex) -> None:
    rebuild(batches_of(250), serving.folder, MANIFEST, on_progress=ignore)
    is_over, sizes, faults = Event(), set[int](), list[Exception]()

    def search() -> None:
        while not is_over.is_set():
            try:
                sizes.add(len(serving.search(dense=dense(1.0), sparse=None, within=within(), limit=500).dense))
            except IndexUnavailable as error:
                faults.append(error)

    searcher = Thread(target=search)
    searcher.start()
    swap_in_rebuilt(serving, expected_count=250)
    serving.search(dense=dense(1.0), sparse=None, within=within(), limit=1)
    is_over.set()
    searcher.join()
    assert faults == []
    assert sizes <= {10, 250}


def test_a_graph_is_built_and_the_same_points_are_found(serving: EdgeIndex) -> None:
    rebuild(batches_of(250), serving.folder, MANIFEST, on_progress=ignore, hnsw_from_kb=1)
    swap_in_rebuilt(serving, expected_count=250)
    hits = serving.search(dense=dense(1.0), sparse=None, within=within(), limit=250).dense
    assert len({hit.point_id for hit in hits}) == 250


def test_a_rebuilt_index_that_lacks_points_is_not_used(serving: EdgeIndex) -> None:
    rebuild(batches_of(250), serving.folder, MANIFEST, on_progress=ignore)
    with pytest.raises(IndexUnavailable, match="250 points instead of 251"):
        swap_in_rebuilt(serving, expected_count=251)
    assert serving.count() == 10


def test_when_the_new_index_cannot_be_opened_the_old_one_stays(serving: EdgeIndex) -> None:
    rebuild(batches_of(20), serving.folder, MANIFEST, on_progress=ignore)
    new = folder_for_new(serving.folder)
    (new / "shard" / "edge_config.json").write_text("?")
    with pytest.raises(IndexUnavailable, match="not used"):
        swap_in_rebuilt(serving, expected_count=20)
    with pytest.raises(IndexUnavailable, match="cannot be opened"):
        serving.swap_in(new)
    assert serving.count() == 10
    serving.upsert([point(500)])
    assert serving.count() == 11


def test_a_rebuild_that_fails_leaves_nothing_that_could_be_taken_for_whole(serving: EdgeIndex) -> None:
    def failing() -> Iterator[Sequence[IndexPoint]]:
        yield points(range(1, 101))
        yield [IndexPoint("no uuid", dense(1.0), point(1).sparse, point(1).payload)]

    with pytest.raises(InvalidPoint):
        rebuild(failing(), serving.folder, MANIFEST, on_progress=ignore)
    assert not folder_for_new(serving.folder).exists()
    assert rebuild(batches_of(20), serving.folder, MANIFEST, on_progress=ignore) == 20


def test_two_rebuilds_at_once_are_refused(serving: EdgeIndex) -> None:
    def starting_another() -> Iterator[Sequence[IndexPoint]]:
        rebuild(batches_of(10), serving.folder, MANIFEST, on_progress=ignore)
        yield []

    with pytest.raises(IndexUnavailable, match="another rebuild"):
        rebuild(starting_another(), serving.folder, MANIFEST, on_progress=ignore)


CHILD = """
import os, sys, time
from passage_index_child_result import AS_TOLD
print("1 of 2", flush=True)
deadline = time.monotonic() + 10
while os.nice(0) != int(sys.argv[1]) and time.monotonic() < deadline:
    time.sleep(0.01)
print(f"nice {os.nice(0)}", flush=True)
if AS_TOLD == "fail":
    sys.exit("no database at the place given")
if AS_TOLD == "die":
    os.abort()
"""


@pytest.fixture
def child_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "passage_index_child.py").write_text(CHILD)
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    return tmp_path


def tell(child_folder: Path, what: str) -> None:
    (child_folder / "passage_index_child_result.py").write_text(f"AS_TOLD = {what!r}")


def test_the_lines_of_a_rebuilding_child_are_passed_on_and_it_gives_way_to_answers(child_folder: Path) -> None:
    tell(child_folder, "succeed")
    lines: list[str] = []
    given_way = min(os.nice(0) + 10, 19)
    run_child("passage_index_child", [str(given_way)], on_line=lines.append)
    assert lines == ["1 of 2", f"nice {given_way}"]


def test_a_rebuilding_child_that_fails_is_reported_in_its_own_words(child_folder: Path) -> None:
    tell(child_folder, "fail")
    with pytest.raises(IndexUnavailable, match=r"exit code 1.*no database at the place given"):
        run_child("passage_index_child", [str(min(os.nice(0) + 10, 19))], on_line=ignore)
    tell(child_folder, "die")
    with pytest.raises(IndexUnavailable, match="signal 6"):
        run_child("passage_index_child", [str(min(os.nice(0) + 10, 19))], on_line=ignore)


def test_a_rebuilding_child_ends_with_whoever_listens_to_it(child_folder: Path) -> None:
    (child_folder / "passage_index_child.py").write_text(
        "import os, time\nprint(os.getpid(), flush=True)\ntime.sleep(60)"
    )
    pids: list[int] = []

    def give_up(line: str) -> None:
        pids.append(int(line))
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run_child("passage_index_child", [], on_line=give_up)
    with pytest.raises(ProcessLookupError):
        os.kill(pids[0], 0)
