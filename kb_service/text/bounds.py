"""The words that bound a figure or a time: 不超过, 以上, 以内, 左右. The one place that knows them."""

import re
from collections.abc import Set
from enum import StrEnum


class Bound(StrEnum):
    MOST = "most"  # and the figure itself: 不超过5日
    LEAST = "least"
    LESS = "less"  # without the figure itself: 不足5日
    MORE = "more"
    ABOUT = "about"
    EARLY = "early"
    WITHIN = "within"
    BEFORE = "before"
    AFTER = "after"


class BoundSide(StrEnum):
    UPPER = "upper"
    LOWER = "lower"


_NOT = "不[得应]?能?"
_OVER, _UNDER = "超过|高于|多于|大于", "低于|少于|小于"
_IN_FRONT = {
    Bound.MOST: rf"{_NOT}(?:{_OVER}|晚于|迟于)|最[多高长晚迟]|至多|上限",
    Bound.LEAST: rf"{_NOT}(?:{_UNDER}|早于)|最[低少]|至少|下限|年满|已满|达到",
    Bound.LESS: rf"未满|不满|没满|不足|未达到?|不到|没到|{_UNDER}",
    Bound.MORE: rf"{_OVER}|(?<!不)逾(?!期)",
}
# These bound only what can be counted: 约定 and 超出范围 are other words.
_IN_FRONT_OF_FIGURES = _IN_FRONT | {
    Bound.LEAST: rf"{_IN_FRONT[Bound.LEAST]}|(?<![未不])满(?![意足])",
    Bound.MORE: rf"{_IN_FRONT[Bound.MORE]}|超出",
    Bound.ABOUT: "大约|约|近",
    Bound.EARLY: "提前",
}
_BEHIND = {
    Bound.WITHIN: "以内|之内|内",
    Bound.MOST: "以下",
    Bound.LEAST: "以上",
    Bound.BEFORE: "之前|以前|前",
    Bound.AFTER: "之后|以后|后",
    Bound.ABOUT: "左右|上下",
}


def _named(words: dict[Bound, str]) -> str:
    return "|".join(f"(?P<{bound}>{pattern})" for bound, pattern in words.items())


_NEAR = re.compile(_named(_IN_FRONT_OF_FIGURES))
_RIGHT_BEFORE = re.compile(rf"(?:{_named(_IN_FRONT_OF_FIGURES)})[为是的在了]? ?$")
_RIGHT_AFTER = re.compile(rf" ?(?:[()的])?(?:\(?含\)?)?(?:{_named(_BEHIND)})")
# 3至5日: the first figure is the least.
_RANGE_AFTER = re.compile("[至到~-]")
_REACH = 8
_BETWEEN = 3  # 不得超过每小时120公里

# For whoever looks for bounds in the words of a clause, whatever figure they go with.
AT_MOST = rf"{_IN_FRONT[Bound.MOST]}|{_IN_FRONT[Bound.LESS]}|以下(?!简称|条件|材料|情形|步骤|方式|渠道)|以内|之内"
AT_LEAST = rf"{_IN_FRONT[Bound.LEAST]}|{_IN_FRONT[Bound.MORE]}|以上"
# What begins a clause that limits the one before it: 最高500元, 不得超过两次.
LIMITS = rf"{_NOT}(?:{_OVER}|{_UNDER}|[晚迟早]于)|最[多高长晚迟低少短]|至[多少]"

_SIDES = {
    Bound.MOST: BoundSide.UPPER,
    Bound.LESS: BoundSide.UPPER,
    Bound.WITHIN: BoundSide.UPPER,
    Bound.BEFORE: BoundSide.UPPER,
    Bound.LEAST: BoundSide.LOWER,
    Bound.MORE: BoundSide.LOWER,
    Bound.AFTER: BoundSide.LOWER,
}


def bounds_of(text: str, start: int, end: int) -> tuple[frozenset[Bound], int, int]:
    """The bounds of the figure ``text[start:end]`` by the words right before and after it, and from where to where
    figure and words reach.
    """
    before = _RIGHT_BEFORE.search(text[max(0, start - _REACH) : start])
    after = _RIGHT_AFTER.match(text, end)
    bounds = frozenset(Bound(str(match.lastgroup)) for match in (before, after) if match)
    return bounds, start - len(before[0]) if before else start, after.end() if after else end


def side_of(text: str, start: int, end: int) -> BoundSide | None:
    """Whether the figure ``text[start:end]`` is the greatest or the least one, by the words near it (最高可达500元);
    None when they do not say. Of a range the first figure is the least.
    """
    first = max(0, start - _REACH)
    near = _NEAR.finditer(text[first:start])
    bounds = {Bound(str(each.lastgroup)) for each in near if first + each.end() >= start - _BETWEEN}
    if after := _RIGHT_AFTER.match(text, end):
        bounds.add(Bound(str(after.lastgroup)))
    return _side(bounds) or (BoundSide.LOWER if _RANGE_AFTER.match(text, end) else None)


def _side(bounds: Set[Bound]) -> BoundSide | None:
    sides = {_SIDES[each] for each in bounds if each in _SIDES}
    return BoundSide.UPPER if BoundSide.UPPER in sides else next(iter(sides), None)
