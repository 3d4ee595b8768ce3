"""A sentence's clauses, and what the words of a clause say of its figures: bounds, ordinals, what a time runs from."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from sys import intern

from kb_service.text.figures import Figure, FigureKind

SENTENCE = re.compile(r"[^。；;！？!?\n]+")
_COMMA = re.compile("[，,]")
_FREE = re.compile(
    r"免费|免收|免征|免缴|免交|不用交钱|不要钱|不收(?:取)?(?:任何)?(?:费|钱|[^，。；、\n]{0,6}费)"
    r"|不(?:向[^，。；\n]{1,6})?收取[^，。；\n]{0,6}费"
)
FREE = "0"

# Words of grammar, and of asking; what is left names things.
_EMPTY_WORDS = re.compile(
    r"[的了在是把由自应当可以之及并且或者和与其该此将为被给到从往于等每个各按照根据规定符合有关依法一般]"
    r"|多少|什么|怎么|几|吗|呢|请问|哪"
)
# What people do at any counter: it names no subject.
_ANY_STEP = re.compile(r"申请|申领|办理|登记|报名|提出|提交|受理|咨询|电话")
_MASK = "\x00"
_NEIGHBOURS = re.compile(r"(?=([^\W_]{2}))")

_ORDINAL = re.compile(
    r"第[\d一二三四五六七八九十]+(?!条|款|项|章)(?:个?[月年季周次档类级套胎批期组孩])?|[一二三四五1-9]级|[甲乙丙丁]类"
)
_UPPER_BEFORE = re.compile(r"不超过|不得超过|不高于|不多于|最多|最高|最长|至多|上限|未满|不满|低于(?<!不低于)|不足")
_LOWER_BEFORE = re.compile(
    r"不低于|不少于|至少|最低|最少|下限|超过(?<!不超过)(?<!得超过)|高于(?<!不高于)|(?<![未不])满|每满"
)
_UPPER_AFTER = re.compile(r"以下|以内|之内|内|之前|前")
_LOWER_AFTER = re.compile(r"以上|之后|后|[至到~-]")
_NEAR_BEFORE, _NEAR_AFTER = 5, 2

TRIGGER = re.compile(r"[自从在于]?([^，,。；;、\x00自从在于]{1,14}?)(?:之日|那天|当日|以后|之后|后|起|之日起)")
_RECEIPT = re.compile(r"受理|收到|收件|接到|接报|提交|递交|交上|交齐|送检|送交|申请|材料")
_ON_RECEIPT = frozenset({"receipt"})


@dataclass(frozen=True, slots=True)
class Clause:
    """``start``: in the passage's text, as are the figures' offsets."""

    text: str
    start: int
    figures: tuple[Figure, ...]

    @property
    def masked(self) -> str:
        """The text without its figures, so that two clauses with other figures can be alike."""
        parts, end = [], 0
        for figure in self.figures:
            if figure.value != FREE:  # 免费 also says what it is free of
                parts.append(self.text[end : figure.start - self.start])
                end = figure.end - self.start
        return _MASK.join([*parts, self.text[end:]])


def clauses(sentence: re.Match[str], within: Sequence[Figure]) -> Iterator[Clause]:
    """Cut at commas, but not at one inside a figure (12,000元)."""
    start = sentence.start()
    ends = [sentence.start() + match.end() for match in _COMMA.finditer(sentence[0])]
    for end in [*ends, sentence.end()]:
        if any(figure.start < end < figure.end for figure in within):
            continue
        inside = tuple(figure for figure in within if start <= figure.start < end)
        yield Clause(sentence.string[start:end], start, inside)
        start = end


def with_lead_in(parts: Sequence[Clause], at: int, kind: FigureKind) -> Sequence[Clause]:
    """The clause and those before it, back to the last that has a figure of the kind itself."""
    first = at
    while first > 0 and not any(figure.kind is kind for figure in parts[first - 1].figures):
        first -= 1
    return parts[first : at + 1]


def gratuities(text: str) -> list[Figure]:
    """免费 and 不收费 as figures: nothing to pay."""
    return [Figure(FigureKind.AMOUNT, FREE, "元", *match.span()) for match in _FREE.finditer(text)]


def pairs_of(text: str) -> frozenset[str]:
    """Neighbouring characters, two at a time, without the words of grammar."""
    return frozenset(map(intern, _NEIGHBOURS.findall(_EMPTY_WORDS.sub(" ", text))))


def subject_of(clause: frozenset[str], asked: str) -> frozenset[str]:
    """What of a clause its question, headings or title name too."""
    return clause & pairs_of(_ANY_STEP.sub(" ", asked))


def ordinals(text: str) -> frozenset[str]:
    """第二套, 三级: the step of a scale."""
    return frozenset(_ORDINAL.findall(text))


def bound(text: str, figure: Figure) -> str:
    """``upper`` for a greatest, ``lower`` for a least figure, by the words next to it; empty when they do not say."""
    before = text[max(0, figure.start - _NEAR_BEFORE) : figure.start]
    after = text[figure.end : figure.end + _NEAR_AFTER]
    if _UPPER_BEFORE.search(before) or _UPPER_AFTER.match(after):
        return "upper"
    if _LOWER_BEFORE.search(before) or _LOWER_AFTER.match(after):
        return "lower"
    return ""


def trigger(text: str) -> frozenset[str]:
    """The characters of what a time runs from (出生 of 出生后一个月内); one value for all that mean the application."""
    match = TRIGGER.search(text)
    if match is None:
        return frozenset()
    return _ON_RECEIPT if _RECEIPT.search(match[1]) else frozenset(_EMPTY_WORDS.sub("", match[1]))
