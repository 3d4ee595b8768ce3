"""Plain text to one block a line, or a paragraph where lines are wrapped at a width."""

from ingestion.frontmatter import split_front_matter
from ingestion.parsing.blocks import ParsedFile, paragraph
from ingestion.parsing.decode import decode
from ingestion.parsing.limits import ParsingLimits, counted, require_characters
from ingestion.parsing.wrapping import join_wrapped


def read_plain_text(data: bytes, name: str, limits: ParsingLimits) -> ParsedFile:
    text = decode(data, name)
    require_characters(len(text), name, limits)
    fields, body = split_front_matter(text, name)
    paragraphs = (paragraph(line) for line in join_wrapped(body.split("\n")))
    return ParsedFile(tuple(counted(paragraphs, name, limits)), fields)
