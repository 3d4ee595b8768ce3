"""The little of a page's styles that decides what is shown: hidden and struck-out elements, words put before others."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

_COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
# What holds for some screens, or on paper, only: none of it hides anything here.
_CONDITIONAL = re.compile(r"@[\w-]+[^{};]*\{(?:[^{}]*\{[^{}]*\})*[^{}]*\}")
_RULE = re.compile(r"([^{}]{1,2000})\{([^{}]*)\}")
_COMPOUND = re.compile(r"(?:\*|[a-zA-Z][\w-]*)?(?:[.#][\w-]+)*")
_PART = re.compile(r"[.#]?[\w-]+")
_BEFORE = re.compile(r"::?(before|after)$")
_WORDS = re.compile(r"content\s*:\s*(?:\"([^\"\\]*)\"|'([^'\\]*)')")
_MOST_RULES = 500

_HIDDEN = re.compile(
    r"display\s*:\s*none|visibility\s*:\s*(?:hidden|collapse)|(?<![\w-])opacity\s*:\s*0?\.?0*\s*(?:!|;|$)"
    r"|font-size\s*:\s*0(?:\.0+)?\s*(?:px|pt|em|rem|%)?\s*(?:!|;|$)|(?<![\w-])color\s*:\s*transparent"
    r"|mso-hide\s*:\s*all|text-indent\s*:\s*-\d{3,}|(?<![\w-])(?:left|top)\s*:\s*-\d{3,}\s*(?:px|em)",
    re.IGNORECASE,
)
_SHOWN = re.compile(r"display\s*:\s*(?!none)[a-z]|visibility\s*:\s*visible", re.IGNORECASE)
_STRUCK = re.compile(r"text-decoration(?:-line)?\s*:[^;]*line-through", re.IGNORECASE)
_RAISED = re.compile(r"vertical-align\s*:\s*(?:super|text-top)", re.IGNORECASE)
_LOWERED = re.compile(r"vertical-align\s*:\s*sub", re.IGNORECASE)


def is_raised(element: Any) -> bool:
    return element.tag == "sup" or bool(_RAISED.search(element.get("style") or ""))


def is_lowered(element: Any) -> bool:
    return element.tag == "sub" or bool(_LOWERED.search(element.get("style") or ""))


def is_struck_by_itself(element: Any) -> bool:
    return element.tag in {"del", "s", "strike"} or bool(_STRUCK.search(element.get("style") or ""))


Compound = frozenset[str]  # "p", ".note", "#main": all of them hold of one element


@dataclass(frozen=True, slots=True)
class _Rule:
    """``compounds``: of an element's ancestors, and last of itself. ``weight``: the later and the closer wins."""

    compounds: tuple[Compound, ...]
    is_shown: bool
    weight: tuple[int, int]


@dataclass(slots=True)
class Styles:
    """Of a page's `style` elements."""

    _display: list[_Rule] = field(default_factory=list)
    _struck: list[_Rule] = field(default_factory=list)
    _words: list[tuple[_Rule, str, str]] = field(default_factory=list)

    def is_hidden(self, element: Any) -> bool:
        """By its own style, else by the page's."""
        own = element.get("style") or ""
        if element.get("hidden") is not None or _HIDDEN.search(own):
            return bool(element.get("hidden") != "until-found")
        if not self._display or _SHOWN.search(own):
            return False
        rules = [rule for rule in self._display if _holds(rule, element)]
        return bool(rules) and not max(rules, key=lambda rule: rule.weight).is_shown

    def is_struck(self, element: Any) -> bool:
        return is_struck_by_itself(element) or any(_holds(rule, element) for rule in self._struck)

    @property
    def puts_words(self) -> bool:
        return bool(self._words)

    def words_beside(self, element: Any) -> Iterator[tuple[str, str]]:
        """("before" or "after", words) that the page's styles put into an element."""
        for rule, side, words in self._words:
            if _holds(rule, element):
                yield side, words


def styles_of(root: Any) -> Styles:
    styles = Styles()
    count = 0
    for element in root.iter("style"):
        text = _CONDITIONAL.sub("", _COMMENT.sub("", element.text or ""))
        for selectors, declared in _RULE.findall(text):
            if not (
                _HIDDEN.search(declared) or _SHOWN.search(declared) or _STRUCK.search(declared) or "content" in declared
            ):
                continue
            for selector in selectors.split(","):
                count += 1
                if count > _MOST_RULES:
                    return styles
                _add(styles, selector.strip(), declared, count)
    if not any(not rule.is_shown for rule in styles._display):
        styles._display.clear()
    return styles


def _add(styles: Styles, selector: str, declared: str, number: int) -> None:
    side = _BEFORE.search(selector)
    compounds = tuple(_compounds(_BEFORE.sub("", selector)))
    if not compounds:
        return
    weight = sum(100 if "#" in part else 10 if "." in part else 1 for compound in compounds for part in compound)
    if side:
        if words := _WORDS.search(declared):
            shown = words[1] or words[2] or ""
            if sum(letter.isalnum() for letter in shown) > 1:
                styles._words.append((_Rule(compounds, True, (weight, number)), side[1], shown))
        return
    if _HIDDEN.search(declared) or _SHOWN.search(declared):
        styles._display.append(_Rule(compounds, not _HIDDEN.search(declared), (weight, number)))
    if _STRUCK.search(declared):
        styles._struck.append(_Rule(compounds, False, (weight, number)))


def _compounds(selector: str) -> Iterator[Compound]:
    """Nothing for a selector of another kind: states, attributes, neighbours."""
    words = selector.replace(">", " ").split()
    if len(words) <= 6 and all(_COMPOUND.fullmatch(word) for word in words):
        for word in words:
            yield frozenset(_PART.findall(word))


def _holds(rule: _Rule, element: Any) -> bool:
    *outer, own = rule.compounds
    if not own <= _names(element):
        return False
    ancestors = element.iterancestors()
    return all(any(compound <= _names(ancestor) for ancestor in ancestors) for compound in reversed(outer))


def _names(element: Any) -> frozenset[str]:
    attributes: Mapping[str, str] = element.attrib
    names = {element.tag} if isinstance(element.tag, str) else set()
    names |= {f".{each}" for each in (attributes.get("class") or "").split()[:30]}
    if identity := attributes.get("id"):
        names.add(f"#{identity}")
    return frozenset(names)
