"""Tables of Word: cells with spans, numbers that Word computes in them, tables within cells."""

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from ingestion.parsing.decode import clean
from ingestion.parsing.tables import Cell
from ingestion.parsing.word.names import FALLBACK, OFF, W

# A paragraph of a cell with its number.
TextOf = Callable[[Any], str]


def own(element: Any, name: str) -> Iterator[Any]:
    """The nearest elements of a name inside one: not those inside a table or text box of its own, or one not shown."""
    stack = list(reversed(element))
    while stack:
        child = stack.pop()
        if child.tag == f"{W}{name}":
            yield child
        elif child.tag not in {f"{W}tbl", f"{W}txbxContent", FALLBACK}:
            stack.extend(reversed(child))


def rows_of(table: Any) -> list[tuple[Any, list[Any]]]:
    """The rows with their cells, without those that are hidden or that a tracked change has deleted."""
    shown = (row for row in own(table, "tr") if not _is_gone(row))
    return [(row, [cell for cell in own(row, "tc") if cell.find(f"{W}tcPr/{W}cellDel") is None]) for row in shown]


def is_frame(rows: Sequence[tuple[Any, list[Any]]]) -> bool:
    """A frame around text: one cell, or one in each row that holds paragraphs, not an entry of a list."""
    cells = [cell for _, row in rows for cell in row]
    if len(cells) == 1:
        return True
    is_single = bool(cells) and all(len(row) <= 1 for _, row in rows)
    return is_single and any(len(cell.findall(f"{W}p")) > 1 or cell.find(f"{W}tbl") is not None for cell in cells)


def cells_of(rows: Sequence[tuple[Any, list[Any]]], text_of: TextOf) -> list[list[Cell]]:
    """Cells with spans. A cell merged downwards is stored again in each row, marked as a continuation."""
    placed: list[list[tuple[int, Any, str]]] = []
    for row, cells in rows:
        column = _skipped(row)
        line = []
        for cell in cells:
            line.append((column, cell, "" if _is_continuation(cell) else text_of_cell(cell, text_of)))
            column += _columns(cell)
        placed.append(line)
    made: list[list[Cell]] = []
    spanned: dict[int, int] = {}  # column -> continuations directly below the row being made
    for (row, _), line in zip(reversed(rows), reversed(placed), strict=True):
        below, spanned = spanned, {}
        row_of_cells = [Cell("")] * _skipped(row)
        for column, cell, text in line:
            if _is_continuation(cell):
                spanned[column] = below.get(column, 0) + 1
            else:
                row_of_cells.append(Cell(text, 1 + below.get(column, 0), _columns(cell), _is_header(row)))
        made.append(row_of_cells)
    return made[::-1]


def text_of_cell(cell: Any, text_of: TextOf) -> str:
    return " ".join(filter(None, (clean(part).strip() for part in _parts(cell, text_of))))


def _parts(container: Any, text_of: TextOf) -> Iterator[str]:
    """Paragraphs, the text boxes that hang from them, and tables within: their rows stay apart."""
    for element in container:
        if element.tag == f"{W}p":
            yield text_of(element)
            for box in own(element, "txbxContent"):
                yield from _parts(box, text_of)
        elif element.tag == f"{W}tbl":
            yield _inner_table(element, text_of)
        elif element.tag not in {FALLBACK, f"{W}tcPr", f"{W}del", f"{W}moveFrom"}:
            yield from _parts(element, text_of)


def _inner_table(table: Any, text_of: TextOf) -> str:
    lines = []
    for _, cells in rows_of(table):
        texts = [text for text in (text_of_cell(cell, text_of) for cell in cells) if text]
        if texts:
            lines.append(texts[0] + ("：" + "、".join(texts[1:]) if len(texts) > 1 else ""))
    return "；".join(lines)


def _is_gone(row: Any) -> bool:
    properties = row.find(f"{W}trPr")
    if properties is None:
        return False
    hidden = properties.find(f"{W}hidden")
    return properties.find(f"{W}del") is not None or (hidden is not None and hidden.get(f"{W}val") not in OFF)


def _is_header(row: Any) -> bool:
    mark = row.find(f"{W}trPr/{W}tblHeader")
    return mark is not None and mark.get(f"{W}val") not in OFF


def _skipped(row: Any) -> int:
    before = row.find(f"{W}trPr/{W}gridBefore")
    return 0 if before is None else min(int(before.get(f"{W}val") or 0), 50)


def _columns(cell: Any) -> int:
    span = cell.find(f"{W}tcPr/{W}gridSpan")
    return 1 if span is None else int(span.get(f"{W}val") or 1)


def _is_continuation(cell: Any) -> bool:
    merge = cell.find(f"{W}tcPr/{W}vMerge")
    return merge is not None and merge.get(f"{W}val") != "restart"
