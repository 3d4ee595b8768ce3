"""Pdf pages drawn letter by letter, with what offices' programs put on them beside their text."""

from collections.abc import Callable, Sequence
from io import BytesIO

from reportlab.lib.pagesizes import A4
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfgen.canvas import Canvas

FONT = "STSong-Light"
Draw = Callable[[Canvas], None]


def pdf_file(*pages: Draw) -> bytes:
    pdfmetrics.registerFont(UnicodeCIDFont(FONT))
    buffer = BytesIO()
    canvas = Canvas(buffer, pagesize=A4, invariant=True)
    for draw in pages:
        canvas.setFont(FONT, 12)
        draw(canvas)
        canvas.showPage()
    canvas.save()
    return buffer.getvalue()


def write(canvas: Canvas, x: float, y: float, words: str, *, size: float = 12, rise: float = 0, mode: int = 0) -> float:
    """Where the words end."""
    text = canvas.beginText(x, y)
    text.setFont(FONT, size)
    text.setRise(rise)
    text.setTextRenderMode(mode)
    text.textOut(words)
    canvas.drawText(text)
    return x + pdfmetrics.stringWidth(words, FONT, size)


def body(canvas: Canvas, lines: Sequence[str], *, x: float = 72, top: float = 760, leading: float = 20) -> None:
    for number, line in enumerate(lines):
        write(canvas, x, top - number * leading, line)
