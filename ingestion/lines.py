"""A version's stored text as lines with their offsets: what headings are looked for in."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import zip_longest

from ingestion.markers import Marker, Rank, markdown_heading, marker_of, number_of
from ingestion.parsing.blocks import Block, BlockKind

_SPACE = " \t\u3000\u00a0"
# Articles run together in one paragraph: 第一条 ……。第二条 ……。 Only the next number in order counts.
_INLINE_ARTICLE = re.compile(
    r"(?<=[。；！？])\s*(?=第([零〇一二三四五六七八九十百千两]{1,9}|\d{1,4})[条條][ \t\u3000（])"
)
_CHAPTER_BEFORE_ARTICLE = re.compile(
    r"第\S{1,5}[章节節][ \t\u3000]{0,20}\S{0,20}?[ \t\u3000]{1,20}(?=第\S{1,7}[条條][ \t\u3000])"
)


@dataclass(frozen=True, slots=True)
class Line:
    """``text == stored[start:end]`` without surrounding space; a table is one line of several rows.

    ``level`` is the depth of a heading the source marks; ``is_marked`` says that it marks one, with or without a depth.
    ``label_start`` is where the words start after "## ".
    """

    start: int
    end: int
    text: str
    kind: BlockKind
    marker: Marker | None = None
    level: int | None = None
    is_marked: bool = False
    page: int | None = None
    second: int | None = None

    @property
    def is_article(self) -> bool:
        return self.marker is not None and self.marker.rank is Rank.ARTICLE


def lines_of_blocks(blocks: Sequence[Block]) -> tuple[str, list[Line]]:
    """The stored text, one block after another on lines of their own, and its lines."""
    parts: list[str] = []
    lines: list[Line] = []
    offset = last_article = 0
    for block in blocks:
        text = block.text.strip()
        if not text:
            continue
        made = [_line(block, text, offset)] if block.kind is BlockKind.TABLE else list(_text_lines(block, text, offset))
        for line in made:
            cut = _cut_at_articles(line, last_article)
            lines.extend(cut)
            last_article = _last_article(cut, last_article)
        parts.append(text)
        offset += len(text) + 1
    return "\n".join(parts), lines


def lines_of_text(text: str) -> tuple[str, list[Line]]:
    """The given text with "\\n" line ends, and its lines; "## …" are headings, runs of "| … |" lines tables."""
    stored = text.replace("\r\n", "\n").replace("\r", "\n") if "\r" in text else text
    lines: list[Line] = []
    last_article = 0
    for start, raw in _rows(stored):
        words = raw.strip()
        if not words:
            continue
        at = start + len(raw) - len(raw.lstrip())
        if words.startswith("|") and words.endswith("|") and len(words) > 2:
            lines.append(Line(at, at + len(words), words, BlockKind.TABLE))
            continue
        if (found := markdown_heading(words)) is not None:
            level, skip, label = found
            begin = at + skip
            lines.append(
                Line(begin, begin + len(label), label, BlockKind.HEADING, marker_of(label), level, is_marked=True)
            )
            continue
        cut = _cut_at_articles(Line(at, at + len(words), words, BlockKind.PARAGRAPH, marker_of(words)), last_article)
        lines.extend(cut)
        last_article = _last_article(cut, last_article)
    return stored, _with_whole_tables(lines, stored)


def _rows(text: str) -> Iterator[tuple[int, str]]:
    start = 0
    for row in text.split("\n"):
        yield start, row
        start += len(row) + 1


def _with_whole_tables(lines: Sequence[Line], stored: str) -> list[Line]:
    """Rows that follow each other directly are one table."""
    whole: list[Line] = []
    first: Line | None = None  # row of the table that is open
    for line, following in zip_longest(lines, lines[1:]):
        if line.kind is not BlockKind.TABLE:
            whole.append(line)
            continue
        first = first or line
        goes_on = following is not None and following.kind is BlockKind.TABLE
        if not goes_on or following is None or stored[line.end : following.start].strip(_SPACE) != "\n":
            whole.append(Line(first.start, line.end, stored[first.start : line.end], BlockKind.TABLE))
            first = None
    return whole


def _line(block: Block, text: str, offset: int) -> Line:
    is_marked = block.kind is BlockKind.HEADING
    marker = None if block.kind is BlockKind.TABLE else marker_of(text)
    end = offset + len(text)
    return Line(offset, end, text, block.kind, marker, block.level, is_marked, block.page, block.second)


def _text_lines(block: Block, text: str, offset: int) -> Iterator[Line]:
    if "\n" not in text:
        yield _line(block, text, offset)
        return
    for start, row in _rows(text):
        words = row.strip()
        if words:
            yield _line(block, words, offset + start + len(row) - len(row.lstrip()))


def _cut_at_articles(line: Line, last_article: int) -> list[Line]:
    """The line, cut where the next article starts inside it."""
    if ("条" not in line.text and "條" not in line.text) or line.kind is BlockKind.TABLE:
        return [line]
    expected = line.marker.number if line.is_article and line.marker is not None else last_article
    borders = [0]
    if found := _CHAPTER_BEFORE_ARTICLE.match(line.text):
        borders.append(found.end())
        expected = _number_at(line.text, found.end())
    for match in _INLINE_ARTICLE.finditer(line.text):
        if number_of(match[1]) == expected + 1:
            borders.append(match.end())
            expected += 1
    if len(borders) == 1:
        return [line]
    ends = [*borders[1:], len(line.text)]
    return [_part(line, begin, end) for begin, end in zip(borders, ends, strict=True)]


def _part(line: Line, begin: int, end: int) -> Line:
    words = line.text[begin:end].rstrip()
    start = line.start + begin
    marker = marker_of(words)
    return Line(start, start + len(words), words, line.kind, marker, page=line.page, second=line.second)


def _number_at(text: str, position: int) -> int:
    marker = marker_of(text[position:])
    return marker.number if marker is not None else 0


def _last_article(lines: Sequence[Line], before: int) -> int:
    numbers = [line.marker.number for line in lines if line.is_article and line.marker is not None]
    return numbers[-1] if numbers else before
