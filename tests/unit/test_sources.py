"""From files and lines to drafts: what each says, what is refused alone, and which files there are."""

import json
from pathlib import Path

import pytest

from ingestion.sources import Read, Reading, files_in
from kb_service.adapters.script import OpenCCConverter
from kb_service.domain.documents import Kind, VersionDraft
from kb_service.domain.errors import FileRefused
from tests.factories import day

READING = Reading(
    converter=OpenCCConverter(),
    matter_ids={"居住证签注": "permit"},
    department_ids={"市公安局": "police"},
    keep=lambda data: f"blob of {len(data)}",
)


def read(path: Path, content: str = "") -> list[Read]:
    if content:
        path.write_text(content, encoding="utf-8")
    return list(READING.read(path))


def lines(folder: Path, *records: object) -> list[Read]:
    texts = [record if isinstance(record, str) else json.dumps(record) for record in records]
    return read(folder / "bulk.jsonl", "\n".join(texts))


def draft_of(found: list[Read]) -> VersionDraft:
    assert [each.reason for each in found] == [None]
    assert found[0].draft is not None
    return found[0].draft


def reasons(found: list[Read]) -> list[tuple[int | None, str]]:
    return [(each.line, each.reason) for each in found if each.reason]


def test_a_line_becomes_a_draft_with_the_ids_of_matter_and_department(tmp_path: Path) -> None:
    record = {
        "id": "g1",
        "title": "签注指南",
        "text": "签注免费。",
        "matter": "居住证签注",
        "department": "市公安局",
        "effective_from": "2026年7月1日",
    }
    draft = draft_of(lines(tmp_path, record))
    assert (draft.document_id, draft.text, draft.metadata.title) == ("g1", "签注免费。", "签注指南")
    assert (draft.metadata.matter_id, draft.metadata.department) == ("permit", "police")
    assert draft.metadata.effective_from == day("2026-07-01")
    assert [(each.start, each.end) for each in draft.passages] == [(0, 5)]
    assert draft.source_name == "bulk.jsonl"


def test_an_answer_is_an_interpretation_and_a_text_a_regulation_unless_it_says_otherwise(tmp_path: Path) -> None:
    found = lines(
        tmp_path,
        {"id": "a", "question": "要钱吗", "answer": "免费。"},
        {"id": "b", "text": "免费。"},
        {"id": "c", "text": "免费。", "kind": "办事指南"},
    )
    kinds = [each.draft.metadata.kind for each in found if each.draft]
    assert kinds == [Kind.INTERPRETATION, Kind.REGULATION, Kind.PROCEDURE]


def test_a_bad_line_is_reported_with_its_number_and_the_others_go_in(tmp_path: Path) -> None:
    found = lines(
        tmp_path,
        {"id": "a", "text": "免费。"},
        "",
        "{",
        "[1]",
        {"text": "免费。"},
        {"id": "b"},
        {"id": "c", "text": "免费。", "answer": "收费。"},
        {"id": "d", "text": " \n "},
        '{"id": ' + "9" * 5000 + "}",
        {"id": "e", "title": "甲\x00", "text": "免费。"},
        {"id": "f", "text": "免费。", "kind": []},
        {"id": "g", "text": "免费。"},
    )
    assert [each.draft.document_id for each in found if each.draft] == ["a", "f", "g"]
    reported = reasons(found)
    assert [line for line, _ in reported] == [3, 4, 5, 6, 7, 8, 9, 10]
    expected = ["not a JSON object", "must be a JSON object", "'id' is missing", "exactly one of", "exactly one of"]
    expected += ["exactly one of", "not a JSON object", "NUL characters"]
    assert [part in reason for part, (_, reason) in zip(expected, reported, strict=True)] == [True] * 8


def test_a_byte_order_mark_before_the_first_line_is_no_fault(tmp_path: Path) -> None:
    assert draft_of(read(tmp_path / "a.jsonl", '\ufeff{"id": "a", "text": "免费。"}')).document_id == "a"


def test_a_line_may_name_a_file_beside_it(tmp_path: Path) -> None:
    (tmp_path / "guides").mkdir()
    (tmp_path / "guides" / "g.md").write_text("# 签注指南\n\n签注免费。\n", encoding="utf-8")
    draft = draft_of(lines(tmp_path, {"id": "g", "file": "guides/g.md"}))
    assert (draft.document_id, draft.metadata.title, draft.source_name) == ("g", "签注指南", "g.md")


@pytest.mark.parametrize("file", ["../secret.md", "/etc/passwd", "guides/../../secret.md", "link.md"])
def test_a_file_outside_the_folder_is_refused(tmp_path: Path, file: str) -> None:
    folder = tmp_path / "inbox"
    folder.mkdir()
    (tmp_path / "secret.md").write_text("秘密。", encoding="utf-8")
    (folder / "link.md").symlink_to(tmp_path / "secret.md")
    ((_, reason),) = reasons(lines(folder, {"id": "g", "file": file}))
    assert "lies outside the folder of bulk.jsonl" in reason


def test_a_file_that_is_not_there_or_has_an_impossible_name_is_refused_alone(tmp_path: Path) -> None:
    found = lines(
        tmp_path, {"id": "a", "file": "gone.md"}, {"id": "b", "file": "a\x00.md"}, {"id": "c", "text": "可。"}
    )
    (first, second) = reasons(found)
    assert "gone.md cannot be read: No such file" in first[1]
    assert second[0] == 2


def test_a_file_is_called_by_its_name_and_its_sidecar_says_more(tmp_path: Path) -> None:
    (tmp_path / "g.md.yaml").write_text(
        "类别: 办事指南\n事项: 居住证签注\n有效期至: 2026-12-31\n施行日期: 2026-06-30T20:00:00Z\nid:\n",
        encoding="utf-8",
    )
    draft = draft_of(read(tmp_path / "g.md", "---\n类别: 规章制度\n---\n# 签注指南\n\n免费。\n"))
    assert draft.document_id == "g"  # a field left blank says nothing
    assert (draft.metadata.kind, draft.metadata.matter_id) == (Kind.PROCEDURE, "permit")
    # 20:00 in Greenwich is the next morning in Shanghai.
    assert (draft.metadata.effective_from, draft.metadata.effective_to) == (day("2026-07-01"), day("2027-01-01"))


def test_a_sidecar_in_another_encoding_is_refused_with_the_mend(tmp_path: Path) -> None:
    (tmp_path / "g.md.yaml").write_bytes("类别: 视频".encode("gbk"))
    assert reasons(read(tmp_path / "g.md", "免费。")) == [(None, "g.md.yaml is not in UTF-8; save it again as UTF-8")]


SUBTITLES = """1
00:00:01,000 --> 00:00:04,000
打开随申办。

2
00:00:30,000 --> 00:00:34,000
扫脸。

3
00:01:10,000 --> 00:01:14,000
点击提交。
"""


def test_the_chapters_of_a_video_stand_in_its_sidecar(tmp_path: Path) -> None:
    chapters = 'chapters:\n- {start: "00:00", title: 登录}\n- {start: "00:01:05", title: 提交申请}\n'
    (tmp_path / "v.srt.yaml").write_text(chapters, encoding="utf-8")
    draft = draft_of(read(tmp_path / "v.srt", SUBTITLES))
    assert draft.metadata.kind is Kind.VIDEO
    assert [(each.heading_path, each.second) for each in draft.passages] == [(("登录",), 1), (("提交申请",), 70)]


@pytest.mark.parametrize("chapters", ["登录", "[登录]", "[{start: 一分, title: 登录}]", "[{title: 登录}]", "5"])
def test_chapters_of_another_form_are_refused(tmp_path: Path, chapters: str) -> None:
    (tmp_path / "v.srt.yaml").write_text(f"chapters: {chapters}\n", encoding="utf-8")
    ((_, reason),) = reasons(read(tmp_path / "v.srt", SUBTITLES))
    assert reason.startswith("the chapters of v.srt must be a list of")


def test_the_rows_of_a_sheet_keep_their_ids_when_one_is_inserted_above(tmp_path: Path) -> None:
    header = "问题,答案,相似问题\n"
    rows = "签注要钱吗,免费。,多少钱\n簽證多久,当场。,\n"
    before = read(tmp_path / "qa.csv", header + rows)
    after = read(tmp_path / "qa.csv", header + "在哪里办,任一窗口。,\n" + rows)
    ids = [each.draft.document_id for each in before if each.draft]
    assert [each.draft.document_id for each in after if each.draft][1:] == ids
    assert len(set(ids)) == 2
    assert all(id.startswith("qa#") for id in ids)
    assert [each.line for each in after] == [2, 3, 4]


def test_a_row_keeps_its_id_in_either_script_and_with_another_answer(tmp_path: Path) -> None:
    before = draft_of(read(tmp_path / "qa.csv", "问题,答案\n签注要钱吗,免费。\n"))
    after = draft_of(read(tmp_path / "qa.csv", "問題,答覆\n簽注要錢嗎,收費。\n"))
    assert before.document_id == after.document_id
    assert (before.metadata.title, before.metadata.kind) == ("签注要钱吗", Kind.INTERPRETATION)


def test_a_bad_row_is_reported_alone(tmp_path: Path) -> None:
    found = read(tmp_path / "qa.csv", "问题,答案,生效日期\n要钱吗,免费。,2026-07-01\n多久,当场。,明年\n")
    assert [each.draft is None for each in found] == [False, True]
    ((line, reason),) = reasons(found)
    assert line == 3
    assert reason.startswith("effective_from: ")


def test_an_unreadable_format_is_one_sentence(tmp_path: Path) -> None:
    path = tmp_path / "a.exe"
    path.write_bytes(b"MZ\x00\x01")
    ((line, reason),) = reasons(read(path))
    assert line is None
    assert "a.exe" in reason


def names(paths: list[Path]) -> list[str]:
    return [path.name for path in files_in(paths)]


def make(folder: Path, *paths: str) -> Path:
    for name in paths:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text("x", encoding="utf-8")
    return folder


def test_a_folder_gives_its_files_by_name_without_sidecars_and_hidden_ones(tmp_path: Path) -> None:
    make(tmp_path, "b.md", "b.md.yaml", "a/c.txt", ".git/x.md", "a/.hidden.md", "loose.yaml")
    assert names([tmp_path]) == ["c.txt", "b.md", "loose.yaml"]


def test_of_a_corpus_folder_the_documents_are_read(tmp_path: Path) -> None:
    make(tmp_path, "matters.yaml", "departments.yaml", "documents/a.md", "questions/q.jsonl", "README.md")
    assert names([tmp_path]) == ["a.md"]


def test_a_folder_of_documents_without_a_catalogue_is_read_whole(tmp_path: Path) -> None:
    make(tmp_path, "documents/a.md", "README.md", "documents/departments.yaml")
    assert names([tmp_path]) == ["README.md", "a.md"]


def test_a_path_that_does_not_exist_is_named(tmp_path: Path) -> None:
    with pytest.raises(FileRefused, match="gone does not exist; check the path"):
        names([tmp_path / "gone"])
