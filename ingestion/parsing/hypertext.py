"""HTML to blocks: what a reader sees, without scripts, styles and navigation. Tables keep their spans."""

import re
from collections.abc import Mapping
from typing import Any

from ingestion.parsing.blocks import Block, BlockKind, ParsedFile
from ingestion.parsing.decode import clean, decode
from ingestion.parsing.hypertext_walk import blocks_of
from ingestion.parsing.limits import ParsingLimits
from kb_service.domain.errors import FileRefused

_UNSEEN_TAGS = (
    "script style noscript template iframe object embed svg canvas nav footer button select input textarea dialog "
    "audio video map link meta math"
)
_UNSEEN = frozenset(_UNSEEN_TAGS.split())
_HIDDEN_STYLE = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.IGNORECASE)
_CHARSET = re.compile(rb"<meta[^>]+charset\s*=\s*[\"']?\s*([\w-]+)", re.IGNORECASE)
_XML_DECLARATION = re.compile(r"^\s*<\?xml[^>]*\?>")
# A list or block whose words are nearly all links is navigation, whatever its tag.
_NAVIGATION_LINK_SHARE = 0.8
_NAVIGATION_LINKS = 6


def read_html(data: bytes, name: str, limits: ParsingLimits) -> ParsedFile:
    text = _declared_text(data) or decode(data, name)
    if len(text) > limits.characters * 4:
        raise FileRefused(f"{name} holds {len(text):,} characters of HTML, more than can be read; split it.")
    root = _tree(text, name)
    blocks = tuple(blocks_of(root))
    return ParsedFile(blocks, _metadata(root, blocks))


def blocks_of_html(text: str, name: str) -> tuple[Block, ...]:
    """The blocks of HTML that another parser made; line breaks (br) stay in a block's text as "\\n"."""
    return tuple(blocks_of(_tree(text, name)))


def _tree(text: str, name: str) -> Any:
    from lxml import etree, html

    parser = html.HTMLParser(remove_comments=True, remove_pis=True, no_network=True, huge_tree=False)
    try:
        root = html.document_fromstring(_XML_DECLARATION.sub("", text), parser=parser)
    except (etree.LxmlError, ValueError) as error:
        raise FileRefused(f"{name} cannot be read as HTML; save it again from a browser and retry.") from error
    _remove_unseen(root)
    return root


def _declared_text(data: bytes) -> str | None:
    found = _CHARSET.search(data[:4096])
    if found is None:
        return None
    encoding = found[1].decode("ascii").lower()
    try:  # gb2312 in practice means its superset
        return clean(data.decode("gb18030" if encoding in {"gb2312", "gbk"} else encoding))
    except (LookupError, UnicodeDecodeError):
        return None


def _metadata(root: Any, blocks: tuple[Block, ...]) -> Mapping[str, object]:
    first = next((block.text for block in blocks if block.kind is BlockKind.HEADING and block.level == 1), None)
    page_title = " ".join((root.findtext(".//title") or "").split())
    metadata: dict[str, object] = {}
    if title := first or page_title:
        metadata["title"] = " ".join(title.split())
    if page_title:
        metadata["page_title"] = page_title
    return metadata


def _remove_unseen(root: Any) -> None:
    for element in list(root.iter()):
        is_root = element.getparent() is None
        if not is_root and (not isinstance(element.tag, str) or _is_unseen(element)):
            element.drop_tree()


def _is_unseen(element: Any) -> bool:
    tag = element.tag
    if tag in _UNSEEN:
        return True
    if element.get("hidden") is not None or _HIDDEN_STYLE.search(element.get("style") or ""):
        return tag not in {"html", "body"}
    return tag in {"ul", "ol", "div", "table"} and _is_navigation(element)


def _is_navigation(element: Any) -> bool:
    links = element.findall(".//a")
    if len(links) < _NAVIGATION_LINKS or element.find(".//p") is not None:
        return False
    linked = sum(len("".join(link.itertext()).strip()) for link in links)
    whole = len("".join("".join(element.itertext()).split()))
    longest = max(len("".join(link.itertext()).strip()) for link in links)
    return linked >= _NAVIGATION_LINK_SHARE * max(1, whole) and longest <= 12
