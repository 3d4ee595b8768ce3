"""Pdf pages whose words are pictures, in whole or beside text."""

from PIL import Image, ImageDraw, ImageFont
from reportlab.lib.utils import ImageReader
from reportlab.pdfgen.canvas import Canvas

from tests.page_files.pdf import body, write
from tests.page_files.reading import LINES, WHOLE, kinds_of, read, with_body


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
        for number, line in enumerate(LINES):
            write(canvas, 72, 760 - 20 * number, line, mode=3)

    parsed = read(draw)
    assert [block.text for block in parsed.blocks] == [WHOLE]
    assert "invisible_layer" in kinds_of(parsed)


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
