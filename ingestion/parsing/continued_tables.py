"""Tables that go on over several pages, put together as one; a header that each page repeats is told once."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from html import escape

from ingestion.parsing.blocks import Block
from ingestion.parsing.layout import PrintedLine
from kb_service.domain.documents import CELL_BORDER

_WITHIN = 8.0  # points, between the sides of its parts
_MOST_HEADER_ROWS = 4
_CONTINUED = re.compile(r"[（(【]?\s*(?:接上页|续上表|续表|续)\s*[\d一二三四五六七八九十]*\s*[)）】]?")
_EMPTY_FIRST = re.compile(r"^(<tr><t[dh][^>]*>)(</t[dh]>)")
_ROW = re.compile(r"<tr>.*?</tr>", re.DOTALL)


def with_joined_tables(pages: Sequence[Sequence[PrintedLine]]) -> list[list[PrintedLine]]:
    """The parts of each page; a table goes on where it ends one page and another of its columns begins the next."""
    joined = [list(parts) for parts in pages]
    opened: tuple[int, int] | None = None  # page and place of the table that may go on
    for number, parts in enumerate(joined):
        own = [part for part in _from_top(parts) if not _CONTINUED.fullmatch(part.text.strip())]
        first = own[0] if own else None
        if opened is not None and first is not None and first.table is not None:
            before = joined[opened[0]][opened[1]]
            if (whole := _whole(before, first)) is not None:
                joined[opened[0]][opened[1]] = whole
                joined[number] = [part for part in own if part is not first]
                if len(own) == 1:  # the whole page is of this table
                    continue
        rest = _from_top(joined[number])
        last = max(rest, key=lambda part: part.bottom, default=None)
        opened = None if last is None or last.table is None else (number, _place(joined[number], last))
    return joined


def _from_top(parts: Sequence[PrintedLine]) -> list[PrintedLine]:
    return sorted(parts, key=lambda part: part.top)


def _place(parts: Sequence[PrintedLine], wanted: PrintedLine) -> int:
    return next(at for at, part in enumerate(parts) if part is wanted)


def _whole(before: PrintedLine, after: PrintedLine) -> PrintedLine | None:
    """None where they are two tables."""
    if before.table is None or after.table is None:
        return None
    if abs(before.x0 - after.x0) > _WITHIN or abs(before.x1 - after.x1) > _WITHIN:
        return None
    if _width(before.table) != _width(after.table):
        return None
    rows = before.table.text.split("\n"), after.table.text.split("\n")
    repeated = _repeated_rows(*rows)
    if not repeated and _names_columns_anew(*rows):
        return None
    # A cell that stands in several rows is empty where it goes on over the page.
    owner = rows[0][-1].partition(CELL_BORDER)[0].strip()
    html = _joined_html(before.table.html, after.table.html, repeated, owner)
    text = "\n".join([*rows[0], *_owned(rows[1][repeated:], owner)])
    return replace(before, text=text, table=replace(before.table, text=text, html=html))


def _width(table: Block) -> int:
    return max(line.count(CELL_BORDER) for line in table.text.split("\n"))


def _repeated_rows(before: Sequence[str], after: Sequence[str]) -> int:
    count = 0
    while count < min(_MOST_HEADER_ROWS, len(before), len(after)) and before[count] == after[count]:
        count += 1
    return count


def _names_columns_anew(before: Sequence[str], after: Sequence[str]) -> bool:
    """Whether another header stands over the second one: no figure in it, and figures below in both tables."""
    heads, below = (before[0], after[0]), (before[1:], after[1:])
    has_figures = all(any(re.search(r"\d", row) for row in rows) for rows in below)
    return has_figures and not any(re.search(r"\d", row) for row in heads)


def _owned(rows: Sequence[str], owner: str) -> Iterator[str]:
    """The first cells that are empty, filled."""
    is_first = True
    for row in rows:
        is_first = is_first and row.startswith(CELL_BORDER.strip())
        yield f"{owner} {row}" if is_first and owner else row


def _joined_html(before: str | None, after: str | None, without: int, owner: str) -> str | None:
    if before is None or after is None:
        return None
    rows = _ROW.findall(after)[without:]
    if rows and owner:
        rows[0] = _EMPTY_FIRST.sub(lambda found: f"{found[1]}{escape(owner)}{found[2]}", rows[0], count=1)
    return f"{before.removesuffix('</table>')}{''.join(rows)}</table>"
