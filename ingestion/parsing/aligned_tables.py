"""Tables without upright rules, by how their cells stand under each other; an empty place is an empty cell."""

import re
from collections.abc import Iterator, Sequence
from statistics import median

from ingestion.parsing.layout import PrintedLine, is_set_in_columns, rows_of
from ingestion.parsing.tables import Cell, table_block
from ingestion.parsing.wrapping import joined

Row = list[PrintedLine]

_LEAST_ROWS, _LEAST_ROWS_OF_TWO = 3, 3
_MOST_COLUMNS = 15
_WIDEST_GAP = 2.6  # times the type size, between two rows of one table
_LONGEST_CELL, _LONGEST_OF_TWO = 24, 14  # characters of a usual cell; in columns of text lines are longer
_PROSE = 30  # characters; a column whose cells are usually longer is text beside a table
_ALIGNED_WITHIN, _ALIGNED_SHARE = 1.0, 0.7
_LEADERS = re.compile(r"[.…·．]{4,}")
_MARKER = re.compile(r"[（(]?(?:\d{1,3}|[一二三四五六七八九十]{1,3}|[a-zA-Z①-⑳])[)）.．、]?|[•·●■□☑○◆▪*-]")


def with_aligned_tables(parts: Sequence[PrintedLine], page_width: float) -> list[PrintedLine]:
    """The parts of a page, with a table in the place of those that are its cells; columns of text stay."""
    if is_set_in_columns(parts, page_width):
        return list(parts)
    found = [table for run in _runs(rows_of(parts)) if (table := _table(run)) is not None]
    if not found:
        return list(parts)
    taken = {id(part) for _, cells in found for part in cells}
    return [*(part for part in parts if id(part) not in taken), *(table for table, _ in found)]


def _runs(rows: Sequence[Row]) -> Iterator[list[Row]]:
    """Rows right under each other that have several parts; single parts below a cell of theirs belong to them."""
    run: list[Row] = []
    for row in rows:
        is_near = bool(run) and _top(row) - _bottom(run[-1]) <= _WIDEST_GAP * row[0].size
        is_alike = bool(run) and abs(row[0].size - run[-1][0].size) < 0.15 * row[0].size
        is_part = row[0].table is None and (len(row) > 1 or (is_near and is_alike and _is_wrapped(row[0], run)))
        if run and not (is_part and is_near and is_alike):
            yield run
            run = []
        if is_part and (run or len(row) > 1):
            run.append(row)
    if run:
        yield run


def _is_wrapped(part: PrintedLine, run: Sequence[Row]) -> bool:
    """Below a cell that is not the first, and no wider than it."""
    above = next((row for row in reversed(run) if len(row) > 1), None)
    return above is not None and any(
        abs(part.x0 - cell.x0) < part.size and part.x1 <= cell.x1 + part.size for cell in above[1:]
    )


def _table(run: list[Row]) -> tuple[PrintedLine, list[PrintedLine]] | None:
    whole_rows = [row for row in run if len(row) > 1]
    count = max(map(len, whole_rows))
    least = _LEAST_ROWS_OF_TWO if count == 2 else _LEAST_ROWS
    if len(whole_rows) < least or count > _MOST_COLUMNS:
        return None
    columns = _columns([row for row in whole_rows if len(row) == count])
    if len(columns) != count or not _are_cells(whole_rows, run) or not _are_aligned(whole_rows, columns):
        return None
    cells = [_cells(row, columns) for row in _with_wrapped(run, columns)]
    if any(row is None for row in cells):
        return None
    parts = [part for row in run for part in row]
    block = table_block([row for row in cells if row is not None], page=parts[0].page)
    if block is None:
        return None
    x0, x1 = min(part.x0 for part in parts), max(part.x1 for part in parts)
    top, bottom = min(part.top for part in parts), max(part.bottom for part in parts)
    return PrintedLine(block.text, x0, x1, top, bottom, 0.0, parts[0].page, table=block), parts


def _columns(rows: Sequence[Row]) -> list[tuple[float, float]]:
    """The places of the columns, from the rows that fill all of them."""
    borders: list[tuple[float, float]] = []
    for x0, x1 in sorted((part.x0, part.x1) for row in rows for part in row):
        if borders and x0 < borders[-1][1]:
            borders[-1] = (borders[-1][0], max(x1, borders[-1][1]))
        else:
            borders.append((x0, x1))
    return borders


def _are_cells(rows: Sequence[Row], run: Sequence[Row]) -> bool:
    """Short, and no list of contents, no list with its marks, no text set in columns."""
    texts = [part.text for row in rows for part in row]
    if any(_LEADERS.search(text) for text in texts):
        return False
    is_of_two = max(map(len, rows)) == 2
    if is_of_two and (all(_MARKER.fullmatch(row[0].text) for row in rows) or len(run) > 1.3 * len(rows)):
        return False
    if max(median(len(row[at].text) for row in rows if len(row) > at) for at in range(max(map(len, rows)))) > _PROSE:
        return False
    longest = _LONGEST_OF_TWO if is_of_two else _LONGEST_CELL
    return median(map(len, texts)) <= longest and sorted(map(len, texts))[int(0.9 * len(texts))] <= 3 * longest


def _are_aligned(rows: Sequence[Row], columns: Sequence[tuple[float, float]]) -> bool:
    """Most cells of each column share their left, their middle or their right."""
    for column in columns:
        cells = [part for row in rows for part in row if _places(part, columns) == [columns.index(column)]]
        if len(cells) < 2:
            return False
        size = cells[0].size
        for places in (
            [cell.x0 for cell in cells],
            [(cell.x0 + cell.x1) / 2 for cell in cells],
            [cell.x1 for cell in cells],
        ):
            middle = median(places)
            near = sum(abs(place - middle) <= _ALIGNED_WITHIN * size for place in places)
            if near >= _ALIGNED_SHARE * len(places):
                break
        else:
            return False
    return True


def _places(part: PrintedLine, columns: Sequence[tuple[float, float]]) -> list[int]:
    """The numbers of the columns that it stands over, else that of the nearest."""
    over = [number for number, (x0, x1) in enumerate(columns) if min(part.x1, x1) - max(part.x0, x0) > 0]
    if over:
        return over
    middle = (part.x0 + part.x1) / 2
    return [min(range(len(columns)), key=lambda number: abs(sum(columns[number]) / 2 - middle))]


def _with_wrapped(run: Sequence[Row], columns: Sequence[tuple[float, float]]) -> Iterator[Row]:
    """Rows with the lines that go on under one of their cells put into it."""
    open_row: Row = []
    for row in run:
        if len(row) > 1 or not open_row:
            if open_row:
                yield open_row
            open_row = list(row)
            continue
        at = _places(row[0], columns)
        position = next((number for number, part in enumerate(open_row) if _places(part, columns) == at), None)
        if position is None:
            yield open_row
            open_row = list(row)
        else:
            cell = open_row[position]
            text = joined(cell.text, row[0].text)
            open_row[position] = PrintedLine(
                text, min(cell.x0, row[0].x0), max(cell.x1, row[0].x1), cell.top, row[0].bottom, cell.size, cell.page
            )
    if open_row:
        yield open_row


def _cells(row: Row, columns: Sequence[tuple[float, float]]) -> list[Cell] | None:
    """None where two parts stand in one column."""
    cells: list[Cell] = []
    following = 0
    for part in row:
        places = _places(part, columns)
        if places[0] < following:
            return None
        cells += [Cell("")] * (places[0] - following)
        cells.append(Cell(part.text, columns=len(places)))
        following = places[-1] + 1
    return cells


def _top(row: Row) -> float:
    return min(part.top for part in row)


def _bottom(row: Row) -> float:
    return max(part.bottom for part in row)
