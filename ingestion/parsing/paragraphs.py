"""Columns of printed lines to paragraphs and headings: running heads off, wrapped lines together, page by page."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

from ingestion.markers import starts_unit
from ingestion.parsing.blocks import Block, BlockKind
from ingestion.parsing.layout import Column, PrintedLine
from ingestion.parsing.wrapping import display_width, joined

_NUMERAL = r"(?:\d{1,4}|[一二三四五六七八九十百〇零]{1,5}|[ivxIVXⅠ-Ⅻ]{1,5})"
_PAGE_NUMBER = re.compile(
    rf"[-—–·•\s]*(?:第\s*)?(?:[Pp]age\s*)?{_NUMERAL}\s*(?:页|頁)?"
    rf"\s*(?:(?:/|of|,|，|共)\s*(?:第|共)?\s*{_NUMERAL}\s*(?:页|頁)?)?[-—–·•\s]*"
)
_BARE_NUMBER = re.compile(r"[\divxIVXⅠ-Ⅻ一二三四五六七八九十百〇零]+")
_STATEMENT_END = re.compile(r"[。！？；：!?;:][”』」）)\"']*$|[.][\"')]*$")
_HEADING_SIZE = 1.15  # times the size of the body text
_NO_HEADING_ENDS = ("。", "；", "，", "：", ":")
# In columns of the terminal, where a Han character takes two.
_WIDEST_HEADING, _WIDEST_BOLD_HEADING = 120, 80
# Running heads and page numbers stand in the outermost lines, and recur on this many pages.
_EDGE_LINES = 2
_EDGE_SHARE = 0.12  # of the page's height
_LEAST_RECURRENCES = 3
# In type smaller than this share of the body's, twice is enough.
_SMALL_TYPE = 0.93


def without_running_heads(pages: Sequence[Sequence[PrintedLine]], heights: Sequence[float]) -> list[list[PrintedLine]]:
    """The lines of each page (top to bottom) without page numbers and what recurs at the edges of pages.

    The first of two equal lines stays, and one in larger type: the title that the running head repeats.
    """
    size_of: dict[str, float] = {}
    seen: Counter[str] = Counter()
    edges_of = [_edges(page, height) for page, height in zip(pages, heights, strict=True)]
    for lines in edges_of:
        edges = {_shape(line.text): line.size for line in lines}
        seen.update(edges.keys())
        size_of.update({shape: min(size, size_of.get(shape, size)) for shape, size in edges.items()})
    least = max(_LEAST_RECURRENCES, len(pages) // 3)
    least_in_small_type = min(least, max(2, len(pages)))
    body = _body_size_of(line for page in pages for line in page)
    met: set[str] = set()
    kept = []
    for page, lines in zip(pages, edges_of, strict=True):
        drop: set[int] = set()
        for line in lines:
            shape = _shape(line.text)
            enough = least_in_small_type if line.size < _SMALL_TYPE * body else least
            recurs = (seen[shape] >= enough or shape in met) and not starts_unit(line.text)
            if recurs and line.size <= 1.1 * size_of[shape]:
                drop.add(id(line))
        for line in lines:
            text = line.text.strip()
            if _PAGE_NUMBER.fullmatch(text) and not (_BARE_NUMBER.fullmatch(text) and _has_company(line, page, drop)):
                drop.add(id(line))
        met |= {_shape(line.text) for line in lines}
        kept.append([line for line in page if id(line) not in drop])
    return kept


def _has_company(line: PrintedLine, page: Sequence[PrintedLine], drop: set[int]) -> bool:
    """Whether words stand beside it on its line: then it is a figure that they are about."""
    middle = (line.top + line.bottom) / 2
    return any(
        other.top < middle < other.bottom and id(other) not in drop and not _BARE_NUMBER.fullmatch(other.text.strip())
        for other in page
        if other is not line and other.table is None
    )


def paragraphs_of(columns: Iterable[Column]) -> Iterator[Block]:
    """Blocks in reading order; a paragraph may run on into the next column or page, and keeps its first page."""
    all_columns = list(columns)
    body = _body_size(all_columns)
    sizes = sorted({_rounded(line.size) for c in all_columns for line in c.lines if line.size >= body * _HEADING_SIZE})
    open_lines: list[PrintedLine] = []
    open_column: Column | None = None
    for column in all_columns:
        for line in column.lines:
            continues = bool(open_lines) and open_column is not None and line.table is None
            if continues and open_column is not None and _continues(open_lines, line, open_column, column, body):
                open_lines.append(line)
            else:
                yield from _block(open_lines, body, sizes)
                open_lines = [] if line.table is not None else [line]
                if line.table is not None:
                    yield line.table
            open_column = column
    yield from _block(open_lines, body, sizes)


def _edges(page: Sequence[PrintedLine], height: float) -> list[PrintedLine]:
    printed = [line for line in page if line.table is None]
    outermost = [*printed[:_EDGE_LINES], *printed[_EDGE_LINES:][-_EDGE_LINES:]]
    margin = _EDGE_SHARE * height
    return [line for line in outermost if line.bottom <= margin or line.top >= height - margin]


def _shape(text: str) -> str:
    return re.sub(r"\d+", "0", "".join(text.split()))


def _body_size(columns: Sequence[Column]) -> float:
    return _body_size_of(line for column in columns for line in column.lines)


def _body_size_of(lines: Iterable[PrintedLine]) -> float:
    """The type size of most letters."""
    letters: Counter[float] = Counter()
    for line in lines:
        if line.table is None:
            letters[_rounded(line.size)] += len(line.text)
    return letters.most_common(1)[0][0] if letters else 0.0


def _rounded(size: float) -> float:
    return round(size * 2) / 2


def _continues(
    lines: Sequence[PrintedLine], line: PrintedLine, column: Column, own_column: Column, body: float
) -> bool:
    """Whether ``line`` goes on with the open paragraph, whose last line stands in ``column``."""
    before = lines[-1]
    if abs(line.size - before.size) > 0.12 * before.size:
        return False
    is_same_column = own_column is column
    if is_same_column and line.top - before.bottom > column.leading + 0.6 * line.size:
        return False
    if before.size >= body * _HEADING_SIZE:  # a title set in several lines, none of which need be full
        return is_same_column and not starts_unit(line.text) and before.is_bold == line.is_bold
    ends_statement = _STATEMENT_END.search(before.text) is not None
    if _has_room_left(before, line, column):
        return False
    if starts_unit(line.text) and ends_statement:
        return False
    indent = line.x0 - own_column.left
    if not is_same_column:
        return not ends_statement and indent <= 1.2 * line.size
    is_indented = indent > 1.2 * line.size
    return not (is_indented and (ends_statement or abs(line.x0 - before.x0) > 0.5 * line.size))


def _has_room_left(before: PrintedLine, line: PrintedLine, column: Column) -> bool:
    """Whether the first word of ``line`` would have fitted on the line before: then that one ended on purpose."""
    first_word = re.match(r"[\x21-\x7e]+", line.text)
    width = 2.0 if first_word is None else 0.6 * len(first_word[0]) + 0.8
    return column.right - before.x1 > width * before.size


def _block(lines: Sequence[PrintedLine], body: float, sizes: Sequence[float]) -> Iterator[Block]:
    if not lines:
        return
    text = lines[0].text.strip()
    for line in lines[1:]:
        text = joined(text, line.text.strip())
    if not text:
        return
    first = lines[0]
    if (
        first.size >= body * _HEADING_SIZE
        and display_width(text) <= _WIDEST_HEADING
        and not text.endswith(_NO_HEADING_ENDS)
    ):
        level = min(len(sizes) - sizes.index(_rounded(first.size)), 6) if _rounded(first.size) in sizes else 1
        yield Block(BlockKind.HEADING, text, level=level, page=first.page)
    elif (
        all(line.is_bold for line in lines)
        and display_width(text) <= _WIDEST_BOLD_HEADING
        and not text.endswith(_NO_HEADING_ENDS)
    ):
        yield Block(BlockKind.HEADING, text, page=first.page)
    else:
        yield Block(BlockKind.PARAGRAPH, text, page=first.page)
