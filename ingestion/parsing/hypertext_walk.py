"""A cleaned HTML tree to blocks in reading order, without recursion: a page may nest deeper than Python's stack."""

import itertools
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from ingestion.parsing.blocks import Block, BlockKind
from ingestion.parsing.hypertext_lists import counts_down, first_number, shown_number
from ingestion.parsing.hypertext_styles import is_lowered, is_raised
from ingestion.parsing.raised_marks import LINKED, LOWERED, LOWERED_END, RAISED, RAISED_END
from ingestion.parsing.tables import Cell, table_block

_BLOCK_TAGS = (
    "p div section article main header body html blockquote pre ul ol li dl dt dd table caption figure figcaption tr "
    "td th h1 h2 h3 h4 h5 h6 hr details summary address fieldset form center aside"
)
_BLOCKS = frozenset(_BLOCK_TAGS.split())
_HEADINGS = {f"h{level}": level for level in range(1, 7)}
_HAS_MARKER = re.compile(
    r"[（(]?[0-9０-９一二三四五六七八九十]{1,3}[)）.．、]|第[0-9一二三四五六七八九十百零〇]{1,5}[条章节编篇]|[①-⑳]"
)
# A source line break between Han characters is no space.
_SPACES = re.compile(r"\s+")
_HAN = re.compile(r"[\u2e80-\u9fff\u3000-\u303f\uff00-\uffef]")
_LONGEST_BOLD_HEADING, _MOST_HEADING_PARTS = 40, 100
_LONGEST_CELL = 400  # characters; a longer one is an article laid out in a table
_LISTS = frozenset({"ol", "ul"})


def blocks_of(root: Any) -> Iterator[Block]:
    from lxml import etree

    body = root.find("body")
    state = _State()
    walk = etree.iterwalk(root if body is None else body, events=("start", "end"))
    for event, element in walk:
        if event == "end":
            yield from _leave(state, element)
        elif element.tag == "table" and not _is_layout(element):
            walk.skip_subtree()
            yield from _flush(state, element.getparent())
            yield from _table(element)
        else:
            yield from _enter(state, element)
    yield from _flush(state, None)


@dataclass(slots=True)
class _State:
    """The words since the last border; for each open list item the number it still has to show, for each open list
    the number of its next item, None in a bulleted one; how many `pre` are open.
    """

    words: list[str] = field(default_factory=list)
    pending_numbers: list[str | None] = field(default_factory=list)
    next_numbers: list[int | None] = field(default_factory=list)
    open_pre: int = 0

    def add(self, text: str | None) -> None:
        if text:
            self.words.append(text if self.open_pre else _run(text))

    def number(self, item: Any) -> str:
        """The "2. " that an ordered list shows before its next item; nothing in a bulleted one."""
        if not self.next_numbers or (number := self.next_numbers[-1]) is None:
            return ""
        given = item.get("value") or ""
        number = int(given) if given.isascii() and given.isdecimal() and len(given) < 9 else number
        self.next_numbers[-1] = number + (-1 if counts_down(item.getparent()) else 1)
        return shown_number(number, item.getparent())


def _enter(state: _State, element: Any) -> Iterator[Block]:
    if element.tag in _BLOCKS:
        yield from _flush(state, element.getparent())
    if element.tag == "li":
        state.pending_numbers.append(state.number(element))
    elif element.tag in _LISTS:
        state.next_numbers.append(first_number(element))
    elif element.tag == "pre":
        state.open_pre += 1
    elif element.tag == "br":
        state.words.append("\n")
    if _is_apart(element):
        state.words.append(_sign_before(element))
    state.add(element.text)


def _leave(state: _State, element: Any) -> Iterator[Block]:
    if element.tag in _BLOCKS:
        yield from _flush(state, element)
    if element.tag == "li" and state.pending_numbers:
        state.pending_numbers.pop()
    elif element.tag in _LISTS and state.next_numbers:
        state.next_numbers.pop()
    elif element.tag == "pre" and state.open_pre:
        state.open_pre -= 1
    if _is_apart(element):
        state.words.append(RAISED_END if is_raised(element) else LOWERED_END)
    state.add(element.tail)


def _is_apart(element: Any) -> bool:
    if element.tag in {"sup", "sub"}:
        return True
    return element.get("style") is not None and (is_raised(element) or is_lowered(element))


def _sign_before(element: Any) -> str:
    """The mark of a note is often a link to it, or stands in one."""
    if not is_raised(element):
        return LOWERED
    parent = element.getparent()
    is_whole_link = parent.tag == "a" and not (parent.text or "").strip() and not (element.tail or "").strip()
    return RAISED + (LINKED if is_whole_link or element.find(".//a") is not None else "")


def _flush(state: _State, element: Any) -> Iterator[Block]:
    spaced = re.sub(r"[ \t\r\f\v\u00a0]+", " ", "".join(state.words))
    state.words.clear()
    text = "\n".join(line for line in map(str.strip, spaced.split("\n")) if line)
    if not text:
        return
    tag = "" if element is None else element.tag
    if tag in _HEADINGS:
        yield Block(BlockKind.HEADING, text.replace("\n", " "), level=_HEADINGS[tag])
    elif state.pending_numbers and state.pending_numbers[-1] is not None:
        number, state.pending_numbers[-1] = state.pending_numbers[-1], None
        yield Block(BlockKind.LIST_ITEM, text if _HAS_MARKER.match(text) else number + text)
    elif element is not None and _is_all_bold(element, text):
        yield Block(BlockKind.HEADING, text)
    else:
        yield Block(BlockKind.PARAGRAPH, text)


def _run(text: str) -> str:
    """A break between Han characters is no space; any other is one."""
    return _SPACES.sub(_spaces, text) if "\n" in text else text


def _spaces(found: re.Match[str]) -> str:
    before, after = found.string[max(0, found.start() - 1) : found.start()], found.string[found.end() : found.end() + 1]
    is_no_space = "\n" in found[0] and _HAN.match(before) and _HAN.match(after)
    return "" if is_no_space else found[0].replace("\n", " ")


def _is_all_bold(element: Any, text: str) -> bool:
    if element.tag not in {"p", "div"} or len(text) > _LONGEST_BOLD_HEADING or "\n" in text:
        return False
    bold = "".join(itertools.islice(_bold_texts(element), _LONGEST_BOLD_HEADING))
    return "".join(bold.split()) == "".join(text.split())


def _bold_texts(element: Any) -> Iterator[str]:
    """Of as many of its parts as a heading can have."""
    for part in itertools.islice(element.iter(), _MOST_HEADING_PARTS):
        if part.tag in {"b", "strong"}:
            yield from part.itertext()


def _is_layout(table: Any) -> bool:
    """Old pages lay out whole articles in tables: those hold other tables or headings among texts, or one cell a row.

    A heading that is all its cell holds is a column's name, and a table in a cell of a grid is part of that cell.
    """
    rows = [[cell for cell in row if cell.tag in {"td", "th"}] for row in table.iter("tr") if _table_of(row) is table]
    if all(len(row) <= 1 for row in rows):
        return True
    if not any(table.find(f".//{tag}") is not None for tag in ("table", "h1", "h2", "h3", "h4")):
        return False
    widths = Counter(len(row) for row in rows if len(row) > 1)
    is_grid = max(widths.values()) > 1 and sum(widths.values()) >= len(rows) - 1
    return not is_grid or any(_holds_an_article(cell) for row in rows for cell in row)


def _table_of(row: Any) -> Any:
    return next(row.iterancestors("table"), None)


def _holds_an_article(cell: Any) -> bool:
    words = len("".join(itertools.islice(cell.itertext(), _MOST_HEADING_PARTS)).strip())
    headings = [heading for tag in _HEADINGS for heading in cell.iter(tag)]
    titles = sum(len("".join(heading.itertext()).strip()) for heading in headings)
    return words > _LONGEST_CELL or (bool(headings) and (len(headings) > 1 or words > titles))


def _table(table: Any) -> Iterator[Block]:
    caption = "".join(table.find("caption").itertext()).strip() if table.find("caption") is not None else ""
    if caption:
        yield Block(BlockKind.PARAGRAPH, " ".join(caption.split()))
    own_rows = [row for row in table.iter("tr") if _table_of(row) is table]
    own_rows.sort(key=lambda row: row.getparent().tag == "tfoot")  # shown last, wherever it stands
    rows = [[_cell(cell) for cell in row if cell.tag in {"td", "th"}] for row in own_rows]
    block = table_block(rows)
    if block is not None:
        yield block


def _cell(cell: Any) -> Cell:
    return Cell("".join(_texts(cell)), _span(cell, "rowspan"), _span(cell, "colspan"), cell.tag == "th")


def _texts(cell: Any) -> Iterator[str]:
    """A table in the cell is told row by row: 一居室：八百元；两居室：一千二百元."""
    from lxml import etree

    for event, element in etree.iterwalk(cell, events=("start", "end")):
        if element is cell:
            yield _run(element.text or "") if event == "start" else ""
        elif event == "start":
            yield _sign_before(element) if _is_apart(element) else _border(element)
            yield _run(element.text or "")
        else:
            is_inner = element.tag in {"tr", "td", "th"}
            yield "" if not _is_apart(element) else RAISED_END if is_raised(element) else LOWERED_END
            yield "" if is_inner or element.tag == "br" else _border(element)
            yield _run(element.tail or "")


def _border(element: Any) -> str:
    if element.tag == "tr":
        return "；" if element.getprevious() is not None or element.getparent().tag == "tfoot" else " "
    if element.tag in {"td", "th"}:
        before = element.getprevious()
        return "" if before is None else "：" if before.getprevious() is None else "，"
    return " " if element.tag in _BLOCKS or element.tag == "br" else ""


def _span(cell: Any, name: str) -> int:
    value = (cell.get(name) or "1").strip()
    return min(int(value), 1000) if value.isascii() and value.isdecimal() and len(value) < 9 and int(value) > 0 else 1
