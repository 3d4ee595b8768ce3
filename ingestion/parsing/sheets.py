"""Sheets to question-and-answer rows where their columns say so, else to one table each."""

import csv
from collections.abc import Iterator, Sequence
from datetime import date, datetime, time
from io import BytesIO, StringIO
from typing import Any

from ingestion.parsing.blocks import Block, ParsedFile, QuestionAnswer, heading, paragraph
from ingestion.parsing.decode import clean, decode
from ingestion.parsing.limits import ParsingLimits, require_characters
from ingestion.parsing.question_answers import question_answers
from ingestion.parsing.tables import Cell, table_block
from kb_service.domain.errors import FileRefused

# Every name that sheets get when nobody named them.
_DEFAULT_NAMES = ("sheet", "工作表", "表")
# What WPS stores in a cell for a picture in it.
_PICTURE_FORMULAS = ("=DISPIMG(", "=_xlfn.DISPIMG(")

Merges = dict[tuple[int, int], tuple[int, int]]  # (row, column) of the first cell -> (rows, columns) it spans
Grid = list[tuple[int, list[str]]]  # row number, texts; rows without text are left out


def read_xlsx(data: bytes, name: str, limits: ParsingLimits) -> ParsedFile:
    from openpyxl import load_workbook

    try:
        workbook = load_workbook(BytesIO(data), data_only=True, keep_links=False)
        sheets = [(sheet.title, *_grid(sheet, name, limits)) for sheet in workbook.worksheets]
        title = (workbook.properties.title or "").strip()
    except FileRefused:
        raise
    except Exception as error:
        # openpyxl raises whatever a malformed part trips over (KeyError, ValueError, TypeError, …).
        raise FileRefused(f"{name} is damaged and cannot be read as a workbook; save it again and retry.") from error
    rows: list[QuestionAnswer] = []
    blocks: list[Block] = []
    filled = [sheet for sheet in sheets if sheet[1]]
    for sheet_name, grid, merges in filled:
        found = question_answers(_unmerged(grid, merges))
        if found is not None:
            rows.extend(found)
            continue
        if len(filled) > 1 or not sheet_name.lower().startswith(_DEFAULT_NAMES):
            blocks.append(heading(sheet_name.strip(), 1))
        blocks.extend(_table(grid, merges))
    return ParsedFile(tuple(blocks), {"document_title": title} if title else {}, tuple(rows))


def read_csv(data: bytes, name: str, limits: ParsingLimits) -> ParsedFile:
    text = decode(data, name)
    require_characters(len(text), name, limits)
    try:
        read = list(csv.reader(StringIO(text), delimiter=delimiter_of(text, name)))
    except csv.Error as error:
        raise FileRefused(f"{name} cannot be read as a table ({error}); save it again as CSV in UTF-8.") from error
    cells = [(number, [clean(cell).strip() for cell in row]) for number, row in enumerate(read, start=1)]
    grid = [(number, row) for number, row in cells if any(row)]
    found = question_answers(grid)
    if found is not None:
        return ParsedFile((), {}, tuple(found))
    return ParsedFile(tuple(_table(grid, {})), {})


def _grid(sheet: Any, name: str, limits: ParsingLimits) -> tuple[Grid, Merges]:
    """The cells that hold something, row by row. A sheet's stated range may be a million empty rows: it is not used."""
    texts_of_row: dict[int, dict[int, str]] = {}
    for cell in sheet._cells.values():
        text = _text(cell.value, cell.number_format)
        if text:
            texts_of_row.setdefault(cell.row, {})[cell.column] = text
    if sum(map(len, texts_of_row.values())) > limits.table_cells:
        raise FileRefused(f"{name} has more than {limits.table_cells:,} filled cells; split it.")
    used = {column for texts in texts_of_row.values() for column in texts}
    columns = sorted(used)
    place = {column: position for position, column in enumerate(columns)}
    grid = [(row, [texts.get(column, "") for column in columns]) for row, texts in sorted(texts_of_row.items())]
    return grid, _merges(sheet, place, set(texts_of_row))


def _merges(sheet: Any, place: dict[int, int], rows: set[int]) -> Merges:
    """Spans counted in the rows and columns that are kept."""
    merges: Merges = {}
    for area in sheet.merged_cells.ranges:
        if area.min_row in rows and area.min_col in place:
            height = sum(area.min_row <= row <= area.max_row for row in rows)
            width = sum(area.min_col <= column <= area.max_col for column in place)
            merges[area.min_row, place[area.min_col]] = (height, width)
    return merges


def _unmerged(grid: Grid, merges: Merges) -> Grid:
    """The grid with a merged cell's text in every row it spans."""
    filled = [(row, list(texts)) for row, texts in grid]
    for position, (row, _) in enumerate(grid):
        for (first_row, column), (height, width) in merges.items():
            if first_row == row:
                for _, texts in filled[position : position + height]:
                    texts[column : column + width] = [grid[position][1][column]] * width
    return filled


def _table(grid: Grid, merges: Merges) -> Iterator[Block]:
    """Title rows above the table as text of their own, then the table."""
    rows = list(grid)
    while len(rows) > 1 and len(rows[0][1]) > 1 and sum(map(bool, rows[0][1])) == 1:
        yield paragraph(next(text for text in rows.pop(0)[1] if text))
    hidden = _hidden([row for row, _ in rows], merges)
    block = table_block(
        [
            [
                Cell(text, *merges.get((row, column), (1, 1)))
                for column, text in enumerate(texts)
                if (row, column) not in hidden
            ]
            for row, texts in rows
        ]
    )
    if block is not None:
        yield block


def _hidden(rows: Sequence[int], merges: Merges) -> set[tuple[int, int]]:
    """The places that a merged cell covers beside its own."""
    covered: set[tuple[int, int]] = set()
    for (row, column), (height, width) in merges.items():
        if row in rows:
            first = rows.index(row)
            area = {(below, column + right) for below in rows[first : first + height] for right in range(width)}
            covered |= area - {(row, column)}
    return covered


def _text(value: object, number_format: str) -> str:
    match value:
        case None:
            return ""
        case bool():
            return "是" if value else "否"
        case datetime():
            is_day = value.time() == time.min
            return value.date().isoformat() if is_day else value.isoformat(sep=" ", timespec="minutes")
        case date() | time():
            return value.isoformat()
        case float():
            return _number(value, number_format)
        case _:
            text = clean(str(value)).strip()
            return "" if text.startswith(_PICTURE_FORMULAS) else text


def _number(value: float, number_format: str) -> str:
    """As the sheet shows it: 0.16 formatted as a percentage is 16%."""
    if "%" in number_format:
        return f"{value * 100:.10g}%"
    return f"{value:.15g}"


def delimiter_of(text: str, name: str) -> str:
    """What separates the cells, by the first line."""
    if name.lower().endswith(".tsv"):
        return "\t"
    first = text[:2000].split("\n", 1)[0]
    return max((",", "\t", ";", "，", "|"), key=first.count)
