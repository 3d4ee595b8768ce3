"""A text as rules see it: segments (sentences and lines), their clauses, and of each clause what it says."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import groupby

from kb_service.asking.checking.canonical import GRAMMAR, canonical
from kb_service.asking.checking.details import Detail, details_in, without
from kb_service.asking.checking.signs import Found, signs_in
from kb_service.domain.documents import PassageInVersion
from kb_service.ports import ScriptConverter
from kb_service.text.normalising import normalised
from kb_service.text.sentences import sentences

_LIST_MARK = re.compile(r"^\s*(?:[-*•·#>]+|\(?[\d一二三四五六七八九十]{1,3}[).、](?!\d))\s*")
_INNER_MARK = re.compile(r"\((?:[一二三四五六七八九十]{1,3}|\d{1,2})\)")
_CUT = re.compile(r"(?:(?<!\d)[,:]|[,:](?!\d)|[;。!?()\t\n—])+")
_NO_WORDS = re.compile(r"[\W_]")
_CONDITION = re.compile(
    r"(?:的|时|者|情况下|情形下|情形|期间|(?<!以)之?[后前])$|^(?:如果|若|凡|如(?![下实何])|因|逾期|超过|未|除)"
)
_SUBJECT = re.compile(
    r"的[^\W的]{0,4}(?:家庭|人员?|儿童|单位|职工|公民|企业|居民|用户|学生|子女|妇女|车辆|房屋|项目|机构|组织|配偶|父母)$"
)
_BOUNDS = frozenset({"least", "more", "less", "most"})
# A line that a list hangs from, or a sentence that has the first item in it.
_LEADS = re.compile(r"[：:]\s*$|[：:]\s*[（(]?[一1][）)、.]")
_ENDS = ("。", "？", "！")
_GAP = "\x00"


class Clause:
    """Canonical text, without its list mark, and what is read from it."""

    def __init__(self, text: str) -> None:
        self.text = text.strip()

    @cached_property
    def details(self) -> list[Detail]:
        return details_in(self.text)

    @cached_property
    def signs(self) -> list[Found]:
        """A bound of a figure is no sign of its own: 不超过5日."""
        spans = [(each.start, each.end) for each in self.details]
        return [
            each
            for each in signs_in(self.text)
            if not any(start <= each.start and each.end <= end for start, end in spans)
        ]

    @cached_property
    def content(self) -> str:
        """What is left when details, signs and words of grammar are taken out; a gap stands for a detail."""
        spans = [(each.start, each.end) for each in self.details]
        masked = self.text
        for start, end in spans:
            masked = masked[:start] + _GAP * (end - start) + masked[end:]
        masked = without(masked, [(each.start, each.end) for each in self.signs], gap="")
        return re.sub(f"{_GAP}+", _GAP, GRAMMAR.sub("", _strip_marks(masked)))

    @cached_property
    def pairs(self) -> frozenset[str]:
        return pairs_of(self.content)

    @cached_property
    def count_of(self) -> Counter[str]:
        """How often each pair occurs."""
        runs = self.content.split(_GAP)
        return Counter(run[i : i + 2] for run in runs for i in range(len(run) - 1))

    @property
    def is_condition(self) -> bool:
        return _CONDITION.search(self.text) is not None

    @property
    def limits_what_follows(self) -> bool:
        """A condition, or whom or what it is about: 户籍人口满5人的家庭."""
        has_bound = any(each.kind.startswith("age") or each.bounds & _BOUNDS for each in self.details)
        return self.is_condition or has_bound or _SUBJECT.search(self.text) is not None

    @property
    def is_blank(self) -> bool:
        return not self.content.strip(_GAP) and not self.details and not self.signs


def _strip_marks(text: str) -> str:
    return "".join(character for character in text if character == _GAP or not _NO_WORDS.match(character))


def pairs_of(content: str) -> frozenset[str]:
    """Neighbouring characters; a run of one character gives itself."""
    runs = content.split(_GAP)
    return frozenset(
        pair
        for run in runs
        if run
        for pair in ([run] if len(run) == 1 else [run[i : i + 2] for i in range(len(run) - 1)])
    )


@dataclass(frozen=True)
class Segment:
    """``start``, ``end``: in the passage's text as stored. ``lead_in``: the line a list hangs from, or empty."""

    clauses: tuple[Clause, ...]
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
        return pairs_of(Clause(self.text).content)


def clauses_of(text: str, converter: ScriptConverter) -> list[Clause]:
    """Of a sentence in any script."""
    plain = _INNER_MARK.sub(",", _LIST_MARK.sub("", normalised(text, converter)))
    found = [Clause(part) for part in _CUT.split(canonical(plain))]
    return [clause for clause in found if not clause.is_blank]


def segments_of(found: PassageInVersion, number: int, converter: ScriptConverter) -> list[Segment]:
    """The passage's sentences and lines; each knows the line ending in a colon that it stands under."""
    text = found.passage.text
    segments: list[Segment] = []
    lead_in: Segment | None = None
    for at, span in enumerate(sentences(text)):
        written = text[span.start : span.end]
        is_item = _is_item(written)
        if segments and segments[-1].is_item and not is_item:
            lead_in = None
        segment = Segment(tuple(clauses_of(written, converter)), number, at, span.start, span.end, lead_in, is_item)
        segments.append(segment)
        if _LEADS.search(written) or (lead_in is None and " | " in written):
            lead_in = segment
        elif not is_item and written.endswith(_ENDS):
            lead_in = None
    return segments


def _is_item(written: str) -> bool:
    return _LIST_MARK.match(written) is not None or written[:1] in "（(" or " | " in written


def context_of(found: PassageInVersion, converter: ScriptConverter) -> list[Clause]:
    """What stands above a passage: the title, the question, the headings."""
    said: Sequence[str | None] = (found.metadata.title, found.metadata.question, *found.passage.heading_path)
    return [clause for each in said if each for clause in clauses_of(each, converter)]


def uncovered(content: str, pairs: frozenset[str]) -> Iterator[str]:
    """The runs of characters no pair of which is among the pairs."""
    for left, _, _ in left_out(content, pairs):
        yield left


def left_out(content: str, pairs: frozenset[str]) -> Iterator[tuple[str, str, str]]:
    """The same with the character before and the one after; these are empty at a gap or an end."""
    for run in content.split(_GAP):
        covered = _covered(run, pairs)
        start = 0
        for is_covered, group in groupby(covered):
            end = start + len(list(group))
            if not is_covered:
                yield run[start:end], run[start - 1 : start] if start else "", run[end : end + 1]
            start = end


def _covered(run: str, pairs: frozenset[str]) -> list[bool]:
    if len(run) == 1:
        return [any(run in pair for pair in pairs)]
    covered = [False] * len(run)
    for i in range(len(run) - 1):
        if run[i : i + 2] in pairs:
            covered[i] = covered[i + 1] = True
    return covered
