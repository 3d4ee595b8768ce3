"""The figures and dates a text states, normalised so that equal ones are equal: 0.5万元 is 5000元, 半年 is 6个月."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from kb_service.text.numerals import ONE_WIDTH, date_parts, figure_pattern, number, plain

MONTHS_A_YEAR = 12
# 104年 names a year of the calendar of the Republic of China; no rule runs as long.
LONGEST_YEARS = 80


class FigureKind(StrEnum):
    AMOUNT = "amount"
    DURATION = "duration"
    AGE = "age"
    PERCENTAGE = "percentage"
    DATE = "date"
    PHONE = "phone"
    COUNT = "count"
    DOCUMENT_NUMBER = "document_number"
    # What `publishing/wordings.py` and `publishing/values.py` read; `figures` finds none of these.
    PERMISSION = "permission"
    NEED = "need"
    PLACE = "place"
    HOUR = "hour"
    RESPONSIBLE = "responsible"
    FREQUENCY = "frequency"
    WEEKDAY = "weekday"
    CHOICE = "choice"
    START = "start"
    STANCE = "stance"


@dataclass(frozen=True, slots=True)
class Figure:
    """``text[start:end]`` in code points.

    ``value`` is a plain decimal ("5000", "0.5") where there is a ``unit`` (元 日 工作日 个月 年 小时 周岁 % 份 …); a
    fraction is "2/3". Dates are as in ISO 8601: 2026-07-01, 2026-07, 2026, --07-01 (of any year), --07, ---15 (of any
    month). Telephone numbers are their digits; document numbers have their year in 〔〕.
    """

    kind: FigureKind
    value: str
    unit: str
    start: int
    end: int

    @property
    def meaning(self) -> tuple[FigureKind, str, str]:
        """Equal for two figures that say the same at different places or in other words."""
        return (self.kind, self.value, self.unit)

    @property
    def measured(self) -> tuple[str, Decimal]:
        """Unit and amount to compare figures by, years as months; of figures with a unit only."""
        if self.unit == "年":
            return "个月", Decimal(self.value) * MONTHS_A_YEAR
        return self.unit, Decimal(self.value)


def bare_amounts(question: str) -> Iterator[Figure]:
    """The numbers of a question that have no unit and are large enough to be meant in 元 (能提8000吗)."""
    for match in _BARE_NUMBER.finditer(question):
        if Decimal(match[0]) >= _SMALLEST_AMOUNT:
            yield Figure(FigureKind.AMOUNT, match[0], "元", *match.span())


def figures(text: str) -> list[Figure]:
    """In the order of the text, not overlapping. Ordinals (第十二条、（一）、1.) and words (一网通办) are none."""
    narrow = text.translate(ONE_WIDTH)
    found: list[Figure] = []
    for match in _FIGURE.finditer(narrow):
        match match.lastgroup:
            case "date":
                found.extend(_dates(match))
            case "day":
                found.extend(_day_of_month(match))
            case "bracketed" | "decree" | "standard":
                found.append(_document_number(match, found[-1].end if found else 0))
            case "phone":
                found.append(_phone(match))
            case "phones":
                found.extend(_phone(each) for each in _LISTED_NUMBER.finditer(narrow, *match.span("numbers")))
            case "fraction":
                found.extend(_fractions(match))
            case "measure" | "priced":
                found.extend(_measures(match))
            case "half":
                found.extend(_measure("0.5", match["half_unit"], match.span()))
            case _:
                continue
    return found


_COUNTED = (
    "人次 人 名 份 件 次 张 户 家 套 倍 项 种 页 门 辆 台 间 寸 分 个 平方米 平方公里 公里 千米 米 厘米 毫米 公顷 亩 "
    "吨 公斤 千克 克 毫克 升 毫升"
)
# Unit as written: kind, unit as compared, what the number is multiplied with.
_UNITS: dict[str, tuple[FigureKind, str, Decimal]] = {
    written: (kind, unit, Decimal(factor))
    for kind, unit, factor, spellings in (
        (FigureKind.AMOUNT, "元", "1", "元 块钱"),
        (FigureKind.AMOUNT, "美元", "1", "美元"),
        (FigureKind.AMOUNT, "港元", "1", "港元"),
        (FigureKind.AMOUNT, "欧元", "1", "欧元"),
        (FigureKind.DURATION, "工作日", "1", "个工作日 工作日 个工作天"),
        (FigureKind.DURATION, "日", "1", "日 天 个自然日 自然日 个日历日"),
        (FigureKind.DURATION, "日", "7", "周 个星期 星期 个礼拜"),
        (FigureKind.DURATION, "个月", "1", "个月"),
        (FigureKind.DURATION, "年", "1", "年 周年"),
        (FigureKind.DURATION, "小时", "1", "小时 个小时"),
        (FigureKind.DURATION, "分钟", "1", "分钟"),
        (FigureKind.AGE, "周岁", "1", "周岁 岁"),
        (FigureKind.PERCENTAGE, "%", "1", "%"),
        (FigureKind.PERCENTAGE, "%", "0.1", "‰"),
        (FigureKind.PERCENTAGE, "个百分点", "1", "个百分点"),
    )
    for written in spellings.split()
} | {unit: (FigureKind.COUNT, unit, Decimal(1)) for unit in _COUNTED.split()}
_FIGURE = figure_pattern(_UNITS)
_BARE_NUMBER = re.compile(r"(?<![\d.第〔])\d{1,7}(?:\.\d+)?(?![\d.]|年|月|号|日|%|个|条|岁|周岁|元|天|路|楼)")
_SMALLEST_AMOUNT = 300
_DATE_PARTS = date_parts()
_LISTED_NUMBER = re.compile(r"\d+(?:-\d+)?")
_PARTS_OF = {"百": 100, "千": 1000, "万": 10_000}
# 根据沪府办发〔2021〕26号: the words in front are no part of the number.
_BEFORE_NUMBER = re.compile(r"(?:[\u4e00-\u9fff](?<![据照按依经由以及和与见的将即对在为件文]))+$")
_LONGEST_ISSUER = 12


def _dates(match: re.Match[str]) -> Iterator[Figure]:
    written, start = match[0], match.start()
    if match["mark"]:
        year, month, day = written.split(match["mark"])
        yield Figure(FigureKind.DATE, f"{year}-{int(month):02}-{int(day):02}", "", start, match.end())
        return
    parts = _DATE_PARTS.fullmatch(written)
    if parts is None:
        return
    first_end = parts.end("day") + len("日") if parts["last"] else len(written)
    yield Figure(FigureKind.DATE, _iso(parts, "day"), "", start, start + first_end)
    if parts["last"]:
        yield Figure(FigureKind.DATE, _iso(parts, "last"), "", start + parts.start("last"), match.end())


def _iso(parts: re.Match[str], day: str) -> str:
    year = str(number(parts["year"])) if parts["year"] else "-"
    return year + "".join(f"-{int(number(part) or 0):02}" for part in (parts["month"], parts[day]) if part)


def _day_of_month(match: re.Match[str]) -> Iterator[Figure]:
    day = number(match["day_number"])
    if day is not None:
        yield Figure(FigureKind.DATE, f"---{int(day):02}", "", *match.span())


def _document_number(match: re.Match[str], after: int) -> Figure:
    """The number with its issuer's short name, which stands before what matched, not before ``after``."""
    start, end = match.span()
    if match.lastgroup == "standard":
        return Figure(FigureKind.DOCUMENT_NUMBER, match[0].replace(" ", ""), "", start, end)
    name = _BEFORE_NUMBER.search(match.string[max(after, start - _LONGEST_ISSUER) : start].rstrip())
    issuer = name[0] if name else ""
    written = f"〔{match['year']}〕{match['serial']}号" if match["year"] else f"第{match['decree_serial']}号"
    return Figure(FigureKind.DOCUMENT_NUMBER, issuer + written, "", start - len(issuer), end)


def _phone(match: re.Match[str]) -> Figure:
    return Figure(FigureKind.PHONE, re.sub(r"\D", "", match[0]), "", *match.span())


def _fractions(match: re.Match[str]) -> Iterator[Figure]:
    """百分之五 and 万分之五 are percentages; 三分之二 stays a fraction."""
    for group, start in (("part", match.start()), ("to_part", match.start("to"))):
        part = number(match[group]) if match[group] else None
        if part is None:
            continue
        if match["whole"] in _PARTS_OF:
            value, unit = plain(part * 100 / _PARTS_OF[match["whole"]]), "%"
        else:
            value, unit = f"{plain(part)}/{plain(number(match['whole']) or Decimal(1))}", ""
        yield Figure(FigureKind.PERCENTAGE, value, unit, start, match.end(group))


def _measures(match: re.Match[str]) -> Iterator[Figure]:
    if match["price"]:
        yield from _measure(match["price"], "元", match.span())
        return
    if match["low"]:
        yield from _measure(_low_end(match["low"], match["number"]), match["unit"], match.span("low"))
    start = match.start("number")
    if match["and_half"]:
        years = number(match["number"])
        if years is not None:
            yield from _measure(str((years * 2 + 1) * MONTHS_A_YEAR / 2), "个月", (start, match.end()))
    else:
        yield from _measure(match["number"], match["unit"], (start, match.end()))


def _low_end(low: str, high: str) -> str:
    """3 of 3至5万元 is 30 000; 5000 of 5000至1万元 is 5000."""
    scale = high[-1]
    if scale not in "万亿" or low[-1] in "万亿":
        return low
    values = number(low + scale), number(high)
    return low + scale if None not in values and values[0] < values[1] else low  # type: ignore[operator]


def _measure(written: str, unit: str, span: tuple[int, int]) -> Iterator[Figure]:
    value = number(written)
    if value is None:
        return
    if unit.startswith("个半"):
        value, unit = value + Decimal("0.5"), unit.replace("半", "")
    kind, normal, factor = _UNITS[unit]
    value *= factor
    if normal == "年" and value % 1:
        value, normal = value * MONTHS_A_YEAR, "个月"
    yield Figure(kind, plain(value), normal, *span)
