"""A row of a table as a sentence. Parsed tables are stored one row a line, cells apart by a bar."""

import re
from collections.abc import Sequence

from kb_service.domain.documents import CELL_BORDER

# Columns that count the rows say nothing of them.
_COUNTING = re.compile(r"^(?:序号|编号|no\.?)$", re.IGNORECASE)
_UNIT = re.compile(r"[（(]([^（()）]+)[）)]$")
_BARE_NUMBER = re.compile(r"^[\d.,，]+$")


def cells_of(line: str) -> list[str]:
    """Without the space around them."""
    return [cell.strip() for cell in line.split(CELL_BORDER.strip())]


def row_in_words(cells: Sequence[str], header: Sequence[str]) -> str:
    """What the first cell names, then the others: alone where there is one, else each with the name of its column.

    A column that only counts is left out; a unit that stands in the header (数额（元）) goes with a bare number.
    """
    named = list(zip(header, cells, strict=False)) if len(header) == len(cells) else [("", cell) for cell in cells]
    if len(named) > 2 and _COUNTING.match(named[0][0]):
        named = named[1:]
    (_, subject), *others = [(column, _with_unit(cell, column)) for column, cell in named]
    filled = [(column, cell) for column, cell in others if cell]
    if not filled:
        return subject
    if len(filled) == 1:
        return f"{subject}：{filled[0][1]}"
    return f"{subject}：" + "，".join(f"{column} {cell}".strip() for column, cell in filled)


def _with_unit(cell: str, column: str) -> str:
    unit = _UNIT.search(column)
    return f"{cell}（{unit[1]}）" if unit and _BARE_NUMBER.match(cell) else cell
