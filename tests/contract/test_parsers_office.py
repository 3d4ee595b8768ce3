"""Word, slides and workbooks as office programs write them."""

import io
import zipfile
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest
from docx import Document
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement, parse_xml
from docx.oxml.ns import nsdecls, qn
from docx.shared import Pt
from openpyxl import Workbook
from openpyxl.chart import BarChart, Reference
from pptx import Presentation
from pptx.chart.data import CategoryChartData
from pptx.enum.chart import XL_CHART_TYPE
from pptx.util import Inches

from ingestion.parsing.blocks import ParsedFile
from ingestion.parsing.limits import LIMITS
from ingestion.parsing.parse import parse
from ingestion.structure import structure
from kb_service.domain.errors import FileRefused
from tests.attack_files.containers import word_file, zipped


def saved(document: Any) -> bytes:
    buffer = io.BytesIO()
    document.save(buffer)
    return buffer.getvalue()


def shown(parsed: ParsedFile) -> list[tuple[str, int | None, str]]:
    return [(block.kind.value, block.level, block.text) for block in parsed.blocks]


def numbered(document: Any, text: str, level: int) -> None:
    """A paragraph of the list 7, whose labels Word computes: 第一条 at level 0, （一） at level 1."""
    properties = document.add_paragraph(text)._p.get_or_add_pPr()
    properties.append(parse_xml(f'<w:numPr {nsdecls("w")}><w:ilvl w:val="{level}"/><w:numId w:val="7"/></w:numPr>'))


def slides_with(title: str) -> bytes:
    deck = Presentation()
    deck.slides.add_slide(deck.slide_layouts[5]).shapes.title.text = title
    return saved(deck)


def with_list(document: Any, patterns: Sequence[str] = ("第%1条", "（%2）")) -> None:
    levels = "".join(
        f'<w:lvl w:ilvl="{level}"><w:start w:val="1"/><w:numFmt w:val="chineseCounting"/>'
        f'<w:lvlText w:val="{pattern}"/></w:lvl>'
        for level, pattern in enumerate(patterns)
    )
    root = document.part.numbering_part.element
    root.insert(0, parse_xml(f'<w:abstractNum {nsdecls("w")} w:abstractNumId="77">{levels}</w:abstractNum>'))
    root.append(parse_xml(f'<w:num {nsdecls("w")} w:numId="7"><w:abstractNumId w:val="77"/></w:num>'))


def test_numbers_that_word_computes_are_part_of_the_text() -> None:
    document = Document()
    with_list(document)
    for text, level in (("甲。", 0), ("乙；", 1), ("丙。", 1), ("丁。", 0), ("戊。", 1)):
        numbered(document, text, level)
    parsed = parse(saved(document), "a.docx")
    assert [block.text for block in parsed.blocks] == [
        "第一条 甲。",
        "（一）乙；",
        "（二）丙。",
        "第二条 丁。",
        "（一）戊。",
    ]
    assert [piece.heading_path for piece in structure(parsed.blocks).pieces] == [("第一条",)] * 3 + [("第二条",)] * 2


def test_a_label_does_not_multiply_the_text_that_it_stands_before() -> None:
    document = Document()
    with_list(document, ["%1" * 100])
    numbered(document, "甲。", 0)
    assert parse(saved(document), "a.docx").blocks[0].text == "一" * 30 + " 甲。"  # 60 characters of the pattern


def test_a_government_file_without_heading_styles_has_a_title_and_headings() -> None:
    document = Document()
    for line in ("测试市道路停车", "管理办法"):
        title = document.add_paragraph()
        title.alignment = WD_ALIGN_PARAGRAPH.CENTER
        title.add_run(line).font.size = Pt(22)
    document.add_paragraph().add_run("适用范围").bold = True
    document.add_paragraph("本办法适用于测试市行政区域内的道路停车活动，另有规定的从其规定。")
    parsed = parse(saved(document), "a.docx")
    assert shown(parsed)[:2] == [("heading", 1, "测试市道路停车管理办法"), ("heading", None, "适用范围")]
    assert parsed.metadata["title"] == "测试市道路停车管理办法"


def test_heading_styles_stand_below_the_title_style() -> None:
    document = Document()
    document.add_heading("指南", 0)
    document.add_heading("材料", 1)
    document.add_paragraph("身份证", style="List Bullet")
    assert shown(parse(saved(document), "a.docx")) == [
        ("heading", 1, "指南"),
        ("heading", 2, "材料"),
        ("list_item", None, "身份证"),
    ]


def test_merged_cells_of_word_are_told_in_every_row() -> None:
    document = Document()
    table = document.add_table(rows=3, cols=3)
    for row, texts in enumerate((("车型", "收费", ""), ("", "首小时", "其后"), ("小型", "5元", "3元"))):
        for column, text in enumerate(texts):
            table.cell(row, column).text = text
    table.cell(0, 0).merge(table.cell(1, 0))
    table.cell(0, 1).merge(table.cell(0, 2))
    block = parse(saved(document), "a.docx").blocks[0]
    assert block.text == "车型 | 收费 | 收费\n车型 | 首小时 | 其后\n小型 | 5元 | 3元"


def test_text_boxes_are_read_once_and_deleted_text_not_at_all() -> None:
    document = Document()
    paragraph = document.add_paragraph("正文。")
    box = f"<w:txbxContent {nsdecls('w')}><w:p><w:r><w:t>框内文字</w:t></w:r></w:p></w:txbxContent>"
    choice = (
        '<mc:AlternateContent xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006">'
        f"<mc:Choice Requires='wps'>{box}</mc:Choice><mc:Fallback>{box}</mc:Fallback></mc:AlternateContent>"
    )
    paragraph._p.append(parse_xml(f"<w:r {nsdecls('w')}>{choice}</w:r>"))
    deleted = OxmlElement("w:del")
    deleted.append(parse_xml(f"<w:r {nsdecls('w')}><w:delText>删去</w:delText></w:r>"))
    paragraph._p.append(deleted)
    assert [block.text for block in parse(saved(document), "a.docx").blocks] == ["正文。", "框内文字"]


def test_a_table_of_contents_is_left_out() -> None:
    document = Document()
    document.styles.add_style("toc 1", 1)
    document.add_paragraph("材料 ........ 2", style="toc 1")
    document.add_paragraph("正文。")
    assert [block.text for block in parse(saved(document), "a.docx").blocks] == ["正文。"]


def test_a_page_break_that_word_noted_counts_pages() -> None:
    document = Document()
    document.add_paragraph("第一页。")
    second = document.add_paragraph()
    second.add_run()._r.append(OxmlElement("w:lastRenderedPageBreak"))
    second.add_run("跨页。")
    document.add_paragraph("第二页。")
    pages = [block.page for block in parse(saved(document), "a.docx").blocks]
    assert (pages[0], pages[-1]) == (1, 2)


@pytest.fixture(scope="module")
def deck() -> ParsedFile:
    presentation = Presentation()
    slide = presentation.slides.add_slide(presentation.slide_layouts[1])
    slide.shapes.title.text = "第一步 登录"
    slide.placeholders[1].text = "打开随申办。"
    slide.notes_slide.notes_text_frame.text = "讲解备注。"
    slide = presentation.slides.add_slide(presentation.slide_layouts[5])
    slide.shapes.title.text = "第二步 选择"
    table = slide.shapes.add_table(2, 2, Inches(1), Inches(2), Inches(4), Inches(1)).table
    for place, text in (((0, 0), "项目"), ((0, 1), "费用"), ((1, 0), "补证"), ((1, 1), "10元")):
        table.cell(*place).text = text
    data = CategoryChartData()
    data.categories = ["2025年"]
    data.add_series("办件量", (120,))
    slide.shapes.add_chart(XL_CHART_TYPE.COLUMN_CLUSTERED, Inches(1), Inches(4), Inches(4), Inches(2), data)
    return parse(saved(presentation), "a.pptx", limits=replace(LIMITS, speaker_notes=True))


def test_slides_have_titles_text_notes_and_tables_with_their_number(deck: ParsedFile) -> None:
    assert [(block.kind.value, block.page, block.text) for block in deck.blocks[:5]] == [
        ("heading", 1, "第一步 登录"),
        ("paragraph", 1, "讲解备注。"),
        ("paragraph", 1, "打开随申办。"),
        ("heading", 2, "第二步 选择"),
        ("table", 2, "项目 | 费用\n补证 | 10元"),
    ]


def test_the_numbers_of_a_chart_are_a_table(deck: ParsedFile) -> None:
    assert deck.blocks[5].text == "| 办件量\n2025年 | 120"


def test_broken_slides_are_refused() -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as container:
        container.writestr("ppt/presentation.xml", "<broken")
    with pytest.raises(FileRefused, match="damaged and cannot be read as PowerPoint"):
        parse(buffer.getvalue(), "a.pptx")


@pytest.mark.parametrize("name", ["a.docx", "a.pptx", "a.odt", "a.ofd", "a.html"])
def test_elements_nested_without_end_are_refused_with_the_limit(name: str) -> None:
    nested = "<w:sdt><w:sdtContent>" * 300 + "</w:sdtContent></w:sdt>" * 300
    deck = io.BytesIO(slides_with("x"))
    slides = io.BytesIO()
    with zipfile.ZipFile(deck) as given, zipfile.ZipFile(slides, "w") as made:
        for each in given.namelist():
            part = given.read(each)
            made.writestr(each, b"<a>" * 300 + b"</a>" * 300 if each == "ppt/slides/slide1.xml" else part)
    data = {
        "a.docx": word_file(nested),
        "a.pptx": slides.getvalue(),
        "a.odt": zipped(
            **{"mimetype": "application/vnd.oasis.opendocument.text", "content.xml": "<a>" * 300 + "</a>" * 300}
        ),
        "a.ofd": zipped(**{"OFD.xml": "<a>" * 300 + "</a>" * 300}),
        "a.html": ("<div>" * 300 + "x").encode(),
    }[name]
    with pytest.raises(FileRefused, match="more than 256 levels deep"):
        parse(data, name)


def test_a_workbook_of_questions_and_a_table_gives_both() -> None:
    workbook = Workbook()
    sheet = workbook.active
    sheet.title = "问答"
    sheet.append(["常见问题库"])
    sheet.append(["问题", "答复", "生效日期"])
    sheet.append(["怎么签注？", "网上办理。", "2026-07-01"])
    other = workbook.create_sheet("收费")
    other.append(["项目", "费用", None])
    other.append([None, "首小时", "其后"])
    other.append(["小型", 5, 0.5])
    other["C3"].number_format = "0%"
    other.merge_cells("A1:A2")
    other.merge_cells("B1:C1")
    chart = BarChart()
    chart.add_data(Reference(other, min_col=2, min_row=3, max_row=3))
    workbook.create_chartsheet("图").add_chart(chart)
    other.cell(1_000_000, 3).number_format = "0.00"  # a stated range of a million empty rows
    parsed = parse(saved(workbook), "a.xlsx")
    row = parsed.question_answers[0]
    assert (row.row, row.question, row.answer, row.extra) == (
        3,
        "怎么签注？",
        "网上办理。",
        {"effective_from": "2026-07-01"},
    )
    assert shown(parsed) == [
        ("heading", 1, "收费"),
        ("table", None, "项目 | 费用 | 费用\n项目 | 首小时 | 其后\n小型 | 5 | 50%"),
    ]


def test_the_name_above_a_table_is_text_before_it() -> None:
    workbook = Workbook()
    workbook.active.append(["2026年收费标准"])
    workbook.active.append(["项目", "费用"])
    workbook.active.append(["补证", "10元"])
    assert shown(parse(saved(workbook), "a.xlsx")) == [
        ("paragraph", None, "2026年收费标准"),
        ("table", None, "项目 | 费用\n补证 | 10元"),
    ]


def test_a_word_file_named_as_a_workbook_is_read_as_what_it_is() -> None:
    document = Document()
    document.add_paragraph("正文。")
    assert parse(saved(document), "a.xlsx").blocks[0].text == "正文。"


def test_a_paragraph_style_of_chinese_word_is_a_heading() -> None:
    document = Document()
    style = document.styles.add_style("样式甲", 1)
    style.element.find(qn("w:name")).set(qn("w:val"), "标题 2")
    document.add_paragraph("办理材料", style=style)
    assert shown(parse(saved(document), "a.docx")) == [("heading", 2, "办理材料")]
