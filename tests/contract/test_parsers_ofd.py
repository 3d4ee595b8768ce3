"""OFD files: what comes out of their pages."""

from io import BytesIO

import pytest
from PIL import Image, ImageDraw, ImageFont

from ingestion.parsing.parse import parse
from kb_service.domain.errors import FileRefused
from tests.page_files.ofd import NAMESPACE, ofd_file, picture, rule, text

TITLE = text("云栖市停车管理办法", 60, 25, size=7)
SENTENCE = "第一条 停车人应当按照标志标线停放车辆，并且按照公布的标准交纳停车费用，不得妨碍他人。"
FIRST = text(SENTENCE[:39], 25, 45) + text(SENTENCE[39:], 25, 52)


def texts(data: bytes, name: str = "a.ofd") -> list[str]:
    return [block.text for block in parse(data, name).blocks]


def test_lines_are_read_in_order_with_their_pages() -> None:
    parsed = parse(ofd_file([TITLE + FIRST, text("第二条 首小时五元。", 25, 45)]), "a.ofd")
    assert [(block.page, block.text) for block in parsed.blocks] == [
        (1, "云栖市停车管理办法"),
        (1, SENTENCE),
        (2, "第二条 首小时五元。"),
    ]
    assert parsed.metadata["title"] == "云栖市停车管理办法"
    assert parsed.report.pages_read == (1, 2)


def test_objects_out_of_order_are_read_from_top_to_bottom() -> None:
    page = text("第三条 丙。", 25, 80) + text("第一条 甲。", 25, 40) + text("第二条 乙。", 25, 60)
    assert texts(ofd_file([page])) == ["第一条 甲。", "第二条 乙。", "第三条 丙。"]


def test_what_stands_on_a_template_is_part_of_the_page() -> None:
    page = text("一百元", 60, 50)
    assert texts(ofd_file([page], template=text("金额合计：", 25, 50))) == ["金额合计： 一百元"]


def test_a_ruled_table_is_a_table() -> None:
    rules = "".join(rule(20, y, 140, y) for y in (40, 50, 60)) + "".join(rule(x, 40, x, 60) for x in (20, 80, 140))
    cells = text("车型", 25, 43) + text("收费", 85, 43) + text("小型", 25, 53) + text("五元", 85, 53)
    assert texts(ofd_file([rules + cells])) == ["车型 | 收费\n小型 | 五元"]


def test_a_table_without_upright_rules_keeps_its_empty_cells() -> None:
    rows = [("对象", "住院", "门诊"), ("低保", "80%", "75%"), ("特困", "90%", "85%"), ("其他", "", "60%")]
    page = "".join(
        text(words, 25 + 50 * column, 40 + 8 * row)
        for row, cells in enumerate(rows)
        for column, words in enumerate(cells)
        if words
    )
    assert texts(ofd_file([page])) == ["对象 | 住院 | 门诊\n低保 | 80% | 75%\n特困 | 90% | 85%\n其他 |  | 60%"]


def test_raised_marks_stay_apart_from_figures() -> None:
    page = text("补贴800", 25, 40) + text("1", 45, 39.5, size=2.2) + text("元。", 46.5, 40)
    assert texts(ofd_file([page])) == ["补贴800元（注1）。"]


def test_hidden_text_and_watermarks_are_left_out_and_told() -> None:
    page = (
        FIRST
        + text("内部稿", 25, 70, extra='Visible="false"')
        + text("样张样张样张", 60, 60, size=12, extra='CTM="0.7 0.7 -0.7 0.7 0 0"')
    )
    watermark = (
        '<ofd:Annot ID="7" Type="Watermark"><ofd:Appearance Boundary="0 0 210 297">'
        f"{text('张三打印', 50, 50)}</ofd:Appearance></ofd:Annot>"
    )
    parsed = parse(ofd_file([page], annotation=watermark), "a.ofd")
    assert [block.text for block in parsed.blocks] == [SENTENCE]
    assert {str(note.kind) for note in parsed.report.notes} == {"hidden_text", "watermarks"}


def test_a_page_that_is_a_picture_is_recognised() -> None:
    drawn = Image.new("RGB", (1200, 400), "white")
    ImageDraw.Draw(drawn).text((60, 120), "Fee 100 yuan", fill="black", font=ImageFont.load_default(90))
    buffer = BytesIO()
    drawn.save(buffer, "PNG")
    parsed = parse(
        ofd_file([text("云栖市档案", 25, 10, size=3) + picture(20, 60, 170, 120)], image=buffer.getvalue()), "a.ofd"
    )
    assert "100" in "".join(block.text for block in parsed.blocks)
    assert parsed.report.pages_recognised == (1,)


def test_paths_with_backslashes_and_from_the_root_are_found() -> None:
    root = (
        f"<ofd:OFD {NAMESPACE}><ofd:DocBody><ofd:DocRoot>\\Doc_0\\Document.xml</ofd:DocRoot></ofd:DocBody></ofd:OFD>"
    ).encode()
    assert texts(ofd_file([text("第一条 甲。", 25, 40)], more={"OFD.xml": root})) == ["第一条 甲。"]


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (ofd_file([]), "without a page"),
        (ofd_file([FIRST], more={"Encryptions.xml": b"<a/>"}), "encrypted"),
        (ofd_file([FIRST], more={"Doc_0/Document.xml": b"<a"}), "damaged"),
        (ofd_file([FIRST], more={"Doc_0/Document.xml": b'<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>'}), "entities"),
    ],
)
def test_what_cannot_be_read_is_refused_with_the_reason(data: bytes, sentence: str) -> None:
    with pytest.raises(FileRefused, match=sentence):
        parse(data, "a.ofd")
