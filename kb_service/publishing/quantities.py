"""When two figures say the same, in whatever unit: 30日 and 一个月, 半年 and 6个月, 5个工作日 and 7日."""

import re
from collections.abc import Collection
from decimal import Decimal

from kb_service.text.figures import LONGEST_YEARS, MONTHS_A_YEAR, Figure, FigureKind

# Shortest and longest number of days that a unit of time stands for; 5 working days span 5 to 9 days, 7 as a rule.
_DAYS = {
    "分钟": (Decimal(1) / 1440, Decimal(1) / 1440),
    "小时": (Decimal(1) / 24, Decimal(1) / 24),
    "日": (Decimal(1), Decimal(1)),
    "工作日": (Decimal("1.39"), Decimal("1.8")),
    "个月": (Decimal(28), Decimal(31)),
    "年": (Decimal(365), Decimal(366)),
}
_MONTHS = {"个月": 1, "年": MONTHS_A_YEAR}
# What is counted with several measures: 10册 and 六本.
_SPELLINGS = (
    "本册 条只头 次回趟遍 人位名 份客 套 张 件 辆台 处 枚 支 根 棵株 瓶 箱 袋 门 颗 间 度 针剂 题道 场 页 盘 节 期 轮"
)
MEASURE_OF = {each: spellings[0] for spellings in _SPELLINGS.split() for each in spellings}
_CAN_BE_ROUGH = frozenset({FigureKind.AMOUNT, FigureKind.COUNT, FigureKind.PERCENTAGE})
_ROUGHLY = Decimal("0.1")
_NEXT_OR_THIS = ("次月", "下个月", "下月", "次日", "当月", "当天")
# Share of the letters of two events that name one.
_MOSTLY = 0.6
_LONGEST_HOTLINE = 6  # 12345, 962200
_PLAIN = re.compile(r"\d+(?:\.\d+)?")

Quantity = tuple[FigureKind, str, Decimal | str, Decimal | str]  # kind, what it counts, least and greatest value


def quantity(figure: Figure) -> Quantity | None:
    """None for figures that are never compared: numbers of documents."""
    match figure.kind:
        case FigureKind.DOCUMENT_NUMBER:
            return None
        case FigureKind.DATE:
            form = "days of a year" if figure.value.startswith("--") else f"{figure.value.count('-')} parts"
            return (figure.kind, form, figure.value, figure.value)
        case FigureKind.PHONE:
            form = "hotline" if len(figure.value) <= _LONGEST_HOTLINE else f"{len(figure.value)} digits"
            return (figure.kind, form, figure.value, figure.value)
        case FigureKind.DURATION if figure.unit == "年" and Decimal(figure.value) > LONGEST_YEARS:
            return None
        case FigureKind.DURATION if figure.unit in _MONTHS:
            months = Decimal(figure.value) * _MONTHS[figure.unit]
            return (figure.kind, "months", months, months)
        case FigureKind.DURATION if figure.unit in _DAYS:
            least, greatest = _DAYS[figure.unit]
            return (figure.kind, figure.unit, Decimal(figure.value) * least, Decimal(figure.value) * greatest)
        case FigureKind.NEED | FigureKind.RESPONSIBLE:  # said of a thing or by a list in which it stands, in a sentence
            return (figure.kind, "", figure.value, figure.value)
        case _ if _PLAIN.fullmatch(figure.value):
            return (figure.kind, MEASURE_OF.get(figure.unit, figure.unit), Decimal(figure.value), Decimal(figure.value))
        case _:
            return (figure.kind, figure.unit, figure.value, figure.value)


def roughly(each: Quantity) -> Quantity:
    """About as much: 约1000万 may be 1012.6万. Times and ages are rules, also where they are rough."""
    kind, counted, least, greatest = each
    if kind not in _CAN_BE_ROUGH or not (isinstance(least, Decimal) and isinstance(greatest, Decimal)):
        return each
    return (kind, counted, least * (1 - _ROUGHLY), greatest * (1 + _ROUGHLY))


def is_comparable(one: Quantity, other: Quantity) -> bool:
    """Times of all units, money of one currency, telephone numbers of one length, counts of one unit."""
    return one[0] is other[0] and (one[0] is FigureKind.DURATION or one[1] == other[1])


def says_the_same(one: Quantity, other: Quantity) -> bool:
    if not is_comparable(one, other):
        return False
    if one[0] is FigureKind.RESPONSIBLE:
        return _is_short_for(one[2], other[2]) or _is_short_for(other[2], one[2])
    if one[0] is FigureKind.START:
        return _starts_alike(str(one[2]), str(other[2]))
    if one[0] is FigureKind.PLACE:
        return _is_short_for(one[2], other[2]) or _is_short_for(other[2], one[2])
    if one[1] == other[1] and not all(isinstance(each, Decimal) for each in (*one[2:], *other[2:])):
        return one[2:] == other[2:]
    (least, greatest), (other_least, other_greatest) = _in_days(one), _in_days(other)
    return least <= other_greatest and other_least <= greatest


def _is_short_for(short: Decimal | str, name: Decimal | str) -> bool:
    """市场监管局 for 区市场监督管理局: its characters stand in the name, in that order."""
    letters = iter(str(name))
    return all(each in letters for each in str(short).lstrip("市区县"))


def _starts_alike(one: str, other: str) -> bool:
    """受理 and 正式受理, 批准的次月 and 获批次月; not 次月 and 当月."""
    if any(each in one + other for each in _NEXT_OR_THIS) and ("当" in one) != ("当" in other):
        return False
    shorter, longer = sorted((one, other), key=len)
    return len(set(shorter) & set(longer)) >= _MOSTLY * len(set(shorter))


def _in_days(each: Quantity) -> tuple[Decimal, Decimal]:
    kind, counted, least, greatest = each
    assert isinstance(least, Decimal) and isinstance(greatest, Decimal), kind
    if counted != "months":
        return least, greatest
    years, months = divmod(least, MONTHS_A_YEAR)
    return (
        years * _DAYS["年"][0] + months * _DAYS["个月"][0],
        years * _DAYS["年"][1] + months * _DAYS["个月"][1],
    )


def all_within(some: Collection[Quantity], others: Collection[Quantity]) -> bool:
    """Whether each of some says the same as one of the others."""
    return all(any(says_the_same(one, other) for other in others) for one in some)
