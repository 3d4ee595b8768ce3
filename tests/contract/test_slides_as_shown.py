"""Slides as they are shown: what is hidden, counted, merged or drawn."""

import copy
import io
from dataclasses import replace
from typing import Any

from lxml import etree
from pptx import Presentation
from pptx.chart.data import CategoryChartData
from pptx.enum.chart import XL_CHART_TYPE
from pptx.oxml import parse_xml
from pptx.util import Inches

from ingestion.parsing.limits import LIMITS
from ingestion.parsing.parse import parse
from kb_service.domain.file_reports import NoteKind

_NAMES = 'xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main"'
_A = "{http://schemas.openxmlformats.org/drawingml/2006/main}"


def saved(presentation: Any) -> bytes:
    buffer = io.BytesIO()
    presentation.save(buffer)
    return buffer.getvalue()


def deck() -> tuple[Any, Any]:
    presentation = Presentation()
    slide = presentation.slides.add_slide(presentation.slide_layouts[5])
    slide.shapes.title.text = "犬证办理"
    return presentation, slide


def box(slide: Any, *paragraphs: str, top: float = 2) -> Any:
    """A text box; each paragraph as the XML of what stands in it."""
    shape = slide.shapes.add_textbox(Inches(1), Inches(top), Inches(5), Inches(1))
    body = shape.text_frame._txBody
    for each in body.findall(f"{_A}p"):
        body.remove(each)
    for inner in paragraphs:
        body.append(parse_xml(f"<a:p {_NAMES}>{inner}</a:p>"))
    return shape


def run(text: str, attributes: str = "", inner: str = "") -> str:
    return f"<a:r><a:rPr {attributes}>{inner}</a:rPr><a:t>{text}</a:t></a:r>"


def lines(presentation: Any) -> list[str]:
    return [block.text for block in parse(saved(presentation), "a.pptx").blocks]


def noted(presentation: Any) -> dict[NoteKind, int]:
    return {note.kind: note.count for note in parse(saved(presentation), "a.pptx").report.notes}


def test_hidden_slides_shapes_and_struck_out_words_stay_out() -> None:
    presentation, slide = deck()
    box(slide, run("年费一百元") + run("三百元", 'strike="sngStrike"'))
    hidden = box(slide, run("内部价"), top=3)
    hidden._element.nvSpPr.cNvPr.set("hidden", "1")
    old = presentation.slides.add_slide(presentation.slide_layouts[5])
    old.shapes.title.text = "旧标准"
    old._element.set("show", "0")
    last = presentation.slides.add_slide(presentation.slide_layouts[5])
    last.shapes.title.text = "年检"
    parsed = parse(saved(presentation), "a.pptx")
    assert [(block.page, block.text) for block in parsed.blocks] == [(1, "犬证办理"), (1, "年费一百元"), (3, "年检")]
    assert noted(presentation) == {NoteKind.HIDDEN_SLIDES: 1, NoteKind.HIDDEN_TEXT: 1, NoteKind.STRUCK_OUT: 1}


def test_notes_are_read_only_where_a_site_wants_them() -> None:
    presentation, slide = deck()
    slide.notes_slide.notes_text_frame.text = "此处停顿。"
    assert lines(presentation) == ["犬证办理"]
    assert noted(presentation) == {NoteKind.SPEAKER_NOTES: 1}
    read = parse(saved(presentation), "a.pptx", limits=replace(LIMITS, speaker_notes=True))
    assert [block.text for block in read.blocks] == ["犬证办理", "此处停顿。"]


def test_raised_marks_symbols_and_line_breaks() -> None:
    presentation, slide = deck()
    symbol = '<a:sym typeface="Wingdings"/>'
    box(
        slide,
        run("每月800") + run("1", 'baseline="30000"') + run("元"),
        run("\uf0fe", inner=symbol) + run("线上") + run("\uf0a8", inner=symbol) + run("线下"),
        run("五月年检") + "<a:br/>" + run("逾期罚款"),
    )
    assert lines(presentation)[1:] == ["每月800元（注1）", "☑线上□线下", "五月年检\n逾期罚款"]


def test_numbers_that_the_program_counts_are_told() -> None:
    def counted(kind: str, text: str, more: str = "", depth: int = 0) -> str:
        return f'<a:pPr lvl="{depth}"><a:buAutoNum type="{kind}" {more}/></a:pPr>{run(text)}'

    presentation, slide = deck()
    box(
        slide,
        counted("ea1ChsPeriod", "申请"),
        counted("arabicParenBoth", "填表", depth=1),
        counted("arabicParenBoth", "签名", depth=1),
        counted("ea1ChsPeriod", "领证"),
        run("说明"),
        counted("circleNumDbPlain", "三号窗口", 'startAt="3"'),
    )
    assert lines(presentation)[1:] == ["一、申请", "(1)填表", "(2)签名", "二、领证", "说明", "③三号窗口"]


def test_merged_cells_are_told_in_each_place() -> None:
    presentation, slide = deck()
    table = slide.shapes.add_table(4, 3, Inches(1), Inches(2), Inches(6), Inches(2)).table
    for row, texts in enumerate(
        (("对象", "比例", ""), ("", "住院", "门诊"), ("低保", "80%", "75%"), ("特困", "全额", ""))
    ):
        for column, text in enumerate(texts):
            table.cell(row, column).text = text
    table.cell(0, 0).merge(table.cell(1, 0))
    table.cell(0, 1).merge(table.cell(0, 2))
    table.cell(3, 1).merge(table.cell(3, 2))
    assert lines(presentation)[1] == "对象 | 比例 | 比例\n对象 | 住院 | 门诊\n低保 | 80% | 75%\n特困 | 全额 | 全额"


def test_page_numbers_and_footers_stay_out() -> None:
    presentation, slide = deck()
    footer = box(slide, run("第 3 页"), top=7)
    footer._element.nvSpPr.nvPr.append(
        etree.fromstring('<p:ph xmlns:p="http://schemas.openxmlformats.org/presentationml/2006/main" type="sldNum"/>')
    )
    assert lines(presentation) == ["犬证办理"]
    assert noted(presentation) == {NoteKind.RUNNING_HEADS: 1}


def test_a_formula_on_a_slide_keeps_its_bar() -> None:
    presentation, slide = deck()
    math = (
        '<mc:AlternateContent xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006">'
        '<mc:Choice Requires="a14"><m:oMath xmlns:m="http://schemas.openxmlformats.org/officeDocument/2006/math">'
        "<m:f><m:num><m:r><m:t>工龄+1</m:t></m:r></m:num><m:den><m:r><m:t>2</m:t></m:r></m:den></m:f></m:oMath>"
        "</mc:Choice><mc:Fallback/></mc:AlternateContent>"
    )
    box(slide, run("月数=") + math)
    assert lines(presentation)[1] == "月数=(工龄+1)/2"


def test_a_file_that_shows_one_chart_many_times_is_told_once() -> None:
    presentation, slide = deck()
    data = CategoryChartData()
    data.categories = ["2025年"]
    data.add_series("办件量", (120,))
    frame = slide.shapes.add_chart(XL_CHART_TYPE.PIE, Inches(1), Inches(2), Inches(3), Inches(2), data)
    for _ in range(50):
        slide.shapes._spTree.append(copy.deepcopy(frame._element))
    assert len(lines(presentation)) == 2


def test_shapes_that_lie_wholly_beside_the_slide_stay_out() -> None:
    presentation, slide = deck()
    box(slide, run("每月十五日发放。"))
    draft = box(slide, run("草稿：拟改为每季发放。"), top=3)
    draft.left = presentation.slide_width
    half = box(slide, run("半在页外的字。"), top=4)
    half.left = presentation.slide_width - Inches(2)
    assert lines(presentation) == ["犬证办理", "每月十五日发放。", "半在页外的字。"]
    assert noted(presentation) == {NoteKind.HIDDEN_TEXT: 1}


def test_a_text_box_that_holds_a_formula_keeps_its_words() -> None:
    presentation, slide = deck()
    formula = (
        '<a14:m xmlns:a14="http://schemas.microsoft.com/office/drawing/2010/main">'
        '<m:oMath xmlns:m="http://schemas.openxmlformats.org/officeDocument/2006/math">'
        "<m:sSup><m:e><m:r><m:t>10</m:t></m:r></m:e><m:sup><m:r><m:t>6</m:t></m:r></m:sup></m:sSup></m:oMath></a14:m>"
    )
    shape = box(slide, run("排放量不超过") + formula + run("立方米")).element
    tree = shape.getparent()
    tree.remove(shape)  # PowerPoint writes the whole box twice, once without the formula
    both = etree.SubElement(tree, "{http://schemas.openxmlformats.org/markup-compatibility/2006}AlternateContent")
    for name in ("Choice", "Fallback"):
        etree.SubElement(both, f"{{http://schemas.openxmlformats.org/markup-compatibility/2006}}{name}").append(
            copy.deepcopy(shape)
        )
    assert lines(presentation) == ["犬证办理", "排放量不超过10⁶立方米"]
