"""Blocks or plain text to a tree of 编 章 节 条 款 项 目, 一、（一）1.（1） and plain headings; leaves with offsets."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from ingestion.headings import Heading, headings_of, is_certain_title
from ingestion.lines import Line, lines_of_blocks, lines_of_text
from ingestion.markers import Rank
from ingestion.parsing.blocks import Block, BlockKind


class Level(StrEnum):
    """What a leaf is in its article or section."""

    ARTICLE = "article"  # 条: its first paragraph, with the ordinal
    CLAUSE = "clause"  # 款: a further paragraph of an article
    ITEM = "item"  # 项: （一）, and 一、 as text
    SUBITEM = "subitem"  # 目: 1.
    PARAGRAPH = "paragraph"
    TABLE = "table"


@dataclass(frozen=True, slots=True)
class TextLeaf:
    """A leaf: ``text[start:end]`` without surrounding space. Leaves of one ``section`` stand under one heading."""

    start: int
    end: int
    heading_path: tuple[str, ...]
    section: int
    kind: BlockKind
    level: Level
    page: int | None = None
    second: int | None = None


@dataclass(frozen=True, slots=True)
class StructuredText:
    """``text`` is the version's stored text, what every offset refers to.

    Each character that is no space is in one piece or in one heading. ``title`` is the heading that names the whole
    text; it is in no heading path, since the document's title stands before every passage anyway.
    """

    text: str
    pieces: tuple[TextLeaf, ...]
    headings: tuple[Heading, ...] = ()
    title: str | None = None


def structure(blocks: Sequence[Block]) -> StructuredText:
    """The tree of a parsed file; its stored text is the blocks on lines of their own."""
    return _structured(*lines_of_blocks(blocks))


def structure_text(text: str) -> StructuredText:
    """The tree of a plain text, whose stored text is the given one with "\\n" as line ends."""
    return _structured(*lines_of_text(text))


def _structured(text: str, lines: list[Line]) -> StructuredText:
    heading_of = headings_of(lines)
    title = _title(heading_of)
    outline = _Outline()
    pieces: list[TextLeaf] = []
    kept: list[Heading] = []
    for position, (line, heading) in enumerate(zip(lines, heading_of, strict=True)):
        if heading is None:
            pieces.append(outline.leaf(line))
        elif heading.rank is Rank.ARTICLE:
            outline.enter(heading)
            pieces.append(outline.leaf(line))
        elif _is_bare(heading, heading_of, position):
            if not _is_list_item(heading, heading_of, position):
                outline.step_out_for(heading)
            pieces.append(outline.leaf(line))
        else:
            kept.append(heading)
            if heading is not title:
                outline.enter(heading)
    return StructuredText(text, tuple(pieces), tuple(kept), title.label if title else None)


class _Outline:
    """The headings above the line being read, outermost first."""

    def __init__(self) -> None:
        self._above: list[Heading] = []
        self._section = 0
        self._path: tuple[str, ...] = ()

    def enter(self, heading: Heading) -> None:
        self.step_out_for(heading)
        self._above.append(heading)
        self._path = tuple(above.label for above in self._above)

    def step_out_for(self, heading: Heading) -> None:
        kept = next((n for n, above in enumerate(self._above) if not above.encloses(heading)), len(self._above))
        del self._above[kept:]
        self._path = tuple(above.label for above in self._above)
        self._section += 1

    def leaf(self, line: Line) -> TextLeaf:
        inside_article = bool(self._above) and self._above[-1].rank is Rank.ARTICLE
        level = _level(line, inside_article=inside_article)
        kind = BlockKind.PARAGRAPH if line.kind is BlockKind.HEADING else line.kind
        return TextLeaf(line.start, line.end, self._path, self._section, kind, level, line.page, line.second)


def _level(line: Line, *, inside_article: bool) -> Level:
    if line.kind is BlockKind.TABLE:
        return Level.TABLE
    rank = line.marker.rank if line.marker is not None else None
    if rank is Rank.ARTICLE and inside_article:
        return Level.ARTICLE
    if rank in {Rank.FIRST, Rank.SECOND}:
        return Level.ITEM
    if rank is not None and rank >= Rank.THIRD:
        return Level.SUBITEM
    return Level.CLAUSE if inside_article else Level.PARAGRAPH


def _title(heading_of: Sequence[Heading | None]) -> Heading | None:
    """The first line, when it is a heading that stands above all others."""
    first = heading_of[0] if heading_of else None
    if first is None or not is_certain_title(first) or len(heading_of) == 1:
        return None
    others = [heading for heading in heading_of[1:] if heading is not None]
    if first.level is not None and any(h.level is not None and h.level <= first.level for h in others):
        return None
    return first


def _is_bare(heading: Heading, heading_of: Sequence[Heading | None], position: int) -> bool:
    """Nothing stands under it, so it would be found nowhere: it is text (an entry of a table of contents, a list)."""
    if position + 1 == len(heading_of):
        return True
    following = heading_of[position + 1]
    if following is not None and not heading.encloses(following):
        return True
    return _is_list_item(heading, heading_of, position)


def _is_list_item(heading: Heading, heading_of: Sequence[Heading | None], position: int) -> bool:
    """One of a run of short numbered lines, each directly after the other: 1.身份证 2.户口簿."""
    if heading.rank is None or heading.rank < Rank.FIRST or heading.level is not None:
        return False
    before = heading_of[position - 1] if position else None
    after = heading_of[position + 1] if position + 1 < len(heading_of) else None
    return _precedes(before, heading) or _precedes(heading, after)


def _precedes(one: Heading | None, other: Heading | None) -> bool:
    if one is None or other is None or one.rank is not other.rank or other.level is not None:
        return False
    return other.number == one.number + 1
