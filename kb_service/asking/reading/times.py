"""Times as people write them (去年10月, 三年前, 下个月1号, 国庆前), and the days that they mean, seen from a given day.

A whole period is read as one of its days: what has passed as its last (the rules that came in during it count), what
is to come as its first, the one that holds today as today.
"""

import calendar
import re
from dataclasses import dataclass
from datetime import date, timedelta

from kb_service.domain.days import months_later

_EARLIEST = 1990
_FURTHEST = 5  # years ahead

_HAN_VALUE = {each: value for value, each in enumerate("〇一二三四五六七八九十")} | {
    "十一": 11,
    "十二": 12,
    "零": 0,
    "两": 2,
    "元": 1,
    "正": 1,
}
_YEARS_FROM_NOW = {
    "大前": -3,
    "前年": -2,
    "去年": -1,
    "上年": -1,
    "上一": -1,
    "明年": 1,
    "来年": 1,
    "下一": 1,
    "后年": 2,
}
_DAYS_AGO = {"昨": 1, "前": 2}
# Of winter the months of the year that it begins in.
_FIRST_MONTH_OF_SEASON = {"春": 3, "夏": 6, "秋": 9, "冬": 12}
# By their first character. 清明 is the 4th in some years; no rule begins between the two.
_FIRST_OF_HOLIDAY = {
    "元": (1, 1),
    "三": (3, 8),
    "妇": (3, 8),
    "清": (4, 5),
    "五": (5, 1),
    "劳": (5, 1),
    "六": (6, 1),
    "儿": (6, 1),
    "七": (7, 1),
    "八": (8, 1),
    "教": (9, 10),
    "国": (10, 1),
    "圣": (12, 25),
}

_YEAR = (
    r"(?P<year>(?:19|20)\d\d|(?:二[〇零0]|一九)[〇零一二三四五六七八九]{2}|大前年|前年|去年|上一?年度?|"
    r"今年|本年度?|当年|明年|来年|(?<![以之然此往今最])后年|下一年)"
)
_MONTH_NAME = r"(?:1[0-2]|0?[1-9]|十[一二]?|[一二三四五六七八九元正])"
_DAY_NAME = r"(?:3[01]|[12]\d|0?[1-9])[日号]"
# 七八月 is read as 八月.
_MONTH = (
    rf"(?:[一二三四五六七八](?=[二三四五六七八九]月))?(?P<month>{_MONTH_NAME})月份?"
    rf"(?:(?P<day>{_DAY_NAME})|(?P<month_part>[上中下]旬|底|末|初(?!中|次)))?"
)
_QUARTER = r"第?(?P<quarter>[一二三四1-4])季度"
_HOLIDAY = (
    r"(?P<holiday>元旦|三八节|妇女节|清明节?(?!路)|五一节?(?!路)|劳动节|六一节?(?!路)|儿童节|七一(?!路)|八一(?!路)|教师节|"
    r"国庆节?(?!路)|圣诞节?)"
)
# Without a year: others name what is done for people then (八一军人优待), not a day.
_BARE_HOLIDAY = r"(?P<bare_holiday>元旦|五一(?!路)|劳动节|国庆节?(?!路))"
_HALF = r"上半年|下半年|年初|年底|年末|年中"
_SEASON = r"春[天季]|夏[天季]|秋[天季]|冬[天季]"
_PART = rf"(?P<part>{_HALF}|{_SEASON}|初(?!中|次)|底|末|中旬?(?!学|心))"
_THEN = r"那(?:会儿?|阵子?|时候?|年)"
_SAME = r"(?P<same>(?:的)?(?:这|此|今)(?:个)?(?:时候|时|会儿|天|日)|同期)"
_TAIL = r"(?P<tail>以前|之前|前(?!往|期|提|款|几)|以后|之后|起|开始|后(?!续|期|来))?"
_NUMERIC = r"(?P<y>(?:19|20)\d\d)[-./](?P<m>1[0-2]|0?[1-9])(?:[-./](?P<d>3[01]|[12]\d|0?[1-9]))?(?![\d.])"
_AGO = r"(?P<ago>\d{1,2}|[一二两三四五六七八九十]|十[一二]|半)(?P<ago_unit>年|个月|天|周)(?:以|之)?前(?!往|期|提|款)"
# 25年 alone is a number of years.
_SHORT_YEAR = (
    rf"(?P<short>[012]\d)年(?:(?P<short_month>{_MONTH_NAME})月份?|(?P<short_part>{_HALF}|{_SEASON}|底|末|初(?!中|次))"
    rf"|(?={_THEN}))"
)
_NEAR = r"(?P<near>上个?月|下个?月|这个?月|本月|上个?季度|下个?季度|这个?季度|本季度)"
TIME = re.compile(
    rf"(?<![\d.年])(?:{_NUMERIC}|{_AGO}|{_SHORT_YEAR}"
    rf"|{_YEAR}(?:年)?(?:度)?(?:的)?(?:(?:{_THEN}|年初的?|(?:{_SEASON})[ ,，]?)?"
    rf"[(（]?{_MONTH}[)）]?|{_QUARTER}|{_HOLIDAY}|{_PART}|{_SAME})?(?:份)?"
    rf"|{_NEAR}(?P<near_day>{_DAY_NAME})?|(?P<beside>昨天|前天)|(?P<bare_part>{_HALF})"
    rf"|{_BARE_HOLIDAY}"
    rf"|(?P<bare>{_MONTH_NAME})月份?(?P<bare_day>{_DAY_NAME})?){_TAIL}"
)


@dataclass(frozen=True, slots=True)
class DaySpan:
    """Days from ``first`` to ``last``, both included."""

    first: date
    last: date

    @classmethod
    def on(cls, day: date) -> "DaySpan":
        return cls(day, day)


def day_of(match: re.Match[str], today: date) -> date | None:
    """The day that a match of `TIME` is read as."""
    span = span_of(match, today)
    if span is None:
        return None
    tail = match["tail"] or ""
    if tail.endswith("前"):
        return span.first - timedelta(days=1)
    if tail:
        return max(span.first, today) if span.first <= today <= span.last else span.first
    if span.first <= today <= span.last:
        return today
    return span.last if span.last < today else span.first


def holds(match: re.Match[str], day: date, today: date) -> bool:
    """Whether a day is one of those that the words speak of."""
    span = span_of(match, today)
    if span is None:
        return False
    tail = match["tail"] or ""
    if tail.endswith("前"):
        return day < span.first
    return span.first <= day and (bool(tail) or day <= span.last)


def is_vaguely_now(match: re.Match[str]) -> bool:
    """今年, 本月 and nothing more exact."""
    exact = ("month", "quarter", "holiday", "part", "same", "near_day", "tail")
    said = match["year"] or match["near"] or " "
    return said[0] in "今本当这" and not any(match[name] for name in exact)


def span_of(match: re.Match[str], today: date) -> DaySpan | None:
    """The days of a match of `TIME`; None where no calendar has them (明年 in the year 9999), or they are too far off
    to be meant."""
    try:
        return _span_of(match, today)
    except (ValueError, OverflowError):
        return None


def _span_of(match: re.Match[str], today: date) -> DaySpan | None:
    if match["y"]:
        return _month(int(match["y"]), int(match["m"]), today, day=match["d"])
    if match["ago"]:
        return _ago(match["ago"], match["ago_unit"], today)
    if match["short"]:
        return _short(2000 + int(match["short"]), match["short_month"], match["short_part"] or "", today)
    if match["near"]:
        return _near(match["near"], match["near_day"], today)
    if match["beside"]:
        return DaySpan.on(today - timedelta(days=_DAYS_AGO[match["beside"][0]]))
    if match["bare_part"]:
        return _part(today.year, match["bare_part"])
    if match["bare_holiday"]:
        return _next_or_this_years(match["bare_holiday"], today)
    if match["bare"]:
        return _month(today.year, _value(match["bare"]), today, day=match["bare_day"])
    year = _year(match["year"], today)
    if not _EARLIEST <= year <= today.year + _FURTHEST or _is_no_year(match):
        return None
    return _within_year(match, year, today)


def _within_year(match: re.Match[str], year: int, today: date) -> DaySpan | None:
    if match["month"]:
        return _month(year, _value(match["month"]), today, day=match["day"], part=match["month_part"] or "")
    if match["quarter"]:
        return _quarter(year, _value(match["quarter"]))
    if match["holiday"]:
        return DaySpan.on(date(year, *_FIRST_OF_HOLIDAY[match["holiday"][0]]))
    if match["same"]:
        that_day = months_later(today, 12 * (year - today.year))
        return DaySpan.on(that_day) if that_day else None
    return _part(year, match["part"] or "")


def _is_no_year(match: re.Match[str]) -> bool:
    """A bare 2024 without 年 is a number like any other (2024元)."""
    digits = match["year"][0].isdigit() or match["year"][0] in "二一"
    return digits and "年" not in match.group() and not match["month"]


def _month(year: int, month: int, today: date, *, day: str | None = None, part: str = "") -> DaySpan | None:
    if not _EARLIEST <= year <= today.year + _FURTHEST:
        return None
    last = calendar.monthrange(year, month)[1]
    if day is not None:
        number = int(day.rstrip("日号"))
        return DaySpan.on(date(year, month, number)) if number <= last else None
    if part in ("初", "上旬"):
        return DaySpan(date(year, month, 1), date(year, month, 10))
    if part == "中旬":
        return DaySpan(date(year, month, 11), date(year, month, 20))
    if part == "下旬":
        return DaySpan(date(year, month, 21), date(year, month, last))
    return DaySpan.on(date(year, month, last)) if part else DaySpan(date(year, month, 1), date(year, month, last))


def _short(year: int, month: str | None, part: str, today: date) -> DaySpan | None:
    if month:
        return _month(year, _value(month), today)
    return _part(year, part) if year <= today.year + _FURTHEST else None


def _part(year: int, part: str) -> DaySpan:
    if part[:1] in _FIRST_MONTH_OF_SEASON:
        first = _FIRST_MONTH_OF_SEASON[part[0]]
        last = min(first + 2, 12)
        return DaySpan(date(year, first, 1), date(year, last, calendar.monthrange(year, last)[1]))
    if part.startswith("上半"):
        return DaySpan(date(year, 1, 1), date(year, 6, 30))
    if part.startswith("下半"):
        return DaySpan(date(year, 7, 1), date(year, 12, 31))
    if part.endswith("初"):
        return DaySpan(date(year, 1, 1), date(year, 1, 31))
    if part.endswith(("底", "末")):
        return DaySpan.on(date(year, 12, 31))
    if "中" in part:
        return DaySpan(date(year, 6, 1), date(year, 6, 30))
    return DaySpan(date(year, 1, 1), date(year, 12, 31))


def _quarter(year: int, quarter: int) -> DaySpan:
    last = 3 * quarter
    return DaySpan(date(year, last - 2, 1), date(year, last, calendar.monthrange(year, last)[1]))


def _near(said: str, day: str | None, today: date) -> DaySpan | None:
    """上个月, 下个月1号, 上季度."""
    offset = {"上": -1, "下": 1}.get(said[0], 0)
    if said.endswith("季度"):
        quarters = today.year * 4 + (today.month - 1) // 3 + offset
        return _quarter(quarters // 4, quarters % 4 + 1)
    that_day = months_later(today, offset)
    return _month(that_day.year, that_day.month, today, day=day) if that_day else None


def _ago(number: str, unit: str, today: date) -> DaySpan | None:
    """三年前, 半年前, 两个月前: that very day."""
    if number == "半":
        that_day = months_later(today, -6) if unit == "年" else None
        return DaySpan.on(that_day) if that_day else None
    count = _value(number)
    if unit in "天周":
        return DaySpan.on(today - timedelta(days=count * (7 if unit == "周" else 1)))
    that_day = months_later(today, -count * (12 if unit == "年" else 1))
    return DaySpan.on(that_day) if that_day and that_day.year >= _EARLIEST else None


def _next_or_this_years(holiday: str, today: date) -> DaySpan:
    """This year's; 元旦 said in the second half of a year is the next one."""
    month, day = _FIRST_OF_HOLIDAY[holiday[0]]
    return DaySpan.on(date(today.year + (month == 1 and today.month > 6), month, day))


def _year(said: str, today: date) -> int:
    if said[:2] in _YEARS_FROM_NOW:
        return today.year + _YEARS_FROM_NOW[said[:2]]
    if said[0] in "今本当":
        return today.year
    return int("".join(each if each.isdigit() and each.isascii() else str(_HAN_VALUE[each]) for each in said))


def _value(number: str) -> int:
    return int(number) if number.isascii() else _HAN_VALUE[number]
