"""What a text states exactly: figures with their bounds, times of day, links, ordinals, names, foreign words."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from kb_service.text.figures import Figure, FigureKind, figures
from kb_service.text.numerals import number, plain

_BEFORE = re.compile(
    r"(?:(?P<most>不得?能?超过|不得?高于|不得?多于|不晚于|不迟于|最多|最高|最长|至多|最晚|最迟|上限)"
    r"|(?P<least>不得?低于|不得?少于|不能低于|不能少于|至少|最低|最少|下限|年满|已满|(?<![未不])满|达到)"
    r"|(?P<more>超过|高于|多于|大于|超出|(?<!不)逾)|(?P<less>未满|不满|不足|低于|少于|小于|未达到?|不到)"
    r"|(?P<about>大约|约|近)|(?P<early>提前))[为是的在了]? ?$"
)
_AFTER = re.compile(
    r" ?(?:[()的])?(?:\(?含\)?)?(?:(?P<within>以内|之内|内)|(?P<most>以下)|(?P<least>以上)|(?P<before>之前|以前|前)"
    r"|(?P<after>之后|以后|后)|(?P<about>左右|上下))"
)
_OTHERS = re.compile(
    r"(?P<link>(?:https?://|www\.)[^\s,;。，；、()<>《》“”\"']+|[a-z0-9-]+(?:\.[a-z0-9-]+)*\.(?:cn|com|net|org|gov|html?)\b[^\s,;。，；、()]*)"
    r"|(?P<mail>[\w.+-]+@[\w-]+(?:\.[\w-]+)+)"
    r"|(?P<name>《[^》\n]{1,60}》)"
    r"|(?P<clock>\d{1,2}:\d{2}|[\d一二三四五六七八九十两]{1,3}点(?:半|[\d一二三四五六七八九十]{1,3}分)?(?=[到至开关上下前后,。;、]|$))"
    r"|(?P<ordinal>第 ?[\d零〇一二三四五六七八九十百]{1,6} ?[条款项章节编届批类档级套次个年月孩胎周]?)"
    r"|(?P<per>每(?:半年|季度?|学期|学年|小时|平方米|[人户月年次日张证个周辆本份件套批期孩间天]))"
    r"|(?P<number>\d[\d.,/-]*)|(?P<word>[a-z][a-z0-9+#./-]*)",
    re.ASCII,
)
_REACH = 8
_MONTHS_A_YEAR = 12
_LONGEST_YEARS = 80
_FOR_A_TIME = re.compile("时限|时间|办结|期间|周期")


@dataclass(frozen=True, slots=True)
class Detail:
    """``text[start:end]`` of a clause with the words that bound it; equal meanings are equal ``said``."""

    kind: str
    value: str
    bounds: frozenset[str]
    start: int
    end: int

    @property
    def said(self) -> tuple[str, str]:
        return (self.kind, self.value)

    @property
    def is_figure(self) -> bool:
        return self.kind.split()[0] in _FIGURES


_FIGURES = frozenset(kind.value for kind in FigureKind) | {"clock", "number"}


def details_in(text: str) -> list[Detail]:
    """Of canonical text, in order, not overlapping."""
    links = [match for match in _OTHERS.finditer(text) if match.lastgroup in {"link", "mail", "name"}]
    own = [each for each in figures(text) if not _lies_in(each.start, each.end, links)]
    found = [_bounded(text, each) for each in own]
    taken = [(each.start, each.end) for each in own]
    for match in _OTHERS.finditer(text):
        if not any(start < match.end() and match.start() < end for start, end in taken):
            found.append(_bounded_at(text, str(match.lastgroup), _value(match), match.span()))
    return sorted(found, key=lambda each: each.start)


def _lies_in(start: int, end: int, matches: list[re.Match[str]]) -> bool:
    return any(match.start() <= start and end <= match.end() for match in matches)


def _bounded(text: str, figure: Figure) -> Detail:
    return _bounded_at(text, *_meaning(figure), (figure.start, figure.end))


def _bounded_at(text: str, kind: str, value: str, span: tuple[int, int]) -> Detail:
    if kind.split()[0] not in _FIGURES:
        return Detail(kind, value, frozenset(), *span)
    before = _BEFORE.search(text[max(0, span[0] - _REACH) : span[0]])
    after = _AFTER.match(text, span[1])
    bounds = frozenset(str(match.lastgroup) for match in (before, after) if match)
    start = span[0] - len(before[0]) if before else span[0]
    return Detail(kind, value, bounds, start, after.end() if after else span[1])


def _meaning(figure: Figure) -> tuple[str, str]:
    """A year and twelve months say the same."""
    unit, value = figure.unit, figure.value
    if figure.kind is FigureKind.DURATION and unit == "年" and Decimal(value) <= _LONGEST_YEARS:
        unit, value = "个月", plain(Decimal(value) * _MONTHS_A_YEAR)
    return f"{figure.kind} {unit}".rstrip(), value


def _value(match: re.Match[str]) -> str:
    written = match[0].replace(" ", "")
    if match.lastgroup == "ordinal":
        return re.sub("[零〇一二三四五六七八九十百]+", _arabic, written)
    return written.rstrip("./-,") if match.lastgroup in {"link", "word", "number"} else written


def _arabic(match: re.Match[str]) -> str:
    value = number(match[0])
    return match[0] if value is None else plain(value)


def is_said(each: Detail, source: list[Detail], *, about: str) -> bool:
    """Whether one of the source's details is the same with the same bounds.

    ``about``: the words around it in the source: a time limit of 20 days is 20 days at most.
    """
    return any(other.said == each.said and _same_bounds(each, other, about) for other in source)


def _same_bounds(each: Detail, other: Detail, about: str) -> bool:
    if each.bounds == other.bounds:
        return True
    is_time_limit = each.kind.startswith("duration") and _FOR_A_TIME.search(about) is not None
    return is_time_limit and not other.bounds and each.bounds in ({"within"}, {"most"})


def without(text: str, spans: list[tuple[int, int]], *, gap: str) -> str:
    """The text with ``gap`` in the place of each span; spans may touch or overlap."""
    return gap.join(_between(text, sorted(spans)))


def _between(text: str, spans: list[tuple[int, int]]) -> Iterator[str]:
    at = 0
    for start, end in spans:
        if start >= at:
            yield text[at:start]
        at = max(at, end)
    yield text[at:]
