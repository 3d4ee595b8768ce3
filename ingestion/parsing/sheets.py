"""Sheets to question-and-answer rows where their columns say so, else to one table each."""

import re
import zipfile
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import replace
from io import BytesIO
from itertools import dropwhile
from typing import Any

from ingestion.parsing.blocks import Block, ParsedFile, QuestionAnswer, RefusedRow, heading, paragraph
from ingestion.parsing.limits import ParsingLimits, counted, require_characters, unreadable
from ingestion.parsing.office_package import mended, with_underscores
from ingestion.parsing.plain_workbook import plain_workbook
from ingestion.parsing.question_answers import Unread, misses_a_column, question_answers
from ingestion.parsing.sheet_cells import SheetCells, holds_marked_words
from ingestion.parsing.sheet_drawings import chart_sheets, has_chart, pictures_in, texts_beside_cells
from ingestion.parsing.tables import Cell, table_block
from kb_service.domain.causes import Cause
from kb_service.domain.errors import FileRefused
from kb_service.domain.file_reports import FileReport, NoteKind, Notes

_DIGIT = re.compile(r"\d")
_LONGEST_NAME = 12  # of a column, in characters
_ROWS_LOOKED_AT = 50
# Every name that sheets get when nobody named them.
_DEFAULT_NAMES = ("sheet", "工作表", "表")

Merges = dict[tuple[int, int], tuple[int, int]]  # (row, column) of the first cell -> (rows, columns) it spans
Grid = list[tuple[int, list[str]]]  # row number, texts; rows without text are left out


def read_xlsx(data: bytes, name: str, limits: ParsingLimits) -> ParsedFile:
    notes = Notes()
    try:
        book_data = mended(data, notes)
        try:
            workbook = _opened(book_data)
        except Exception:  # whatever a malformed part trips over: once more without looks and settings
            workbook = _opened(plain_workbook(book_data))
        room = Room(name, limits)
        shown = [sheet for sheet in workbook.worksheets if sheet.sheet_state == "visible"]
        notes.add(NoteKind.HIDDEN_SHEETS, count=len(workbook.worksheets) - len(shown))
        sheets = [(sheet.title, *_grid(SheetCells(sheet, notes), room)) for sheet in shown]
        with zipfile.ZipFile(BytesIO(book_data)) as archive:
            charts = list(chart_sheets(archive))
            notes.add(NoteKind.HIDDEN_SHEETS, count=sum(not each.is_shown for each in charts))
            path_of = {each.title: each._worksheet_path for each in shown}
            path_of |= {each.title: each.path for each in charts if each.is_shown}
            beside = {title: list(texts_beside_cells(archive, path, notes)) for title, path in path_of.items()}
            sheets += [(title, [], {}, {}) for title in path_of if title not in {sheet[0] for sheet in sheets}]
            for sheet_name, grid, *_ in sheets:
                if not grid and has_chart(archive, path_of[sheet_name]):
                    notes.add(NoteKind.CHART_SHEETS, sheet_name)
            pictures = pictures_in(archive)
        title = (workbook.properties.title or "").strip()
        workbook.close()
    except (FileRefused, MemoryError):
        raise
    except Exception as error:
        # openpyxl raises whatever a malformed part trips over (KeyError, ValueError, TypeError, …).
        raise unreadable(error, name, "Excel") from error
    rows: list[QuestionAnswer] = []
    refused: list[RefusedRow] = []
    blocks: list[Block] = []
    filled = [sheet for sheet in sheets if sheet[1] or beside[sheet[0]]]
    for sheet_name, grid, merges, unread in filled:
        found = question_answers(_unmerged(grid, merges), unread)
        if found is not None:
            of = sheet_name if len(filled) > 1 else ""
            rows.extend(replace(row, sheet=of) for row in found.rows)
            refused.extend(replace(row, sheet=of) for row in found.refused)
            for number in found.above:
                notes.add(NoteKind.ROWS_ABOVE_HEADER, f"{sheet_name}!{number}")
            continue
        if misses_a_column([texts for _, texts in grid]):
            notes.add(NoteKind.READ_AS_TABLE, sheet_name)
        if len(filled) > 1 or not sheet_name.lower().startswith(_DEFAULT_NAMES):
            blocks.append(heading(sheet_name.strip(), 1))
        blocks.extend(_table(grid, merges))
        blocks.extend(paragraph(text) for text in beside[sheet_name])
    kept = tuple(counted(blocks, name, limits))
    report = FileReport(pictures=pictures, pictures_unread=pictures, notes=notes.all())
    return ParsedFile(kept, {"document_title": title} if title else {}, tuple(rows), report, tuple(refused))


def rows_of_xlsx(data: bytes, name: str, limits: ParsingLimits) -> Iterator[tuple[str, int, list[str]]]:
    """Sheet, row number from 1 and cells of the rows of visible sheets that hold something. Raises FileRefused."""
    try:
        workbook = _opened(mended(data, notes := Notes()))
        room = Room(name, limits)
        for sheet in workbook.worksheets:
            if sheet.sheet_state == "visible":
                yield from ((sheet.title, row, cells) for row, cells in _grid(SheetCells(sheet, notes), room)[0])
    except (FileRefused, MemoryError):
        raise
    except Exception as error:
        raise unreadable(error, name, "Excel") from error


def _opened(data: bytes) -> Any:
    """Read-only: the other mode makes a cell of every place that a merged area or a link covers."""
    from openpyxl import load_workbook

    data = with_underscores(data)
    return load_workbook(
        BytesIO(data), read_only=True, data_only=True, keep_links=False, rich_text=holds_marked_words(data)
    )


class Room:
    """What is left for the cells and characters of one file."""

    def __init__(self, name: str, limits: ParsingLimits) -> None:
        self._name, self._limits = name, limits
        self._cells = self._characters = 0

    def take(self, *, cells: int, characters: int = 0) -> None:
        self._cells += cells
        self._characters += characters
        if self._cells > self._limits.table_cells:
            raise FileRefused(
                f"{self._name} has more than {self._limits.table_cells:,} cells; split it.",
                Cause("too_many_cells", {"limit": self._limits.table_cells}),
            )
        require_characters(self._characters, self._name, self._limits)


def _grid(cells: SheetCells, room: Room) -> tuple[Grid, Merges, Unread]:
    """The cells that hold something, row by row; and why others gave nothing. A sheet's stated range, which may
    be a million empty rows, is not used."""
    texts_of_row: dict[int, dict[int, str]] = {}
    for row, column, text in cells.texts():
        room.take(cells=0, characters=len(text))
        texts_of_row.setdefault(row, {})[column] = text
    columns = sorted({column for texts in texts_of_row.values() for column in texts})
    room.take(cells=len(texts_of_row) * len(columns))
    grid = [(row, [texts.get(column, "") for column in columns]) for row, texts in sorted(texts_of_row.items())]
    position_of = {column: position for position, column in enumerate(columns)}
    unread = {(row, position_of[column]): why for (row, column), why in cells.unread.items() if column in position_of}
    return grid, _merges(cells.areas, [row for row, _ in grid], columns, room), unread


def _merges(areas: Sequence[str], rows: Sequence[int], columns: Sequence[int], room: Room) -> Merges:
    """Spans counted in the rows and columns that are kept, which are sorted."""
    from openpyxl.utils import range_boundaries

    merges: Merges = {}
    row_set, place = set(rows), {column: position for position, column in enumerate(columns)}
    for area in areas:
        first_column, first_row, last_column, last_row = range_boundaries(area)
        if first_row in row_set and first_column in place:
            height = bisect_right(rows, last_row) - bisect_left(rows, first_row)
            width = bisect_right(columns, last_column) - bisect_left(columns, first_column)
            room.take(cells=height * width)  # an honest sheet's areas do not overlap
            merges[first_row, place[first_column]] = (height, width)
    return merges


def _unmerged(grid: Grid, merges: Merges) -> Grid:
    """The grid with a merged cell's text in every row it spans."""
    filled = [(row, list(texts)) for row, texts in grid]
    position_of = {row: position for position, (row, _) in enumerate(grid)}
    for (first_row, column), (height, width) in merges.items():
        position = position_of[first_row]
        for _, texts in filled[position : position + height]:
            texts[column : column + width] = [grid[position][1][column]] * width
    return filled


def table_of_rows(rows: Grid) -> Iterator[Block]:
    """Of a file without merged cells."""
    return _table(rows, {})


def _table(grid: Grid, merges: Merges) -> Iterator[Block]:
    """Title rows above each table as text of their own, then the table."""
    for rows in _tables(grid):
        first = 0
        while first < len(rows) - 1 and len(rows[first][1]) > 1 and _filled(rows[first][1]) == 1:
            yield paragraph(next(text for text in rows[first][1] if text))
            first += 1
        if (block := _one_table(rows[first:], merges)) is not None:
            yield block


def _tables(grid: Grid) -> Iterator[Grid]:
    """Below an empty row another table may begin, with a header of its own over other columns."""
    start = 0
    for at in range(1, len(grid)):
        is_below_empty = grid[at][0] - grid[at - 1][0] > 1
        if (
            is_below_empty
            and at - start > 1
            and _begins_table(grid[at : at + _ROWS_LOOKED_AT], grid[max(start, at - _ROWS_LOOKED_AT) : at])
        ):
            yield grid[start:at]
            start = at
    yield grid[start:]


def _begins_table(below: Grid, above: Grid) -> bool:
    """Whether these rows, up to the next empty one, are a header and rows with figures under a name without any, in
    other columns than those above; rows of one cell may stand over them as its title.
    """
    rows = [texts for at, (row, texts) in enumerate(below) if row == below[0][0] + at]
    header, *body = list(dropwhile(lambda texts: _filled(texts) == 1, rows)) or [[]]
    names = {column: text for column, text in enumerate(header) if text}
    columns_above = {column for _, texts in above if _filled(texts) > 1 for column, text in enumerate(texts) if text}
    if not body or len(names) < 2 or names.keys() == columns_above:
        return False
    if any(len(text) > _LONGEST_NAME or _DIGIT.search(text) for text in names.values()):
        return False
    filled_below = [column for texts in body for column, text in enumerate(texts) if text]
    of_figures = (all(_DIGIT.search(texts[column]) for texts in body) for column in names)
    return set(filled_below) <= names.keys() and any(of_figures)


def _filled(texts: Sequence[str]) -> int:
    return sum(map(bool, texts))


def _one_table(rows: Grid, merges: Merges) -> Block | None:
    hidden = _hidden([row for row, _ in rows], merges)
    return table_block(
        [
            [
                Cell(text, *merges.get((row, column), (1, 1)))
                for column, text in enumerate(texts)
                if (row, column) not in hidden
            ]
            for row, texts in rows
        ]
    )


def _hidden(rows: Sequence[int], merges: Merges) -> set[tuple[int, int]]:
    """The places that a merged cell covers beside its own."""
    covered: set[tuple[int, int]] = set()
    position_of = {row: position for position, row in enumerate(rows)}
    for (row, column), (height, width) in merges.items():
        if (first := position_of.get(row)) is not None:
            area = {(below, column + right) for below in rows[first : first + height] for right in range(width)}
            covered |= area - {(row, column)}
    return covered
