"""Tables drawn with rules, from the boxes of their cells and what stands in them."""

import re
from collections.abc import Sequence

from ingestion.parsing.blocks import Block
from ingestion.parsing.decode import clean
from ingestion.parsing.raised_marks import without_inner_marks
from ingestion.parsing.tables import Cell, table_block

_LEAST_CELLS = 4


def ruled_table(boxes: Sequence[Sequence[Sequence[float]]], texts: Sequence[Sequence[str]], page: int) -> Block | None:
    """The table with its spans, row by row; None for a frame around text. A box is x0, top, x1, bottom."""
    all_boxes = [box for row in boxes for box in row]
    lefts, tops = sorted({round(box[0]) for box in all_boxes}), sorted({round(box[1]) for box in all_boxes})
    if len(lefts) < 2 or len(tops) < 2:
        return None
    rows = [
        [_cell(box, text, lefts, tops) for box, text in zip(row, row_texts, strict=True)]
        for row, row_texts in zip(boxes, texts, strict=True)
    ]
    filled = sum(bool(cell.text) for row in rows for cell in row)
    return table_block(rows, page=page) if filled >= max(_LEAST_CELLS, 0.3 * len(all_boxes)) else None


def _cell(box: Sequence[float], text: str, lefts: Sequence[int], tops: Sequence[int]) -> Cell:
    columns = sum(round(box[0]) <= left < round(box[2]) - 1 for left in lefts)
    rows = sum(round(box[1]) <= top < round(box[3]) - 1 for top in tops)
    words = clean(without_inner_marks(text))
    return Cell(
        re.sub(r"(?<=[\u3000-\u9fff\uff00-\uffef])\n(?=[\u3000-\u9fff\uff00-\uffef])", "", words), rows, columns
    )
