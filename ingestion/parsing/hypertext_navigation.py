"""Which lists of links lead around a site, and which are what the page has to say: telephones, forms, addresses."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

# A list or block whose words are nearly all short links is navigation, whatever its tag,
_LINK_SHARE = 0.8
_LEAST_LINKS = 6
_LONGEST_LINK = 12
_MAY_BE_NAVIGATION = frozenset({"ul", "ol", "div", "table"})
# but not where they lead to telephones and files,
_CONTENT_ADDRESS = re.compile(
    r"(?:tel|mailto|sms):|[^?#]*\.(?:docx?|wps|pdf|xlsx?|et|pptx?|ofd|zip|rar|txt|csv|jpe?g|png)(?:[?#]|$)",
    re.IGNORECASE,
)
_CONTENT_SHARE = 0.5
_NUMBERS = re.compile(r"\d{3,}")
# or where a heading or a sentence leads to them.
_NAMED_NAVIGATION = re.compile(
    r"(?:^|[\s_-])(?:nav\w*|menu\w*|crumbs?|breadcrumbs?|foot\w*|head(?:er)?|side(?:bar)?|share|friend\w*|pag(?:er|ination)"
    r"|toolbar|top|links?)(?:$|[\s_-])",
    re.IGNORECASE,
)
_HEADINGS = frozenset({"h1", "h2", "h3", "h4", "h5", "h6", "caption", "dt"})
_LEADS_ON = re.compile(r"[：:]\s*$|下列|以下|如下")


def navigation_of(body: Any) -> Iterator[Any]:
    """Counted from the inside out, each word once, however deep the page nests."""
    from lxml import etree

    open_elements = [_Words()]
    for event, element in etree.iterwalk(body, events=("start", "end")):
        if event == "start":
            open_elements.append(_Words(whole=_length(element.text)))
            continue
        words = open_elements.pop()
        if element.tag in _MAY_BE_NAVIGATION and words.are_navigation and not _is_led_to(element):
            yield element
        if element.tag == "a":
            is_content = bool(_CONTENT_ADDRESS.match(element.get("href") or "") or _NUMBERS.search(element.text or ""))
            words.add(_Words(links=1, contents=int(is_content), linked=words.whole, longest=words.whole))
        elif element.tag == "p":
            words.has_paragraph = True
        words.whole += _length(element.tail)
        open_elements[-1].add(words)


@dataclass(slots=True)
class _Words:
    """Of an element with all it holds, in characters without space. ``linked``, ``longest``: of its links."""

    whole: int = 0
    links: int = 0
    contents: int = 0
    linked: int = 0
    longest: int = 0
    has_paragraph: bool = False

    def add(self, inner: "_Words") -> None:
        self.whole += inner.whole
        self.links += inner.links
        self.contents += inner.contents
        self.linked += inner.linked
        self.longest = max(self.longest, inner.longest)
        self.has_paragraph = self.has_paragraph or inner.has_paragraph

    @property
    def are_navigation(self) -> bool:
        if self.links < _LEAST_LINKS or self.has_paragraph or self.contents > _CONTENT_SHARE * self.links:
            return False
        return self.linked >= _LINK_SHARE * max(1, self.whole) and self.longest <= _LONGEST_LINK


def _is_led_to(element: Any) -> bool:
    """Whether a heading or a sentence stands right before it, and nothing calls it navigation."""
    for each in (element, *element.iterancestors()):
        if _NAMED_NAVIGATION.search(f"{each.get('class') or ''} {each.get('id') or ''} {each.get('role') or ''}"):
            return False
    if element.tag == "table" and element.find(".//th") is not None:
        return True
    before = element.getprevious()
    if before is None:
        return bool(_LEADS_ON.search(element.getparent().text or ""))
    return before.tag in _HEADINGS or bool(_LEADS_ON.search("".join(before.itertext())[-100:] + (before.tail or "")))


def _length(text: str | None) -> int:
    return len("".join(text.split())) if text else 0
