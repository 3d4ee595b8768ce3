"""What the styles of an OpenDocument text say of a piece of it, and the numbers of its lists."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from ingestion.parsing.number_formats import written
from ingestion.parsing.symbols import is_symbol_font

OFFICE = "{urn:oasis:names:tc:opendocument:xmlns:office:1.0}"
TEXT = "{urn:oasis:names:tc:opendocument:xmlns:text:1.0}"
STYLE = "{urn:oasis:names:tc:opendocument:xmlns:style:1.0}"
_FONT_FAMILY = "{urn:oasis:names:tc:opendocument:xmlns:xsl-fo-compatible:1.0}font-family"
_LONGEST_CHAIN = 30
# By the first sign of a number format such as "一, 二, 三, ...".
_FORMATS = {
    "1": "decimal", "a": "lowerLetter", "A": "upperLetter", "i": "lowerRoman", "I": "upperRoman",
    "一": "chineseCountingThousand", "壹": "chineseLegalSimplified", "甲": "ideographTraditional",
    "子": "ideographZodiac", "①": "decimalEnclosedCircle", "１": "decimalFullWidth",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Level:
    start: int
    number_format: str | None
    before: str
    after: str
    shown_levels: int


class OdtStyles:
    def __init__(self, roots: list[Any]) -> None:
        self._style_of: dict[str, Any] = {}
        self._levels_of: dict[str, dict[int, _Level]] = {}
        self._outline: dict[int, _Level] = {}
        for root in roots:
            for style in root.iter(f"{STYLE}style"):
                self._style_of[style.get(f"{STYLE}name", "")] = style
            for listed in root.iter(f"{TEXT}list-style"):
                self._levels_of[listed.get(f"{STYLE}name", "")] = dict(map(_level, listed))
            for outline in root.iter(f"{TEXT}outline-style"):
                self._outline = dict(map(_level, outline))

    def is_hidden(self, name: str | None) -> bool:
        return self._property(name, f"{TEXT}display") == "none"

    def is_struck_out(self, name: str | None) -> bool:
        marks = (self._property(name, f"{STYLE}text-line-through-{each}") for each in ("style", "type"))
        return any(mark not in {None, "none"} for mark in marks)

    def place(self, name: str | None) -> int:
        """1 for raised letters, -1 for lowered ones, else 0."""
        first = (self._property(name, f"{STYLE}text-position") or "").split(" ")[0]
        if first.startswith("super") or (first.endswith("%") and not first.startswith(("-", "0"))):
            return 1
        return -1 if first.startswith(("sub", "-")) else 0

    def font(self, name: str | None) -> str | None:
        """Of pictures in the place of letters; None for any other."""
        named = self._property(name, f"{STYLE}font-name") or self._property(name, _FONT_FAMILY) or ""
        return named.strip("'") if is_symbol_font(named.strip("'")) else None

    def is_title(self, name: str | None) -> bool:
        names = {style.get(f"{STYLE}name", "").lower() for style in self._chain(name)} | {(name or "").lower()}
        return bool(names & {"title", "标题"})

    def list_style(self, name: str | None) -> str | None:
        found = (style.get(f"{STYLE}list-style-name") for style in self._chain(name))
        return next((each for each in found if each), None)

    def level(self, list_style: str | None, depth: int) -> _Level | None:
        """``list_style`` None: of the headings."""
        levels = self._outline if list_style is None else self._levels_of.get(list_style, {})
        return levels.get(depth)

    def _property(self, name: str | None, key: str) -> str | None:
        for style in self._chain(name):
            for properties in style.findall(f"{STYLE}text-properties"):
                if (value := properties.get(key)) is not None:
                    return str(value)
        return None

    def _chain(self, name: str | None) -> Iterator[Any]:
        for _ in range(_LONGEST_CHAIN):
            style = self._style_of.get(name or "")
            if style is None:
                return
            yield style
            name = style.get(f"{STYLE}parent-style-name")


class OdtNumbers:
    """Counts the items of lists, by the style of the list and depth; a list begins anew unless it says otherwise."""

    def __init__(self, styles: OdtStyles) -> None:
        self._styles = styles
        self._counts: dict[str | None, dict[int, int]] = {}

    def begin(self, list_style: str | None, depth: int, *, goes_on: bool) -> None:
        if not goes_on:
            self._counts.setdefault(list_style, {}).pop(depth, None)

    def label(self, list_style: str | None, depth: int, start: str | None = None) -> str:
        """Of the next item; "" for bullets. ``start``: the number that the item itself sets."""
        level = self._styles.level(list_style, depth)
        if level is None:
            return ""
        counts = self._counts.setdefault(list_style, {})
        counts[depth] = int(start) if start and start.isdecimal() else counts.get(depth, level.start - 1) + 1
        for deeper in [each for each in counts if each > depth]:
            del counts[deeper]
        if level.number_format is None:
            return ""
        numbers = []
        for outer in range(max(1, depth - level.shown_levels + 1), depth + 1):
            own = self._styles.level(list_style, outer)
            if own is not None and own.number_format is not None:
                numbers.append(written(counts.get(outer, own.start), own.number_format))
        text = f"{level.before}{'.'.join(numbers)}{level.after}".strip()
        return text if text.endswith(("、", "）", ")", "．", "。")) else f"{text} "


def _level(element: Any) -> tuple[int, _Level]:
    depth = int(element.get(f"{TEXT}level") or 1)
    sign = (element.get(f"{STYLE}num-format") or "").strip()[:1]
    is_number = not element.tag.endswith(("bullet", "image")) and bool(sign)
    return depth, _Level(
        start=int(element.get(f"{TEXT}start-value") or 1),
        number_format=_FORMATS.get(sign, "decimal") if is_number else None,
        before=element.get(f"{STYLE}num-prefix") or "",
        after=element.get(f"{STYLE}num-suffix") or "",
        shown_levels=int(element.get(f"{TEXT}display-levels") or 1),
    )
