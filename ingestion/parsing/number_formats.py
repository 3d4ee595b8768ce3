"""Numbers as lists write them, by the names that Word has for the formats: 一, 壹, 甲, ①, 01, iv, b."""

from collections.abc import Callable

_HAN_DIGITS = "〇一二三四五六七八九"
_LEGAL_DIGITS = "零壹贰叁肆伍陆柒捌玖"
_LEGAL_TRADITIONAL = "零壹貳參肆伍陸柒捌玖"
_STEMS = "甲乙丙丁戊己庚辛壬癸"
_BRANCHES = "子丑寅卯辰巳午未申酉戌亥"
_ROMAN = (
    (1000, "m"), (900, "cm"), (500, "d"), (400, "cd"), (100, "c"), (90, "xc"), (50, "l"), (40, "xl"), (10, "x"),
    (9, "ix"), (5, "v"), (4, "iv"), (1, "i"),
)  # fmt: skip
_MOST_LETTERS = 26 * 5


def written(value: int, number_format: str, pattern: str | None = None) -> str:
    """``pattern`` of a custom format is its first numbers: "001, 002, 003, ..."."""
    if number_format == "custom":
        first = (pattern or "").split(",")[0].strip()
        return str(value).zfill(len(first)) if first.isascii() and first.isdecimal() else str(value)
    write = _WRITTEN.get(number_format)
    return write(value) if write else str(value)


def _han(value: int) -> str:
    text = _with_units(value, _HAN_DIGITS, "十百千", "零")
    return text.removeprefix("一") if text.startswith("一十") else text


def _with_units(value: int, digits: str, units: str, zero: str) -> str:
    if not 0 < value <= 9999:
        return str(value)
    text, pending_zero = "", False
    for power, name in ((1000, units[2]), (100, units[1]), (10, units[0]), (1, "")):
        digit, value = divmod(value, power)
        if digit:
            text += (zero if pending_zero and text else "") + digits[digit] + name
            pending_zero = False
        else:
            pending_zero = bool(text)
    return text


def _digits_of(digits: str) -> Callable[[int], str]:
    return lambda value: "".join(digits[int(digit)] for digit in str(value)) if value >= 0 else str(value)


def _one_of(signs: str) -> Callable[[int], str]:
    return lambda value: signs[value - 1] if 1 <= value <= len(signs) else str(value)


def _roman(value: int) -> str:
    if not 0 < value < 4000:
        return str(value)
    text = ""
    for amount, letters in _ROMAN:
        while value >= amount:
            text, value = text + letters, value - amount
    return text


def _letter(value: int) -> str:
    """a to z, then aa, bb."""
    if not 1 <= value <= _MOST_LETTERS:
        return str(value)
    return chr(ord("a") + (value - 1) % 26) * (1 + (value - 1) // 26)


def _counted_han(value: int) -> str:
    """Word writes these in words to 99, then digit by digit."""
    return _han(value) if value < 100 else _digits_of("○一二三四五六七八九")(value)


def _circled(value: int) -> str:
    if 21 <= value <= 35:
        return chr(ord("㉑") + value - 21)
    return _one_of("".join(chr(ord("①") + number) for number in range(20)))(value)


def _full_width(value: int) -> str:
    return "".join(chr(ord(digit) + 0xFEE0) for digit in str(value))


def _ordinal(value: int) -> str:
    ending = "th" if value % 100 in {11, 12, 13} else {1: "st", 2: "nd", 3: "rd"}.get(value % 10, "th")
    return f"{value}{ending}"


def _legal(value: int) -> str:
    return _with_units(value, _LEGAL_DIGITS, "拾佰仟", "零")


def _legal_traditional(value: int) -> str:
    return _with_units(value, _LEGAL_TRADITIONAL, "拾佰仟", "零")


_WRITTEN: dict[str, Callable[[int], str]] = {
    "chineseCounting": _counted_han,
    "taiwaneseCounting": _counted_han,
    "chineseCountingThousand": _han,
    "taiwaneseCountingThousand": _han,
    "japaneseCounting": _han,
    "chineseLegalSimplified": _legal,
    "ideographLegalTraditional": _legal_traditional,
    "japaneseLegal": _legal_traditional,
    "ideographDigital": _digits_of(_HAN_DIGITS),
    "japaneseDigitalTenThousand": _digits_of(_HAN_DIGITS),
    "taiwaneseDigital": _digits_of("○一二三四五六七八九"),
    "ideographTraditional": _one_of(_STEMS),
    "ideographZodiac": _one_of(_BRANCHES),
    "ideographZodiacTraditional": lambda value: _STEMS[(value - 1) % 10] + _BRANCHES[(value - 1) % 12],
    "ideographEnclosedCircle": _one_of("㊀㊁㊂㊃㊄㊅㊆㊇㊈㊉"),
    "decimalZero": lambda value: f"{value:02d}",
    "decimalFullWidth": _full_width,
    "decimalFullWidth2": _full_width,
    "decimalEnclosedCircle": _circled,
    "decimalEnclosedCircleChinese": _circled,
    "decimalEnclosedFullstop": _one_of("".join(chr(ord("⒈") + number) for number in range(20))),
    "decimalEnclosedParen": _one_of("".join(chr(ord("⑴") + number) for number in range(20))),
    "numberInDash": lambda value: f"- {value} -",
    "ordinal": _ordinal,
    "lowerLetter": _letter,
    "upperLetter": lambda value: _letter(value).upper(),
    "lowerRoman": _roman,
    "upperRoman": lambda value: _roman(value).upper(),
    "none": lambda _: "",
    "bullet": lambda _: "",
}
