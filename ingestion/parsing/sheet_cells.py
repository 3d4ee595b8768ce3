"""The cells of a sheet as it shows them: without hidden rows, columns and struck-out words, numbers by their format."""

import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from functools import cache
from io import BytesIO
from typing import Any

from ingestion.parsing.decode import clean
from ingestion.parsing.raised_marks import lowered, raised, told
from ingestion.parsing.sheet_builtin_formats import FORMATS
from ingestion.parsing.sheet_formats import shown_moment, shown_number, shown_text
from ingestion.parsing.symbols import is_symbol_font, symbols
from kb_service.domain.causes import Cause
from kb_service.domain.file_reports import NoteKind, Notes

# What WPS stores in a cell for a picture in it.
_PICTURE_FORMULAS = ("=DISPIMG(", "=_xlfn.DISPIMG(")
# What Excel takes. Each cell reads its format anew: 3,000 cells with one of 60,000 characters took longer than a file
# may.
_LONGEST_FORMAT = 255
_ESCAPE = re.compile(r"_x([0-9A-Fa-f]{4})_")
_MARKED = re.compile(rb"<(?:\w+:)?(?:strike|vertAlign)\b|<(?:\w+:)?rFont[^>]*(?:dings|Symbol)", re.IGNORECASE)
_COLOURED = re.compile(rb"<(?:\w+:)?(?:tablePart|conditionalFormatting|picture|legacyDrawingHF)\b")
_OFF = frozenset({None, "0", "false"})


@dataclass(slots=True)
class SheetCells:
    """``areas`` that are merged are known once all cells were taken; so is ``unread``: why a cell gave no text."""

    sheet: Any
    notes: Notes
    areas: list[str] = field(default_factory=list)
    unread: dict[tuple[int, int], Cause] = field(default_factory=dict)
    _hidden_rows: set[int] = field(default_factory=set)
    _hidden_columns: set[int] = field(default_factory=set)
    _is_column_hidden: dict[int, bool] = field(default_factory=dict)
    _style_of: dict[int, tuple[str, str, bool, bool]] = field(default_factory=dict)
    _is_coloured: bool | None = None

    def texts(self) -> Iterator[tuple[int, int, str]]:
        """Row, column and text of what is written in the file and shown.

        By the parser itself: `openpyxl` fills the rows that it gives out up to the sheet's last column.
        """
        book = self.sheet.parent
        with self.sheet._get_source() as source:
            parser = _parser_class()(
                source,
                self.sheet._shared_strings,
                data_only=True,
                epoch=book.epoch,
                date_formats=book._date_formats,
                timedelta_formats=book._timedelta_formats,
                rich_text=True,
            )
            for row, cells in parser.parse():
                dimension = parser.row_dimensions.pop(str(row), {})
                if not cells:
                    continue
                if dimension.get("hidden") not in _OFF or dimension.get("ht") == "0":
                    self._hidden_rows.add(row)
                    continue
                for cell in cells:
                    column = cell["column"]
                    if column not in self._is_column_hidden:
                        self._is_column_hidden[column] = _is_hidden(parser.column_dimensions, column)
                    if not self._is_column_hidden[column]:
                        if text := self._text(cell, book):
                            yield cell["row"], column, text
                    elif cell["value"] is not None:
                        self._hidden_columns.add(column)
            if parser.merged_cells is not None:
                self.areas.extend(str(each.ref) for each in parser.merged_cells.mergeCell)
        self.notes.add(NoteKind.HIDDEN_ROWS, self.sheet.title, count=len(self._hidden_rows))
        self.notes.add(NoteKind.HIDDEN_COLUMNS, self.sheet.title, count=len(self._hidden_columns))

    def _text(self, cell: dict[str, Any], book: Any) -> str:
        value = cell["value"]
        if value is None:
            if cell.get("lacks_value"):
                self.notes.add(NoteKind.FORMULAS_WITHOUT_VALUE, self._place(cell))
                self.unread[cell["row"], cell["column"]] = Cause("formula_without_value")
            return ""
        if cell["data_type"] == "e":
            self.notes.add(NoteKind.ERROR_VALUES, self._place(cell))
            self.unread[cell["row"], cell["column"]] = Cause("error_value", {"value": str(value)})
            return ""
        if (style_id := cell["style_id"]) not in self._style_of:
            style = book._cell_styles[style_id]
            font = book._fonts[style.fontId]
            is_white = _is_white(font.color) and _has_no_ground(book._fills[style.fillId])
            self._style_of[style_id] = (_format(book, style.numFmtId), font.name or "", bool(font.strike), is_white)
        number_format, font_name, is_struck_out, is_white = self._style_of[style_id]
        if is_white and not self._may_be_coloured_otherwise():
            self.notes.add(NoteKind.HIDDEN_TEXT, self._place(cell))
            return ""
        if is_struck_out:
            self.notes.add(NoteKind.STRUCK_OUT)
            self.unread[cell["row"], cell["column"]] = Cause("struck_out")
            return ""
        try:
            text = told(clean(_shown(value, number_format, book.epoch, self.notes)).strip())
        except (ArithmeticError, ValueError):  # a number or day beyond what its format can show
            text = str(value)
        if is_symbol_font(font_name) and isinstance(value, str):
            text = symbols(font_name, text)
        if not text and not isinstance(value, str):
            self.notes.add(NoteKind.HIDDEN_TEXT, self._place(cell))
        return "" if text.startswith(_PICTURE_FORMULAS) else text

    def _may_be_coloured_otherwise(self) -> bool:
        """By the style of a table in the sheet, or by conditions."""
        if self._is_coloured is None:
            with self.sheet._get_source() as source:
                self._is_coloured = _COLOURED.search(source.read()) is not None
        return self._is_coloured

    def _place(self, cell: dict[str, Any]) -> str:
        from openpyxl.utils import get_column_letter

        return f"{self.sheet.title}!{get_column_letter(cell['column'])}{cell['row']}"


def _shown(value: Any, number_format: str, epoch: datetime, notes: Notes) -> str:
    from openpyxl.utils.datetime import from_excel

    match value:
        case str():
            return shown_text(unescaped(value), number_format)
        case bool():
            return "是" if value else "否"
        case datetime() | date() | time() | timedelta():
            return shown_moment(value, number_format)
        case int() | float() if _is_of_moments(number_format):  # one that openpyxl takes for a number
            return shown_moment(from_excel(value, epoch), number_format)
        case int() | float():
            return shown_number(value, number_format)
        case list():  # pieces of rich text
            return "".join([_piece(each, notes) for each in value])
        case _:
            return str(value)


@cache
def _is_of_moments(number_format: str) -> bool:
    from openpyxl.styles.numbers import is_date_format

    return "aaa" in number_format or (number_format != "General" and bool(is_date_format(number_format)))


def _piece(piece: Any, notes: Notes) -> str:
    if isinstance(piece, str):
        return unescaped(piece)
    text = unescaped(str(piece.text))
    if piece.font.strike:
        notes.add(NoteKind.STRUCK_OUT)
        return ""
    if is_symbol_font(piece.font.rFont):
        return symbols(piece.font.rFont, text)
    place = piece.font.vertAlign
    return raised(text) if place == "superscript" else lowered(text) if place == "subscript" else text


def unescaped(text: str) -> str:
    """``_x000D_`` stands for a character that XML cannot hold, or that a program did not trust it to."""
    return _ESCAPE.sub(lambda found: chr(int(found[1], 16)), text) if "_x" in text else text


def _is_white(color: Any) -> bool:
    if color is None:
        return False
    if color.type == "rgb":
        return str(color.rgb).upper().endswith("FFFFFF")
    return bool(color.type == "theme" and color.theme == 0 and not color.tint)


def _has_no_ground(fill: Any) -> bool:
    return getattr(fill, "patternType", "solid") in {None, "none"}


def _format(book: Any, format_id: int) -> str:
    from openpyxl.styles.numbers import BUILTIN_FORMATS, BUILTIN_FORMATS_MAX_SIZE

    if format_id in FORMATS:
        return FORMATS[format_id]
    if format_id < BUILTIN_FORMATS_MAX_SIZE:
        return str(BUILTIN_FORMATS.get(format_id, "General"))
    written = str(book._number_formats[format_id - BUILTIN_FORMATS_MAX_SIZE])
    return written if len(written) <= _LONGEST_FORMAT else "General"


def _is_hidden(dimensions: dict[str, Any], column: int) -> bool:
    return any(
        int(each["min"]) <= column <= int(each["max"]) and (each.get("hidden") not in _OFF or each.get("width") == "0")
        for each in dimensions.values()
    )


def holds_marked_words(data: bytes) -> bool:
    """Whether some words of a cell are struck out or raised, for which cells have to be read in pieces."""
    with zipfile.ZipFile(BytesIO(data)) as archive:
        entries = [each for each in archive.namelist() if each.endswith("sharedStrings.xml")]
        return any(_MARKED.search(archive.read(each)) for each in entries)


@cache
def _parser_class() -> Any:
    """openpyxl's parser, which also tells a formula that has no stored value from an empty cell."""
    from openpyxl.worksheet._reader import FORMULA_TAG, VALUE_TAG, WorkSheetParser

    class Parser(WorkSheetParser):  # type: ignore[misc]
        def parse_cell(self, element: Any) -> dict[str, Any]:
            cell: dict[str, Any] = super().parse_cell(element)
            if cell["value"] is None and element.find(FORMULA_TAG) is not None:
                has_empty_text = element.get("t") == "str" and element.find(VALUE_TAG) is not None
                cell["lacks_value"] = not has_empty_text
            return cell

    return Parser
