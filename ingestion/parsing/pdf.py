"""PDF: text and ruled tables by place; a page without a text layer is read as a picture."""

import re
from collections.abc import Iterator, Mapping, Sequence
from io import BytesIO
from itertools import pairwise
from typing import Any

from ingestion.parsing.aligned_tables import with_aligned_tables
from ingestion.parsing.blocks import Block, ParsedFile
from ingestion.parsing.decode import clean
from ingestion.parsing.layout import PrintedLine, columns_of
from ingestion.parsing.limits import ParsingLimits, counted, require_characters
from ingestion.parsing.page_limits import lay_out
from ingestion.parsing.paragraphs import paragraphs_of, without_running_heads
from ingestion.parsing.pdf_fields import boxes_of, letters_of_ticks, words_of_fields
from ingestion.parsing.pdf_letters import keep_shown_letters
from ingestion.parsing.pdf_scans import Scans
from ingestion.parsing.raised_marks import LOWERED, LOWERED_END, RAISED, RAISED_END, with_marks_told
from ingestion.parsing.tables import Cell, table_block
from kb_service.domain.errors import FileRefused
from kb_service.domain.file_reports import FileReport, NoteKind, Notes

# A page of drawings (a map, a chart) has no ruled table, and looking for one would take minutes.
_MOST_DRAWINGS, _MOST_CROSSINGS, _MOST_TABLES = 8_000, 4_000, 100
_PLACEHOLDER = re.compile(r"\(?(?:anonymous|untitled|unspecified)|Microsoft|.*\.docx?$", re.IGNORECASE)
_BOLD = re.compile(r"Bold|Black|Heavy|Medi\b|Hei(?!ti)", re.IGNORECASE)
# Shares of the type size: TeX sets word spaces as narrow as this; Han and Latin next to each other get up to the second
# without a space being meant; a gap above the third separates columns or cells.
_WORD_GAP, _MIXED_GAP, _COLUMN_GAP = 0.12, 0.4, 0.7
_LEAST_CELLS = 4
_HAN = re.compile(r"[\u2e80-\u9fff\uff00-\uffef]")
# Between two letters of one raised group.
_ONE_MARK = re.compile(f"{RAISED_END}{RAISED}|{LOWERED_END}{LOWERED}")
_UNMAPPED = re.compile(r"\(cid:\d+\)")


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
            raise FileRefused(f"{name} is encrypted; remove the password and upload it again.") from error
        raise FileRefused(f"{name} is damaged and cannot be read as PDF; export it again.") from error
    except Exception as error:
        # pdfminer raises whatever a malformed object trips over (KeyError, TypeError, RecursionError, …).
        raise FileRefused(f"{name} is damaged and cannot be read as PDF; export it again.") from error


def _read(document: Any, name: str, limits: ParsingLimits) -> ParsedFile:
    if len(document.pages) > limits.pages:
        raise FileRefused(f"{name} has {len(document.pages)} pages, above the limit of {limits.pages}; split it.")
    pages: list[list[PrintedLine]] = []
    sizes: list[tuple[float, float]] = []
    scans, notes = Scans(name, limits), Notes()
    characters = 0
    for number, page in enumerate(document.pages, start=1):
        lay_out(page, f"page {number} of {name}")
        keep_shown_letters(page, notes)
        parts = scans.lines_of(page, list(_parts_of(page, number, notes)), number)
        characters += sum(len(part.text) for part in parts)
        require_characters(characters, name, limits)
        pages.append(sorted(parts, key=lambda part: part.top))
        sizes.append((float(page.width), float(page.height)))
        page.close()
    bodies = without_running_heads(pages, [height for _, height in sizes])
    notes.add(NoteKind.RUNNING_HEADS, count=sum(map(len, pages)) - sum(map(len, bodies)))
    columns = [
        column
        for number, (parts, (width, _)) in enumerate(zip(bodies, sizes, strict=True), start=1)
        for column in columns_of(parts if number in scans.recognised else with_aligned_tables(parts, width), width)
    ]
    blocks = tuple(with_marks_told(counted(paragraphs_of(columns), name, limits)))
    read = [number for number in range(1, len(pages) + 1) if number not in {*scans.recognised, *scans.unread}]
    report = FileReport(
        pictures=scans.pictures,
        pictures_unread=scans.pictures - scans.pictures_read,
        pages_read=tuple(read),
        pages_recognised=tuple(scans.recognised),
        pages_unread=tuple(scans.unread),
        notes=notes.all(),
    )
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
        x_tolerance_ratio=_WORD_GAP, keep_blank_chars=True, extra_attrs=["size", "fontname", "upright"]
    )
    words = [word for word in found if word["text"].strip()]
    words += [*(word for word, _ in boxes), *words_of_fields(page, notes)]
    outside = [word for word in words if not any(_is_inside(word, table) for table in tables)]
    upright = [word for word in outside if word["upright"]]
    if len(upright) < len(outside) / 2:  # a page lying on its side
        upright = outside
    for row in _rows(upright):
        yield from _segments(row, number)


def _without_doubles(page: Any) -> Any:
    """Some printers set bold type by printing each letter twice; looking for that is slow, so only where it shows."""
    places = {(char["text"], round(char["x0"]), round(char["top"])) for char in page.chars}
    return page if len(places) > 0.9 * len(page.chars) else page.dedupe_chars()


def _rows(words: Sequence[dict[str, Any]]) -> list[list[dict[str, Any]]]:
    rows: list[list[dict[str, Any]]] = []
    tallest: dict[str, Any] = {}  # of the last row: raised and lowered signs overlap it only in part
    for word in sorted(words, key=lambda word: (word["bottom"], word["x0"])):
        overlap = min(word["bottom"], tallest["bottom"]) - max(word["top"], tallest["top"]) if tallest else 0.0
        if rows and overlap > 0.5 * min(word["bottom"] - word["top"], tallest["bottom"] - tallest["top"]):
            rows[-1].append(word)
            tallest = max(tallest, word, key=lambda word: float(word["size"]))
        else:
            rows.append([word])
            tallest = word
    return [sorted(row, key=lambda word: float(word["x0"])) for row in rows]


def _segments(row: Sequence[dict[str, Any]], number: int) -> Iterator[PrintedLine]:
    """A row cut where the gap is wider than a word space can be."""
    segment: list[dict[str, Any]] = []
    for word in row:
        if segment and word["x0"] - segment[-1]["x1"] > _COLUMN_GAP * word["size"]:
            yield _line(segment, number)
            segment = []
        segment.append(word)
    if segment:
        yield _line(segment, number)


def _line(words: Sequence[dict[str, Any]], number: int) -> PrintedLine:
    text = words[0]["text"]
    for before, word in pairwise(words):
        is_latin = not (_HAN.match(before["text"][-1]) or _HAN.match(word["text"][0]))
        is_apart = word["x0"] - before["x1"] > (_WORD_GAP if is_latin else _MIXED_GAP) * word["size"]
        text += (" " if is_apart else "") + word["text"]
    text = " ".join(text.split())
    widest = max(words, key=lambda word: len(word["text"]))
    return PrintedLine(
        clean(_UNMAPPED.sub("", _ONE_MARK.sub("", text))),
        words[0]["x0"],
        words[-1]["x1"],
        min(word["top"] for word in words),
        max(word["bottom"] for word in words),
        float(widest["size"]),
        number,
        all(_BOLD.search(word["fontname"]) for word in words),
    )


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
    """The ruled table with its spans; None for a frame around text."""
    boxes = [cell for row in table.rows for cell in row.cells if cell is not None]
    lefts, tops = sorted({round(box[0]) for box in boxes}), sorted({round(box[1]) for box in boxes})
    if len(lefts) < 2 or len(tops) < 2:
        return None
    rows = []
    for row, texts in zip(table.rows, table.extract(), strict=True):
        cells = zip(row.cells, texts, strict=True)
        rows.append([_cell(box, text, lefts, tops) for box, text in cells if box is not None])
    filled = sum(bool(cell.text) for row in rows for cell in row)
    return table_block(rows, page=number) if filled >= max(_LEAST_CELLS, 0.3 * len(boxes)) else None


def _cell(box: Sequence[float], text: str | None, lefts: Sequence[int], tops: Sequence[int]) -> Cell:
    columns = sum(round(box[0]) <= left < round(box[2]) - 1 for left in lefts)
    rows = sum(round(box[1]) <= top < round(box[3]) - 1 for top in tops)
    words = clean(_UNMAPPED.sub("", _ONE_MARK.sub("", text or "")))
    return Cell(
        re.sub(r"(?<=[\u3000-\u9fff\uff00-\uffef])\n(?=[\u3000-\u9fff\uff00-\uffef])", "", words), rows, columns
    )


def _is_inside(word: dict[str, Any], table: PrintedLine) -> bool:
    x, y = (word["x0"] + word["x1"]) / 2, (word["top"] + word["bottom"]) / 2
    return bool(table.x0 <= x <= table.x1 and table.top <= y <= table.bottom)
