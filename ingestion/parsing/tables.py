"""Tables with spans: a cell that spans rows is repeated in each of them, so that every row can be read by itself."""

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

from ingestion.parsing.blocks import Block, BlockKind
from kb_service.domain.documents import CELL_BORDER

# A hostile file may claim any span; no readable table is wider or taller than this.
_WIDEST_SPAN = 200


@dataclass(frozen=True, slots=True)
class Cell:
    text: str
    rows: int = 1
    columns: int = 1
    is_header: bool = False


def plain_row(texts: Sequence[str]) -> list[Cell]:
    return [Cell(text) for text in texts]


def table_block(rows: Sequence[Sequence[Cell]], *, page: int | None = None) -> Block | None:
    """The table as a block, or None when no cell has text."""
    one_line = [[_on_one_line(cell) for cell in row] for row in rows]
    grid = _grid(one_line)
    lines = [_line(row) for row in grid if any(row)]
    if not lines:
        return None
    return Block(BlockKind.TABLE, "\n".join(lines), page=page, html=_html(one_line))


def _on_one_line(cell: Cell) -> Cell:
    columns = min(max(cell.columns, 1), _WIDEST_SPAN)
    return Cell(" ".join(cell.text.split()), max(cell.rows, 1), columns, cell.is_header)


def _grid(rows: Sequence[Sequence[Cell]]) -> list[list[str]]:
    """Texts by row and column with spans filled in; a row of one single spanning cell keeps one entry."""
    filled: list[list[str]] = []
    hanging: dict[int, tuple[int, str]] = {}  # column -> (rows still to fill, text)
    for row in rows:
        texts: list[str] = []
        cells = iter(row)
        own = 0
        while True:
            column = len(texts)
            if column in hanging:
                left, text = hanging.pop(column)
                texts.append(text)
                if left > 1:
                    hanging[column] = (left - 1, text)
                continue
            cell = next(cells, None)
            if cell is None:
                if not any(later > column for later in hanging):
                    break
                texts.append("")
                continue
            own += 1
            for offset in range(cell.columns):
                texts.append(cell.text)
                if cell.rows > 1:
                    hanging[column + offset] = (cell.rows - 1, cell.text)
        is_title = own == 1 and len(set(texts)) == 1
        filled.append(texts[:1] if is_title else texts)
    return filled


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
