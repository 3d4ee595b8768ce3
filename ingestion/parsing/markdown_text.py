"""Markdown, through HTML, to blocks. A line break in a paragraph stays one, unless the file is wrapped at a width."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace

from ingestion.frontmatter import split_front_matter
from ingestion.parsing.blocks import Block, BlockKind, ParsedFile
from ingestion.parsing.decode import decode
from ingestion.parsing.hypertext import blocks_of_html
from ingestion.parsing.limits import ParsingLimits, counted, require_characters, require_paragraphs
from ingestion.parsing.wrapping import join_wrapped
from kb_service.domain.file_reports import FileReport, Notes

# "- [x] online" and "800[^1]", with "[^1]: from July on" below.
_BOX = re.compile(r"^(\s*(?:[-*+]|\d+[.)])\s+)\[([ xX√✓])\](?=\s)", re.MULTILINE)
_NOTE = re.compile(r"(\[\^([^\]\s]{1,20})\])(?::([ \t]))?")


def read_markdown(data: bytes, name: str, limits: ParsingLimits) -> ParsedFile:
    text = decode(data, name)
    require_characters(len(text), name, limits)
    fields, body = split_front_matter(text, name)
    notes = Notes()
    require_paragraphs(sum(1 for line in body.split("\n") if line.strip()), name, limits)
    blocks = tuple(counted(_logical_lines(blocks_of_html(_html(body), name, limits, notes)), name, limits))
    title = next((block.text for block in blocks if block.kind is BlockKind.HEADING and block.level == 1), None)
    metadata = {"title": title, **fields} if title else fields
    return ParsedFile(blocks, metadata, report=FileReport(notes=notes.all()))


def _html(markdown: str) -> str:
    from markdown_it import MarkdownIt

    # Chinese authors indent paragraphs: four spaces make no code. Breaks are kept for `_logical_lines` to judge.
    renderer = MarkdownIt("commonmark", {"breaks": True, "html": True}).enable(["table", "strikethrough"])
    marked = _NOTE.sub(r"<sup>[\2]</sup>\3", _BOX.sub(_box, markdown))
    return f"<body>{renderer.disable('code').render(marked)}</body>"


def _box(found: re.Match[str]) -> str:
    return found[1] + ("□" if found[2].isspace() else "☑")


def _logical_lines(blocks: Iterable[Block]) -> Iterator[Block]:
    for block in blocks:
        if block.kind is BlockKind.TABLE or "\n" not in block.text:
            yield block
            continue
        for position, line in enumerate(join_wrapped(block.text.split("\n"))):
            is_first = position == 0 or block.kind is not BlockKind.LIST_ITEM
            yield replace(block, text=line, kind=block.kind if is_first else BlockKind.PARAGRAPH)
