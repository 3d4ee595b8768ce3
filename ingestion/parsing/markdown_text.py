"""Markdown, through HTML, to blocks. A line break in a paragraph stays one, unless the file is wrapped at a width."""

from collections.abc import Iterable, Iterator
from dataclasses import replace

from ingestion.frontmatter import split_front_matter
from ingestion.parsing.blocks import Block, BlockKind, ParsedFile
from ingestion.parsing.decode import decode
from ingestion.parsing.hypertext import blocks_of_html
from ingestion.parsing.limits import ParsingLimits, counted, require_characters, require_paragraphs
from ingestion.parsing.wrapping import join_wrapped


def read_markdown(data: bytes, name: str, limits: ParsingLimits) -> ParsedFile:
    text = decode(data, name)
    require_characters(len(text), name, limits)
    fields, body = split_front_matter(text, name)
    require_paragraphs(sum(1 for line in body.split("\n") if line.strip()), name, limits)
    blocks = tuple(counted(_logical_lines(blocks_of_html(_html(body), name, limits)), name, limits))
    title = next((block.text for block in blocks if block.kind is BlockKind.HEADING and block.level == 1), None)
    return ParsedFile(blocks, {"title": title, **fields} if title else fields)


def _html(markdown: str) -> str:
    from markdown_it import MarkdownIt

    # Chinese authors indent paragraphs: four spaces make no code. Breaks are kept for `_logical_lines` to judge.
    renderer = MarkdownIt("commonmark", {"breaks": True, "html": True}).enable("table").disable("code")
    return f"<body>{renderer.render(markdown)}</body>"


def _logical_lines(blocks: Iterable[Block]) -> Iterator[Block]:
    for block in blocks:
        if block.kind is BlockKind.TABLE or "\n" not in block.text:
            yield block
            continue
        for position, line in enumerate(join_wrapped(block.text.split("\n"))):
            is_first = position == 0 or block.kind is not BlockKind.LIST_ITEM
            yield replace(block, text=line, kind=block.kind if is_first else BlockKind.PARAGRAPH)
