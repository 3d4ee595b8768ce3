"""HTML to blocks: what a reader sees, without scripts, styles and navigation. Tables keep their spans."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from ingestion.parsing.blocks import Block, BlockKind, ParsedFile
from ingestion.parsing.decode import clean, decode
from ingestion.parsing.hypertext_walk import blocks_of
from ingestion.parsing.limits import ParsingLimits, counted
from kb_service.domain.errors import FileRefused

_UNSEEN_TAGS = (
    "script style noscript template iframe object embed svg canvas nav footer button select input textarea dialog "
    "audio video map link meta math"
)
_UNSEEN = frozenset(_UNSEEN_TAGS.split())
_HIDDEN_STYLE = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.IGNORECASE)
_CHARSET = re.compile(rb"<meta[^>]+charset\s*=\s*[\"']?\s*([\w-]+)", re.IGNORECASE)
# The parser compares each attribute with all before it. A picture written into its tag has one, of megabytes.
_LONG_TAG = re.compile(r"<[^<>]{2000,}")
_MOST_ATTRIBUTES = 500
_XML_DECLARATION = re.compile(r"^\s*<\?xml[^>]*\?>")
# A list or block whose words are nearly all links is navigation, whatever its tag.
_NAVIGATION_LINK_SHARE = 0.8
_NAVIGATION_LINKS = 6
_LONGEST_NAVIGATION_LINK = 12
_MAY_BE_NAVIGATION = frozenset({"ul", "ol", "div", "table"})


def read_html(data: bytes, name: str, limits: ParsingLimits) -> ParsedFile:
    text = _declared_text(data) or decode(data, name)
    if len(text) > limits.characters * 4:
        raise FileRefused(f"{name} holds {len(text):,} characters of HTML, more than can be read; split it.")
    root = _tree(text, name)
    blocks = tuple(counted(blocks_of(root), name, limits))
    return ParsedFile(blocks, _metadata(root, blocks))


def blocks_of_html(text: str, name: str, limits: ParsingLimits) -> tuple[Block, ...]:
    """The blocks of HTML that another parser made; line breaks (br) stay in a block's text as "\\n"."""
    return tuple(counted(blocks_of(_tree(text, name)), name, limits))


def _tree(text: str, name: str) -> Any:
    from lxml import etree, html

    if any(max(tag[0].count("="), len(tag[0].split())) > _MOST_ATTRIBUTES for tag in _LONG_TAG.finditer(text)):
        raise FileRefused(f"{name} holds an element with more than {_MOST_ATTRIBUTES} attributes; save it again.")
    parser = html.HTMLParser(remove_comments=True, remove_pis=True, no_network=True, huge_tree=False)
    try:
        root = html.document_fromstring(_XML_DECLARATION.sub("", text), parser=parser)
    except (etree.LxmlError, ValueError) as error:
        raise FileRefused(f"{name} cannot be read as HTML; save it again from a browser and retry.") from error
    if any("xcessive depth" in each.message for each in parser.error_log):
        raise FileRefused(f"{name} nests its elements too deeply; save it again from a browser and retry.")
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
    navigation = set(_navigation(root))
    for element in list(root.iter()):
        is_root = element.getparent() is None
        if not is_root and (not isinstance(element.tag, str) or _is_unseen(element) or element in navigation):
            element.drop_tree()


def _is_unseen(element: Any) -> bool:
    if element.tag in _UNSEEN:
        return True
    is_hidden = element.get("hidden") is not None or _HIDDEN_STYLE.search(element.get("style") or "")
    return bool(is_hidden) and element.tag not in {"html", "body"}


@dataclass(slots=True)
class _Words:
    """Of an element with all it holds, in characters without space. ``linked``, ``longest``: of its links."""

    whole: int = 0
    links: int = 0
    linked: int = 0
    longest: int = 0
    has_paragraph: bool = False

    def add(self, inner: "_Words") -> None:
        self.whole += inner.whole
        self.links += inner.links
        self.linked += inner.linked
        self.longest = max(self.longest, inner.longest)
        self.has_paragraph = self.has_paragraph or inner.has_paragraph

    @property
    def are_navigation(self) -> bool:
        if self.links < _NAVIGATION_LINKS or self.has_paragraph:
            return False
        return self.linked >= _NAVIGATION_LINK_SHARE * max(1, self.whole) and self.longest <= _LONGEST_NAVIGATION_LINK


def _navigation(root: Any) -> Iterator[Any]:
    """Counted from the inside out, each word once, however deep the page nests."""
    from lxml import etree

    open_elements = [_Words()]
    for event, element in etree.iterwalk(root, events=("start", "end")):
        if event == "start":
            open_elements.append(_Words(whole=_length(element.text)))
            continue
        words = open_elements.pop()
        if element.tag in _MAY_BE_NAVIGATION and words.are_navigation:
            yield element
        if element.tag == "a":
            words.add(_Words(links=1, linked=words.whole, longest=words.whole))
        elif element.tag == "p":
            words.has_paragraph = True
        words.whole += _length(element.tail)
        open_elements[-1].add(words)


def _length(text: str | None) -> int:
    return len("".join(text.split())) if text else 0
