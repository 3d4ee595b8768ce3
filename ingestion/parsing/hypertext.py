"""HTML to blocks: what a reader of the page sees. Tables keep their spans."""

import re
from collections.abc import Mapping
from typing import Any

from ingestion.parsing.blocks import Block, BlockKind, ParsedFile
from ingestion.parsing.decode import clean, decode, is_utf8
from ingestion.parsing.hypertext_shown import keep_what_is_shown
from ingestion.parsing.hypertext_walk import blocks_of
from ingestion.parsing.limits import ParsingLimits, counted
from ingestion.parsing.raised_marks import with_marks_told
from kb_service.domain.causes import Cause
from kb_service.domain.errors import FileRefused
from kb_service.domain.file_reports import FileReport, Notes

_CHARSET = re.compile(rb"<(?:meta[^>]+charset|\?xml[^>]+encoding)\s*=\s*[\"']?\s*([\w-]+)", re.IGNORECASE)
# The parser compares each attribute with all before it. A picture written into its tag has one, of megabytes.
_REFERENCE = re.compile(r"&(?:#|shy|zw)")
_LONG_TAG = re.compile(r"<[^<>]{2000,}")
_MOST_ATTRIBUTES = 500
_XML_DECLARATION = re.compile(r"^\s*<\?xml[^>]*\?>")


def read_html(data: bytes, name: str, limits: ParsingLimits) -> ParsedFile:
    return read_page(page_text(data, name), name, limits)


def read_page(text: str, name: str, limits: ParsingLimits) -> ParsedFile:
    """A whole page of HTML."""
    if len(text) > limits.characters * 4:
        raise FileRefused(
            f"{name} holds {len(text):,} characters of HTML, more than can be read; split it.",
            Cause("too_many_characters", {"count": len(text), "limit": limits.characters * 4}),
        )
    notes = Notes()
    root = _tree(text, name)
    elements = list(root.iter())  # while they are held, lxml makes no new object of an element each time it is met
    keep_what_is_shown(root, notes)
    pictures = sum(1 for _ in root.iter("img"))
    blocks = tuple(with_marks_told(counted(blocks_of(root), name, limits)))
    elements.clear()
    report = FileReport(pictures=pictures, pictures_unread=pictures, notes=notes.all())
    return ParsedFile(blocks, _metadata(root, blocks), report=report)


def blocks_of_html(text: str, name: str, limits: ParsingLimits, notes: Notes | None = None) -> tuple[Block, ...]:
    """The blocks of HTML that another parser made; line breaks (br) stay in a block's text as "\\n"."""
    root = _tree(text, name)
    keep_what_is_shown(root, notes or Notes())
    return tuple(with_marks_told(counted(blocks_of(root), name, limits)))


def _tree(text: str, name: str) -> Any:
    from lxml import etree, html

    if any(max(tag[0].count("="), len(tag[0].split())) > _MOST_ATTRIBUTES for tag in _LONG_TAG.finditer(text)):
        raise FileRefused(
            f"{name} holds an element with more than {_MOST_ATTRIBUTES} attributes; save it again.",
            Cause("too_many_attributes", {"limit": _MOST_ATTRIBUTES}),
        )
    parser = html.HTMLParser(remove_comments=True, remove_pis=True, no_network=True, huge_tree=False)
    try:
        root = html.document_fromstring(_XML_DECLARATION.sub("", text), parser=parser)
    except (etree.LxmlError, ValueError) as error:
        raise FileRefused(
            f"{name} cannot be read as HTML; save it again from a browser and retry.",
            Cause("damaged", {"kind": "HTML"}),
        ) from error
    if any("xcessive depth" in each.message for each in parser.error_log):
        raise FileRefused(
            f"{name} nests its elements more than 256 levels deep; save it again from a browser and retry.",
            Cause("nested_too_deeply"),
        )
    if _REFERENCE.search(text):
        _clean_what_was_referred_to(root)
    return root


def _clean_what_was_referred_to(root: Any) -> None:
    """Characters that the bytes only refer to (&shy;, &#8203;) were not among those that decoding cleaned."""
    for element in root.iter():
        if isinstance(element.tag, str):
            element.text = element.text and clean(element.text)
        element.tail = element.tail and clean(element.tail)


def page_text(data: bytes, name: str, *, declared: str | None = None) -> str:
    """By what is declared, in the page or beside it, unless its bytes are UTF-8: they are never so by chance."""
    found = _CHARSET.search(data[:4096])
    encoding = (found[1].decode("ascii") if found else declared or "").lower()
    if not encoding or is_utf8(data):
        return decode(data, name)
    try:  # gb2312 in practice means its superset
        return clean(data.decode("gb18030" if encoding in {"gb2312", "gbk"} else encoding))
    except (LookupError, UnicodeDecodeError):
        return decode(data, name)


def _metadata(root: Any, blocks: tuple[Block, ...]) -> Mapping[str, object]:
    first = next((block.text for block in blocks if block.kind is BlockKind.HEADING and block.level == 1), None)
    page_title = " ".join((root.findtext(".//title") or "").split())
    metadata: dict[str, object] = {}
    if title := first or page_title:
        metadata["title"] = " ".join(title.split())
    if page_title:
        metadata["page_title"] = page_title
    return metadata
