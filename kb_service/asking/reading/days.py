"""Days in a question's words: which are named, and of which one the rules are asked for (2024年的社保基数).

A whole period is read as one of its days: what has passed as its last (the rules that came in during it count), what
is to come as its first, the one that holds today as today. Years of birth, of entry, of documents ask for no day.
"""

import calendar
import re
from dataclasses import dataclass
from datetime import date, timedelta

from kb_service.text.vocabulary import AnyOf, Words

_EARLIEST = 1990
_FURTHEST = 5  # years ahead

_HAN_VALUE = {each: value for value, each in enumerate("〇一二三四五六七八九十")} | {
    "十一": 11,
    "十二": 12,
    "零": 0,
    "元": 1,
    "正": 1,
}
_YEAR = (
    r"(?P<year>(?:19|20)\d\d|(?:二[〇零0]|一九)[〇零一二三四五六七八九]{2}|大前年|前年|去年|上一?年度?|"
    r"今年|本年度?|当年|明年|来年|后年|下一年)"
)
_MONTH = r"(?P<month>1[0-2]|0?[1-9]|十[一二]?|[一二三四五六七八九元正])(?:月份?)"
_DAY = r"(?P<day>3[01]|[12]\d|0?[1-9])[日号]"
_PART = r"(?P<part>上半年|下半年|年初|年底|年末|年中|初(?!中|次)|底|末|中旬?(?!学|心))"
_SAME = r"(?P<same>(?:的)?(?:这|此|今)(?:个)?(?:时候|时|会儿|天|日)|同期)"
_TAIL = r"(?P<tail>以前|之前|前(?!往|期|提|款)|以后|之后|起|开始|后(?!续|期|来))?"
_NUMERIC = r"(?P<y>(?:19|20)\d\d)[-./](?P<m>1[0-2]|0?[1-9])(?:[-./](?P<d>3[01]|[12]\d|0?[1-9]))?(?![\d.])"
_TIME = re.compile(
    rf"(?<![\d.年])(?:{_NUMERIC}"
    rf"|{_YEAR}(?:年)?(?:度)?(?:的)?(?:{_MONTH}(?:{_DAY})?|{_PART}|{_SAME})?(?:份)?"
    rf"|(?P<near>上个?月|下个?月|这个?月|本月)"
    rf"|{_MONTH.replace('month', 'bare')}(?:{_DAY.replace('day', 'bare_day')})?){_TAIL}"
)

_PAST_MARK = re.compile(r"^[^,。?!;]{0,12}了(?:[,。;]|$)")
_NUMBERED = re.compile(
    r"[〔\[(【][^〔\[(【〕\])】]{0,6}(?:19|20)\d\d[^〔\[(【〕\])】]{0,4}[〕\])】](?:第?\d+号?)?|(?:19|20)\d\d年?第?\d{1,5}号"
)
# A message of nothing but a year, as a reply gives it; in a sentence 2024 is a number like any other.
_BARE_YEAR = re.compile(r"^(?P<year>(?:19|20)\d\d)(?=的?呢?$)")
_CLAUSE = re.compile(r"[,。?!;、\n]")
_LONGEST = 300
_LEFT_OVER = re.compile(r"^[的,，、 ]+")


class DayWords(Words):
    """The part `days` of `reading.yaml`."""

    values: AnyOf
    events: AnyOf
    now: AnyOf
    not_on: re.Pattern[str]

    def named(self, text: str, today: date) -> str:
        """The first time that a normalised text names: a day, a month, a year, now; empty for none."""
        if bare := _BARE_YEAR.match(text):
            return f"{bare['year']}年"
        found = [each for each in _TIME.finditer(text) if _span(each, today) is not None]
        match = min([*found, *self.now.finditer(text)], key=lambda each: each.start(), default=None)
        return match.group() if match else ""

    def meant(self, said: str, today: date) -> date:
        """The day that a time means by itself, as `named` gives it; today for 现在."""
        match = _TIME.search(said)
        return (_day(match, today) if match else None) or today

    def without(self, text: str, today: date, *, gap: str) -> str:
        """The text with ``gap`` in the place of each time that it names."""
        text = _BARE_YEAR.sub(gap, text)
        bare = _TIME.sub(lambda each: each.group() if _span(each, today) is None else gap, text)
        return self.now.sub(gap, bare)

    def asked(self, text: str, today: date) -> date | None:
        """The day, other than today, whose rules a normalised question asks for; None when it names none, or several.

        Only where the time goes with something that has a value then (标准, 基数, 多少 …) in the same clause.
        """
        if len(text) > _LONGEST:
            return None
        numberless = _NUMBERED.sub("¦", text)
        matches = [each for each in _TIME.finditer(numberless) if _span(each, today) is not None]
        if len(matches) != 1 or self.now.search(_TIME.sub("", numberless)):
            return None
        match = matches[0]
        if not self._goes_with_a_value(numberless, match):
            return None
        day = _day(match, today)
        return day if day != today else None

    def _goes_with_a_value(self, text: str, match: re.Match[str]) -> bool:
        before = _CLAUSE.split(text[: match.start()])[-1]
        rest = text[match.end() :]
        after = _CLAUSE.split(rest)[0]
        if self.not_on.search(before) or _PAST_MARK.match(rest):
            return False
        if self.events.search(before) or self.events.search(after):
            return False
        if match["bare"] and not match["bare_day"] and "份" not in match.group():
            return False
        return bool(self.values.search(after) or self.values.search(before))


@dataclass(frozen=True, slots=True)
class _Span:
    """Days from ``first`` to ``last``, both included."""

    first: date
    last: date


def timeless(text: str) -> str:
    """A question whose day is known, without the words for it: on that day the rules do not speak of it."""
    return _LEFT_OVER.sub("", _TIME.sub("", text)).strip() or text


def _day(match: re.Match[str], today: date) -> date | None:
    span = _span(match, today)
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


def _span(match: re.Match[str], today: date) -> _Span | None:
    if match["y"]:
        return _month_or_day(int(match["y"]), int(match["m"]), int(match["d"]) if match["d"] else None, today)
    if match["near"]:
        offset = {"上": -1, "下": 1}.get(match["near"][0], 0)
        months = today.year * 12 + today.month - 1 + offset
        return _month_or_day(months // 12, months % 12 + 1, None, today)
    if match["bare"]:
        return _month_or_day(today.year, _value(match["bare"]), _number(match["bare_day"]), today)
    year = _year(match["year"], today)
    if not _EARLIEST <= year <= today.year + _FURTHEST or _is_no_year(match):
        return None
    if match["month"]:
        return _month_or_day(year, _value(match["month"]), _number(match["day"]), today)
    if match["same"]:
        same = date(year, today.month, min(today.day, calendar.monthrange(year, today.month)[1]))
        return _Span(same, same)
    return _part(year, match["part"] or "")


def _is_no_year(match: re.Match[str]) -> bool:
    """A bare 2024 without 年 is a number like any other (2024元)."""
    digits = match["year"][0].isdigit() or match["year"][0] in "二一"
    return digits and "年" not in match.group() and not match["month"]


def _part(year: int, part: str) -> _Span:
    if part.startswith("上半"):
        return _Span(date(year, 1, 1), date(year, 6, 30))
    if part.startswith("下半"):
        return _Span(date(year, 7, 1), date(year, 12, 31))
    if part.endswith("初"):
        return _Span(date(year, 1, 1), date(year, 1, 31))
    if part.endswith(("底", "末")):
        return _Span(date(year, 12, 1), date(year, 12, 31))
    if "中" in part:
        return _Span(date(year, 6, 1), date(year, 6, 30))
    return _Span(date(year, 1, 1), date(year, 12, 31))


def _month_or_day(year: int, month: int, day: int | None, today: date) -> _Span | None:
    if not _EARLIEST <= year <= today.year + _FURTHEST:
        return None
    last = calendar.monthrange(year, month)[1]
    if day is None:
        return _Span(date(year, month, 1), date(year, month, last))
    return _Span(date(year, month, day), date(year, month, day)) if day <= last else None


def _year(said: str, today: date) -> int:
    relative = {"大前": -3, "前年": -2, "去年": -1, "上年": -1, "上一": -1, "明年": 1, "来年": 1, "下一": 1, "后年": 2}
    if said[:2] in relative:
        return today.year + relative[said[:2]]
    if said[0] in "今本当":
        return today.year
    return int("".join(each if each.isdigit() and each.isascii() else str(_HAN_VALUE[each]) for each in said))


def _value(month: str) -> int:
    return int(month) if month.isascii() else _HAN_VALUE[month]


def _number(text: str | None) -> int | None:
    return int(text) if text else None
