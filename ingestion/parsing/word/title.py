"""The title of a Word file that is set in several lines: paragraphs that look alike, or line breaks in one."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import reduce

from ingestion.markers import starts_unit
from ingestion.parsing.blocks import Block, BlockKind
from ingestion.parsing.wrapping import display_width, joined

MOST_LINES = 4
_WIDEST_LINE = 80
_KINDS = ("条例", "办法", "规定", "规则", "细则", "方案", "指南", "决定", "章程", "通知", "公告")
# What stands in the middle below a title and is none of it: its number, its day, who issues it, a remark.
_BELOW = re.compile(r"[〔\[［]\d{4}|\d{4}年\d{1,2}月|[:：。；，]$|^(?:目录|前言|摘要|编号|日期|版本|发布)")


@dataclass(frozen=True, slots=True)
class TitleLine:
    """One of the first texts of a file. ``alike``: equal for lines set alike; None for one that is not set as title."""

    text: str
    alike: tuple[int | None, int, bool] | None


def with_joined_title(blocks: list[Block], lines: Sequence[TitleLine]) -> list[Block]:
    """With the first lines as one heading, as far as they are set alike and none begins something else."""
    if not lines or lines[0].alike is None or not _is_line(lines[0], blocks, 0):
        return blocks
    count = 1
    while count < len(lines) and _goes_on(lines, count) and _is_line(lines[count], blocks, count):
        count += 1
    if count == len(blocks) or (count == MOST_LINES and len(lines) == MOST_LINES):
        return blocks  # all of it is set in the middle: a cover, a poem, a list
    written = [line for block in blocks[:count] for line in block.text.split("\n")]
    written = [each.strip() for each in written if each.strip()]
    if len(written) < 2 or any(_begins_anew(written, at) for at in range(1, len(written))):
        return blocks
    title = reduce(joined, written)
    return [Block(BlockKind.HEADING, title, level=1, page=blocks[0].page), *blocks[count:]]


def _is_line(line: TitleLine, blocks: Sequence[Block], at: int) -> bool:
    is_short = all(display_width(each) <= _WIDEST_LINE for each in line.text.split("\n"))
    return is_short and at < len(blocks) and blocks[at].text == line.text and blocks[at].kind is not BlockKind.TABLE


def _goes_on(lines: Sequence[TitleLine], at: int) -> bool:
    return lines[at].alike == lines[0].alike and not _begins_anew([each.text for each in lines], at)


def _begins_anew(written: Sequence[str], at: int) -> bool:
    """Whether a line is no part of the title before it, which may already name a kind of document."""
    before, line = written[at - 1], written[at]
    is_whole = before.endswith(_KINDS) and not line.endswith(_KINDS) and not line.startswith(("（", "(", "的"))
    return is_whole or starts_unit(line) or _BELOW.search(line) is not None
