"""The rules of a page's styles that decide what is shown: which elements they hold of, and which rule wins."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from ingestion.parsing.hypertext_hiding import (
    hides,
    hides_by_size,
    hides_letters_alone,
    lowers,
    raises,
    raises_by_itself,
    shows,
    shows_letters,
    shows_letters_again,
)
from ingestion.parsing.hypertext_lists import LIST_TYPE, type_declared

_COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
_BRACE = re.compile(r"[{}]")
_LONGEST_SELECTORS = 2_000
_COMPOUND = re.compile(r"(?:\*|[a-zA-Z][\w-]*)?(?:[.#][\w-]+)*")
_PART = re.compile(r"\*|[.#]?[\w-]+")
_BEFORE = re.compile(r"::?(before|after)$")
_WORDS = re.compile(r"(?<![\w-])content\s*:\s*((?:\"[^\"]*\"|'[^']*'|[\w-]+\([^()]*\)|\s)+)")
_PIECE = re.compile(r"\"([^\"]*)\"|'([^']*)'|([\w-]+)\(\s*([^()]*?)\s*\)")
_ESCAPED = re.compile(r"\\([0-9a-fA-F]{1,6})\s?")
_SIGNS_OF_FIGURES = frozenset("%‰℃°¥￥$€£")
_MOST_RULES = 400
_MEDIA = re.compile(r"\s*@media\b([^{};]{0,300})$")
_MEDIA_WORDS = re.compile(
    r"\(\s*(?P<side>min|max)-width\s*:\s*(?P<width>\d{1,5}(?:\.\d{1,3})?)(?P<unit>px|r?em)\s*\)|[^\s]+"
)
_DEEPEST_MEDIA = 3
_DESK_WIDTH = 1280  # px

# As blocks or within a line, whatever their tag is; inline-block is left as it is, boxes side by side are no line.
_INLINE = re.compile(r"(?<![\w-])display\s*:\s*(?:inline|contents)\s*(?:!|;|$)", re.IGNORECASE)
_BLOCK = re.compile(r"(?<![\w-])display\s*:\s*(?:block|flex|grid|list-item|flow-root)\s*(?:!|;|$)", re.IGNORECASE)
_STRUCK = re.compile(r"text-decoration(?:-line)?\s*:[^;]*line-through", re.IGNORECASE)
_STRUCK_TAGS = frozenset({"del", "s", "strike"})


_LOOKED_FOR = (
    hides, shows, _STRUCK.search, _WORDS.search, raises, lowers, _INLINE.search, _BLOCK.search, LIST_TYPE.search,
)  # fmt: skip


def is_raised(element: Any) -> bool:
    style = element.get("style")
    return element.tag == "sup" or bool(style and raises_by_itself(style))


def is_lowered(element: Any) -> bool:
    style = element.get("style")
    return element.tag == "sub" or bool(style and lowers(style))


def is_struck_by_itself(element: Any) -> bool:
    style = element.get("style")
    return element.tag in _STRUCK_TAGS or bool(style and _STRUCK.search(style))


Compound = frozenset[str]  # "p", ".note", "#main": all of them hold of one element


@dataclass(frozen=True, slots=True)
class _Rule:
    """``compounds``: of an element's ancestors, and last of itself. ``weight``: the closer and the later wins."""

    compounds: tuple[Compound, ...]
    outer_names: Compound
    weight: tuple[int, int]
    side: str = ""
    words: str = ""


class Names:
    """By which rules call an element: its tag, classes and id; worked out once."""

    def __init__(self) -> None:
        self._known: dict[Any, frozenset[str]] = {}
        self._around: dict[Any, frozenset[str]] = {}
        self.holding: dict[tuple[int, Any], bool] = {}  # by rule and what an element stands in

    def of(self, element: Any) -> frozenset[str]:
        found = self._known.get(element)
        if found is None:
            names = {element.tag, "*"} if isinstance(element.tag, str) else set()
            names |= {f".{each}" for each in (element.get("class") or "").split()[:30]}
            if identity := element.get("id"):
                names.add(f"#{identity}")
            found = self._known[element] = frozenset(names)
        return found

    def around(self, element: Any) -> frozenset[str]:
        """Those of all that it stands in."""
        parent = element.getparent()
        if parent is None:
            return frozenset()
        found = self._around.get(parent)
        if found is None:
            found = self._around[parent] = frozenset().union(*map(self.of, (parent, *parent.iterancestors())))
        return found


class _Rules:
    """By the name that the elements they hold of must have: an id, else a class, else a tag."""

    def __init__(self) -> None:
        self._by_name: dict[str, list[_Rule]] = {}

    def __bool__(self) -> bool:
        return bool(self._by_name)

    def add(self, rule: _Rule) -> str:
        """The name that it is kept by."""
        name = min(rule.compounds[-1], key=lambda part: (part[0] != "#", part[0] != ".", part))
        self._by_name.setdefault(name, []).append(rule)
        return name

    def of(self, element: Any, names: Names) -> Iterator[_Rule]:
        if not self._by_name:
            return
        own = names.of(element)
        for name in own & self._by_name.keys():
            around = names.around(element)
            for rule in self._by_name[name]:
                if rule.outer_names <= around and _holds(rule, element, names):
                    yield rule


class Styles:
    """Of a page's `style` elements."""

    def __init__(self) -> None:
        self._hidden, self._shown, self._struck, self._words = _Rules(), _Rules(), _Rules(), _Rules()
        self._raised, self._lowered, self._lists = _Rules(), _Rules(), _Rules()
        self._inline, self._block = _Rules(), _Rules()
        self._letters = _Rules()  # that may show what is hidden around them
        self._names = Names()
        self._called: set[str] = set()  # names that a rule here is about
        self._is_class_called: dict[str | None, bool] = {None: False}

    def say_nothing_of(self, element: Any) -> bool:
        """Of most elements of most pages: quickly told."""
        if any(element.get(name) is not None for name in ("style", "hidden", "popover")):
            return False
        if element.tag in _STRUCK_TAGS:
            return False
        if not self._called:
            return True
        if element.tag in self._called or "*" in self._called:
            return False
        classes = element.get("class")
        if classes not in self._is_class_called:
            self._is_class_called[classes] = any(f".{each}" in self._called for each in classes.split())
        identity = element.get("id")
        return not self._is_class_called[classes] and (identity is None or f"#{identity}" not in self._called)

    def is_hidden(self, element: Any) -> bool:
        """By its own style, else by the page's."""
        own = element.get("style")
        if element.get("hidden") is not None or element.get("popover") is not None or (own and hides(own)):
            return bool(element.get("hidden") != "until-found")
        if not self._hidden or (own and shows(own)):
            return False
        hidden = self._hiding_rule(element)
        shown = self._shown.of(element, self._names)
        return hidden is not None and all(rule.weight < hidden.weight for rule in shown)

    def _hiding_rule(self, element: Any) -> _Rule | None:
        return max(self._hidden.of(element, self._names), key=lambda rule: rule.weight, default=None)

    def shown_again(self, element: Any) -> list[Any]:
        """What stands in a hidden element and is seen nevertheless: it has a size, or is visible, of its own."""
        own = element.get("style") or ""
        rule = None if hides(own) else self._hiding_rule(element)
        within = own if rule is None else rule.words
        if element.get("hidden") is not None or not hides_letters_alone(within):
            return []
        return [each for each in element.iterdescendants() if self._shows_letters_again(each, within)]

    def _shows_letters_again(self, element: Any, within: str) -> bool:
        own = element.get("style")
        if own and shows_letters_again(own, within):
            return True
        return any(shows_letters_again(rule.words, within) for rule in self._letters.of(element, self._names))

    def is_struck(self, element: Any) -> bool:
        return is_struck_by_itself(element) or any(True for _ in self._struck.of(element, self._names))

    def place(self, element: Any) -> int:
        """1 where a rule raises its letters, -1 where one lowers them, else 0."""
        if any(True for _ in self._raised.of(element, self._names)):
            return 1
        return -1 if any(True for _ in self._lowered.of(element, self._names)) else 0

    def is_within_a_line(self, element: Any) -> bool | None:
        """None where neither its own style nor the page's says so or otherwise."""
        own = element.get("style") or ""
        if _INLINE.search(own) or _BLOCK.search(own):
            return bool(_INLINE.search(own))
        weights = [
            max((rule.weight for rule in rules.of(element, self._names)), default=(-1, -1))
            for rules in (self._inline, self._block)
        ]
        return None if weights[0] == weights[1] else weights[0] > weights[1]

    def type_of_list(self, listed: Any) -> str | None:
        """As the page's rules have it."""
        found = max(self._lists.of(listed, self._names), key=lambda rule: rule.weight, default=None)
        return None if found is None else found.words

    @property
    def puts_words(self) -> bool:
        return bool(self._words)

    def words_beside(self, element: Any) -> Iterator[tuple[str, str]]:
        """("before" or "after", words) that the page's styles put into an element."""
        for rule in self._words.of(element, self._names):
            yield rule.side, "".join(_pieces(rule.words, element))

    def add(self, selector: str, declared: str, number: int) -> None:
        side = _BEFORE.search(selector)
        compounds = tuple(_compounds(_BEFORE.sub("", selector)))
        if not compounds:
            return
        weight = sum(100 if part[0] == "#" else 10 if part[0] == "." else 1 for each in compounds for part in each)
        rule = _Rule(compounds, frozenset().union(*compounds[:-1]), (weight, number))
        if side:
            words = _WORDS.search(declared)
            if words and _says_something(words[1]):
                self._words.add(replace(rule, side=side[1], words=words[1]))
            return
        if kind := type_declared(declared):
            self._lists.add(replace(rule, words=kind))
        for rules, is_declared in (
            (self._struck, _STRUCK.search),
            (self._raised, raises),
            (self._lowered, lowers),
            (self._inline, _INLINE.search),
            (self._block, _BLOCK.search),
        ):
            if is_declared(declared):
                self._called.add(rules.add(rule))
        if hides(declared):
            self._called.add(self._hidden.add(replace(rule, words=declared)))
        elif shows(declared):
            self._shown.add(rule)
        if shows_letters(declared):
            self._letters.add(replace(rule, words=declared))


def _says_something(content: str) -> bool:
    """No icon and no ornament: a single Latin letter is one of an icon font's. Counters are not counted here, and the
    words around a number that is missing would say something else.
    """
    if "counter" in content:
        return False
    written = "".join(_pieces(content, {}))
    letters = [each for each in written if each.isalnum()]
    has_sign = any(each > "\u2e7f" or each.isdigit() for each in letters) or bool(_SIGNS_OF_FIGURES & set(written))
    return len(letters) > 1 or has_sign or "attr(" in content


def _pieces(content: str, attributes: Mapping[str, str] | Any) -> Iterator[str]:
    """What a ``content`` writes into an element with such attributes."""
    for double, single, function, argument in _PIECE.findall(content):
        if function == "attr":
            yield attributes.get(argument) or ""
        elif not function:
            yield _ESCAPED.sub(lambda code: chr(min(int(code[1], 16), 0x10FFFF)), double or single)


def styles_of(root: Any) -> Styles:
    styles = Styles()
    count = 0
    for element in root.iter("style"):
        text = _COMMENT.sub("", element.text or "")
        asks_for_sizes = hides_by_size(text)
        for selectors, declared in _rules(text):
            is_of_sizes = asks_for_sizes and shows_letters(declared)
            if not (is_of_sizes or any(is_declared(declared) for is_declared in _LOOKED_FOR)):
                continue
            for selector in selectors.split(","):
                count += 1
                if count > _MOST_RULES:
                    return styles
                styles.add(selector.strip(), declared, count)
    return styles


def _rules(text: str, depth: int = 0) -> Iterator[tuple[str, str]]:
    """Selectors and declarations. What holds on paper or on small screens only (@media) hides nothing here."""
    opened: list[int] = []
    start = 0
    for brace in _BRACE.finditer(text):
        if brace[0] == "{":
            opened.append(brace.end())
        elif opened:
            began = opened.pop()
            if not opened:
                selectors = text[start : began - 1]
                inner = text[began : brace.start()]
                media = _MEDIA.match(selectors)
                if media and depth < _DEEPEST_MEDIA and any(map(_is_of_a_desk, media[1].split(","))):
                    yield from _rules(inner, depth + 1)
                elif len(selectors) <= _LONGEST_SELECTORS and "@" not in selectors:
                    yield selectors, inner
                start = brace.end()


def _compounds(selector: str) -> Iterator[Compound]:
    """Nothing for a selector of another kind: states, attributes, neighbours."""
    words = selector.replace(">", " ").split()
    if len(words) <= 6 and all(_COMPOUND.fullmatch(word) for word in words):
        for word in words:
            yield frozenset(_PART.findall(word))


def _holds(rule: _Rule, element: Any, names: Names) -> bool:
    *outer, own = rule.compounds
    if not own <= names.of(element):
        return False
    if not outer:
        return True
    key = (rule.weight[1], element.getparent())
    if key not in names.holding:
        ancestors = element.iterancestors()
        names.holding[key] = all(any(compound <= names.of(each) for each in ancestors) for compound in reversed(outer))
    return names.holding[key]


def _is_of_a_desk(condition: str) -> bool:
    """Whether a part of an @media condition holds on a screen as wide as a desk's."""
    for word in _MEDIA_WORDS.finditer(condition.lower()):
        side, width, unit = word["side"], word["width"], word["unit"]
        if side is None:
            if word[0] not in {"only", "screen", "all", "and"}:
                return False
        elif (float(width) * (1 if unit == "px" else 16) > _DESK_WIDTH) is (side == "min"):
            return False
    return True
