"""What a text states without a figure and another can contradict: 不得, 无需提供, 免费, 当场办结, an address.

Each is read as a figure, so that one set of rules tells what is spoken of. The words are in `prompts/contrasts.yaml`.
"""

import re
from collections.abc import Iterator, Sequence
from itertools import chain

from kb_service.publishing.stances import YES
from kb_service.publishing.values import values
from kb_service.text.clauses import Span
from kb_service.text.figures import Figure, FigureKind
from kb_service.text.numerals import number, plain
from kb_service.text.vocabulary import AnyOf, Words

# Said with a word that every text has: two that differ must speak of the very same thing.
SAID_IN_WORDS = frozenset({FigureKind.PERMISSION, FigureKind.NEED, FigureKind.RESPONSIBLE})
SAID = SAID_IN_WORDS | {FigureKind.STANCE}
# Held against each other only by how likely they are to speak of one thing.
READ_FREELY = frozenset(
    {FigureKind.STANCE, FigureKind.FREQUENCY, FigureKind.WEEKDAY, FigureKind.CHOICE, FigureKind.START}
)
LISTED = "listed"
# Units of what tells by itself what is spoken of: whether somebody else may come, whether
# any counter will do, at which office, who decides, whether it is open, whether others than registered residents may.
TOPICS = frozenset({"代办", "通办", "网办", "机构", "机关", "开门", "户籍"})
_MARK_OF_A_LINE = re.compile(
    r"^[\s\-*•·|]*(?:[（(]?[\d一二三四五六七八九十]{1,2}[)）]|[\d一二三四五六七八九十]{1,2}[.．、])?\s*"
)
_BEGINS_A_LIST = re.compile(r"(?:有|包括|为|是)?[:：]?\s*(?<=[:：有括为是])")
_ITEM = re.compile("[^、，,。；;和及]{2,}")


class ValueWording(Words):
    """Words that state ``value``, or the part of them that is named so: ``(?P<value>…)``. With ``under`` they state it
    only below a heading or question that it matches.
    """

    kind: FigureKind
    words: AnyOf
    value: str | None = None
    unit: str = ""
    under: AnyOf | None = None

    def found_in(self, text: str, heading: str) -> Iterator[Figure]:
        if self.under is not None and not self.under.search(heading):
            return
        for match in self.words.finditer(text):
            value = self.value if self.value is not None else self._value_of(match["value"])
            unit = match["unit"] if "unit" in match.re.groupindex else self.unit
            yield Figure(self.kind, value, unit, *match.span("value" if self.value is None else 0))

    def _value_of(self, written: str) -> str:
        counted = number(written) if self.kind is FigureKind.COUNT else None
        return written if counted is None else plain(counted)


def worded(text: str, wordings: Sequence[ValueWording], read: Sequence[Figure], heading: str = "") -> list[Figure]:
    """Those of the wordings, then other values, the earlier one first where two overlap; none over one of ``read``.
    ``heading``: what stands over the text, or is asked.
    """
    taken = [(each.start, each.end) for each in read]
    found: list[Figure] = []
    in_words = (each for wording in wordings for each in wording.found_in(text, heading))
    for figure in chain(in_words, values(text)):
        if all(figure.end <= start or end <= figure.start for start, end in taken):
            taken.append((figure.start, figure.end))
            found.append(figure)
    return found


def listed_needs(text: str, span: Span, stated: Sequence[Figure]) -> list[Figure]:
    """A line of a list of what is needed demands all it says, unless it says with a word that it does not."""
    line = text[span.start : span.end]
    if line.endswith(("：", ":")) or any(each.kind in SAID for each in stated):
        return []
    start = span.start + len(line) - len(_MARK_OF_A_LINE.sub("", line))
    return [Figure(FigureKind.NEED, YES, LISTED, start, span.end)] if start < span.end else []


def items_needed(text: str, span: Span, lists_what_is_needed: AnyOf) -> Iterator[Span]:
    """The items of a list within one sentence: 申请材料：身份证、户口簿 and 所需材料为身份证、照片."""
    named = lists_what_is_needed.search(text, span.start, span.end)
    begins = _BEGINS_A_LIST.match(text, named.end(), span.end) if named else None
    if begins is None or "、" not in text[begins.end() : span.end]:
        return
    for item in _ITEM.finditer(text, begins.end(), span.end):
        yield Span(*item.span())
