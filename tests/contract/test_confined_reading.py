"""No file costs more than its seconds, its memory and its share of the knowledge base, by whatever door it comes."""

import re
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from ingestion.importing import Importing
from ingestion.parsing.limits import LIMITS
from ingestion.reading_child import FileInFolder, KeptFile, ReadingChildren, ReadingFailed, StillReading, read_source
from kb_service.adapters.sql.engine import Database
from kb_service.adapters.sql.library import SqlLibrary
from kb_service.domain.causes import Cause
from kb_service.domain.errors import FileRefused
from kb_service.domain.uploads import Chunk
from kb_service.wiring import new_id, now
from tests.attack_files import office, pages, pdf, texts
from tests.attack_files.containers import Attack
from tests.readers import dawdles_at_slow_files, dies_at_bad_files

ATTACKS = [
    made
    for module in (texts, office, pages, pdf)
    for made in vars(module).values()
    if getattr(made, "__annotations__", {}) == {"return": Attack}
]


@pytest.fixture(scope="module")
def children() -> Iterator[ReadingChildren]:
    made = ReadingChildren(seconds=10)
    yield made
    made.close()


def kept(folder: Path, name: str, data: bytes) -> KeptFile:
    (folder / name).write_bytes(data)
    return KeptFile(folder / name, name, "0" * 64, {}, {}, {})


@pytest.mark.parametrize("attack", ATTACKS, ids=lambda attack: attack.__name__)
def test_a_hostile_file_is_read_within_the_limits_or_refused_with_a_sentence(
    attack: Callable[[], Attack], children: ReadingChildren, tmp_path: Path
) -> None:
    name, data = attack()
    try:
        chunks = list(children.read(kept(tmp_path, name, data)))
    except ReadingFailed as error:
        assert "that a file may" in str(error)
    else:
        records = [each for chunk in chunks for each in chunk.records]
        assert records
        assert all(each.reason or each.draft for each in records)
        assert all(len(each.draft.passages) <= LIMITS.passages for each in records if each.draft)


def test_a_child_that_keeps_too_much_memory_is_replaced(children: ReadingChildren, tmp_path: Path) -> None:
    for name in ("greedy.md", "greedy_again.md", "greedy_still.md"):
        (chunk,) = children.read(kept(tmp_path, name, "签注免费。".encode()), reader=dies_at_bad_files)
        assert chunk.records[0].draft is not None


@pytest.mark.parametrize("name", ["full.md", "hoarding.md", "no_memory.md"])
def test_a_file_that_takes_the_last_byte_of_the_memory_is_told_as_that(
    name: str, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    limit = "more than the 256 MB of memory that a file may"
    with closing(ReadingChildren(memory_mb=256)) as children, pytest.raises(ReadingFailed, match=limit) as failed:
        list(children.read(kept(tmp_path, name, "签注。".encode()), reader=dies_at_bad_files))
    assert failed.value.cause.name == "reading_out_of_memory"
    assert "Traceback" not in capfd.readouterr().err


@pytest.mark.parametrize("attack", [office.many_runs, pages.words_of_scripts], ids=lambda attack: attack.__name__)
def test_runs_of_a_paragraph_and_words_of_scripts_are_read_in_time_that_grows_with_them(
    attack: Callable[[], Attack], children: ReadingChildren, tmp_path: Path
) -> None:
    name, data = attack()
    (chunk,) = children.read(kept(tmp_path, name, data))
    assert chunk.records[0].draft is not None


def test_a_caller_in_a_hurry_is_told_that_a_file_takes_longer(children: ReadingChildren, tmp_path: Path) -> None:
    source = kept(tmp_path, "endless.md", "签注。".encode())
    with pytest.raises(StillReading):
        list(children.read(source, reader=dies_at_bad_files, put_off_after=0.5))


def test_a_machine_that_is_busy_with_other_things_refuses_no_file(tmp_path: Path) -> None:
    with closing(ReadingChildren(seconds=1)) as children:
        # Three seconds pass, of which it works for some hundredths.
        source = kept(tmp_path, "waits-3-seconds.md", "签注免费。".encode())
        (chunk,) = children.read(source, reader=dies_at_bad_files, put_off_after=0.75)
        assert chunk.records[0].draft is not None


def test_a_file_that_waits_for_ever_is_refused_by_the_clock(tmp_path: Path) -> None:
    with closing(ReadingChildren(seconds=0.5)) as children:
        source = kept(tmp_path, "waits-600-seconds.md", "签注免费。".encode())
        with pytest.raises(ReadingFailed, match=r"the 2\.5 seconds by the clock that a file may") as told:
            list(children.read(source, reader=dies_at_bad_files))
        assert told.value.cause == Cause("reading_stood_still", {"seconds": 3})


def test_where_what_starts_the_readers_has_ended_it_is_begun_again(tmp_path: Path) -> None:
    with closing(ReadingChildren(idle_seconds=1)) as children:
        for name in ("first.md", "second.md"):
            (chunk,) = children.read(kept(tmp_path, name, "签注免费。".encode()))
            assert chunk.records[0].draft is not None
            time.sleep(3)  # neither the reader nor what started it has anything to do


def test_what_starts_the_readers_stays_while_one_of_them_reads(tmp_path: Path) -> None:
    with closing(ReadingChildren(idle_seconds=0.5)) as children:
        source = kept(tmp_path, "waits-4-seconds.md", "签注免费。".encode())
        (chunk,) = children.read(source, reader=dies_at_bad_files)
        assert chunk.records[0].draft is not None


def test_a_long_file_of_records_comes_a_chunk_at_a_time_and_says_how_many_there_are(
    children: ReadingChildren, tmp_path: Path
) -> None:
    lines = "\n".join(f'{{"id": "q{n}", "answer": "答复{n}。"}}' for n in range(400))
    chunks: list[Chunk] = list(children.read(kept(tmp_path, "bulk.jsonl", lines.encode()), reader=read_source))
    assert len(chunks) > 10
    assert {each.total for each in chunks} == {400}
    assert [each.ordinal for chunk in chunks for each in chunk.records] == list(range(400))


def test_what_is_parsed_for_a_look_is_confined_too(children: ReadingChildren, tmp_path: Path) -> None:
    name, data = texts.anchors_in_flow()
    with pytest.raises(FileRefused, match=r"anchors\.md uses YAML anchors in line 2"):
        children.parsed(kept(tmp_path, name, data).path)
    assert children.parsed(kept(tmp_path, "guide.md", "# 指南\n\n免费。".encode()).path).blocks[0].text == "指南"


def test_an_honest_file_is_stored_before_slow_ones_are_read_to_their_end(database: Database, tmp_path: Path) -> None:
    folder = tmp_path / "folder"
    folder.mkdir()
    for name in ("a-honest.md", "endless1.md", "endless2.md", "z-honest.md"):
        (folder / name).write_text("签注免费。", encoding="utf-8")
    importing = Importing(
        library=SqlLibrary(database, new_id=new_id),
        source=lambda path: FileInFolder(path, tmp_path / "blobs", {}, {}),
        children=lambda: ReadingChildren(seconds=4),
        now=now,
        reader=dawdles_at_slow_files,
    )
    done = importing.run([folder], actor="wang", publish=False)
    assert [Path(next(done).source).name for _ in range(2)] == ["a-honest.md", "z-honest.md"]
    assert len(SqlLibrary(database, new_id=new_id).document_ids()) == 2
    done.close()


def test_a_folder_is_read_to_its_end_and_what_is_slow_comes_last(database: Database, tmp_path: Path) -> None:
    folder = tmp_path / "folder"
    folder.mkdir()
    for name in ("a.md", "endless.md", "slow.md", "z.md"):
        (folder / name).write_text("签注免费。", encoding="utf-8")
    (folder / "b.md").write_text("签注收费。", encoding="utf-8")
    (folder / "b.md.yaml").write_text("a: &a [x]\nb: *a\n", encoding="utf-8")
    importing = Importing(
        library=SqlLibrary(database, new_id=new_id),
        source=lambda path: FileInFolder(path, tmp_path / "blobs", {}, {}),
        children=lambda: ReadingChildren(seconds=6),
        now=now,
        reader=dawdles_at_slow_files,
    )
    done = list(importing.run([folder], actor="wang", publish=False))
    assert {Path(each.source).name: each.status for each in done} == {
        "a.md": "added",
        "b.md": "refused",
        "endless.md": "refused",
        "slow.md": "added",
        "z.md": "added",
    }
    reasons = {Path(each.source).name: str(each.reason) for each in done if each.status == "refused"}
    assert reasons["b.md"] == "b.md.yaml uses YAML anchors in line 1; write one `field: value` a line."
    # Of the processor, or by the clock on a machine that leaves it hardly any.
    assert re.match(r"endless\.md: .* the (6|30) seconds .* that a file may", reasons["endless.md"])
