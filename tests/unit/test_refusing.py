"""Refused records written out to be mended: as they came, with the reason, and importable again."""

import csv
import json
from pathlib import Path

import pytest

from ingestion.importing import Imported
from ingestion.refusing import require_refused_file, write_refused
from ingestion.sources import Reading
from kb_service.adapters.script import OpenCCConverter
from kb_service.api.messages import messages
from kb_service.domain.errors import FileRefused
from kb_service.settings import Settings

TELL = messages(Settings().prompts_dir).of_cause
READING = Reading(converter=OpenCCConverter(), matter_ids={}, department_ids={}, keep=lambda _data: "blob")


def refused_in(*paths: Path) -> list[Imported]:
    reads = [read for path in paths for read in READING.read(path) if read.draft is None]
    return [
        Imported(each.source, each.line, "refused", reason=each.reason, content=each.content, cause=each.cause)
        for each in reads
    ]


def written(path: Path, content: str) -> Path:
    path.write_text(content, encoding="utf-8")
    return path


def drafts(path: Path) -> dict[str, str]:
    return {read.draft.document_id: read.draft.text for read in READING.read(path) if read.draft}


def test_refused_lines_can_be_mended_and_imported_again(tmp_path: Path) -> None:
    bulk = written(tmp_path / "bulk.jsonl", '{"id": "a", "text": "好。"}\n{"id": "b", "custom": 1}\nnot json\n')
    file = tmp_path / "refused.jsonl"
    assert write_refused(file, refused_in(bulk), tell=TELL) == 0
    first, second = [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]
    assert (first["id"], first["custom"], first["_file"], first["_line"]) == ("b", 1, "bulk.jsonl", 2)
    assert "exactly one of" in first["_reason"] and "只能写其中一个" in first["_message"]
    assert (second["_raw"], second["_line"]) == ("not json", 3)
    written(file, json.dumps(first | {"text": "补上。"}))
    assert drafts(file) == {"b": "补上。"}


SHEET = "编号,问题,答案,施行日期,备注\n1,要钱吗？,免费。,2026-07-01,\n2,多久？,五天。,哪天,看这里\n"


def test_refused_rows_of_a_sheet_keep_their_columns_and_their_document(tmp_path: Path) -> None:
    sheet = written(tmp_path / "wenda.csv", "热线问答\n\n" + SHEET)
    file = tmp_path / "refused.csv"
    assert write_refused(file, refused_in(sheet), tell=TELL) == 0
    with file.open(encoding="utf-8-sig", newline="") as opened:
        header, row = list(csv.reader(opened))
    assert header == ["编号", "问题", "答案", "施行日期", "备注", "_reason", "_message"]
    assert row[:5] == ["wenda#2", "多久？", "五天。", "哪天", "看这里"]
    assert "effective_from" in row[5]
    assert row[6] == "“施行日”写的“哪天”看不出是哪一天；请写成 2026-03-01 这样的日期。"
    written(file, file.read_text(encoding="utf-8-sig").replace("哪天", "2026-07-01"))
    mended = written(sheet, SHEET.replace("哪天", "2026-07-01"))
    assert drafts(file) == {"wenda#2": "五天。"}
    assert drafts(file).items() <= drafts(mended).items()


def test_rows_without_ids_get_the_one_that_their_question_gives(tmp_path: Path) -> None:
    sheet = written(tmp_path / "wenda.csv", "问题;答案;施行日期\n多久？;五天。;哪天\n")
    file = tmp_path / "refused.csv"
    write_refused(file, refused_in(sheet), tell=TELL)
    written(file, file.read_text(encoding="utf-8-sig").replace("哪天", "2026-07-01"))
    written(sheet, "问题;答案;施行日期\n多久？;五天。;2026-07-01\n")
    assert drafts(file) == drafts(sheet)


@pytest.mark.parametrize("name", ["refused.csv", "refused.jsonl"])
def test_a_row_that_was_cut_in_pieces_is_handed_back_whole_and_not_taken_in_by_half(tmp_path: Path, name: str) -> None:
    sheet = written(tmp_path / "wenda.csv", "问题,答案\n带什么材料,身份证,户口簿,照片两张\n")
    file = tmp_path / name
    assert write_refused(file, refused_in(sheet), tell=TELL) == 0
    assert all(each in file.read_text(encoding="utf-8-sig") for each in ("身份证", "户口簿", "照片两张"))
    assert drafts(file) == {}


def test_what_does_not_fit_into_a_sheet_is_counted(tmp_path: Path) -> None:
    sheet = written(tmp_path / "wenda.csv", SHEET)
    other = written(tmp_path / "other.csv", "问题,答案,施行日期\n多久？,五天。,哪天\n")
    bulk = written(tmp_path / "bulk.jsonl", "not json\n")
    assert write_refused(tmp_path / "refused.csv", refused_in(sheet, other, bulk), tell=TELL) == 2
    assert write_refused(tmp_path / "refused.jsonl", refused_in(sheet, other, bulk), tell=TELL) == 0
    assert len((tmp_path / "refused.jsonl").read_text(encoding="utf-8").splitlines()) == 3


def test_without_refused_records_nothing_is_written(tmp_path: Path) -> None:
    empty = written(tmp_path / "empty.txt", "")
    write_refused(tmp_path / "refused.jsonl", refused_in(empty), tell=TELL)
    assert not (tmp_path / "refused.jsonl").exists()


def test_an_unknown_format_and_a_file_that_is_being_read_are_refused_before_any_work(tmp_path: Path) -> None:
    with pytest.raises(FileRefused, match=r"as \.jsonl or \.csv"):
        require_refused_file(tmp_path / "refused.xlsx", [])
    with pytest.raises(FileRefused, match="is to be read"):
        require_refused_file(tmp_path / "bulk.jsonl", [tmp_path / "bulk.jsonl"])
