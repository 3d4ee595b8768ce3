"""At start: an index that is damaged, incomplete or made with another model never takes the service down."""

import os
import re
from dataclasses import replace
from pathlib import Path

import pytest
from passage_index_points import MANIFEST, dense, points, within

from kb_service.adapters.index.edge import EdgeIndex, create_empty
from kb_service.adapters.index.edge_files import folder_for_new, shard_folder
from kb_service.adapters.index.manifest import Manifest, read_manifest
from kb_service.adapters.index.opening import OpenedIndex, open_edge_index, probe_folder
from kb_service.adapters.index.ownership import claim


def open_at_start(
    data_dir: Path,
    *,
    manifest: Manifest = MANIFEST,
    expected_count: int = 300,
    allowed_difference: int = 0,
    stamp: str = "20260501-120000",
    probe_timeout_seconds: float = 30.0,
) -> OpenedIndex:
    """Open and close again; the index in the result is closed."""
    with claim(data_dir) as ownership:
        opened = open_edge_index(
            ownership,
            manifest,
            expected_count=expected_count,
            allowed_difference=allowed_difference,
            stamp=stamp,
            probe_timeout_seconds=probe_timeout_seconds,
        )
        opened.index.search(dense=dense(1.0), sparse=None, within=within(), limit=5)
        opened.index.close()
    return opened


def count_in(folder: Path) -> int:
    index = EdgeIndex(folder)
    count = index.count()
    index.close()
    return count


def write_index(folder: Path, *, number_of_points: int = 300, with_graph: bool = False) -> Path:
    """With a graph the points are in an immutable segment, whose damage aborts a process."""
    create_empty(folder, MANIFEST, hnsw_from_kb=1 if with_graph else None)
    index = EdgeIndex(folder)
    index.upsert(points(range(1, number_of_points + 1)))
    if with_graph:
        index.optimise()
    index.close()
    return folder


def overwrite_start_of(file: Path) -> None:
    content = bytearray(file.read_bytes())
    content[:4_000] = bytes((number * 37 + 255) % 256 for number in range(min(len(content), 4_000)))
    file.write_bytes(content)


def test_the_first_start_makes_an_empty_index_and_asks_for_nothing(tmp_path: Path) -> None:
    opened = open_at_start(tmp_path, expected_count=0)
    assert (opened.rebuild_reasons, opened.set_aside) == ((), None)
    assert read_manifest(tmp_path / "index") == MANIFEST


def test_an_index_that_is_as_the_database_says_is_opened_as_it_is(tmp_path: Path) -> None:
    write_index(tmp_path / "index")
    assert open_at_start(tmp_path).rebuild_reasons == ()
    assert count_in(tmp_path / "index") == 300


def test_a_lost_index_is_made_anew_and_to_be_rebuilt(tmp_path: Path) -> None:
    assert open_at_start(tmp_path).rebuild_reasons == ("there is no index yet",)


def test_a_creation_that_was_interrupted_is_no_index(tmp_path: Path) -> None:
    write_index(tmp_path / "index")
    (tmp_path / "index" / "manifest.json").unlink()
    assert open_at_start(tmp_path).rebuild_reasons == ("there is no index yet",)
    assert count_in(tmp_path / "index") == 0


def test_a_folder_that_would_abort_the_process_is_tried_in_a_child_and_set_aside(tmp_path: Path) -> None:
    folder = write_index(tmp_path / "index", with_graph=True)
    (mappings,) = (file for file in folder.rglob("id_tracker.mappings"))
    overwrite_start_of(mappings)
    opened = open_at_start(tmp_path)
    assert opened.rebuild_reasons == ("opening the index killed the process (signal 6)",)
    assert opened.set_aside == tmp_path / "index.bad-20260501-120000"
    assert opened.set_aside.is_dir()
    assert count_in(folder) == 0


def test_a_folder_that_the_engine_refuses_is_set_aside(tmp_path: Path) -> None:
    folder = write_index(tmp_path / "index")
    overwrite_start_of(shard_folder(folder) / "edge_config.json")
    opened = open_at_start(tmp_path)
    assert "edge_config.json" in opened.rebuild_reasons[0]
    assert opened.set_aside is not None


def test_a_silently_lost_segment_is_found_by_counting(tmp_path: Path) -> None:
    folder = write_index(tmp_path / "index", with_graph=True)
    for segment in (shard_folder(folder) / "segments").iterdir():
        (segment / "version.info").unlink()
    opened = open_at_start(tmp_path)
    # A few may come back from the engine's log.
    assert re.fullmatch(r"the index holds \d{1,2} points, the database says 300", opened.rebuild_reasons[0])
    assert opened.set_aside is not None


def test_points_in_flight_when_the_power_went_are_no_reason_to_rebuild(tmp_path: Path) -> None:
    write_index(tmp_path / "index")
    assert open_at_start(tmp_path, expected_count=320, allowed_difference=20).rebuild_reasons == ()
    assert open_at_start(tmp_path, expected_count=321, allowed_difference=20).rebuild_reasons != ()


def test_a_folder_that_takes_too_long_to_open_is_set_aside(tmp_path: Path) -> None:
    write_index(tmp_path / "index")
    opened = open_at_start(tmp_path, probe_timeout_seconds=0.001)
    assert "took more than 0.001 seconds" in opened.rebuild_reasons[0]
    assert opened.set_aside is not None


def test_only_the_last_two_bad_folders_are_kept(tmp_path: Path) -> None:
    for day in ("20260501", "20260502", "20260503"):
        write_index(tmp_path / day, number_of_points=1)
        (tmp_path / day).rename(tmp_path / f"index.bad-{day}")
    write_index(tmp_path / "index")
    open_at_start(tmp_path, expected_count=299, stamp="20260504")
    assert sorted(path.name for path in tmp_path.glob("index.bad-*")) == ["index.bad-20260503", "index.bad-20260504"]


@pytest.mark.parametrize(
    "wanted",
    [
        replace(MANIFEST, embedding="model-b"),
        replace(MANIFEST, dimensions=8),
        replace(MANIFEST, schema=MANIFEST.schema + 1),
        replace(MANIFEST, engine="qdrant-edge-py 0.10.0"),
    ],
)
def test_vectors_of_another_model_schema_or_engine_are_dropped(tmp_path: Path, wanted: Manifest) -> None:
    write_index(tmp_path / "index")
    with claim(tmp_path) as ownership:
        opened = open_edge_index(ownership, wanted, expected_count=300, stamp="1")
        assert len(opened.rebuild_reasons) == 1
        assert (opened.index.count(), opened.index.manifest) == (0, wanted)
        opened.index.close()


@pytest.mark.parametrize(
    "wanted", [replace(MANIFEST, segmenter="words-b"), replace(MANIFEST, converter="script-b"), MANIFEST]
)
def test_an_index_with_other_words_serves_until_it_is_rebuilt(tmp_path: Path, wanted: Manifest) -> None:
    write_index(tmp_path / "index")
    opened = open_at_start(tmp_path, manifest=wanted)
    assert len(opened.rebuild_reasons) == (0 if wanted == MANIFEST else 1)
    assert count_in(tmp_path / "index") == 300
    assert opened.index.manifest == MANIFEST


def test_a_crash_between_the_renames_of_a_swap_ends_with_the_new_index(tmp_path: Path) -> None:
    write_index(tmp_path / "index.old", number_of_points=10)
    write_index(folder_for_new(tmp_path / "index"))
    assert open_at_start(tmp_path).rebuild_reasons == ()
    assert sorted(os.listdir(tmp_path))[:1] == ["index"]
    assert not (tmp_path / "index.old").exists()


def test_a_crash_that_left_only_the_old_index_ends_with_the_old_index(tmp_path: Path) -> None:
    write_index(tmp_path / "index.old")
    assert open_at_start(tmp_path).rebuild_reasons == ()


def test_the_probe_says_how_many_points_there_are(tmp_path: Path) -> None:
    write_index(tmp_path / "index")
    result = probe_folder(tmp_path / "index")
    assert (result.points, result.fault) == (300, None)
