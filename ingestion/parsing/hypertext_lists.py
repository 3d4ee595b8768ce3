"""The numbers that a browser shows before the items of a list: 3. c. III. 三、"""

import re
from typing import Any

from ingestion.parsing.number_formats import written

# By a list's type, or the value of list-style-type.
_FORMATS = {
    "a": "lowerLetter", "A": "upperLetter", "i": "lowerRoman", "I": "upperRoman",
    "lower-alpha": "lowerLetter", "lower-latin": "lowerLetter", "upper-alpha": "upperLetter",
    "upper-latin": "upperLetter", "lower-roman": "lowerRoman", "upper-roman": "upperRoman",
    "decimal-leading-zero": "decimalZero",
}  # fmt: skip
_HAN_FORMATS = {
    "cjk-ideographic": "chineseCountingThousand", "simp-chinese-informal": "chineseCountingThousand",
    "trad-chinese-informal": "chineseCountingThousand", "cjk-decimal": "ideographDigital",
    "simp-chinese-formal": "chineseLegalSimplified", "trad-chinese-formal": "ideographLegalTraditional",
    "cjk-heavenly-stem": "ideographTraditional", "cjk-earthly-branch": "ideographZodiac",
}  # fmt: skip
_BULLETS = frozenset({"none", "disc", "circle", "square"})
_KNOWN = _BULLETS | _HAN_FORMATS.keys() | {name for name in _FORMATS if len(name) > 1} | {"decimal"}
LIST_TYPE = re.compile(r"list-style(?:-type)?\s*:\s*([^;]*)", re.IGNORECASE)


def type_declared(declared: str) -> str | None:
    """By a style's declarations, of those that change what a list shows."""
    names = (name.lower() for found in LIST_TYPE.finditer(declared) for name in found[1].split())
    return next((name for name in names if name in _KNOWN), None)


def first_number(listed: Any) -> int | None:
    """None where no numbers are shown."""
    if listed.tag != "ol" or _type_of(listed) in _BULLETS:
        return None
    start = listed.get("start") or ""
    if start.isascii() and start.isdecimal() and len(start) < 9:
        return int(start)
    return sum(each.tag == "li" for each in listed) if counts_down(listed) else 1


def counts_down(listed: Any) -> bool:
    return bool(listed.get("reversed") is not None)


def shown_number(number: int, listed: Any) -> str:
    kind = _type_of(listed) or "decimal"
    if kind in _HAN_FORMATS:
        return f"{written(number, _HAN_FORMATS[kind])}、"
    return f"{written(number, _FORMATS.get(kind, 'decimal'))}. "


def _type_of(listed: Any) -> str | None:
    style = listed.get("style")
    declared = type_declared(style) if style else None
    return declared or listed.get("type")
