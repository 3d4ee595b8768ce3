"""A text as the rules of checking see it: segments (sentences and lines), their clauses, and what each states."""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property

from kb_service.asking.checking.words import CheckingWords, FoundOperator
from kb_service.domain.documents import CELL_BORDER, PassageInVersion
from kb_service.ports import ScriptConverter
from kb_service.text.bounds import Bound, bounds_of
from kb_service.text.clauses import ALL_MARKS, GAP, clauses, pairs_in, pairs_of, sentences, without
from kb_service.text.figures import LONGEST_YEARS, MONTHS_A_YEAR, Figure, FigureKind, figures
from kb_service.text.normalising import normalised
from kb_service.text.numerals import number, plain

_LIST_MARK = re.compile(r"^\s*(?:[-*•·#>]+|\(?[\d一二三四五六七八九十]{1,3}[).、](?!\d))\s*")
_INNER_MARK = re.compile(r"\((?:[一二三四五六七八九十]{1,3}|\d{1,2})\)")
# A line that a list hangs from, or a sentence that has the first item in it.
_LEADS = re.compile(r"[：:]\s*$|[：:]\s*[（(]?[一1][）)、.]")
_ENDS = ("。", "？", "！")
_NO_WORDS = re.compile(rf"(?!{GAP})[\W_]")
_GAPS = re.compile(f"{GAP}+")
_LIMITING = frozenset({Bound.LEAST, Bound.MORE, Bound.LESS, Bound.MOST})

# What is stated to the letter beside figures.
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
_WITH_FIGURES_INSIDE = frozenset({"link", "mail", "name"})
_FIGURES = frozenset(kind.value for kind in FigureKind) | {"clock", "number"}


@dataclass(frozen=True, slots=True)
class Detail:
    """``text[start:end]`` of a clause with the words that bound it: a figure, time of day, link, ordinal, name, foreign
    word. Equal ``meaning`` is the same in other words.
    """

    kind: str
    value: str
    bounds: frozenset[Bound]
    start: int
    end: int

    @property
    def meaning(self) -> tuple[str, str]:
        return (self.kind, self.value)

    @property
    def bounded_meaning(self) -> tuple[str, str, frozenset[Bound]]:
        return (self.kind, self.value, self.bounds)

    @property
    def is_figure(self) -> bool:
        return self.kind.split()[0] in _FIGURES


class CanonicalClause:
    """One spelling for exchangeable words, no list mark; what it states is read when asked for."""

    def __init__(self, text: str, words: CheckingWords) -> None:
        self.text = text.strip()
        self.words = words

    @cached_property
    def details(self) -> list[Detail]:
        """In order, not overlapping."""
        others = list(_OTHERS.finditer(self.text))
        outer = [each.span() for each in others if each.lastgroup in _WITH_FIGURES_INSIDE]
        own = [each for each in figures(self.text) if not any(a <= each.start and each.end <= b for a, b in outer)]
        found = [_detail(self.text, *_meaning(each), each.start, each.end) for each in own]
        for match in others:
            if not any(each.start < match.end() and match.start() < each.end for each in own):
                found.append(_detail(self.text, str(match.lastgroup), _value(match), *match.span()))
        return sorted(found, key=lambda each: each.start)

    @cached_property
    def operators(self) -> list[FoundOperator]:
        """A bound of a figure is no operator of its own: 不超过5日."""
        return [
            found
            for found in self.words.operators_in(self.text)
            if not any(each.start <= found.start and found.end <= each.end for each in self.details)
        ]

    @cached_property
    def content(self) -> str:
        """What is left when details, operators and words of grammar are taken out; a gap stands for a detail."""
        masked = self.text
        for each in self.details:
            masked = masked[: each.start] + GAP * (each.end - each.start) + masked[each.end :]
        masked = without(masked, [(each.start, each.end) for each in self.operators], gap="")
        return _GAPS.sub(GAP, self.words.grammar.sub("", _NO_WORDS.sub("", masked)))

    @property
    def characters(self) -> str:
        """The content without its gaps."""
        return self.content.replace(GAP, "")

    @cached_property
    def pairs(self) -> frozenset[str]:
        return pairs_of(self.content)

    @cached_property
    def count_of(self) -> Counter[str]:
        """How often each pair occurs."""
        return Counter(pairs_in(self.content))

    @property
    def is_condition(self) -> bool:
        return self.words.conditions.search(self.text) is not None

    @property
    def limits_what_follows(self) -> bool:
        """A condition, or whom or what it is about: 户籍人口满5人的家庭."""
        has_bound = any(each.kind.startswith("age") or each.bounds & _LIMITING for each in self.details)
        return self.is_condition or has_bound or self.words.subjects.search(self.text) is not None

    @property
    def is_blank(self) -> bool:
        return not self.characters and not self.details and not self.operators


@dataclass(frozen=True)
class Segment:
    """``start``, ``end``: in the passage's text as stored. ``lead_in``: the line a list hangs from, or empty."""

    clauses: tuple[CanonicalClause, ...]
    passage: int
    at: int
    start: int
    end: int
    lead_in: "Segment | None" = None
    is_item: bool = False

    @cached_property
    def text(self) -> str:
        return ",".join(clause.text for clause in self.clauses)

    @cached_property
    def pairs(self) -> frozenset[str]:
        return joined(self.clauses).pairs if self.clauses else frozenset()

    @property
    def details(self) -> list[Detail]:
        return [each for clause in self.clauses for each in clause.details]

    @property
    def operators(self) -> list[FoundOperator]:
        return [each for clause in self.clauses for each in clause.operators]


def joined(parts: Sequence[CanonicalClause]) -> CanonicalClause:
    """Several clauses, at least one, read as one."""
    return CanonicalClause(",".join(each.text for each in parts), parts[0].words)


def clauses_of(text: str, words: CheckingWords, converter: ScriptConverter) -> list[CanonicalClause]:
    """Of a sentence in any script."""
    unmarked = words.canonical(_INNER_MARK.sub(",", _LIST_MARK.sub("", normalised(text, converter))))
    found = [CanonicalClause(each.text, words) for each in clauses(unmarked, marks=ALL_MARKS)]
    return [clause for clause in found if not clause.is_blank]


def segments_of(
    found: PassageInVersion, number: int, words: CheckingWords, converter: ScriptConverter
) -> list[Segment]:
    """The passage's sentences and lines; each knows the line ending in a colon that it stands under."""
    text = found.passage.text
    segments: list[Segment] = []
    lead_in: Segment | None = None
    for at, span in enumerate(sentences(text)):
        written = text[span.start : span.end]
        is_item = _is_item(written)
        if segments and segments[-1].is_item and not is_item:
            lead_in = None
        own = tuple(clauses_of(written, words, converter))
        segment = Segment(own, number, at, span.start, span.end, lead_in, is_item)
        segments.append(segment)
        if _LEADS.search(written) or (lead_in is None and CELL_BORDER in written):
            lead_in = segment
        elif not is_item and written.endswith(_ENDS):
            lead_in = None
    return segments


def _is_item(written: str) -> bool:
    return _LIST_MARK.match(written) is not None or written[:1] in "（(" or CELL_BORDER in written


def is_stated(each: Detail, source: Sequence[Detail], *, is_time_limit: bool) -> bool:
    """Whether one of the source's details is the same with the same bounds.

    ``is_time_limit``: the words around it in the source speak of one; a time limit of 20 days is 20 days at most.
    """
    may_be_bounded = (
        is_time_limit and each.kind.startswith("duration") and each.bounds in ({Bound.WITHIN}, {Bound.MOST})
    )
    return any(
        other.meaning == each.meaning and (other.bounds == each.bounds or (may_be_bounded and not other.bounds))
        for other in source
    )


def _detail(text: str, kind: str, value: str, start: int, end: int) -> Detail:
    if kind.split()[0] not in _FIGURES:
        return Detail(kind, value, frozenset(), start, end)
    return Detail(kind, value, *bounds_of(text, start, end))


def _meaning(figure: Figure) -> tuple[str, str]:
    """A year and twelve months say the same."""
    unit, value = figure.unit, figure.value
    if figure.kind is FigureKind.DURATION and unit == "年" and Decimal(value) <= LONGEST_YEARS:
        unit, value = "个月", plain(Decimal(value) * MONTHS_A_YEAR)
    return f"{figure.kind} {unit}".rstrip(), value


def _value(match: re.Match[str]) -> str:
    written = match[0].replace(" ", "")
    if match.lastgroup == "ordinal":
        return re.sub("[零〇一二三四五六七八九十百]+", _arabic, written)
    return written.rstrip("./-,") if match.lastgroup in {"link", "word", "number"} else written


def _arabic(match: re.Match[str]) -> str:
    value = number(match[0])
    return match[0] if value is None else plain(value)
