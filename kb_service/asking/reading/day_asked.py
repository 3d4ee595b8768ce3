"""The day whose rules a question's own words ask for: 2024年的社保基数, 去年的最低工资, 明年一月起的标准.

A whole period is read as one of its days: what has passed as its last (the rules that came in during it count), what
is to come as its first, the one that holds today as today. Years of birth, of entry, of documents ask for no day.
"""

import calendar
import re
from dataclasses import dataclass
from datetime import date, timedelta

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

# What has its own value from one day to the next.
_VALUE = (
    r"标准|基数|上限|下限|比例|费率|税率|利率|汇率|最低工资|工资|津贴|补贴|补助|失业金|养老金|低保|保障金|待遇|额度|限额|限价|价格|"
    r"收费|费用|工本费|政策|规定|办法|细则|条件|要求|门槛|流程|起征点|扣除|免征|几个点|百分之几|多少|几天|几年|怎么算|怎么办理?|"
    r"怎么收|怎么交|怎么缴|能不能|是否|封顶|保底|线是|指标|名额|年限|婚假|产假|育儿假"
)
_ASKED = re.compile(_VALUE)
# Something that happened then, not a rule that held then.
_EVENT = re.compile(
    r"出生|生的|生人|生日|入职|参加工作|工作的|毕业|退休(?!金|年龄|待遇|政策|养老|人员)|结的?婚|离的?婚|买的|买了|购(?:买|房|入|置)?的|办的|办了|办过|签的|签了|签订|"
    r"领的|领了|来的|来沪|来上海|来到|离职|辞职|失业(?!金|保险|补助|登记)|入学|考的|考上|注册的|成立|开的|装修|去世|死亡|过世|建的|建成|发生|受伤|判|"
    r"借|欠|租的|住|搬|迁|落户的?$|怀孕|生(?:了|孩|小|娃|二|宝)|生育的|交的|交了|缴的|缴了|开始(?:交|缴|工作|缴纳|上班)|参保的|参加的|缴纳的|拿到|拿的|取得|评|被|"
    r"公布|印发|颁布|发布|出台|修订|修正|制定|版|第\d+号|级|届|款(?!项)|高考|中考|产的|登记的|申请的|提交的|申请了|提交了|过期|到期|申领的|转(?:的|了|来|过)"
)
_PAST_MARK = re.compile(r"^[^,。?!;]{0,12}了(?:[,。;]|$)")
_NOW = re.compile(r"现在|目前|如今|眼下|当前|今天|最新")
# Up to then, or since then: not on that day.
_NOT_ON = re.compile(
    r"(?:对|为|到|至|截止|截至|直到|等到|自从?|从|满|出生于|生于|于|是|有效期|期限|我|本人|孩子|爸|妈)$"
)
_NUMBERED = re.compile(
    r"[〔\[(【][^〔\[(【〕\])】]{0,6}(?:19|20)\d\d[^〔\[(【〕\])】]{0,4}[〕\])】](?:第?\d+号?)?|(?:19|20)\d\d年?第?\d{1,5}号"
)
_CLAUSE = re.compile(r"[,。?!;、\n]")
_LONGEST = 300
_LEFT_OVER = re.compile(r"^[的,，、 ]+")


@dataclass(frozen=True, slots=True)
class _Span:
    """Days from ``first`` to ``last``, both included."""

    first: date
    last: date


def day_asked(text: str, today: date) -> date | None:
    """The day, other than today's, whose rules a normalised question asks for; None when it says none, or several.

    Only where the time goes with something that has a value then (标准, 基数, 多少 …) in the same clause.
    """
    if len(text) > _LONGEST:
        return None
    numberless = _NUMBERED.sub("¦", text)
    matches = [each for each in _TIME.finditer(numberless) if _span(each, today) is not None]
    if len(matches) != 1 or _NOW.search(_TIME.sub("", numberless)):
        return None
    match = matches[0]
    if not _goes_with_a_value(numberless, match):
        return None
    day = _day(match, today)
    return day if day != today else None


def timeless(text: str) -> str:
    """A question whose day is known, without the words for it: on that day the rules do not speak of it."""
    return _LEFT_OVER.sub("", _TIME.sub("", text)).strip() or text


def _goes_with_a_value(text: str, match: re.Match[str]) -> bool:
    before = _CLAUSE.split(text[: match.start()])[-1]
    rest = text[match.end() :]
    after = _CLAUSE.split(rest)[0]
    if _NOT_ON.search(before) or _PAST_MARK.match(rest) or _EVENT.search(before) or _EVENT.search(after):
        return False
    if match["bare"] and not match["bare_day"] and "份" not in match.group():
        return False
    return bool(_ASKED.search(after) or _ASKED.search(before))


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
