"""The labels that Word computes and does not store in the text: 第一条, 一、, （一）, 1.2."""

from collections import defaultdict
from dataclasses import dataclass
from typing import Any

_HAN_DIGITS = "〇一二三四五六七八九"
_HAN_FORMATS = frozenset(
    {
        "chineseCounting",
        "chineseCountingThousand",
        "chineseLegalSimplified",
        "ideographDigital",
        "japaneseCounting",
        "taiwaneseCounting",
        "taiwaneseCountingThousand",
        "ideographTraditional",
    }
)
_ROMAN = ((10, "x"), (9, "ix"), (5, "v"), (4, "iv"), (1, "i"))
_NO_SPACE_AFTER = "、．）)。】]："


@dataclass(frozen=True, slots=True)
class _Level:
    start: int
    number_format: str
    pattern: str  # as "第%1条"


class Numbering:
    """Counts as Word does, paragraph by paragraph in document order."""

    def __init__(self, numbering_root: Any | None) -> None:
        self._levels_of: dict[str, dict[int, _Level]] = {}
        self._abstract_of: dict[str, str] = {}
        self._counts: defaultdict[str, dict[int, int]] = defaultdict(dict)
        if numbering_root is not None:
            self._load(numbering_root)

    def label(self, number_id: str, level: int) -> str:
        """The label of the next paragraph at this level (0 is outermost) of a list; "" for bullets and no list."""
        levels = self._levels_of.get(number_id)
        if levels is None or level not in levels:
            return ""
        counts = self._counts[self._abstract_of[number_id]]
        counts[level] = counts.get(level, levels[level].start - 1) + 1
        for deeper in [known for known in counts if known > level]:
            del counts[deeper]
        if levels[level].number_format in {"bullet", "none"}:
            return ""
        text = levels[level].pattern
        for outer in range(level + 1):
            if outer in levels:
                value = counts.get(outer, levels[outer].start)
                text = text.replace(f"%{outer + 1}", _written(value, levels[outer].number_format))
        text = text.strip()
        return text if not text or text[-1] in _NO_SPACE_AFTER else f"{text} "

    def _load(self, root: Any) -> None:
        levels_of_abstract: dict[str, dict[int, _Level]] = {}
        for abstract in root.findall(_w("abstractNum")):
            levels = {int(lvl.get(_w("ilvl"), "0")): _level(lvl) for lvl in abstract.findall(_w("lvl"))}
            levels_of_abstract[abstract.get(_w("abstractNumId"), "")] = levels
        for num in root.findall(_w("num")):
            number_id = num.get(_w("numId"), "")
            abstract_id = _value(num, "abstractNumId") or ""
            levels = dict(levels_of_abstract.get(abstract_id, {}))
            restarts = False
            for override in num.findall(_w("lvlOverride")):
                level = int(override.get(_w("ilvl"), "0"))
                start = _value(override, "startOverride")
                if start is not None and level in levels:
                    levels[level] = _Level(int(start), levels[level].number_format, levels[level].pattern)
                    restarts = True
                if (own := override.find(_w("lvl"))) is not None:
                    levels[level] = _level(own)
            self._levels_of[number_id] = levels
            self._abstract_of[number_id] = f"{abstract_id}/{number_id}" if restarts else abstract_id


def _level(element: Any) -> _Level:
    start = _value(element, "start") or "1"
    return _Level(
        int(start) if start.isdecimal() else 1, _value(element, "numFmt") or "decimal", _value(element, "lvlText") or ""
    )


def _written(value: int, number_format: str) -> str:
    if number_format in _HAN_FORMATS:
        return _in_han(value)
    if number_format == "decimalEnclosedCircleChinese" or number_format == "decimalEnclosedCircle":
        return chr(ord("①") + value - 1) if 1 <= value <= 20 else str(value)
    if number_format in {"lowerLetter", "upperLetter"} and 1 <= value <= 26:
        return chr(ord("a" if number_format == "lowerLetter" else "A") + value - 1)
    if number_format in {"lowerRoman", "upperRoman"} and 1 <= value <= 39:
        roman = _in_roman(value)
        return roman if number_format == "lowerRoman" else roman.upper()
    return str(value)


def _in_han(value: int) -> str:
    if value <= 0 or value > 9999:
        return str(value)
    text, pending_zero = "", False
    for unit, name in ((1000, "千"), (100, "百"), (10, "十"), (1, "")):
        digit, value = divmod(value, unit)
        if digit:
            text += ("零" if pending_zero and text else "") + _HAN_DIGITS[digit] + name
            pending_zero = False
        else:
            pending_zero = bool(text)
    return text.removeprefix("一") if text.startswith("一十") else text


def _in_roman(value: int) -> str:
    text = ""
    for amount, letters in _ROMAN:
        while value >= amount:
            text, value = text + letters, value - amount
    return text


def _value(element: Any, tag: str) -> str | None:
    found = element.find(_w(tag))
    return None if found is None else found.get(_w("val"))


def _w(tag: str) -> str:
    return f"{{http://schemas.openxmlformats.org/wordprocessingml/2006/main}}{tag}"
