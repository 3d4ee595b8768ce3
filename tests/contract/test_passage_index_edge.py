"""What the embedded engine does badly, and what `EdgeIndex` does about it."""

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
import qdrant_edge
from passage_index_points import MANIFEST, dense, payload, point, points, sparse, uuid_of, within

from kb_service.adapters.full_disk import LEAST_FREE_BYTES, takes_room_when_read
from kb_service.adapters.index.edge import EdgeIndex, create_empty
from kb_service.adapters.index.edge_files import (
    OPENING_BYTES,
    bytes_of_holes_in,
    bytes_used_by,
    free_bytes_on,
    shard_folder,
)
from kb_service.domain.errors import IndexUnavailable, NotEnoughSpace

CHILD_ENVIRONMENT = {**os.environ, "PYTHONPATH": str(Path(__file__).parent)}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    create_empty(tmp_path / "index", MANIFEST)
    return tmp_path / "index"


@pytest.fixture
def index(folder: Path) -> Iterator[EdgeIndex]:
    opened = EdgeIndex(folder)
    yield opened
    opened.close()


def run_python(code: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", code, *arguments]
    return subprocess.run(command, env=CHILD_ENVIRONMENT, capture_output=True, text=True, timeout=60, check=False)


def test_points_and_their_tail_are_there_after_closing_and_opening(folder: Path) -> None:
    index = EdgeIndex(folder)
    index.upsert(points(range(1, 101)))
    index.close()
    index.close()
    again = EdgeIndex(folder)
    assert (again.count(), again.tail_points) == (100, 100)
    again.close()


WRITE_WITHOUT_END = """
import sys
from pathlib import Path
from passage_index_points import points
from kb_service.adapters.index.edge import EdgeIndex
index = EdgeIndex(Path(sys.argv[1]))
number = 1
while True:
    index.upsert(points(range(number, number + 7)))
    number += 7
    print(number - 1, flush=True)
"""


@pytest.mark.parametrize("acknowledged_batches", [1, 40])
def test_what_was_acknowledged_survives_kill_9_in_the_middle_of_writes(folder: Path, acknowledged_batches: int) -> None:
    command = [sys.executable, "-c", WRITE_WITHOUT_END, str(folder)]
    with subprocess.Popen(command, env=CHILD_ENVIRONMENT, stdout=subprocess.PIPE, text=True) as child:
        assert child.stdout is not None
        for _ in range(acknowledged_batches):
            acknowledged = int(child.stdout.readline())
        child.kill()
        unread = child.stdout.read().split()
    acknowledged = int(unread[-1]) if unread else acknowledged
    index = EdgeIndex(folder)
    kept = {
        point_id
        for document in range(acknowledged // 10 + 1)
        for point_id in index.payloads_of_document(f"document-{document}")
    }
    assert {uuid_of(number) for number in range(1, acknowledged + 1)} <= kept
    assert index.tail_points >= index.count() >= acknowledged
    found = index.search(dense=None, sparse=sparse({1_000 + acknowledged: 1.0}), within=within(), limit=5).sparse
    assert [hit.point_id for hit in found] == [uuid_of(acknowledged)]
    index.close()


LOAD_PAST_OUR_LOCK = "import qdrant_edge, sys; qdrant_edge.EdgeShard.load(sys.argv[1])"


def test_a_flush_that_fails_is_mended_by_closing_and_opening_again(index: EdgeIndex) -> None:
    index.upsert(points(range(1, 301)))
    index.flush()
    intruder = run_python(LOAD_PAST_OUR_LOCK, str(shard_folder(index.folder)))
    assert "WouldBlock" in intruder.stderr
    index.upsert(points(range(301, 601)))
    broken = index._shard
    assert broken is not None
    with pytest.raises(Exception, match="flush"):
        broken.flush()
    index.flush()
    assert index.count() == 600
    index.upsert(points(range(601, 611)))
    index.close()
    again = EdgeIndex(index.folder)
    assert again.count() == 610
    again.close()


OPEN_READ_ONLY = """
import os, sys
from pathlib import Path
from kb_service.adapters.index.edge import EdgeIndex
from kb_service.domain.errors import IndexUnavailable
if os.geteuid() == 0:
    os.seteuid(65534)
try:
    EdgeIndex(Path(sys.argv[1]))
except IndexUnavailable as error:
    print(error)
"""


def test_a_read_only_folder_is_refused_with_the_reason(folder: Path) -> None:
    for directory in [shard_folder(folder), *shard_folder(folder).rglob("*")]:
        directory.chmod(0o555 if directory.is_dir() else 0o444)
    for parent in folder.parents[:3]:
        parent.chmod(0o755)
    child = run_python(OPEN_READ_ONLY, str(folder))
    for directory in [shard_folder(folder), *shard_folder(folder).rglob("*")]:
        directory.chmod(0o755)
    assert "is the folder writable?" in child.stdout, child.stderr


def test_a_folder_without_a_whole_index_is_not_opened(tmp_path: Path) -> None:
    with pytest.raises(IndexUnavailable, match="kb reindex"):
        EdgeIndex(tmp_path / "nothing")


def test_points_are_refused_when_the_disk_has_not_2_5_times_the_index_free(folder: Path) -> None:
    free = {"bytes": 10 * LEAST_FREE_BYTES}
    index = EdgeIndex(folder, free_bytes=lambda _: free["bytes"])
    index.upsert(points(range(1, 11)))
    free["bytes"] = LEAST_FREE_BYTES - 1
    with pytest.raises(NotEnoughSpace, match="63 MB free"):
        index.upsert(points(range(11, 21)))
    with pytest.raises(NotEnoughSpace):
        index.set_payloads({uuid_of(1): payload(is_published=False)})
    with pytest.raises(NotEnoughSpace):
        index.delete([uuid_of(1)])
    assert index.count() == 10
    assert len(index.search(dense=dense(1.0), sparse=None, within=within(), limit=20).dense) == 10
    index.close()


def test_a_withdrawal_needs_less_space_than_new_points(folder: Path) -> None:
    ballast = folder / "ballast"
    ballast.write_bytes(b"x" * LEAST_FREE_BYTES)
    wanted = int(2.5 * bytes_used_by(folder))
    index = EdgeIndex(folder, free_bytes=lambda _: wanted - 1)
    with pytest.raises(NotEnoughSpace):
        index.upsert([point(1)])
    index.delete([uuid_of(1)])
    index.close()


def test_an_index_is_opened_on_a_nearly_full_disk_and_a_new_one_is_not_begun(folder: Path) -> None:
    EdgeIndex(folder, free_bytes=lambda _: OPENING_BYTES).close()
    with pytest.raises(NotEnoughSpace, match="has 3 MB free and the index needs 4 MB; free some space"):
        EdgeIndex(folder, free_bytes=lambda _: OPENING_BYTES - 1)
    new = folder.with_name("another")
    with pytest.raises(NotEnoughSpace, match="has 63 MB free and the index needs 64 MB"):
        create_empty(new, MANIFEST, free_bytes=lambda _: LEAST_FREE_BYTES - 1)
    assert not new.exists()


@pytest.mark.skipif(
    not os.path.ismount("/dev/shm") or free_bytes_on(Path("/dev/shm")) < 2**29,
    reason="no folder of this machine is kept in memory with 512 MB free",
)
def test_where_reading_takes_room_an_index_is_opened_only_with_room_for_all_of_it() -> None:
    with tempfile.TemporaryDirectory(dir="/dev/shm") as in_memory:
        assert takes_room_when_read(Path(in_memory))
        folder = Path(in_memory) / "index"
        with pytest.raises(NotEnoughSpace, match="has 100 MB free and the index needs 320 MB"):
            create_empty(folder, MANIFEST, free_bytes=lambda _: 100 * 2**20)
        create_empty(folder, MANIFEST)
        holes = bytes_of_holes_in(folder)
        assert holes > 100 * 2**20
        with pytest.raises(NotEnoughSpace):
            EdgeIndex(folder, free_bytes=lambda _: holes)
        EdgeIndex(folder).close()


def test_the_tail_grows_with_writes_and_changed_payloads_and_ends_with_optimising(index: EdgeIndex) -> None:
    index.upsert(points(range(1, 101)))
    index.upsert(points(range(1, 11)))
    index.set_payloads({uuid_of(1): payload(), uuid_of(2): payload()})
    assert index.tail_points == 112
    index.optimise()
    assert (index.tail_points, index.count()) == (0, 100)


def test_a_tail_file_that_is_damaged_counts_as_none(index: EdgeIndex) -> None:
    index.upsert(points(range(1, 11)))
    (index.folder / "tail").write_text("??")
    index.close()
    again = EdgeIndex(index.folder)
    assert (again.tail_points, again.count()) == (0, 10)
    again.close()


def test_an_interrupt_of_the_user_is_not_taken_for_a_fault_of_the_engine(index: EdgeIndex) -> None:
    from kb_service.adapters.index.edge_translation import engine_faults

    with pytest.raises(KeyboardInterrupt), engine_faults("never"):
        raise KeyboardInterrupt


def test_the_engine_still_matches_no_boolean_so_published_is_a_number(index: EdgeIndex) -> None:
    """When this fails the engine was mended, and `is_published` may become a boolean."""
    shard = index._shard
    assert shard is not None
    index.upsert([point(1)])
    shard.update(qdrant_edge.UpdateOperation.set_payload([uuid_of(1)], {"flag": True}))
    is_true = qdrant_edge.FieldCondition("flag", match=qdrant_edge.MatchValue(True))
    assert shard.count(qdrant_edge.CountRequest(filter=qdrant_edge.Filter(must=[is_true]))) == 0
