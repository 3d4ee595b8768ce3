"""Ruled tables of an OFD page, found by pdfplumber's search for the cells between lines."""

from typing import Any

from ingestion.parsing.layout import PrintedLine
from ingestion.parsing.ofd_pages import OfdPage
from ingestion.parsing.printed_words import lines_of_words
from ingestion.parsing.ruled_tables import ruled_table

_MOST_RULES, _MOST_CROSSINGS = 2_000, 4_000
_JOINED_WITHIN = 3.0  # points

Letters = list[dict[str, Any]]


def tables_of(page: OfdPage) -> list[tuple[PrintedLine, Letters]]:
    """Each with the letters in it."""
    from pdfplumber.table import cells_to_tables, edges_to_intersections, intersections_to_cells, merge_edges

    edges = [edge for line in page.lines if (edge := _edge(line)) is not None]
    levels = {round(edge["top"]) for edge in edges if edge["orientation"] == "h"}
    uprights = {round(edge["x0"]) for edge in edges if edge["orientation"] == "v"}
    if not edges or len(edges) > _MOST_RULES or len(levels) * len(uprights) > _MOST_CROSSINGS:
        return []
    near = _JOINED_WITHIN
    merged = merge_edges(edges, near, near, near, near)
    found = cells_to_tables(intersections_to_cells(edges_to_intersections(merged, near, near)))
    return [table for cells in found if (table := _table(cells, page)) is not None]


def _edge(line: dict[str, Any]) -> dict[str, Any] | None:
    wide, high = line["x1"] - line["x0"], line["bottom"] - line["top"]
    if min(wide, high) > 1 or max(wide, high) < 3:
        return None
    orientation = "h" if wide > high else "v"
    return {**line, "orientation": orientation, "width": wide, "height": high, "object_type": "line"}


def _table(cells: list[tuple[float, float, float, float]], page: OfdPage) -> tuple[PrintedLine, Letters] | None:
    rows: dict[float, list[tuple[float, float, float, float]]] = {}
    for cell in sorted(cells, key=lambda cell: (cell[1], cell[0])):
        rows.setdefault(round(cell[1]), []).append(cell)
    x0, top = min(cell[0] for cell in cells), min(cell[1] for cell in cells)
    x1, bottom = max(cell[2] for cell in cells), max(cell[3] for cell in cells)
    inside = [letter for letter in page.chars if _is_in(letter, (x0, top, x1, bottom))]
    texts = [[_text(cell, inside, page.page_number) for cell in row] for row in rows.values()]
    block = ruled_table(list(rows.values()), texts, page.page_number)
    if block is None:
        return None
    return PrintedLine(block.text, x0, x1, top, bottom, 0.0, page.page_number, table=block), inside


def _text(cell: tuple[float, float, float, float], letters: Letters, number: int) -> str:
    words = [letter for letter in letters if _is_in(letter, cell) and letter["text"].strip()]
    return "\n".join(line.text for line in lines_of_words(words, number))


def _is_in(letter: dict[str, Any], box: tuple[float, float, float, float]) -> bool:
    x, y = (letter["x0"] + letter["x1"]) / 2, (letter["top"] + letter["bottom"]) / 2
    return bool(box[0] <= x <= box[2] and box[1] <= y <= box[3])
