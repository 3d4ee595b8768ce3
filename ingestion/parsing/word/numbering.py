"""The labels that Word computes and does not store in the text: 第一条, 一、, （一）, 1.2."""

import re
from collections import defaultdict
from dataclasses import dataclass, replace
from typing import Any

from ingestion.parsing.number_formats import written
from ingestion.parsing.word.names import OFF, W

_NO_SPACE_AFTER = "、．）)。】]：:"
# A label is told with every paragraph: 3 kB with a hundred numbers in each became 4,000 passages. Nine levels of two
# digits have 27 characters.
_LONGEST_LABEL = 60
_PLACE = re.compile(r"%([1-9])")
_Levels = dict[int, "_Level"]


@dataclass(frozen=True, slots=True)
class _Level:
    """``restarts_after``: the levels (1 is outermost) up to which a paragraph begins this one anew; None: any above
    it, 0: none. ``is_legal``: the numbers of the levels above are written in figures.
    """

    start: int
    number_format: str
    pattern: str  # as "第%1条"
    restarts_after: int | None = None
    is_legal: bool = False
    style: str | None = None
    number_pattern: str | None = None


class Numbering:
    """Counts as Word does, paragraph by paragraph in document order."""

    def __init__(self, numbering_root: Any | None, styles_root: Any | None = None) -> None:
        self._levels_of: dict[str, _Levels] = {}
        self._abstract_of: dict[str, str] = {}
        self._starts_of: dict[str, dict[int, int]] = {}
        self._counts: defaultdict[str, dict[int, int]] = defaultdict(dict)
        if numbering_root is not None:
            self._load(numbering_root, _list_of_style(styles_root))

    def level_of_style(self, number_id: str, style_id: str) -> int | None:
        levels = self._levels_of.get(number_id, {})
        return next((number for number, level in levels.items() if level.style == style_id), None)

    def label(self, number_id: str, level: int) -> str:
        """The label of the next paragraph at this level (0 is outermost) of a list; "" for bullets and no list."""
        levels = self._levels_of.get(number_id)
        if levels is None or level not in levels:
            return ""
        counts = self._counts[self._abstract_of[number_id]]
        if (start := self._starts_of.get(number_id, {}).pop(level, None)) is not None:
            counts[level] = start - 1  # an instance of the list begins anew where it is first used
        counts[level] = counts.get(level, levels[level].start - 1) + 1
        for deeper in [known for known in counts if known > level and _restarts(levels.get(known), level)]:
            del counts[deeper]
        return _label(levels, level, counts)

    def _load(self, root: Any, list_of_style: dict[str, str]) -> None:
        abstracts = {each.get(f"{W}abstractNumId", ""): each for each in root.findall(f"{W}abstractNum")}
        nums = {num.get(f"{W}numId", ""): num for num in root.findall(f"{W}num")}
        for number_id, num in nums.items():
            abstract_id = _value(num, "abstractNumId") or ""
            abstract_id = self._linked(abstracts, nums, abstract_id, list_of_style)
            found = abstracts.get(abstract_id)
            levels = {} if found is None else _levels(found)
            for override in num.findall(f"{W}lvlOverride"):
                level = int(override.get(f"{W}ilvl", "0"))
                if (own := override.find(f"{W}lvl")) is not None:
                    levels[level] = _level(own)
                if (start := _value(override, "startOverride")) is not None and level in levels:
                    levels[level] = replace(levels[level], start=int(start))
                    self._starts_of.setdefault(number_id, {})[level] = int(start)
            self._levels_of[number_id] = levels
            self._abstract_of[number_id] = abstract_id

    @staticmethod
    def _linked(
        abstracts: dict[str, Any], nums: dict[str, Any], abstract_id: str, list_of_style: dict[str, str]
    ) -> str:
        """A list may have its levels from a numbering style: those of the list that the style names."""
        found = abstracts.get(abstract_id)
        link = None if found is None else _value(found, "numStyleLink")
        if link is None:
            return abstract_id
        by_style = nums.get(list_of_style.get(link, ""))
        if by_style is not None and (target := _value(by_style, "abstractNumId") or "") != abstract_id:
            return target
        defined = (each for each, abstract in abstracts.items() if _value(abstract, "styleLink") == link)
        return next(defined, abstract_id)


def _restarts(level: _Level | None, met: int) -> bool:
    if level is None or level.restarts_after is None:
        return True
    return met + 1 <= level.restarts_after


def _label(levels: _Levels, level: int, counts: dict[int, int]) -> str:
    own = levels[level]
    if own.number_format == "bullet":
        return ""

    def number(found: re.Match[str]) -> str:
        outer = int(found[1]) - 1
        if outer not in levels or outer > level:
            return ""
        value = counts.get(outer, levels[outer].start)
        if own.is_legal and levels[outer].number_format not in {"bullet", "none"}:
            return str(value)
        return written(value, levels[outer].number_format, levels[outer].number_pattern)

    text = _PLACE.sub(number, own.pattern)[:_LONGEST_LABEL].strip()
    return text if not text or text[-1] in _NO_SPACE_AFTER else f"{text} "


def _levels(abstract: Any) -> _Levels:
    return {int(lvl.get(f"{W}ilvl", "0")): _level(lvl) for lvl in abstract.findall(f"{W}lvl")}


def _level(element: Any) -> _Level:
    start, restart = _value(element, "start") or "1", _value(element, "lvlRestart")
    legal = element.find(f"{W}isLgl")
    formats = list(element.iter(f"{W}numFmt"))  # a custom one stands beside one for older programs
    number_format = formats[0] if formats else None
    return _Level(
        start=int(start) if start.isdecimal() else 1,
        number_format="decimal" if number_format is None else number_format.get(f"{W}val") or "decimal",
        pattern=(_value(element, "lvlText") or "")[:_LONGEST_LABEL],
        restarts_after=int(restart) if restart is not None and restart.isdecimal() else None,
        is_legal=legal is not None and legal.get(f"{W}val") not in OFF,
        style=_value(element, "pStyle"),
        number_pattern=None if number_format is None else number_format.get(f"{W}format"),
    )


def _list_of_style(styles_root: Any | None) -> dict[str, str]:
    """The list that each style numbers its paragraphs with, by the style's id."""
    if styles_root is None:
        return {}
    found = {}
    for style in styles_root.findall(f"{W}style"):
        number = style.find(f"{W}pPr/{W}numPr/{W}numId")
        if number is not None:
            found[style.get(f"{W}styleId", "")] = number.get(f"{W}val") or ""
    return found


def _value(element: Any, tag: str) -> str | None:
    found = element.find(f"{W}{tag}")
    return None if found is None else found.get(f"{W}val")
