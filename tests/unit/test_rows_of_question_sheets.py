"""Sheets of questions and answers: every row is taken, or reported with its number and handed back."""

from pathlib import Path

import pytest

from ingestion.parsing.parse import parse
from ingestion.sources import Read, Reading
from kb_service.adapters.script import OpenCCConverter
from kb_service.domain.causes import Cause
from kb_service.domain.errors import FileRefused


def reads(text: str, name: str = "a.csv") -> list[Read]:
    reading = Reading(converter=OpenCCConverter(), matter_ids={}, department_ids={}, keep=lambda data: "kept")
    return list(reading.read_sent(text.encode(), name, {}))


def taken(text: str) -> list[int | None]:
    return [each.line for each in reads(text) if each.draft is not None]


def refused(text: str) -> dict[int | None, str]:
    return {each.line: str(each.reason) for each in reads(text) if each.draft is None}


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ("犬证可以异地办吗,", "no answer"),
        (",可以网上办理。", "no question"),
        ("犬证可以异地办吗，可以网上办理。,", "full-width comma"),
        ("犬证可以异地办吗,可以,在网上", "3 cells"),
        ("问题,答案", "repeats the header"),
        ("犬证可以异地办吗,#N/A", "error value"),
        ("#REF!,可以网上办理。", "error value"),
        ("二、办理地点,", "no answer"),
        ('犬证可以异地办吗,"可以网上办理。', "quote is opened in line 3"),
        ('"犬证可以异地办吗,可以网上办理。', "quote is opened in line 3"),
    ],
)
def test_a_row_that_is_no_question_with_its_answer_is_refused_alone(row: str, reason: str) -> None:
    sheet = f"问题,答案\n犬证怎么办,带身份证。\n{row}\n犬证收费吗,首次免费。\n"
    assert taken(sheet) == [2, 4]
    assert list(refused(sheet)) == [3]
    assert reason in refused(sheet)[3]


def test_every_line_is_taken_or_refused() -> None:
    sheet = '问题,答案\n甲怎么办,一。\n乙怎么办,\n,二。\n\n丙怎么办,"三\n丁怎么办,四。\n戊怎么办,五,六\n己怎么办,七。\n'
    read = reads(sheet)
    assert sorted(int(each.line or 0) for each in read) == [2, 3, 4, 6, 7, 8, 9]


def test_a_refused_row_comes_back_as_it_was() -> None:
    read = next(each for each in reads("问题,答案,责任单位\n乙怎么办,,市公安局\n") if each.draft is None)
    assert read.content is not None
    assert "乙怎么办" in read.content
    assert "市公安局" in read.content


def test_answers_of_several_lines_and_doubled_quotes_are_whole() -> None:
    sheet = '问题,答案\n甲怎么办,"先登录，\n再提交，\n""确认""后邮寄。"\n乙怎么办,"一，二"\n'
    parsed = parse(sheet.encode(), "a.csv")
    assert [(row.question, row.answer) for row in parsed.question_answers] == [
        ("甲怎么办", '先登录，\n再提交，\n"确认"后邮寄。'),
        ("乙怎么办", "一，二"),
    ]


@pytest.mark.parametrize(
    "sheet",
    [
        "问题，答案\n甲怎么办，一。\n乙怎么办，二。\n",
        '问题,"答案（分段，写明依据，时限，电话，地点）"\n甲怎么办,一。\n乙怎么办,二。\n',
        "问题\t答案\n甲怎么办\t一，二，三。\n乙怎么办\t二。\n",
        "问题;答案\n甲怎么办;一，二，三，四。\n乙怎么办;二。\n",
        "云栖市犬证问答，二〇二六年，第三版\n问题,答案\n甲怎么办,一。\n乙怎么办,二。\n",
        "云栖市犬证问答\n更新,2026年3月\n说明,请逐行填写\n负责,张三\n电话,5550\n审核,李四\n问题,答案\n甲怎么办,一。\n乙怎么办,二。\n",
        "用户提问,参考答复\n甲怎么办,一。\n乙怎么办,二。\n",
        "序号,热点问题（必填）,解答口径\n1,甲怎么办,一。\n2,乙怎么办,二。\n",
        "Q,A\n甲怎么办,一。\n乙怎么办,二。\n",
        "\ufeff问题,答案\r\n甲怎么办,一。\r\n乙怎么办,二。\r\n",
    ],
)
def test_the_two_columns_are_found_whatever_they_are_called_and_separated_by(sheet: str) -> None:
    parsed = parse(sheet.encode(), "a.csv")
    assert [row.question for row in parsed.question_answers] == ["甲怎么办", "乙怎么办"]
    assert parsed.refused_rows == ()


@pytest.mark.parametrize(
    "sheet", ["是否答复,问题分类\n是,甲\n否,乙\n", "问题编号,处理人\n1,张三\n2,李四\n", "咨询渠道,数量\n电话,5\n"]
)
def test_a_sheet_that_only_looks_like_one_is_a_table_and_that_is_told(sheet: str) -> None:
    parsed = parse(sheet.encode(), "a.csv")
    assert parsed.question_answers == ()
    assert [str(note.kind) for note in parsed.report.notes] == ["read_as_table"]


@pytest.mark.parametrize(
    "sheet",
    [
        "怎么预约挂号,登录健康云预约。\n预约能取消吗,提前一天取消。\n",
        "1,居住证丢了怎么办,到派出所补办。\n2,补办要带什么？,身份证。\n3,当天能拿到吗？,十五日。\n",
        "登记费,20元\n多少天能办好？,五天。\n在哪里办？,窗口。\n",
    ],
)
def test_questions_with_their_answers_below_no_header_are_a_table_and_that_is_told(sheet: str) -> None:
    parsed = parse(sheet.encode(), "a.csv")
    assert [block.kind for block in parsed.blocks] == ["table"]
    assert [str(note.kind) for note in parsed.report.notes] == ["read_as_table"]


def test_an_ordinary_table_is_a_table_without_a_word() -> None:
    parsed = parse("项目,金额\n工本费,20元\n".encode(), "a.csv")
    assert [block.text for block in parsed.blocks] == ["项目 | 金额\n工本费 | 20元"]
    assert parsed.report.notes == ()


def test_a_table_beside_questions_in_one_workbook_is_a_document_of_its_own(tmp_path: Path) -> None:
    from openpyxl import Workbook

    book = Workbook()
    book.active.title = "问答"
    for row in (["问题", "答案"], ["甲怎么办", "一。"], ["乙怎么办", None]):
        book.active.append(row)
    fees = book.create_sheet("收费")
    for row in (["项目", "金额"], ["工本费", "20元"]):
        fees.append(row)
    path = tmp_path / "a.xlsx"
    book.save(path)
    reading = Reading(converter=OpenCCConverter(), matter_ids={}, department_ids={}, keep=lambda data: "kept")
    read = list(reading.read(path))
    assert [(each.line, each.draft is not None) for each in read] == [(2, True), (3, False), (None, True)]
    assert read[-1].draft is not None
    assert "工本费 | 20元" in read[-1].draft.text


def test_an_answer_with_full_width_commas_stays_whole_where_they_part_the_cells() -> None:
    parsed = parse("问题，答案\n要带什么，带犬证，免疫证。\n多久，三天\n".encode(), "a.csv")
    assert [(row.row, row.answer) for row in parsed.question_answers] == [(2, "带犬证，免疫证。"), (3, "三天")]


def test_the_line_that_tells_excel_what_parts_the_cells_is_no_row() -> None:
    parsed = parse("sep=;\r\n问题;答案\r\n要带什么;带犬证；带照片\r\n".encode(), "a.csv")
    assert [(row.row, row.answer) for row in parsed.question_answers] == [(3, "带犬证；带照片")]
    assert parsed.report.notes == ()
    assert parse(b"sep=;\na;b\n1;2\n", "a.csv").blocks[0].text == "a | b\n1 | 2"


def test_titles_over_the_header_are_told_with_their_rows() -> None:
    parsed = parse("犬证问答,,\n\n问题,答案,部门\n要带什么,带犬证。,公安局\n".encode(), "a.csv")
    assert [(str(note.kind), note.places) for note in parsed.report.notes] == [("rows_above_header", ("1",))]


def test_of_two_answers_to_one_question_the_second_is_refused_with_the_row_of_the_first() -> None:
    sheet = "问题,答案\n犬证收费吗,首次免费。\n犬证怎么办,带身份证。\n犬证收费吗？,每证50元。\n犬证收费吗,首次免费\n"
    assert taken(sheet) == [2, 3, 5]  # the last says the same once more
    (again,) = [each for each in reads(sheet) if each.draft is None]
    assert (again.line, again.cause) == (4, Cause("answered_otherwise", {"row": 2}))
    assert "每证50元" in str(again.content)


def test_answers_of_other_days_are_versions_of_one_question() -> None:
    sheet = "问题,答案,effective_from\n犬证收费吗,首次免费。,2026-01-01\n犬证收费吗,每证50元。,2027-01-01\n"
    assert taken(sheet) == [2, 3]


def test_full_width_commas_part_the_cells_beside_a_quoted_one() -> None:
    sheet = '问题，答案\n甲怎么办，"带身份证，当场办。"\n乙怎么办，带身份证，当场办。\n"丙，怎么办"，带照片。\n'
    answers = {each.line: (each.draft.metadata.question, each.draft.text) for each in reads(sheet) if each.draft}
    assert answers == {
        2: ("甲怎么办", "带身份证，当场办。"),
        3: ("乙怎么办", "带身份证，当场办。"),
        4: ("丙，怎么办", "带照片。"),
    }


def test_a_row_says_itself_whether_one_of_its_cells_can_be_the_answer() -> None:
    parsed = parse("问题,答案\n犬证怎么办,带,身份证\n犬证收费吗,\n".encode(), "a.csv")
    assert [(each.row, each.is_cut) for each in parsed.refused_rows] == [(2, True), (3, False)]


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(bytes(range(1, 9)), id="a few control codes"),
        pytest.param(b"\x7f" * 5, id="deletes"),
        pytest.param("".join(map(chr, range(0x80, 0xA0))).encode() * 9, id="control codes in UTF-8"),
        pytest.param(bytes(range(0x80, 0xA0)) * 9, id="bytes that GB18030 has rare characters for"),
        pytest.param(bytes(at * 7 % 31 for at in range(400)), id="control bytes that UTF-16 has letters for"),
    ],
)
def test_bytes_that_are_no_text_are_refused_as_such(data: bytes) -> None:
    with pytest.raises(FileRefused) as refusal:
        parse(data, "a.txt")
    assert refusal.value.cause == Cause("not_text")


@pytest.mark.parametrize("header", ["编号,问题,答案,问题,答案", "编号,问题1,答案1,问题2,答案2"])
def test_questions_side_by_side_are_all_taken(header: str) -> None:
    rows = reads(f"{header}\n1,几点开门,九点。,几点关门,五点。\n2,要预约吗,要。,,\n3,收费吗,,能退吗,能退。\n")
    assert [each.line for each in rows if each.draft is not None] == [2, 2, 3, 4]
    assert [each.line for each in rows if each.draft is None] == [4]
    answers = {each.draft.text for each in rows if each.draft is not None}
    assert answers == {"九点。", "五点。", "要。", "能退。"}
    assert len({each.draft.document_id for each in rows if each.draft is not None}) == 4


@pytest.mark.parametrize(
    ("header", "row"),
    [("问题,答案,标准问题,参考答案", "几点开门,九点。,开门时间,见左"), ("问题,答案,问题", "几点开门,九点。,开门时间")],
)
def test_another_column_of_questions_without_answers_of_its_own_is_no_second_pair(header: str, row: str) -> None:
    assert taken(f"{header}\n{row}\n") == [2]


def test_several_numbered_questions_of_one_answer_are_no_pairs() -> None:
    parsed = parse("问题1,问题2,答案\n几点开门,开门时间,九点。\n".encode(), "a.csv")
    assert "开门时间" in "".join(block.text for block in parsed.blocks)
