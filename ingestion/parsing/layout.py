"""Printed lines with their places on the page, as pdf and OCR give them, put into reading order."""

import re
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import median

from ingestion.markers import marker_of
from ingestion.parsing.blocks import Block
from ingestion.parsing.wrapping import joined

# Two columns: seen as such only where enough rows have words on both sides of one gutter. Shares of the width.
_GUTTER_FROM, _GUTTER_TO, _GUTTER_STEP = 0.35, 0.65, 0.01
# With three columns, where the first of them ends.
_THIRD_FROM, _THIRD_TO = 0.25, 0.42
_LEAST_TWO_SIDED_ROWS = 8
_LEAST_TWO_SIDED_SHARE = 0.3
# So few are enough where sentences run from line to line on both sides.
_LEAST_ROWS_THAT_READ_ON = 3
_SENTENCE_END = re.compile(r"(?:[。！？；：]|(?<=[a-z)])[.!?;:])[”』」）)]*$")
# Latin text has no straight right margin: its sentences run on where the next line goes on with a small letter.
_LATIN_OPEN, _LATIN_ON = re.compile(r"[a-z,]-?$"), re.compile(r"[a-z]")
_LONG_LATIN = 12  # characters; cells are shorter
_LEAST_NUMBERED = 2  # lines on a side
_NARROWEST_COLUMN_SHARE = 0.22
# Narrower ones are cells, unless most of their lines go on in the next one.
_NARROWEST_TEXT_SHARE, _READS_ON_SHARE, _MOSTLY_READS_ON = 0.14, 0.3, 0.6
_LINES_THAT_MAKE_A_MARGIN = 3
_INDENT = 2.5  # times the type size
# A margin is one only where lines fill this share of the space, or this many times the type size: lists do neither.
_LEAST_FULL_SHARE, _LEAST_FULL_SIZES = 0.6, 15


@dataclass(frozen=True, slots=True)
class PrintedLine:
    """One line or a part of one, or a table. Coordinates are points from the top left; ``size`` is the type size."""

    text: str
    x0: float
    x1: float
    top: float
    bottom: float
    size: float
    page: int
    is_bold: bool = False
    table: Block | None = None


@dataclass(frozen=True, slots=True)
class Column:
    """Lines from top to bottom between common margins."""

    lines: tuple[PrintedLine, ...]
    left: float
    right: float
    leading: float


def columns_of(parts: Sequence[PrintedLine], page_width: float) -> Iterator[Column]:
    """A page's line parts as columns in reading order; what crosses the gutter separates what is above and below."""
    yield from _columns(parts, 0.0, page_width, page_width)


def is_set_in_columns(parts: Sequence[PrintedLine], page_width: float) -> bool:
    return _gutter(parts, 0.0, page_width, page_width) is not None


def _columns(parts: Sequence[PrintedLine], from_x: float, to_x: float, page_width: float) -> Iterator[Column]:
    gutter = _gutter(parts, from_x, to_x, page_width)
    if gutter is None:
        yield from _column(parts, from_x, to_x, is_one_of_several=to_x - from_x < page_width)
        return
    left: list[PrintedLine] = []
    right: list[PrintedLine] = []
    across: list[PrintedLine] = []

    def band() -> Iterator[Column]:
        """Lines over the whole width, then the columns under them."""
        yield from _column(across, from_x, to_x)
        yield from _columns(left, from_x, gutter, page_width)
        yield from _columns(right, gutter, to_x, page_width)

    for part in sorted(parts, key=lambda part: part.top):
        is_across = part.x0 < gutter < part.x1
        if is_across and (left or right):
            yield from band()
            left, right, across = [], [], []
        (across if is_across else left if part.x1 <= gutter else right).append(part)
    yield from band()


def rows_of(parts: Iterable[PrintedLine]) -> list[list[PrintedLine]]:
    """Parts that stand on one line, from left to right; rows from top to bottom."""
    rows: list[list[PrintedLine]] = []
    for part in sorted(parts, key=lambda part: (part.top + part.bottom) / 2):
        middle = (part.top + part.bottom) / 2
        last = rows[-1][0] if rows else None
        is_beside = last is not None and part.table is None and last.table is None
        is_level = last is not None and abs(middle - (last.top + last.bottom) / 2) < 0.5 * min(last.size, part.size)
        if last is not None and is_beside and is_level and part.bottom - part.top < 2 * (last.bottom - last.top):
            rows[-1].append(part)
        else:
            rows.append([part])
    return [sorted(row, key=lambda part: part.x0) for row in rows]


def _one_line(row: Sequence[PrintedLine]) -> PrintedLine:
    if len(row) == 1:
        return row[0]
    text = row[0].text
    for before, part in pairwise(row):
        is_apart = part.x0 - before.x1 > 0.8 * part.size
        text = f"{text} {part.text}" if is_apart else joined(text, part.text)
    first = max(row, key=lambda part: len(part.text))
    return PrintedLine(
        text,
        row[0].x0,
        max(part.x1 for part in row),
        min(part.top for part in row),
        max(part.bottom for part in row),
        first.size,
        first.page,
        all(part.is_bold for part in row),
    )


def _column(
    parts: Sequence[PrintedLine], from_x: float, to_x: float, *, is_one_of_several: bool = False
) -> Iterator[Column]:
    """The lines between two borders of the page."""
    if not parts:
        return
    lines = [_one_line(row) for row in rows_of(parts)]
    printed = [line for line in lines if line.table is None] or lines
    gaps = [low.top - high.bottom for high, low in pairwise(printed) if low.top > high.top]
    left = -_margin([-line.x0 for line in printed], printed[0].size)
    right = _margin([line.x1 for line in printed], printed[0].size)
    ending_there = [line for line in printed if right - printed[0].size <= line.x1 <= right]
    reaches_far = right >= from_x + _LEAST_FULL_SHARE * (to_x - from_x)
    full = [line for line in ending_there if reaches_far or line.x1 - line.x0 >= _LEAST_FULL_SIZES * line.size]
    if len(full) < _LINES_THAT_MAKE_A_MARGIN and is_one_of_several and _reads_on(printed):
        right = max(line.x1 for line in _of_usual_size(printed))
    elif len(full) < _LINES_THAT_MAKE_A_MARGIN:
        # A few short lines say nothing of the margin: the right one is taken to be as wide as the left one.
        right = max(right, to_x - max(0.0, left - from_x))
    yield Column(tuple(lines), left, right, median(gaps) if gaps else 0.0)


def _margin(ends: Sequence[float], size: float) -> float:
    """The outermost place where at least three lines end; stamps and formulas stick out alone."""
    outermost = sorted(ends, reverse=True)
    for end, third in zip(outermost, outermost[_LINES_THAT_MAKE_A_MARGIN - 1 :], strict=False):
        if third >= end - size:
            return end
    return outermost[0]


def _gutter(parts: Sequence[PrintedLine], from_x: float, to_x: float, page_width: float) -> float | None:
    """The x of the gap between two columns of running text, or before the first of three; None where there is none."""
    width = to_x - from_x
    printed = [part for part in parts if part.table is None]
    if len(printed) < 2 * _LEAST_ROWS_THAT_READ_ON or width < 2 * _NARROWEST_COLUMN_SHARE * page_width:
        return None
    return _gutter_between(printed, from_x + _GUTTER_FROM * width, from_x + _GUTTER_TO * width, page_width) or (
        _gutter_between(printed, from_x + _THIRD_FROM * width, from_x + _THIRD_TO * width, page_width)
        if len(printed) >= 3 * _LEAST_TWO_SIDED_ROWS
        else None
    )


def _gutter_between(printed: Sequence[PrintedLine], low: float, high: float, page_width: float) -> float | None:
    steps = max(1, round((high - low) / (_GUTTER_STEP * page_width)) + 1)
    candidates = [low + (high - low) * step / max(1, steps - 1) for step in range(steps)]
    crossings = Counter({x: -sum(part.x0 < x < part.x1 for part in printed) for x in candidates})
    fewest = max(crossings.values())
    best = [x for x in candidates if crossings[x] == fewest]
    gutter = best[len(best) // 2]
    if -fewest > 0.25 * len(printed):
        return None
    left = [part for part in printed if part.x1 <= gutter]
    right = [part for part in printed if part.x0 >= gutter]
    tops = sorted(part.top for part in right)
    two_sided = sum(_is_any_within(tops, part.top, part.size) for part in left)
    counts_on = _counts_on(left, right)
    reads_on = counts_on or (_reads_on(left) and _reads_on(right))
    least = min(_LEAST_ROWS_THAT_READ_ON, len(left), len(right)) if reads_on else _LEAST_TWO_SIDED_ROWS
    if two_sided < max(2, least) or two_sided < _LEAST_TWO_SIDED_SHARE * max(len(left), len(right)):
        return None
    if counts_on:
        return gutter
    # Formulas break into many short parts: a column is as wide as its better lines.
    widths = [sorted(part.x1 - part.x0 for part in side)[int(0.7 * len(side))] for side in (left, right)]
    is_text = all(_reads_on(column, _MOSTLY_READS_ON) for side in (left, right) for column in _by_left(side))
    narrowest = _NARROWEST_TEXT_SHARE if is_text else _NARROWEST_COLUMN_SHARE
    return gutter if min(widths) >= narrowest * page_width else None


def _counts_on(left: Sequence[PrintedLine], right: Sequence[PrintedLine]) -> bool:
    """Whether numbered lines stand on both sides, and those on the right go on with the numbers of the left."""
    if not left or not right:
        return False
    found = [[marker for line in _downwards(side) if (marker := marker_of(line.text))] for side in (left, right)]
    numbers = [marker.number for side in found for marker in side]
    is_of_one_kind = len({marker.rank for side in found for marker in side}) == 1
    goes_on = all(below == above + 1 for above, below in pairwise(numbers))
    return is_of_one_kind and goes_on and min(map(len, found)) >= _LEAST_NUMBERED


def _downwards(side: Sequence[PrintedLine]) -> list[PrintedLine]:
    return sorted(_of_usual_size(side), key=lambda part: part.top)


def _by_left(side: Sequence[PrintedLine]) -> list[list[PrintedLine]]:
    """The lines of each column, by where they begin."""
    columns: list[list[PrintedLine]] = []
    for part in sorted(_of_usual_size(side), key=lambda part: part.x0):
        if columns and part.x0 - columns[-1][0].x0 <= _INDENT * part.size:
            columns[-1].append(part)
        else:
            columns.append([part])
    return columns


def _reads_on(side: Sequence[PrintedLine], share: float = _READS_ON_SHARE) -> bool:
    """Whether sentences run over its lines, as they do in a column of text and hardly in a column of cells."""
    if not side:
        return False
    lines = _downwards(side)
    full = max(line.x1 for line in lines) - lines[0].size
    runs_on = [
        _SENTENCE_END.search(line.text) is None
        and (line.x1 >= full or _goes_on_in_latin(line.text, below.text))
        and abs(below.x0 - line.x0) <= _INDENT * line.size
        and below.top - line.bottom <= 1.5 * line.size
        for line, below in pairwise(lines)
    ]
    ends = sum(_SENTENCE_END.search(line.text) is not None for line in lines)
    return ends > 0 and sum(runs_on) >= max(1, share * len(lines))


def _goes_on_in_latin(line: str, below: str) -> bool:
    is_open = len(line) >= _LONG_LATIN and _LATIN_OPEN.search(line) is not None
    return is_open and _LATIN_ON.match(below) is not None


def _of_usual_size(lines: Sequence[PrintedLine]) -> list[PrintedLine]:
    """Without titles."""
    size = median(line.size for line in lines)
    return [line for line in lines if abs(line.size - size) < 0.1 * size]


def _is_any_within(ordered: Sequence[float], value: float, distance: float) -> bool:
    at = bisect_right(ordered, value - distance)
    return at < len(ordered) and ordered[at] < value + distance
