"""Numbers as laws and notices write them (12,000、一万二千、1.2万), as plain decimals; and how figures are written.

The pattern of figures is to be searched for in a text of one width (``ONE_WIDTH``).
"""

import re
from collections.abc import Iterable
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


# What makes another word of a unit: 一年级, 一次性, 一件事.
_WORD_AFTER = {
    "元": "旦素件化角",
    "日": "常报志程语本元",
    "天": "津然气下",
    "周": "边围转末",
    "年": "级代轻龄度",
    "人": "民大员事工类",
    "次": "性日年月序",
    "件": "事",
    "名": "称单义录",
    "份": "额",
    "户": "口籍外型",
    "家": "庭长属政具",
    "个": "税体别",
    "分": "贝之局别公支店行校",
    "项": "目",
    "种": "类",
    "门": "口户峡",
    "间": "接隔",
    "台": "账湾山",
    "升": "级学",
    "克": "服",
    "套": "餐",
    "张": "江贴",
}

# 几十, 数十, 十分 say no number; 人数十人 does.
_HAN_NUMBER = (
    rf"(?<![{HAN_DIGITS}{SCALES}几])(?!(?<=数)(?<![人次总户件份倍个名]数)十)(?!十分(?![钟之]))"
    rf"[{HAN_DIGITS}十][{HAN_DIGITS}{SCALES}]*+(?:点[{HAN_DIGITS}]++)?"
)
# A year directly after 1. is no decimal.
_DIGITS = r"(?:\d{1,3}(?:,\d{3})++(?!\d)|\d++)(?:\.(?!(?:19|20)\d\d ?年)\d++)?"
_ARABIC_NUMBER = rf"(?<!\d)(?<!\d[.,]){_DIGITS}(?: ?[{SCALES}]++(?:{_DIGITS}[{SCALES}]++)?)?"
# 一 alone closes many words: 统一, 同一, 逐一, 每一. And 上一年, 最后一日 are no lengths; 以上一年 ends in one.
_NO_WORD = (
    r"(?!(?:(?<=[唯惟单之逐某每另这那哪])|(?<=统)(?<!系统)|(?<=同)(?<!合同)|(?<=任)(?<![主责担]任))"
    rf"一(?![{HAN_DIGITS}{SCALES}])"
    r"|(?<=[上下])(?<!以[上下])一(?:年|个月|个工作日|周|日|天|次)|(?:(?<=前)(?<!以前)|(?<=最后))一[日天年次])"
)
_NUMBER = rf"(?:(?=\d){_ARABIC_NUMBER}|{_NO_WORD}{_HAN_NUMBER})"
_PART = rf"(?:(?=\d){_ARABIC_NUMBER}|[{HAN_DIGITS}十百千][{HAN_DIGITS}{SCALES}]*+(?:点[{HAN_DIGITS}]++)?)"
_RANGE = r" ?[-~至到]{1,2} ?"

_YEAR = r"(?:(?:19|20)\d\d|[一二][〇零九][〇零一二三四五六七八九]{2})"
_SHORT_HAN = r"[一二三四五六七八九十]{1,3}"
_MONTH = rf"(?:1[0-2]|0?[1-9]|{_SHORT_HAN}) ?月(?!龄)"
_DAY = rf"(?:[12]\d|3[01]|0?[1-9]|{_SHORT_HAN})"
_MONTH_AND_DAY = rf"{_MONTH}(?: ?{_DAY} ?[日号](?:{_RANGE}{_DAY} ?日)?)?"
_DATE = (
    rf"(?<![\d{HAN_DIGITS}{SCALES}第个])(?:"
    r"(?:19|20)\d\d(?P<mark>[-/.])(?:1[0-2]|0?[1-9])(?P=mark)(?:[12]\d|3[01]|0?[1-9])(?!\d)"
    rf"|{_YEAR}(?: ?年(?: ?{_MONTH_AND_DAY})?|(?={_RANGE}{_YEAR} ?年))|{_MONTH_AND_DAY})"
)
_DAY_OF_MONTH = rf"(?<=[每当次该本上]月) ?(?P<day_number>{_DAY}) ?[日号]"

_NUMBER_OF_DOCUMENT = r"[〔\[(](?P<year>(?:19|20)\d\d)[〕\])] ?第?(?P<serial>\d{1,5}) ?号"
_DECREE = r"(?<=令) ?第(?P<decree_serial>\d{1,4}) ?号"
_STANDARD = r"(?<![A-Za-z])[A-Z]{2,4}\d{0,6}(?:/[A-Z]{1,2}\d{0,6})?[ -]?\d{2,6}(?:\.\d{1,3})?-\d{4}(?!\d)"
_ORDINAL = (
    rf"第 ?[\d{HAN_DIGITS}{SCALES}]++"
    rf"(?:[、和或至到~-]第?[\d{HAN_DIGITS}{SCALES}]++(?=[、和或至到~条款项目章节编期批类档-]))*+"
)

_LINE = r"\(?0\d{2,3}\)?[- ]?\d{7,8}(?:-\d{1,6})?(?!\d)|[48]00-?\d{3}-?\d{4}(?!\d)|1[3-9]\d{9}(?!\d)"
_NO_PHONE_AFTER = r"(?!\.?\d|%| ?[元万亿千百年月日天号人份件次名户家个张套倍米吨克亩项种页台辆间平公])"
_PHONE = rf"(?<![A-Za-z\d./=-])(?:{_LINE}|(?:12\d{{3}}|95\d{{3}}|96\d{{3,4}}){_NO_PHONE_AFTER})"
# Other numbers are telephones where the text says so. An area code is left to the pattern above.
_NAMED_PHONES = (
    r"(?:电话|热线|拨打|致电|传真)(?:号码)?[ :是为(]{0,3}"
    rf"(?P<numbers>[1-9]\d{{2,7}}{_NO_PHONE_AFTER}(?:-\d{{1,6}}(?!\d))?(?:[、/;,或 ]{{1,2}}[2-9]\d{{7}}(?!\d))*)"
)

_FRACTION = (
    rf"(?P<whole>(?<![{HAN_DIGITS}{SCALES}])[百千万]|{_HAN_NUMBER})分之"
    rf"(?P<part>{_PART})(?:{_RANGE}(?P<to>(?:百分之)?(?P<to_part>{_PART})))?"
)
# 上半年 is a time, not a length.
_HALF = r"(?<![上下前后大一个多过])半(?P<half_unit>年|个月|天|日(?!游)|个?小时)"
# 一个 mostly means "a", as do 一种, 一项, 一件.
_NO_ARTICLE = r"(?!一(?:种|件|项|个(?!月|半|工作|自然|日历|星期|礼拜|小时|百分)))"


def figure_pattern(units: Iterable[str]) -> re.Pattern[str]:
    """``lastgroup`` of a match says what it is; the groups within hold the parts."""
    longest_first = sorted(units, key=len, reverse=True)
    unit = "|".join(f"{u}(?![{_WORD_AFTER[u]}])" if u in _WORD_AFTER else u for u in longest_first)
    measure = (
        rf"{_NO_ARTICLE}(?:(?P<low>{_NUMBER}){_RANGE})?(?P<number>{_NUMBER}) ?[余多]? ?"
        rf"(?P<unit>个半月|个半小时|{unit})(?P<and_half>(?<=年)半)?"
    )
    kinds = {
        "date": _DATE,
        "day": _DAY_OF_MONTH,
        "bracketed": _NUMBER_OF_DOCUMENT,
        "decree": _DECREE,
        "ordinal": _ORDINAL,
        "standard": _STANDARD,
        "phone": _PHONE,
        "phones": _NAMED_PHONES,
        "fraction": _FRACTION,
        "measure": measure,
        "priced": rf"¥ ?(?P<price>{_ARABIC_NUMBER}) ?元?",
        "half": _HALF,
    }
    # Most places are passed over by their first character alone.
    first = rf"(?=[\d{HAN_DIGITS}{SCALES}半第〔\[(¥A-Z电热拨致传])"
    return re.compile(first + "(?:" + "|".join(f"(?P<{kind}>{pattern})" for kind, pattern in kinds.items()) + ")")


def date_parts() -> re.Pattern[str]:
    """Year, month, day and last day of what matched as a date."""
    numeral = rf"[\d{HAN_DIGITS}十]+"
    return re.compile(
        rf"(?:(?P<year>{_YEAR}) ?年? ?)?(?:(?P<month>{numeral}) ?月)? ?(?:(?P<day>{numeral}) ?[日号])?"
        rf"(?:{_RANGE}(?P<last>{numeral}) ?日)?"
    )
