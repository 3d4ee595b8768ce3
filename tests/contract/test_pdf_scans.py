"""Pdf pages whose words are pictures, in whole or beside text."""

import pytest
from PIL import Image, ImageDraw, ImageFont
from reportlab.lib.utils import ImageReader
from reportlab.pdfgen.canvas import Canvas

from tests.page_files.pdf import body, write
from tests.page_files.reading import LINES, kinds_of, read, with_body


def _scan(words: str = "Fee 100 yuan per year") -> Image.Image:
    picture = Image.new("RGB", (1500, 900), "white")
    ImageDraw.Draw(picture).text((80, 300), words, fill="black", font=ImageFont.load_default(110))
    return picture


def test_a_scan_under_a_header_with_a_page_number_is_recognised_and_told() -> None:
    def draw(canvas: Canvas) -> None:
        write(canvas, 72, 800, "云栖市档案馆 2026年3月2日 复印件", size=9)
        canvas.drawImage(ImageReader(_scan()), 60, 300, 470, 400)
        write(canvas, 280, 30, "- 1 -", size=9)

    parsed = read(with_body(lambda canvas: None), draw)
    assert "100 yuan" in "".join(block.text for block in parsed.blocks)
    assert parsed.report.pages_read == (1,)
    assert parsed.report.pages_recognised == (2,)


def test_a_picture_beside_a_page_of_text_is_not_recognised_but_counted() -> None:
    def draw(canvas: Canvas) -> None:
        body(canvas, LINES * 8)
        canvas.drawImage(ImageReader(_scan()), 200, 40, 200, 120)

    parsed = read(draw)
    assert parsed.report.pages_recognised == ()
    assert (parsed.report.pictures, parsed.report.pictures_unread) == (1, 1)


def test_the_text_that_a_scanner_put_under_its_picture_is_read_and_told() -> None:
    def draw(canvas: Canvas) -> None:
        canvas.drawImage(ImageReader(_scan()), 0, 0, 595, 842)
        write(canvas, 32, 540, "Fee 100 yuan per year", size=30, mode=3)

    parsed = read(draw)
    assert [block.text for block in parsed.blocks] == ["Fee 100 yuan per year"]
    assert (parsed.report.pages_recognised, kinds_of(parsed)) == ((), {"invisible_layer"})


@pytest.mark.parametrize("layer", ["Fee 700 yuan per year", "内部备注，请勿外传，以会议为准"])
def test_an_invisible_text_that_says_something_else_than_the_picture_over_it_is_left_out(layer: str) -> None:
    def draw(canvas: Canvas) -> None:
        canvas.drawImage(ImageReader(_scan()), 0, 0, 595, 842)
        write(canvas, 32, 540, layer, size=30, mode=3)

    parsed = read(draw)
    text = "".join(block.text for block in parsed.blocks)
    assert "Fee 100" in text
    assert "700" not in text and "备注" not in text
    assert (parsed.report.pages_recognised, kinds_of(parsed)) == ((1,), {"hidden_text"})


def test_letters_drawn_as_curves_are_recognised() -> None:
    import cv2
    import numpy as np

    picture = Image.new("L", (1500, 120), "white")
    ImageDraw.Draw(picture).text(
        (10, 10), "Annual fee is 250 yuan, late 50", fill="black", font=ImageFont.load_default(80)
    )
    outlines, _ = cv2.findContours(255 - np.asarray(picture), cv2.RETR_CCOMP, cv2.CHAIN_APPROX_SIMPLE)

    def draw(canvas: Canvas) -> None:
        write(canvas, 72, 800, "收费标准", size=9)
        for _ in range(3):  # as a border and as two halves of the fill, the way drawing programs do it
            for outline in outlines:
                path = canvas.beginPath()
                points = [(72 + 0.3 * float(x), 700 - 0.3 * float(y)) for ((x, y),) in outline]
                path.moveTo(*points[0])
                for point in points[1:]:
                    path.lineTo(*point)
                path.close()
                canvas.drawPath(path, fill=0, stroke=1)

    parsed = read(draw)
    assert "250" in "".join(block.text for block in parsed.blocks)
    assert parsed.report.pages_recognised == (1,)
