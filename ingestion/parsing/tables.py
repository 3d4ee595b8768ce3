"""Tables with spans: a cell that spans rows is repeated in each of them, so that every row can be read by itself."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from html import escape

from ingestion.parsing.blocks import Block, BlockKind
from kb_service.domain.causes import Cause
from kb_service.domain.documents import CELL_BORDER
from kb_service.domain.errors import FileRefused

# A hostile file may claim any span; no readable table is wider, or has a cell as wide or tall as this.
_WIDEST_TABLE, _WIDEST_SPAN, _TALLEST_SPAN = 1_000, 200, 1_000
# What the spans of one table may add to it: as many cells again as it has itself, and these.
_MOST_CELLS_BY_SPANS, _MOST_CHARACTERS_BY_SPANS = 10_000, 200_000


@dataclass(frozen=True, slots=True)
class Cell:
    text: str
    rows: int = 1
    columns: int = 1
    is_header: bool = False


def plain_row(texts: Sequence[str]) -> list[Cell]:
    return [Cell(text) for text in texts]


def table_block(rows: Sequence[Sequence[Cell]], *, page: int | None = None) -> Block | None:
    """The table as a block, or None when no cell has text. Raises FileRefused for one that nobody could read."""
    one_line = [[_on_one_line(cell) for cell in row] for row in rows]
    grid = _grid(one_line)
    lines = [_line(row) for row in grid if any(row)]
    if not lines:
        return None
    return Block(BlockKind.TABLE, "\n".join(lines), page=page, html=_html(one_line))


def _on_one_line(cell: Cell) -> Cell:
    columns = min(max(cell.columns, 1), _WIDEST_SPAN)
    rows = min(max(cell.rows, 1), _TALLEST_SPAN)
    return Cell(" ".join(cell.text.split()), rows, columns, cell.is_header)


class _Spans:
    """What spans add to a table, as it adds up."""

    def __init__(self, own_cells: int) -> None:
        self._cells_left = _MOST_CELLS_BY_SPANS + own_cells
        self._characters_left = _MOST_CHARACTERS_BY_SPANS

    def add(self, text: str) -> str:
        self._cells_left -= 1
        self._characters_left -= len(text)
        if self._cells_left < 0 or self._characters_left < 0:
            raise FileRefused(
                "the merged cells of a table multiply its text beyond what can be read; unmerge them.",
                Cause("merged_cells"),
            )
        return text


def _grid(rows: Sequence[Sequence[Cell]]) -> list[list[str]]:
    """Texts by row and column with spans filled in; a row of one single spanning cell keeps one entry."""
    spans = _Spans(sum(map(len, rows)))
    filled: list[list[str]] = []
    hanging: dict[int, tuple[int, str]] = {}  # column -> (rows still to fill, text)
    for row in rows:
        texts = list(_row(row, hanging, spans))
        is_title = len(row) == 1 and len(set(texts)) == 1
        filled.append(texts[:1] if is_title else texts)
    return filled


def _row(row: Sequence[Cell], hanging: dict[int, tuple[int, str]], spans: _Spans) -> Iterator[str]:
    """One row's texts; ``hanging`` is what stands in it from above, and becomes what stands below it."""
    above = dict(hanging)
    hanging.clear()
    last = max(above, default=-1)
    cells = iter(row)
    column = 0
    while True:
        if column in above:
            left, text = above[column]
            yield spans.add(text)
            if left > 1:
                hanging[column] = (left - 1, text)
            column += 1
        elif (cell := next(cells, None)) is not None:
            for offset in range(cell.columns):
                yield cell.text if offset == 0 else spans.add(cell.text)
                if cell.rows > 1:
                    hanging[column + offset] = (cell.rows - 1, cell.text)
            column += cell.columns
        elif column > last:
            return
        else:
            yield ""
            column += 1
        if column > _WIDEST_TABLE:
            raise FileRefused(
                f"a table has more than {_WIDEST_TABLE:,} columns; split it.",
                Cause("too_many_columns", {"limit": _WIDEST_TABLE}),
            )


def _line(texts: Sequence[str]) -> str:
    last = max((position for position, text in enumerate(texts) if text), default=0)
    return CELL_BORDER.join(texts[: last + 1]).strip()


def _html(rows: Sequence[Sequence[Cell]]) -> str:
    return "<table>" + "".join(f"<tr>{''.join(map(_cell_html, row))}</tr>" for row in rows if row) + "</table>"


def _cell_html(cell: Cell) -> str:
    tag = "th" if cell.is_header else "td"
    spans = (f' rowspan="{cell.rows}"' if cell.rows > 1 else "") + (
        f' colspan="{cell.columns}"' if cell.columns > 1 else ""
    )
    return f"<{tag}{spans}>{escape(cell.text)}</{tag}>"
