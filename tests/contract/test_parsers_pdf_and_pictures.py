"""PDF with and without a text layer, pictures, and pictures inside office files."""

import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from docx import Document
from PIL import Image, ImageDraw, ImageFont
from reportlab.lib import colors
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.utils import ImageReader
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import PageBreak, Paragraph, SimpleDocTemplate, Table

from ingestion.parsing.limits import ParsingLimits
from ingestion.parsing.parse import parse
from kb_service.domain.errors import FileRefused

FONT = "STSong-Light"
pdfmetrics.registerFont(UnicodeCIDFont(FONT))
BODY = ParagraphStyle("body", fontName=FONT, fontSize=12, leading=20, firstLineIndent=24, wordWrap="CJK")
TITLE = ParagraphStyle("title", fontName=FONT, fontSize=18, leading=28, alignment=1, wordWrap="CJK")
LONG = "停车人应当按照标志标线停放车辆，并且按照公布的标准交纳停车费用，不得妨碍其他车辆和行人通行，违者依法处理。"
FRAME = [("FONT", (0, 0), (-1, -1), FONT), ("GRID", (0, 0), (-1, -1), 0.5, colors.black)]


def pdf(story: list[Any], *, head: str = "测试市公报") -> bytes:
    def decorate(canvas: Canvas, document: Any) -> None:
        canvas.setFont(FONT, 9)
        canvas.drawString(72, 800, head)
        canvas.drawCentredString(300, 30, f"— {document.page} —")

    buffer = io.BytesIO()
    SimpleDocTemplate(buffer, pagesize=A4).build(story, onFirstPage=decorate, onLaterPages=decorate)
    return buffer.getvalue()


def test_wrapped_lines_are_paragraphs_and_running_heads_are_gone() -> None:
    story: list[Any] = [Paragraph("测试市停车管理办法", TITLE)]
    for number in range(1, 5):
        story += [Paragraph(f"第{number}条 {LONG * number * 2}", BODY), Paragraph("短段。", BODY), PageBreak()]
    parsed = parse(pdf(story), "a.pdf")
    assert parsed.blocks[0].level == 1
    assert parsed.metadata["title"] == "测试市停车管理办法"
    expected = [text for n in range(1, 5) for text in (f"第{n}条 {LONG * n * 2}", "短段。")]
    assert [block.text for block in parsed.blocks[1:]] == expected
    assert [block.page for block in parsed.blocks] == [1, 1, 1, 2, 2, 3, 3, 4, 4]


def test_two_pages_lose_no_line_but_page_numbers_and_the_second_head() -> None:
    story = [Paragraph("甲段。", BODY), PageBreak(), Paragraph("乙段。", BODY)]
    assert [block.text for block in parse(pdf(story), "a.pdf").blocks] == ["测试市公报", "甲段。", "乙段。"]


def test_a_paragraph_that_runs_over_the_page_is_one() -> None:
    story = [Paragraph(LONG * 40, BODY)]
    parsed = parse(pdf(story), "a.pdf")
    assert [block.text for block in parsed.blocks if block.text != "测试市公报"] == [LONG * 40]


def test_a_ruled_table_keeps_its_spans() -> None:
    rows = [["车型", "收费", ""], ["", "首小时", "其后"], ["小型", "5元", "3元"]]
    table = Table(rows, style=[*FRAME, ("SPAN", (0, 0), (0, 1)), ("SPAN", (1, 0), (2, 0))])
    parsed = parse(pdf([Paragraph(LONG, BODY), Paragraph("收费标准：", BODY), table]), "a.pdf")
    assert [(block.kind.value, block.text) for block in parsed.blocks[-2:]] == [
        ("paragraph", "收费标准："),
        ("table", "车型 | 收费 | 收费\n车型 | 首小时 | 其后\n小型 | 5元 | 3元"),
    ]


def test_two_columns_are_read_one_after_the_other() -> None:
    buffer = io.BytesIO()
    canvas = Canvas(buffer, pagesize=A4)
    canvas.setFont(FONT, 12)
    for row in range(12):
        canvas.drawString(60, 750 - 20 * row, f"左栏第{row:02}行的文字内容是这样的句子。")
        canvas.drawString(310, 750 - 20 * row, f"右栏第{row:02}行的文字内容是这样的句子。")
    canvas.save()
    text = "".join(block.text for block in parse(buffer.getvalue(), "a.pdf").blocks)
    assert text.index("左栏第11行") < text.index("右栏第00行")


def test_an_encrypted_pdf_is_refused_with_the_mend() -> None:
    buffer = io.BytesIO()
    canvas = Canvas(buffer, encrypt="secret")
    canvas.drawString(100, 700, "x")
    canvas.save()
    with pytest.raises(FileRefused, match="remove the password"):
        parse(buffer.getvalue(), "a.pdf")


def test_a_pdf_with_too_many_pages_is_refused() -> None:
    with pytest.raises(FileRefused, match="has 2 pages, above the limit of 1"):
        parse(pdf([Paragraph("甲", BODY), PageBreak(), Paragraph("乙", BODY)]), "a.pdf", limits=ParsingLimits(pages=1))


CJK_FONTS = ("/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc", "/usr/share/fonts/truetype/wqy/wqy-zenhei.ttc")
PRINTED = ["居住证签注不收取费用", "咨询电话12345"]


@pytest.fixture(scope="module")
def notice(unless_required: Callable[[str], None]) -> Image.Image:
    """Two lines of print on white."""
    path = next((path for path in CJK_FONTS if Path(path).exists()), None)
    if path is None:
        unless_required("no Chinese font is installed (fonts-noto-cjk or fonts-wqy-zenhei)")
        raise AssertionError
    picture = Image.new("RGB", (700, 260), "white")
    for number, line in enumerate(PRINTED):
        place = (60, 50 + 90 * number)
        ImageDraw.Draw(picture).text(place, line, fill="black", font=ImageFont.truetype(path, 40))
    return picture


def saved(picture: Image.Image, image_format: str) -> io.BytesIO:
    buffer = io.BytesIO()
    picture.save(buffer, image_format)
    return buffer


@pytest.mark.parametrize("image_format", ["JPEG", "WEBP", "TIFF"])
def test_the_text_of_a_picture_is_read(notice: Image.Image, image_format: str) -> None:
    parsed = parse(saved(notice, image_format).getvalue(), f"a.{image_format.lower()}")
    assert [block.text for block in parsed.blocks] == PRINTED


def test_white_letters_on_nothing_are_read(notice: Image.Image) -> None:
    white = Image.new("RGBA", notice.size, (255, 255, 255, 0))
    white.putalpha(notice.convert("L").point(lambda light: 255 - light))
    assert [block.text for block in parse(saved(white, "PNG").getvalue(), "a.png").blocks] == PRINTED


def test_a_picture_without_text_is_refused() -> None:
    with pytest.raises(FileRefused, match="shows no text"):
        parse(saved(Image.new("RGB", (200, 100), "white"), "PNG").getvalue(), "a.png")


def scan(notice: Image.Image, *, pages: int) -> bytes:
    buffer = io.BytesIO()
    canvas = Canvas(buffer, pagesize=(350, 130))
    for _ in range(pages):
        canvas.drawImage(ImageReader(notice), 0, 0, 350, 130)
        canvas.showPage()
    canvas.save()
    return buffer.getvalue()


@pytest.mark.parametrize("size", [(1, 1_000_000), (1_000_000, 1), (3, 400)])
def test_a_picture_that_is_a_mere_stroke_is_refused_as_one_without_text(size: tuple[int, int]) -> None:
    file = io.BytesIO()
    Image.new("L", size, 255).save(file, "PNG")
    with pytest.raises(FileRefused) as refused:
        parse(file.getvalue(), "线.png")
    assert refused.value.cause.name == "picture_without_text"


def test_a_scanned_page_is_read_as_a_picture(notice: Image.Image) -> None:
    parsed = parse(scan(notice, pages=1), "a.pdf")
    assert [(block.page, block.text) for block in parsed.blocks] == [(1, text) for text in PRINTED]


def test_scans_beyond_the_limit_are_refused(notice: Image.Image) -> None:
    with pytest.raises(FileRefused, match="more scanned pages than are read at once"):
        parse(scan(notice, pages=2), "a.pdf", limits=ParsingLimits(ocr_pages=1))


def test_a_word_file_of_pictures_is_read_and_one_with_text_enough_is_left_alone(notice: Image.Image) -> None:
    def with_picture(text: str) -> list[str]:
        document = Document()
        document.add_paragraph(text)
        document.add_picture(saved(notice, "PNG"))
        buffer = io.BytesIO()
        document.save(buffer)
        return [block.text for block in parse(buffer.getvalue(), "a.docx").blocks]

    assert with_picture("截图：") == ["截图：", *PRINTED]
    assert with_picture(LONG * 3) == [LONG * 3]
