"""Which paragraphs of a Word file are headings: by style, by outline level, or only by how they look."""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
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


class Styles:
    def __init__(self, styles_root: Any | None) -> None:
        found = [] if styles_root is None else styles_root.findall(f"{_W}style")
        self._style_of: dict[str, Any] = {style.get(f"{_W}styleId", ""): style for style in found}
        is_default = [s for s in found if s.get(f"{_W}default") == "1" and s.get(f"{_W}type") == "paragraph"]
        self._default = is_default[0].get(f"{_W}styleId") if is_default else None
        size = None if styles_root is None else styles_root.find(f"{_W}docDefaults/{_W}rPrDefault/{_W}rPr/{_W}sz")
        self._size = _DEFAULT_HALF_POINTS if size is None else _number(size.get(f"{_W}val"), _DEFAULT_HALF_POINTS)

    def name(self, paragraph: Any) -> str:
        style = self._style_of.get(self._style_id(paragraph) or "")
        name = None if style is None else style.find(f"{_W}name")
        return "" if name is None else (name.get(f"{_W}val") or "")

    def heading_level(self, paragraph: Any) -> int | None:
        """Depth from 1 by style or outline level; 0 for the title's style; None for text."""
        if self.name(paragraph).lower() in _TITLE_NAMES:
            return 0
        for properties in self._paragraph_properties(paragraph):
            outline = properties.find(f"{_W}outlineLvl")
            if outline is not None:
                level = _number(outline.get(f"{_W}val"), 9)
                return level + 1 if level < 9 else None
        for style in self._chain(self._style_id(paragraph)):
            name = style.find(f"{_W}name")
            found = _HEADING_NAME.match("" if name is None else (name.get(f"{_W}val") or ""))
            if found and found[1]:
                return int(found[1])
        return None

    def numbering(self, paragraph: Any) -> tuple[str, int] | None:
        """The list id and level of a numbered paragraph, its own or its style's."""
        level: int | None = None
        for properties in self._paragraph_properties(paragraph):
            numbered = properties.find(f"{_W}numPr")
            if numbered is None:
                continue
            own_level, number_id = numbered.find(f"{_W}ilvl"), numbered.find(f"{_W}numId")
            if level is None and own_level is not None:
                level = _number(own_level.get(f"{_W}val"), 0)
            if number_id is not None:
                value = number_id.get(f"{_W}val") or "0"
                return None if value == "0" else (value, level or 0)
        return None

    def look(self, paragraph: Any) -> Look:
        sizes: Counter[int] = Counter()
        bold = plain = 0
        style_size, style_bold = self._style_run(self._style_id(paragraph))
        for run in paragraph.iter(f"{_W}r"):
            letters = sum(len((text.text or "").strip()) for text in run.findall(f"{_W}t"))
            if not letters:
                continue
            properties = run.find(f"{_W}rPr")
            size = None if properties is None else properties.find(f"{_W}sz")
            sizes[style_size if size is None else _number(size.get(f"{_W}val"), style_size)] += letters
            mark = None if properties is None else properties.find(f"{_W}b")
            is_bold = style_bold if mark is None else mark.get(f"{_W}val") not in {"0", "false"}
            bold, plain = (bold + letters, plain) if is_bold else (bold, plain + letters)
        centred = any(
            (jc := properties.find(f"{_W}jc")) is not None and jc.get(f"{_W}val") == "center"
            for properties in self._paragraph_properties(paragraph)
        )
        return Look(sizes.most_common(1)[0][0] if sizes else style_size, bold > 0 and plain == 0, centred)

    def _style_run(self, style_id: str | None) -> tuple[int, bool]:
        size: int | None = None
        is_bold: bool | None = None
        for style in self._chain(style_id):
            own_size, mark = style.find(f"{_W}rPr/{_W}sz"), style.find(f"{_W}rPr/{_W}b")
            if size is None and own_size is not None:
                size = _number(own_size.get(f"{_W}val"), self._size)
            if is_bold is None and mark is not None:
                is_bold = mark.get(f"{_W}val") not in {"0", "false"}
        return (self._size if size is None else size), bool(is_bold)

    def _paragraph_properties(self, paragraph: Any) -> Iterator[Any]:
        own = paragraph.find(f"{_W}pPr")
        if own is not None:
            yield own
        for style in self._chain(self._style_id(paragraph)):
            properties = style.find(f"{_W}pPr")
            if properties is not None:
                yield properties

    def _style_id(self, paragraph: Any) -> str | None:
        style = paragraph.find(f"{_W}pPr/{_W}pStyle")
        return self._default if style is None else style.get(f"{_W}val")

    def _chain(self, style_id: str | None) -> Iterator[Any]:
        """The style and those it is based on; a damaged file may make that a circle."""
        seen: set[str] = set()
        while style_id and style_id not in seen and style_id in self._style_of and len(seen) < _LONGEST_CHAIN:
            seen.add(style_id)
            style = self._style_of[style_id]
            yield style
            based_on = style.find(f"{_W}basedOn")
            style_id = None if based_on is None else based_on.get(f"{_W}val")


def is_larger(look: Look, body_half_points: int) -> bool:
    return look.half_points >= body_half_points * _TITLE_SIZE


def _number(text: str | None, otherwise: int) -> int:
    try:
        return int(float(text or ""))
    except ValueError:
        return otherwise
