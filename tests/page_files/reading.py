"""Pdf pages are drawn by a test and read at once."""

from reportlab.pdfgen.canvas import Canvas

from ingestion.parsing.blocks import ParsedFile
from ingestion.parsing.parse import parse
from tests.page_files.pdf import Draw, body, pdf_file

WHOLE = (
    "养犬人应当为犬只办理登记，并且按照规定为犬只接种狂犬病疫苗，携犬出户时应当使用牵引带，避让老年人和儿童。违反规定的，"
    "由公安部门责令改正，并且处二百元以上五百元以下罚款；情节严重的，没收其犬只。"
)
LINES = [WHOLE[start : start + 37] for start in range(0, len(WHOLE), 37)]


def read(*pages: Draw) -> ParsedFile:
    return parse(pdf_file(*pages), "a.pdf")


def text_of(*pages: Draw) -> str:
    return "\n".join(block.text for block in read(*pages).blocks)


def kinds_of(parsed: ParsedFile) -> set[str]:
    return {str(note.kind) for note in parsed.report.notes}


def with_body(draw: Draw) -> Draw:
    def page(canvas: Canvas) -> None:
        body(canvas, LINES)
        draw(canvas)

    return page
