"""What a page's scripts show: hidden elements that they reveal, and words that they put into it."""

import html
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

_REVEALS = re.compile(
    r"visib|opacity|display\s*[=:]\s*[\"'](?!none)|\.show\(|fadeIn|slideDown|toggle|classList|removeClass|removeAttr"
    r"|addClass|hidden\s*=\s*false|\.tab\("
)
_QUOTE = re.compile("[\"'`]")
_INSIDE = {
    quote: re.compile(rf"[^{quote}\\{line_end}]*(?:\\.[^{quote}\\{line_end}]*)*", re.DOTALL)
    for quote, line_end in (('"', "\n"), ("'", "\n"), ("`", ""))
}
_NAME = re.compile(r"[A-Za-z_][\w-]*")
_PUT = re.compile(
    r"(?:(?:getElementById\(\s*|\$\(\s*|querySelector\(\s*)[\"']#?([\w-]+)[\"']\s*\)\s*)?"
    r"(?:document\.write(?:ln)?\(|\.(?:innerHTML|innerText|textContent)\s*\+?=|\.(?:html|text|append)\()\s*(?=[\"'`])"
)
# Between two texts that are put together, with or without a value between them.
_AND = re.compile(r"[\"'`]\s*\+\s*(?:([\w.$]{1,80}(?:\([^()\"'`\n]{0,80}\))?)\s*\+\s*)?(?=[\"'`])")
_VALUE = "…"
_ESCAPE = re.compile(r"\\(?:u([0-9a-fA-F]{4})|x([0-9a-fA-F]{2})|(.))", re.DOTALL)
_CONTROL_OF = {"n": "\n", "r": "\n", "t": " ", "b": "", "f": "", "v": ""}
_HAN = re.compile(r"[\u4e00-\u9fff]")
_LEAST_PUT, _LEAST_TOLD = 6, 20  # Han characters: fewer are messages and names of things
_MOST_LITERALS = 5_000
_POINTERS = (
    "//@href[starts-with(., '#')] | //@data-target | //@data-bs-target | //@aria-controls | //@data-tab | //@data-href"
)
_SHOWN_ON_DEMAND = frozenset({"tabpanel", "region"})
_CODE_OF_TAGS = re.compile(r"[{};]\s*(?:var|function|return|if)\b|=>|\)\s*\{")


@dataclass(frozen=True, slots=True)
class PutWords:
    """``into``: the id of the element that a script fills; None where it writes beside itself, as HTML."""

    into: str | None
    script: Any
    words: str


class Scripts:
    """Of the page before anything is taken out of it."""

    def __init__(self, root: Any) -> None:
        self._scripts = [element for element in root.iter("script") if element.text]
        handlers = root.xpath("//@*[starts-with(name(), 'on')]")
        revealing = [text for text in (*[each.text for each in self._scripts], *handlers) if _REVEALS.search(text)]
        self._named = {name for text in revealing for words in _literals(text) for name in _NAME.findall(words[:200])}
        self._pointed = {str(address).removeprefix("#") for address in root.xpath(_POINTERS)}

    def reveal(self, element: Any) -> bool:
        """Whether a script, a link or a tab shows what is hidden at first."""
        if element.get("role") in _SHOWN_ON_DEMAND:
            return True
        identity = element.get("id")
        if identity and (identity in self._named or identity in self._pointed):
            return True
        return any(name in self._named for name in (element.get("class") or "").split())

    def put_words(self) -> Iterator[PutWords]:
        for script in self._scripts:
            text = script.text  # made anew from the tree each time
            for found in _PUT.finditer(text):
                words, _ = _joined_words(text, found.end())
                if len(_HAN.findall(words)) >= _LEAST_PUT:
                    yield PutWords(found[1], script, words)

    def all_words(self) -> Iterator[str]:
        """Every long text of the scripts: for a page that holds nothing else."""
        seen: set[str] = set()
        for script in self._scripts:
            if "template" in (script.get("type") or "") or script.get("type") == "text/html":
                texts: Iterator[str] = iter([script.text])
            else:
                texts = _texts(script.text)
            for words in texts:
                is_text = len(_HAN.findall(words)) >= _LEAST_TOLD and not _CODE_OF_TAGS.search(words)
                if is_text and words not in seen:
                    seen.add(words)
                    yield words


def _texts(text: str) -> Iterator[str]:
    """The literals, those that are added to each other as one."""
    until = 0
    for start, _ in _literal_places(text):
        if start >= until:
            words, until = _joined_words(text, start - 1)
            yield words


def _literals(text: str) -> Iterator[str]:
    return (text[start:end] for start, end in _literal_places(text))


def _literal_places(text: str) -> Iterator[tuple[int, int]]:
    """In time that grows with the text alone: where a quote is not closed, no other of its kind is looked at."""
    at, found = 0, 0
    open_until: dict[str, int] = {}
    while found < _MOST_LITERALS and (opening := _QUOTE.search(text, at)):
        at, quote = opening.end(), opening[0]
        if at <= open_until.get(quote, 0):
            continue
        end = _inside(text, opening.end(), quote)
        if text[end : end + 1] == quote:
            yield at, end
            at, found = end + 1, found + 1
        else:
            open_until[quote] = end


def _inside(text: str, start: int, quote: str) -> int:
    """Where what is quoted ends."""
    inside = _INSIDE[quote].match(text, start)
    return inside.end() if inside else start


def _joined_words(text: str, at: int) -> tuple[str, int]:
    """What is quoted there with all that is added to it, and where that ends; a value of the script alone is "…"."""
    parts: list[str] = []
    while True:
        end = _inside(text, at + 1, text[at])
        parts.append(_unescaped(text[at + 1 : end]))
        following = _AND.match(text, end) if text[end : end + 1] == text[at] else None
        if following is None or len(parts) >= _MOST_LITERALS:
            return "".join(parts), end
        if following[1]:
            parts.append(_VALUE)
        at = following.end()


def _unescaped(literal: str) -> str:
    """As the page gets it: escapes of scripts, then of HTML where it was escaped twice."""
    words = _ESCAPE.sub(_escaped, literal)
    return html.unescape(words) if "&lt;" in words and "<" not in words else words


def _escaped(found: re.Match[str]) -> str:
    code = found[1] or found[2]
    if code:
        return chr(int(code, 16)) if not 0xD800 <= int(code, 16) <= 0xDFFF else ""
    return _CONTROL_OF.get(found[3], found[3])
