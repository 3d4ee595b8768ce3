"""Numbers as laws and notices write them: 12,000、一万二千、1.2万、百分之五 to plain decimals."""

from decimal import Decimal

HAN_DIGITS = "零〇一二三四五六七八九两"
SCALES = "十百千万亿"

_VALUE_OF = {digit: value for value, digit in enumerate("零一二三四五六七八九")} | {"〇": 0, "两": 2}
_SMALL_SCALE = {"十": 10, "百": 100, "千": 1000}
_LARGE_SCALE = {"万": 10_000, "亿": 100_000_000}

# Character for character, so that offsets stay: full width to half width, and the traditional and the formal forms.
ONE_WIDTH = str.maketrans(
    {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)}
    | dict(
        zip(
            map(ord, "\u3000\xa0￥○－–—～壹贰貳叁參肆伍陆陸柒捌玖拾佰仟萬億兩圆圓個歲時鐘週號電話熱線撥點餘份"),
            "  ¥〇---~一二二三三四五六六七八九十百千万亿两元元个岁时钟周号电话热线拨点余份",
            strict=True,
        )
    )
)


def number(text: str) -> Decimal | None:
    """The value of a written number; None for what is no exact number (三五 days, 二三十 people)."""
    text = text.replace(",", "").replace(" ", "")
    whole, point, fraction = text.partition("点")
    if point:
        digits = _digits(whole) if not _is_scaled(whole) else _scaled(whole)
        return None if digits is None else Decimal(f"{digits}.{''.join(str(_VALUE_OF[d]) for d in fraction)}")
    return _scaled(text) if _is_scaled(text) else _digits(text)


def plain(value: Decimal) -> str:
    """5000 for 5000.00: equal numbers are equal texts."""
    return format(value.normalize(), "f")


def _is_scaled(text: str) -> bool:
    return any(character in SCALES for character in text)


def _digits(text: str) -> Decimal | None:
    if text.isascii():
        return Decimal(text)
    # 三五天 says "a few"; digit by digit are read only years and the like.
    if len(text) == 2 and not set(text) & {"零", "〇"}:
        return None
    return Decimal("".join(str(_VALUE_OF[character]) for character in text))


def _scaled(text: str) -> Decimal | None:
    total = section = Decimal(0)
    current, largest = "", 0
    for character in text:
        if character in _SMALL_SCALE:
            section += _current(current or "1") * _SMALL_SCALE[character]
            current = ""
        elif character in _LARGE_SCALE:
            scale = _LARGE_SCALE[character]
            section += _current(current)
            total = (total + section) * scale if scale > largest else total + section * scale
            section, current, largest = Decimal(0), "", scale
        elif character in "零〇":
            current = ""
        elif character in _VALUE_OF:
            if current:
                return None
            current = character
        else:
            current += character
    return total + section + _current(current)


def _current(digits: str) -> Decimal:
    if not digits:
        return Decimal(0)
    return Decimal(digits) if digits.isascii() else Decimal(_VALUE_OF[digits])
