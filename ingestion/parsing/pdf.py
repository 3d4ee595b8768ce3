"""PDF: text and ruled tables by place; a page without a text layer is read as a picture."""

import re
from collections.abc import Iterator, Mapping, Sequence
from io import BytesIO
from typing import Any

from ingestion.parsing.blocks import Block, ParsedFile
from ingestion.parsing.decode import clean
from ingestion.parsing.layout import PrintedLine
from ingestion.parsing.limits import ParsingLimits
from ingestion.parsing.ocr import lines_of_picture, recogniser
from ingestion.parsing.page_limits import lay_out
from ingestion.parsing.pdf_codes import take_out_unreadable
from ingestion.parsing.pdf_fields import boxes_of, letters_of_ticks, words_of_fields
from ingestion.parsing.pdf_fractions import with_fractions_on_the_line
from ingestion.parsing.pdf_ink import Letter
from ingestion.parsing.pdf_letters import keep_shown_letters
from ingestion.parsing.pdf_scans import scaled
from ingestion.parsing.pdf_turned import set_upright, turned_by, turned_words
from ingestion.parsing.printed_pages import PrintedPages
from ingestion.parsing.printed_words import UNMAPPED, WORD_GAP, lines_of_words
from ingestion.parsing.ruled_tables import ruled_table
from kb_service.domain.causes import Cause
from kb_service.domain.errors import FileRefused
from kb_service.domain.file_reports import NoteKind, Notes

_SCAN_DPI = 200
# A page of drawings (a map, a chart) has no ruled table, and looking for one would take minutes.
_MOST_DRAWINGS, _MOST_CROSSINGS, _MOST_TABLES = 8_000, 4_000, 100
_PLACEHOLDER = re.compile(r"\(?(?:anonymous|untitled|unspecified)|Microsoft|.*\.docx?$", re.IGNORECASE)


def read_pdf(data: bytes, name: str, limits: ParsingLimits) -> ParsedFile:
    import pdfplumber
    from pdfminer.pdfdocument import PDFPasswordIncorrect
    from pdfplumber.utils.exceptions import PdfminerException

    try:
        with pdfplumber.open(BytesIO(data)) as document:
            return _read(document, name, limits)
    except (FileRefused, MemoryError):
        raise
    except PdfminerException as error:
        if error.args and isinstance(error.args[0], MemoryError):
            raise MemoryError from error
        if error.args and isinstance(error.args[0], PDFPasswordIncorrect):
            raise FileRefused(
                f"{name} is encrypted; remove the password and upload it again.", Cause("encrypted")
            ) from error
        raise FileRefused(
            f"{name} is damaged and cannot be read as PDF; export it again.", Cause("damaged", {"kind": "PDF"})
        ) from error
    except Exception as error:
        # pdfminer raises whatever a malformed object trips over (KeyError, TypeError, RecursionError, …).
        raise FileRefused(
            f"{name} is damaged and cannot be read as PDF; export it again.", Cause("damaged", {"kind": "PDF"})
        ) from error


def _read(document: Any, name: str, limits: ParsingLimits) -> ParsedFile:
    if len(document.pages) > limits.pages:
        raise FileRefused(
            f"{name} has {len(document.pages)} pages, above the limit of {limits.pages}; split it.",
            Cause("too_many_pages", {"count": len(document.pages), "limit": limits.pages}),
        )
    printed = PrintedPages(name, limits)
    for number, page in enumerate(document.pages, start=1):
        lay_out(page, f"page {number} of {name}")
        upright = set_upright(page)
        if upright is not page:
            lay_out(upright, f"page {number} of {name}")
        keep_shown_letters(upright, printed.notes)
        take_out_unreadable(upright)
        printed.add(upright, list(_parts_of(upright, number, printed.notes)), _recognised)
        upright.close()
        page.close()
    blocks, report = printed.read()
    return ParsedFile(blocks, _metadata(document, blocks), report=report)


def _metadata(document: Any, blocks: Sequence[Block]) -> Mapping[str, object]:
    metadata = {"title": blocks[0].text} if blocks and blocks[0].level == 1 else {}
    title = clean(str((document.metadata or {}).get("Title") or "")).strip()
    return metadata if not title or _PLACEHOLDER.match(title) else metadata | {"document_title": title}


def _parts_of(page: Any, number: int, notes: Notes) -> Iterator[PrintedLine]:
    boxes = list(boxes_of(page))
    if ticks := letters_of_ticks(boxes):
        page.objects["char"] = [letter for letter in page.chars if id(letter) not in ticks]
    tables = list(_tables_of(page, number))
    yield from tables
    found = _without_doubles(page).extract_words(
        x_tolerance_ratio=WORD_GAP, keep_blank_chars=True, extra_attrs=["size", "fontname", "upright"]
    )
    words = [word for word in found if word["text"].strip()]
    words += [*(word for word, _ in boxes), *words_of_fields(page, notes)]
    outside = [word for word in words if not any(_is_inside(word, table) for table in tables)]
    upright = [word for word in outside if word["upright"]]
    if len(upright) < len(outside) / 2:  # a page lying on its side
        upright = outside
    if len(upright) < len(outside):
        notes.add(NoteKind.TURNED_TEXT, str(number), count=len(outside) - len(upright))
    yield from lines_of_words(with_fractions_on_the_line(upright, page), number)


def _without_doubles(page: Any) -> Any:
    """Some printers set bold type by printing each letter twice; looking for that is slow, so only where it shows."""
    places = {(char["text"], round(char["x0"]), round(char["top"])) for char in page.chars}
    return page if len(places) > 0.9 * len(page.chars) else page.dedupe_chars()


def _tables_of(page: Any, number: int) -> Iterator[PrintedLine]:
    if len(page.lines) + len(page.rects) + len(page.curves) > _MOST_DRAWINGS or not (page.lines or page.rects):
        return
    if _crossings(page) > _MOST_CROSSINGS:
        return
    for table in page.find_tables()[:_MOST_TABLES]:
        block = _table_block(table, number)
        if block is not None:
            x0, top, x1, bottom = table.bbox
            yield PrintedLine(block.text, x0, x1, top, bottom, 0.0, number, table=block)


def _crossings(page: Any) -> int:
    """How many there are at most of level and upright lines, counted to the point."""
    levels = {round(edge["top"]) for edge in page.edges if edge["orientation"] == "h"}
    uprights = {round(edge["x0"]) for edge in page.edges if edge["orientation"] == "v"}
    return len(levels) * len(uprights)


def _table_block(table: Any, number: int) -> Block | None:
    boxes, texts = [], []
    turned = [letter for letter in table.page.chars if not letter["upright"]]
    for row, row_texts in zip(table.rows, table.extract(), strict=True):
        cells = [(box, text) for box, text in zip(row.cells, row_texts, strict=True) if box is not None]
        if turned:
            cells = [(box, turned_words(_letters_in(table.page, box)) or text) for box, text in cells]
        boxes.append([box for box, _ in cells])
        texts.append([UNMAPPED.sub("", text or "") for _, text in cells])
    return ruled_table(boxes, texts, number)


def _letters_in(page: Any, box: Sequence[float]) -> list[Letter]:
    x0, top, x1, bottom = box
    return [
        letter
        for letter in page.chars
        if x0 <= (letter["x0"] + letter["x1"]) / 2 <= x1 and top <= (letter["top"] + letter["bottom"]) / 2 <= bottom
    ]


def _is_inside(word: dict[str, Any], table: PrintedLine) -> bool:
    x, y = (word["x0"] + word["x1"]) / 2, (word["top"] + word["bottom"]) / 2
    return bool(table.x0 <= x <= table.x1 and table.top <= y <= table.bottom)


def _recognised(page: Any, number: int, limits: ParsingLimits) -> list[PrintedLine]:
    longest = max(page.width, page.height, 1)
    scale = min(_SCAN_DPI / 72, (limits.image_pixels**0.5) / longest)
    picture = page.to_image(resolution=72 * scale, antialias=True).original.convert("RGB")
    if turn := turned_by(page):  # the picture is of the page as the file has it
        picture = picture.rotate(-turn, expand=True)
    return [scaled(line, 1 / scale) for line in lines_of_picture(picture, number, recogniser())]
