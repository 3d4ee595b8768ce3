"""Which paragraphs of a Word file are headings: by style, by outline level, or only by how they look."""

import re
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from ingestion.parsing.word.names import OFF, W

_HEADING_NAME = re.compile(r"(?:heading|标题|標題)\s*([1-9])?$", re.IGNORECASE)
_TITLE_NAMES = frozenset({"title", "标题", "標題"})
_DEFAULT_HALF_POINTS = 21
_LONGEST_CHAIN = 30  # of styles, each based on the next
_TITLE_SIZE = 1.2  # times the size of the body text


@dataclass(frozen=True, slots=True)
class Look:
    """How a paragraph is set. ``half_points`` is the size of most of its letters."""

    half_points: int
    is_bold: bool
    is_centred: bool


# The level of a list (by its id) that belongs to a style (by its id).
LevelOfStyle = Callable[[str, str], int | None]


class Styles:
    def __init__(self, styles_root: Any | None) -> None:
        found = [] if styles_root is None else styles_root.findall(f"{W}style")
        self._style_of: dict[str, Any] = {style.get(f"{W}styleId", ""): style for style in found}
        is_default = [s for s in found if s.get(f"{W}default") == "1" and s.get(f"{W}type") == "paragraph"]
        self._mark_of: dict[tuple[str | None, str], bool | None] = {}
        self._asked_last: Any = None
        self._its_style_id: str | None = None
        self._default = is_default[0].get(f"{W}styleId") if is_default else None
        size = None if styles_root is None else styles_root.find(f"{W}docDefaults/{W}rPrDefault/{W}rPr/{W}sz")
        self._size = _DEFAULT_HALF_POINTS if size is None else _number(size.get(f"{W}val"), _DEFAULT_HALF_POINTS)

    def name(self, paragraph: Any) -> str:
        style = self._style_of.get(self._style_id(paragraph) or "")
        name = None if style is None else style.find(f"{W}name")
        return "" if name is None else (name.get(f"{W}val") or "")

    def heading_level(self, paragraph: Any) -> int | None:
        """Depth from 1 by style or outline level; 0 for the title's style; None for text."""
        if self.name(paragraph).lower() in _TITLE_NAMES:
            return 0
        for properties in self._paragraph_properties(paragraph):
            outline = properties.find(f"{W}outlineLvl")
            if outline is not None:
                level = _number(outline.get(f"{W}val"), 9)
                return level + 1 if level < 9 else None
        for style in self._chain(self._style_id(paragraph)):
            name = style.find(f"{W}name")
            found = _HEADING_NAME.match("" if name is None else (name.get(f"{W}val") or ""))
            if found and found[1]:
                return int(found[1])
        return None

    def numbering(self, paragraph: Any, level_of_style: LevelOfStyle) -> tuple[str, int] | None:
        """The list id and level of a numbered paragraph, its own or its style's, which the list's level names."""
        level: int | None = None
        is_own = False
        for style_id, properties in self._properties_with_style(paragraph):
            numbered = properties.find(f"{W}numPr")
            if numbered is None:
                continue
            own_level, number_id = numbered.find(f"{W}ilvl"), numbered.find(f"{W}numId")
            if level is None and own_level is not None:
                level, is_own = _number(own_level.get(f"{W}val"), 0), style_id is None
            if number_id is not None:
                value = number_id.get(f"{W}val") or "0"
                if style_id is not None and not is_own and (named := level_of_style(value, style_id)) is not None:
                    level = named
                return None if value == "0" else (value, level or 0)
        return None

    def look(self, paragraph: Any) -> Look:
        return self.look_and_letters(paragraph)[0]

    def look_and_letters(self, paragraph: Any) -> tuple[Look, int]:
        """With how many letters it has."""
        sizes: Counter[int] = Counter()
        bold = plain = 0
        style_size, style_bold = self._style_run(self._style_id(paragraph))
        for run in paragraph.iter(f"{W}r"):
            letters = sum(len((text.text or "").strip()) for text in run.findall(f"{W}t"))
            if not letters:
                continue
            properties = run.find(f"{W}rPr")
            size = None if properties is None else properties.find(f"{W}sz")
            sizes[style_size if size is None else _number(size.get(f"{W}val"), style_size)] += letters
            mark = None if properties is None else properties.find(f"{W}b")
            is_bold = style_bold if mark is None else mark.get(f"{W}val") not in {"0", "false"}
            bold, plain = (bold + letters, plain) if is_bold else (bold, plain + letters)
        centred = any(
            (jc := properties.find(f"{W}jc")) is not None and jc.get(f"{W}val") == "center"
            for properties in self._paragraph_properties(paragraph)
        )
        size = sizes.most_common(1)[0][0] if sizes else style_size
        return Look(size, bold > 0 and plain == 0, centred), bold + plain

    def is_on(self, properties: Any | None, paragraph: Any, name: str) -> bool:
        """Whether what is on or off (vanish, strike) holds for a run: by its own properties, its style's, or the
        paragraph's."""
        if properties is None:
            return bool(self._style_mark(self._style_id(paragraph), name))
        mark = properties.find(f"{W}{name}")
        if mark is not None:
            return mark.get(f"{W}val") not in OFF
        style = properties.find(f"{W}rStyle")
        by_own = None if style is None else self._style_mark(style.get(f"{W}val"), name)
        return bool(self._style_mark(self._style_id(paragraph), name) if by_own is None else by_own)

    def _style_mark(self, style_id: str | None, name: str) -> bool | None:
        if (style_id, name) not in self._mark_of:
            marks = (style.find(f"{W}rPr/{W}{name}") for style in self._chain(style_id))
            mark = next((each for each in marks if each is not None), None)
            self._mark_of[style_id, name] = None if mark is None else mark.get(f"{W}val") not in OFF
        return self._mark_of[style_id, name]

    def value(self, properties: Any | None, name: str) -> str | None:
        """A property of a run with a value, its own or its style's."""
        if properties is None:
            return None
        own = properties.find(f"{W}{name}")
        style = properties.find(f"{W}rStyle") if own is None else None
        if style is not None:
            found = (each.find(f"{W}rPr/{W}{name}") for each in self._chain(style.get(f"{W}val")))
            own = next((each for each in found if each is not None), None)
        return None if own is None else own.get(f"{W}val")

    def may_give_a_ground(self, paragraph: Any) -> bool:
        """Whether the paragraph's style colours what stands behind its letters, or is not known."""
        named = self._style_id(paragraph)
        paths = (f"{W}pPr/{W}shd", f"{W}rPr/{W}shd", f"{W}rPr/{W}highlight")
        if named is not None and named not in self._style_of:
            return True
        return any(style.find(path) is not None for style in self._chain(named) for path in paths)

    @staticmethod
    def font(properties: Any | None) -> str | None:
        fonts = None if properties is None else properties.find(f"{W}rFonts")
        return None if fonts is None else (fonts.get(f"{W}ascii") or fonts.get(f"{W}hAnsi"))

    def _style_run(self, style_id: str | None) -> tuple[int, bool]:
        size: int | None = None
        is_bold: bool | None = None
        for style in self._chain(style_id):
            own_size, mark = style.find(f"{W}rPr/{W}sz"), style.find(f"{W}rPr/{W}b")
            if size is None and own_size is not None:
                size = _number(own_size.get(f"{W}val"), self._size)
            if is_bold is None and mark is not None:
                is_bold = mark.get(f"{W}val") not in {"0", "false"}
        return (self._size if size is None else size), bool(is_bold)

    def _paragraph_properties(self, paragraph: Any) -> Iterator[Any]:
        return (properties for _, properties in self._properties_with_style(paragraph))

    def _properties_with_style(self, paragraph: Any) -> Iterator[tuple[str | None, Any]]:
        """With the id of the style that they are of; None for the paragraph's own."""
        own = paragraph.find(f"{W}pPr")
        if own is not None:
            yield None, own
        for style in self._chain(self._style_id(paragraph)):
            properties = style.find(f"{W}pPr")
            if properties is not None:
                yield style.get(f"{W}styleId"), properties

    def _style_id(self, paragraph: Any) -> str | None:
        """Of one paragraph after the other, each asked for by all its runs: finding it goes through them all."""
        if paragraph is not self._asked_last:
            style = paragraph.find(f"{W}pPr/{W}pStyle")
            self._asked_last = paragraph
            self._its_style_id = self._default if style is None else style.get(f"{W}val")
        return self._its_style_id

    def _chain(self, style_id: str | None) -> Iterator[Any]:
        """The style and those it is based on; a damaged file may make that a circle."""
        seen: set[str] = set()
        while style_id and style_id not in seen and style_id in self._style_of and len(seen) < _LONGEST_CHAIN:
            seen.add(style_id)
            style = self._style_of[style_id]
            yield style
            based_on = style.find(f"{W}basedOn")
            style_id = None if based_on is None else based_on.get(f"{W}val")


def is_larger(look: Look, body_half_points: int) -> bool:
    return look.half_points >= body_half_points * _TITLE_SIZE


def _number(text: str | None, otherwise: int) -> int:
    try:
        return int(float(text or ""))
    except ValueError:
        return otherwise
