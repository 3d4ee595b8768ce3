"""A sheet's cells as it shows them: number formats, what is hidden, what has no value."""

import io
import zipfile
from datetime import date, datetime, time, timedelta
from typing import Any

import pytest
from openpyxl import Workbook
from openpyxl.cell.rich_text import CellRichText, TextBlock
from openpyxl.cell.text import InlineFont
from openpyxl.chart import BarChart, Reference
from openpyxl.comments import Comment
from openpyxl.formatting.rule import CellIsRule
from openpyxl.styles import Font, PatternFill

from ingestion.parsing.parse import parse
from ingestion.splitting import split
from ingestion.structure import structure
from kb_service.domain.file_reports import NoteKind


def saved(book: Workbook) -> bytes:
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def text(book: Workbook) -> str:
    return "\n".join(block.text for block in parse(saved(book), "a.xlsx").blocks)


def noted(book: Workbook) -> dict[NoteKind, tuple[int, tuple[str, ...]]]:
    return {note.kind: (note.count, note.places) for note in parse(saved(book), "a.xlsx").report.notes}


def sheet_of(*rows: tuple[Any, ...]) -> tuple[Workbook, Any]:
    book = Workbook()
    sheet: Any = book.active
    for row in rows:
        sheet.append(row)
    return book, sheet


@pytest.mark.parametrize(
    ("value", "number_format", "shown"),
    [
        (1, "0%", "100%"), (0.055, "0.0%", "5.5%"), (2740, "#,##0", "2,740"), (1234567.891, "#,##0.00", "1,234,567.89"),
        (-5, "0.00;(0.00)", "(5.00)"), (0, '0;-0;"免收"', "免收"), (800, '#,##0"元/月"', "800元/月"),
        (7, "0000", "0007"),
        (2153581234, "000-0000-0000", "021-5358-1234"), (1.25, "# ?/?", "1 1/4"), (2740, "[$¥-804]#,##0", "¥2,740"),
        (1200, "[DBNum2][$-804]General", "壹仟贰佰"), (10203, "[DBNum1][$-804]General", "一万〇二百〇三"),
        (95, '[>=90]"优";[>=60]"良";"差"', "优"), (61, '[>=90]"优";[>=60]"良";"差"', "良"),
        (12345, '0.0,"千"', "12.3千"),
        (0.30000000000000004, "General", "0.3"), (3, '"第"0"档"', "第3档"), (20, "@", "20"),
        (1234, "0.00E+00", "1.23E+03"),
        (datetime(2026, 3, 1), 'yyyy"年"m"月"d"日"', "2026年3月1日"), (datetime(2026, 3, 1), "mm-dd-yy", "2026-03-01"),
        (datetime(2026, 3, 1), "yyyy/m/d", "2026-03-01"),
        (datetime(2026, 3, 1, 9, 5), 'm"月"d"日" h:mm', "3月1日 9:05"),
        (time(17, 30), "h:mm", "17:30"), (timedelta(hours=26, minutes=5), "[h]:mm", "26:05"),
        (date(2026, 3, 1), "aaaa", "星期日"),
        (datetime(2026, 3, 1), '[DBNum1][$-804]yyyy"年"m"月"d"日"', "二〇二六年三月一日"), (True, "General", "是"),
    ],
)  # fmt: skip
def test_a_value_is_told_as_its_format_shows_it(value: Any, number_format: str, shown: str) -> None:
    book, sheet = sheet_of(("项目", "数"), ("甲", value))
    sheet["B2"].number_format = number_format
    assert text(book) == f"项目 | 数\n甲 | {shown}"


def test_a_format_longer_than_excel_takes_is_none() -> None:
    book, sheet = sheet_of(("项目", "数"), ("甲", 0.5))
    sheet["B2"].number_format = "0." + "0" * 254
    assert text(book) == "项目 | 数\n甲 | 0.5"


def test_a_number_beyond_its_format_is_told_as_it_is() -> None:
    book, sheet = sheet_of(("甲", 1e300), ("乙", -1.5))
    sheet["B1"].number_format, sheet["B2"].number_format = "0.00", "aaaa"
    assert text(book).startswith("甲 | 1e+300\n乙 | ")


def test_hidden_rows_columns_and_sheets_stay_out_and_are_told() -> None:
    book, sheet = sheet_of(
        ("项目", "内部", "备注", "收费"), ("甲", "成本", "勿传", "10元"), ("乙", "成本", "勿传", "20元")
    )
    sheet.column_dimensions.group("B", "C", hidden=True)
    sheet.row_dimensions[3].hidden = True
    secret: Any = book.create_sheet("草稿")
    secret.append(("拟改", "五百元"))
    secret.sheet_state = "veryHidden"
    assert text(book) == "项目 | 收费\n甲 | 10元"
    assert noted(book) == {
        NoteKind.HIDDEN_ROWS: (1, ("Sheet",)),
        NoteKind.HIDDEN_COLUMNS: (2, ("Sheet",)),
        NoteKind.HIDDEN_SHEETS: (1, ()),
    }


def test_struck_out_cells_and_words_and_invisible_values_stay_out() -> None:
    words = CellRichText(
        "票价",
        TextBlock(InlineFont(strike=True), "六十元"),
        "四十元",
        TextBlock(InlineFont(vertAlign="superscript"), "2"),
    )
    book, sheet = sheet_of(("甲", "旧价"), ("乙", words), ("丙", 9))
    sheet["B1"].font = Font(strike=True)
    sheet["B3"].number_format = ";;;"
    assert text(book) == "甲\n乙 | 票价四十元（注2）\n丙"
    assert noted(book) == {NoteKind.HIDDEN_TEXT: (1, ("Sheet!B3",)), NoteKind.STRUCK_OUT: (2, ())}


def test_formulas_without_a_value_and_errors_are_no_text_but_told_with_their_cell() -> None:
    book, sheet = sheet_of(("甲", "=800*3"), ("乙", "好"))
    sheet["B2"] = "#N/A"
    assert text(book) == "甲\n乙"
    assert noted(book) == {
        NoteKind.FORMULAS_WITHOUT_VALUE: (1, ("Sheet!B1",)),
        NoteKind.ERROR_VALUES: (1, ("Sheet!B2",)),
    }


def test_escaped_characters_are_what_they_stand_for() -> None:
    book, _ = sheet_of(("甲", "第一步_x000D_\n第二步_x0009_第三步_x005F_末"))
    assert text(book) == "甲 | 第一步 第二步 第三步_末"


def test_comments_are_counted_and_left_out() -> None:
    book, sheet = sheet_of(("甲", "10元"))
    sheet["B1"].comment = Comment("内部：下月涨价", "某")
    assert text(book) == "甲 | 10元"
    assert noted(book) == {NoteKind.COMMENTS: (1, ())}


def test_both_rows_of_a_header_go_with_every_part_of_a_long_table() -> None:
    book, sheet = sheet_of(("对象", "住院", None, "门诊", None), (None, "比例", "限额", "比例", "限额"))
    for area in ("A1:A2", "B1:C1", "D1:E1"):
        sheet.merge_cells(area)
    for number in range(1, 60):
        sheet.append(
            (f"第{number}类对象及其共同生活的家庭成员", "90%", f"{70000 + number}元", "85%", f"{1600 + number}元")
        )
    parts = split(structure(parse(saved(book), "a.xlsx").blocks))
    assert len(parts) > 3
    assert {part.heading_path[-1] for part in parts[1:]} == {
        "对象 | 住院 | 住院 | 门诊 | 门诊 对象 | 比例 | 限额 | 比例 | 限额"
    }


@pytest.mark.parametrize(
    ("number", "value", "shown"),
    [
        (31, 46082, "2026年3月1日"), (57, 46082, "2026年3月"), (58, 46082, "3月1日"), (27, 46082, "2026年3月"),
        (32, 0.6, "14时24分"), (55, 0.6, "下午2时24分"), (44, 1234.5, "¥1,234.50"), (44, 0, "¥-"), (43, 0, "-"),
    ],
)  # fmt: skip
def test_formats_that_chinese_editions_know_by_number_are_shown(number: int, value: float, shown: str) -> None:
    book, sheet = sheet_of(("甲", "乙"), ("丙", value))
    sheet["B2"].number_format = "0.0000000"
    styles = changed_part(saved(book), "xl/styles.xml", 'numFmtId="164" fontId', f'numFmtId="{number}" fontId')
    assert parse(styles, "a.xlsx").blocks[-1].text == f"甲 | 乙\n丙 | {shown}"


def changed_part(data: bytes, part: str, before: str, after: str) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as archive, zipfile.ZipFile(made, "w") as changed:
        for entry in archive.namelist():
            content = archive.read(entry)
            if entry == part:
                assert before.encode() in content
                content = content.replace(before.encode(), after.encode())
            changed.writestr(entry, content)
    return made.getvalue()


@pytest.mark.parametrize(
    ("value", "number_format", "shown"),
    [
        (12345, '0!.0,"万元"', "1.2万元"), ("五元", '@"（暂定）"', "五元（暂定）"),
        ("五元", '0;0;0;"文字："@', "文字：五元"),
        (datetime(2026, 3, 1), "[$-F800]dddd\\,\\ mmmm\\ dd\\,\\ yyyy", "2026年3月1日"),
    ],
)  # fmt: skip
def test_literals_words_and_the_computers_own_long_day_follow_the_format(
    value: Any, number_format: str, shown: str
) -> None:
    book, sheet = sheet_of(("甲", "乙"), ("丙", value))
    sheet["B2"].number_format = number_format
    assert text(book) == f"甲 | 乙\n丙 | {shown}"


@pytest.mark.parametrize(
    ("part", "before", "after"),
    [
        ("xl/styles.xml", '<fill><patternFill patternType="gray125"/></fill>', "<fill/>"),
        ("xl/styles.xml", 'builtinId="0"', 'builtinId="常规"'),
        ("docProps/core.xml", "</dcterms:created>", "第三天</dcterms:created>"),
    ],
)
def test_a_workbook_with_faults_in_its_looks_or_properties_is_read(part: str, before: str, after: str) -> None:
    book, sheet = sheet_of(("项目", "比例", "旧价"), ("低保", 0.8, "六十元"))
    sheet["B2"].number_format = "0%"
    sheet["C2"].font = Font(strike=True)
    data = changed_part(saved(book), part, before, after)
    assert parse(data, "a.xlsx").blocks[-1].text == "项目 | 比例 | 旧价\n低保 | 80%"


def test_white_words_without_a_ground_stay_out_unless_a_table_or_rule_may_colour_them() -> None:
    book, sheet = sheet_of(("项目", "金额", "成本"), ("停车", "五元", "三元"))
    for place in ("C1", "C2"):
        sheet[place].font = Font(color="FFFFFFFF")
    assert text(book) == "项目 | 金额\n停车 | 五元"
    assert noted(book) == {NoteKind.HIDDEN_TEXT: (2, ("Sheet!C1", "Sheet!C2"))}
    sheet["C1"].fill = PatternFill("solid", fgColor="FF1F4E79")
    assert text(book) == "项目 | 金额 | 成本\n停车 | 五元"
    sheet.conditional_formatting.add("C2", CellIsRule(operator="equal", formula=["1"]))
    assert text(book) == "项目 | 金额 | 成本\n停车 | 五元 | 三元"


def test_titles_over_the_header_of_questions_are_told_with_their_rows() -> None:
    book, _ = sheet_of(("犬证问答",), ("二〇二六年",), ("问题", "答案"), ("带什么", "带犬证。"), ("多久", None))
    parsed = parse(saved(book), "a.xlsx")
    assert [(row.row, row.question) for row in parsed.question_answers] == [(4, "带什么")]
    assert [row.row for row in parsed.refused_rows] == [5]
    assert noted(book) == {NoteKind.ROWS_ABOVE_HEADER: (2, ("Sheet!1", "Sheet!2"))}


def test_letters_of_a_picture_font_are_what_they_look_like() -> None:
    book, sheet = sheet_of(("事项", "勾选"), ("可网办", "þ"), ("可邮寄", "x"), ("是否收费", None))
    sheet["B2"].font = Font(name="Wingdings")
    sheet["B4"] = CellRichText("是", TextBlock(InlineFont(rFont="Wingdings 2"), "R"), "否")
    assert text(book) == "事项 | 勾选\n可网办 | ☑\n可邮寄 | x\n是否收费 | 是☑否"


def rewritten(data: bytes, was: str, now: str) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(buffer, "w") as new:
        for each in old.namelist():
            new.writestr(each, old.read(each).replace(was.encode(), now.encode()))
    return buffer.getvalue()


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("A_x005F_x0041_9", "A_x0041_9"),
        ("A_x005f_x0041_9", "A_x0041_9"),
        ("Ax005F_9", "Ax005F_9"),
        ("A_x0041_9", "AA9"),
    ],
)
def test_an_escaped_underscore_begins_no_other_escape(written: str, shown: str) -> None:
    book, _ = sheet_of(("编号", "名称"), ("MARK", "甲"))
    read = parse(rewritten(saved(book), "MARK", written), "a.xlsx").blocks[0].text
    assert read == f"编号 | 名称\n{shown} | 甲"


def test_the_titles_of_a_chart_and_of_its_axes_are_read() -> None:
    book, sheet = sheet_of(("区", "登记"), ("东区", 310))
    chart = BarChart()
    chart.title, chart.y_axis.title = "各区养犬登记数", "只"
    chart.add_data(Reference(sheet, min_col=2, min_row=1, max_row=2), titles_from_data=True)
    sheet.add_chart(chart, "D2")
    assert text(book) == "区 | 登记\n东区 | 310\n各区养犬登记数 只"


def test_a_sheet_that_is_only_a_chart_is_read_by_its_title_and_told() -> None:
    book, sheet = sheet_of(("区", "登记"), ("东区", 310))
    numbers = Reference(sheet, min_col=2, min_row=1, max_row=2)
    for name in ("走势图", "底稿图"):
        chart = BarChart()
        chart.title = f"各区登记{name}"
        chart.add_data(numbers, titles_from_data=True)
        book.create_chartsheet(name).add_chart(chart)
    book["底稿图"].sheet_state = "hidden"
    untitled = BarChart()
    untitled.add_data(numbers)
    book.create_sheet("无题图").add_chart(untitled)
    assert noted(book) == {
        NoteKind.CHART_SHEETS: (2, ("无题图", "走势图")), NoteKind.HIDDEN_SHEETS: (1, ()),
    }  # fmt: skip
    assert text(book) == "Sheet\n区 | 登记\n东区 | 310\n走势图\n各区登记走势图"


def test_a_box_on_a_sheet_keeps_its_formula_and_loses_what_is_struck_out() -> None:
    book, sheet = sheet_of(("区", "登记"), ("东区", 310))
    sheet.add_chart(BarChart(), "D2")
    box = (
        '<mc:AlternateContent xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006">{}'
        "<mc:Fallback>{}</mc:Fallback></mc:AlternateContent>"
    )
    shape = (
        '<sp><txBody><a:p xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main"><a:r><a:t>每只</a:t></a:r>'
        '<a:r><a:rPr strike="sngStrike"/><a:t>300</a:t></a:r><a:r><a:rPr/><a:t>500元</a:t></a:r>'
        '<a:r><a:rPr baseline="30000"/><a:t>1</a:t></a:r>{}</a:p></txBody></sp>'
    )
    formula = (
        '<m:oMath xmlns:m="http://schemas.openxmlformats.org/officeDocument/2006/math"><m:f><m:num><m:r><m:t>P</m:t>'
        "</m:r></m:num><m:den><m:r><m:t>2</m:t></m:r></m:den></m:f></m:oMath>"
    )
    both = box.format(f"<mc:Choice>{shape.format(formula)}</mc:Choice>", shape.format(""))
    data = rewritten(saved(book), "</wsDr>", f"{both}</wsDr>")
    assert "每只500元（注1）P/2" in [block.text for block in parse(data, "a.xlsx").blocks]


def test_a_second_table_below_an_empty_row_has_its_own_header() -> None:
    above = [
        ("收费一览表",),
        (),
        ("项目", "金额", "依据"),
        ("工本费", "10元", "沪价1号"),
        ("快递费", "15元", "沪价2号"),
    ]
    book, _ = sheet_of(*above, (), ("办理窗口",), ("窗口", "电话"), ("一号窗口", "555-0101"), ("二号窗口", "555-0102"))
    blocks = parse(saved(book), "a.xlsx").blocks
    assert [block.text.split("\n") for block in blocks] == [
        ["收费一览表"], ["项目 | 金额 | 依据", "工本费 | 10元 | 沪价1号", "快递费 | 15元 | 沪价2号"],
        ["办理窗口"], ["窗口 | 电话", "一号窗口 | 555-0101", "二号窗口 | 555-0102"],
    ]  # fmt: skip


@pytest.mark.parametrize(
    "below",
    [
        [("加急费", "50元", "沪价3号")],
        [("其他", "免费"), ("咨询", "免费")],
        [("合计", "25元"), ("封顶", "30元")],
        [("其他", "免费", "无"), ("拍照", "5元", "沪价4号")],
    ],
)
def test_an_empty_row_within_a_table_leaves_it_one(below: list[tuple[str, ...]]) -> None:
    book, _ = sheet_of(
        ("项目", "金额", "依据"), ("工本费", "10元", "沪价1号"), ("快递费", "15元", "沪价2号"), (), *below
    )
    assert [block.kind for block in parse(saved(book), "a.xlsx").blocks] == ["table"]
