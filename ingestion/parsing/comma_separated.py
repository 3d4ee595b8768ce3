"""Rows of a CSV file, with what separates its cells found out; a quote that never ends costs its own row alone."""

import csv
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from io import StringIO

from ingestion.parsing.blocks import ParsedFile, RefusedRow
from ingestion.parsing.decode import decode
from ingestion.parsing.limits import ParsingLimits, counted, require_characters
from ingestion.parsing.question_answers import header_position, misses_a_column, question_answers
from ingestion.parsing.sheets import Room, table_of_rows
from kb_service.domain.causes import Cause
from kb_service.domain.errors import FileRefused
from kb_service.domain.file_reports import FileReport, NoteKind, Notes

_DELIMITERS = (",", "\t", ";", "|", "，", "；")
_STATED = re.compile(r"sep=([,;\t|])\n")
_OF_SENTENCES = "，；"
_FIRST_LINES = 30
_MOST_LINES_OF_A_CELL = 300
_LONGEST_CELL = 131_072


@dataclass(frozen=True, slots=True)
class CsvRow:
    """``number`` counts rows from 1, as a sheet does; ``fault`` says why it is no row, as does ``cause``."""

    number: int
    cells: list[str]
    fault: str | None = None
    cause: Cause | None = None


def read_csv(data: bytes, name: str, limits: ParsingLimits) -> ParsedFile:
    text = decode(data, name)
    require_characters(len(text), name, limits)
    rows = list(rows_of_csv(text, name))
    Room(name, limits).take(cells=sum(len(row.cells) for row in rows))
    filled = [row for row in rows if any(row.cells)]
    notes = Notes()
    broken = [RefusedRow(row.number, row.fault, tuple(row.cells), cause=row.cause) for row in filled if row.fault]
    whole = [(row.number, row.cells) for row in filled if not row.fault]
    found = question_answers(whole)
    if found is not None:
        refused = tuple(sorted([*found.refused, *broken], key=lambda row: row.row))
        for number in found.above:
            notes.add(NoteKind.ROWS_ABOVE_HEADER, str(number))
        return ParsedFile((), {}, tuple(found.rows), FileReport(notes=notes.all()), refused)
    if broken:
        raise FileRefused(f"{name}: {broken[0].reason} (row {broken[0].row}).", broken[0].cause)
    if misses_a_column([cells for _, cells in whole]):
        notes.add(NoteKind.READ_AS_TABLE)
    blocks = tuple(counted(table_of_rows(whole), name, limits))
    return ParsedFile(blocks, {}, report=FileReport(notes=notes.all()))


def rows_of_csv(text: str, name: str) -> Iterator[CsvRow]:
    """All rows, empty ones too."""
    if (stated := _STATED.match(text)) is not None:  # Excel's own line, which it does not show
        yield CsvRow(1, [])
        rest = csv.reader(StringIO(text[stated.end() :]), delimiter=stated[1])
        yield from (CsvRow(number, _stripped(cells)) for number, cells in enumerate(rest, start=2))
        return
    delimiter = _delimiter(text, name)
    if delimiter in _OF_SENTENCES:
        yield from _rows_with_sentences(text, delimiter)
        return
    try:
        rows = list(csv.reader(StringIO(text), delimiter=delimiter, strict=True))
    except csv.Error:
        yield from _rows_one_by_one(text, delimiter)
        return
    for number, cells in enumerate(rows, start=1):
        yield CsvRow(number, _stripped(cells))


def _rows_with_sentences(text: str, delimiter: str) -> Iterator[CsvRow]:
    """Cells between full-width commas, which sentences hold too: what a header has no column for is of the last."""
    rows = list(_rows_one_by_one(text, delimiter))
    at = header_position([row.cells for row in rows[:_FIRST_LINES]])
    last = None if at is None else len(rows[at].cells) - 1
    for row in rows:
        is_over = last is not None and len(row.cells) > last + 1
        yield replace(row, cells=[*row.cells[:last], delimiter.join(row.cells[last:])]) if is_over else row


def _rows_one_by_one(text: str, delimiter: str) -> Iterator[CsvRow]:
    lines = text.split("\n")
    if lines and not lines[-1]:
        lines.pop()
    at = number = 0
    while at < len(lines):
        number += 1
        cells, following = _record(lines, at, delimiter)
        if cells is None:
            fault = (
                f"a quote is opened in line {at + 1} and not closed where the cell ends; close it, or write it twice"
            )
            cells_anyway = _stripped(lines[at].replace('"', "").split(delimiter))
            yield CsvRow(number, cells_anyway, fault, Cause("open_quote", {"line": at + 1}))
            at += 1
        else:
            yield CsvRow(number, _stripped(cells))
            at = following


def _stripped(cells: list[str]) -> list[str]:
    return [cell.strip() for cell in cells]


def _record(lines: list[str], at: int, delimiter: str) -> tuple[list[str] | None, int]:
    """The cells of the row that begins there, and the line after it; no cells where a quote stays open."""
    if '"' not in lines[at]:
        return lines[at].split(delimiter), at + 1
    if lines[at].count('"') % 2 == 0:  # most rows with quotes: whole by themselves
        return next(csv.reader(StringIO(lines[at]), delimiter=delimiter), []), at + 1
    quotes = lines[at].count('"')
    for end in range(at + 1, min(len(lines), at + _MOST_LINES_OF_A_CELL)):
        quotes += lines[end].count('"')
        if quotes % 2 == 0:
            return _strictly("\n".join(lines[at : end + 1]), delimiter), end + 1
    return None, at + 1


def _strictly(record: str, delimiter: str) -> list[str] | None:
    if len(record) > _LONGEST_CELL:
        return None
    try:
        rows = list(csv.reader(StringIO(record), delimiter=delimiter, strict=True))
    except csv.Error:
        return None
    return rows[0] if len(rows) == 1 else None


def _delimiter(text: str, name: str) -> str:
    """That which makes a header of questions and answers, else that which makes rows of one width; outside quotes."""
    if name.lower().endswith(".tsv"):
        return "\t"
    first = [line for line in text[:20_000].split("\n")[:_FIRST_LINES] if line.strip()]
    best, best_score = ",", (0, 0)
    for delimiter in _DELIMITERS:
        rows = [_record([line], 0, delimiter)[0] or line.replace('"', "").split(delimiter) for line in first]
        if header_position([_stripped(row) for row in rows]) is not None:
            return delimiter
        widths = Counter(len(row) for row in rows if len(row) > 1)
        width, count = widths.most_common(1)[0] if widths else (0, 0)
        # Sentences hold full-width commas: they separate cells only where no other sign does.
        if (count, width) > best_score and (delimiter not in _OF_SENTENCES or not best_score[0]):
            best, best_score = delimiter, (count, width)
    return best
