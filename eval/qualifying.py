"""Which limits, exceptions, amounts and conditions of a cited passage an answer left out.

From the structure of the passage alone: what stands in the same sentence as the words that were told, or in the
sentence that takes them back or bounds them, or in the list that they announce, belongs to them.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from kb_service.text.bounds import AT_LEAST, AT_MOST, LIMITS
from kb_service.text.clauses import COMMAS, GAP, Span, clauses, pairs_of, sentences, without
from kb_service.text.figures import FigureKind, figures


class Qualifying(StrEnum):
    """What a clause does to what stands beside it."""

    EXCEPTION = "exception"
    LIMIT = "limit"
    CONDITION = "condition"
    AMOUNT = "amount"


@dataclass(frozen=True, slots=True)
class QualifyingClause:
    """``text``: the clause, of the passage's ``[start, end)``. ``is_bound``: it belongs to words that were told, else
    it only stands in the same paragraph."""

    kind: Qualifying
    text: str
    start: int
    end: int
    is_bound: bool


_EXCEPTION = r"^(?:但|不过|然而)|^除(?!夕)|除外|例外|不适用|不在此限|另有规定|不计入|不包括|不含"
_LIMIT = "不得|禁止|严禁|不能|不可以?|不予|只能|仅限|限于|限额|期限|逾期|失效|每[人户年月次].{0,4}限"
_CONDITION = "应当|必须|须|需要?|要(?!求|点|闻)|凭|符合|具备|满足|前提|条件|经.{1,12}(?:同意|批准|审核)"
# In this order: 但不得超过 is an exception first.
_KINDS = (
    (Qualifying.EXCEPTION, re.compile(_EXCEPTION)),
    (Qualifying.LIMIT, re.compile(f"{_LIMIT}|{LIMITS}|{AT_MOST}")),
    (Qualifying.CONDITION, re.compile(f"{_CONDITION}|{AT_LEAST}")),
)
_AMOUNTS = {FigureKind.AMOUNT, FigureKind.PERCENTAGE, FigureKind.DURATION, FigureKind.AGE, FigureKind.COUNT}
# A sentence that takes the one before it back, bounds it, or says when it holds.
_LEANS = re.compile(
    r"^(?:但|不过|然而|其中|除|前款|前项|上述|仅限|只有|最[高低长多少]|每[人户年月次]|逾期)|除外|不适用|不在此限|另有规定"
)
_ANNOUNCES = re.compile(r"(?:下列|以下|如下|之一)[^。；\n]*[:：]?$|[:：]$")
_NEEDED = re.compile("条件|情形|材料|手续|证件")
_ITEM = re.compile(r"^\s*(?:[-*•]|[（(]?[一二三四五六七八九十\d]+[)）.．、])\s*")
_ORDINAL = re.compile(r"^\s*第[一二三四五六七八九十百\d]+条(?:之[一二三四五六七八九十])?\s*")
_ASKS = re.compile("[?？]$|(.)不\\1")
_HEADING = re.compile(r"^\s*(?:#|\|)")
# So much of a clause's pairs of characters must be said for it to count as told in other words.
_TOLD = 0.8
_SHORTEST = 4


def omitted(passage: str, answer: str) -> list[QualifyingClause]:
    """``answer``: the text that people read, in the script of the passage. A sentence was told when one of its clauses
    was."""
    said = _Said(answer)
    found: dict[int, QualifyingClause] = {}
    spans = [each for each in sentences(passage) if not _HEADING.match(passage[each.start : each.end])]
    told = [_is_told(passage, each, said) for each in spans]
    for at, span in enumerate(spans):
        announced = _announcement(passage, spans, told, at)
        belongs = bool(announced) or _leans_on_told(passage, spans, told, at)
        if not (told[at] or belongs or _shares_paragraph(passage, spans, told, at)):
            continue
        for each in _qualifiers(passage, span, is_needed=bool(_NEEDED.search(announced))):
            # Of a list the amounts are those of other cases: 65岁至69岁 75元 beside 100岁以上 600元.
            is_listed = each.kind is Qualifying.AMOUNT and re.search("[:：]", passage[span.start : each.end])
            is_bound = (told[at] and not is_listed) or (belongs and each.kind is not Qualifying.AMOUNT)
            if not said.says(each.text):
                found[each.start] = replace(each, is_bound=is_bound)
    return list(found.values())


class _Said:
    """What an answer says: its pairs of characters and its figures."""

    def __init__(self, answer: str) -> None:
        told = re.sub(r"\[\d+\]", "", answer)
        self._text = _letters(told)
        self._pairs = pairs_of(_letters(_without_figures(told)))
        self._figures = {each.meaning for each in figures(told)}

    def says(self, text: str) -> bool:
        """Word for word, or most of it with all its figures, however these are written."""
        bare = _bared(text)
        if _letters(bare) in self._text:
            return True
        pairs = pairs_of(_letters(_without_figures(bare)))
        if any(each.meaning not in self._figures for each in figures(bare)) or not pairs:
            return False
        return len(pairs & self._pairs) / len(pairs) >= _TOLD


def _without_figures(text: str) -> str:
    return without(text, [(each.start, each.end) for each in figures(text)])


def _qualifiers(passage: str, span: Span, *, is_needed: bool) -> Iterator[QualifyingClause]:
    """``is_needed``: it is an item of a list of conditions, each of which is one, whatever its words."""
    for each in clauses(passage, marks=COMMAS, within=span, figures=figures(passage[: span.end])):
        text = _bared(each.text).rstrip("。；;：:")
        kind = Qualifying.CONDITION if is_needed else _kind(text)
        if kind is not None and len(text) >= _SHORTEST and not _ASKS.search(text):
            yield QualifyingClause(kind, text, each.start, each.start + len(each.text), is_bound=False)


def _kind(clause: str) -> Qualifying | None:
    kind = next((kind for kind, words in _KINDS if words.search(clause)), None)
    if kind is None and any(each.kind in _AMOUNTS for each in figures(clause)):
        return Qualifying.AMOUNT
    return kind


def _is_told(passage: str, span: Span, said: _Said) -> bool:
    parts = re.split("[:：]", passage[span.start : span.end])
    found = [each.text for part in parts for each in clauses(part, marks=COMMAS)]
    return any(said.says(each) for each in found if len(_letters(_bared(each))) >= _SHORTEST)


def _leans_on_told(passage: str, spans: Sequence[Span], told: Sequence[bool], at: int) -> bool:
    """Follows a told sentence, perhaps behind others that lean too."""
    while at > 0 and _LEANS.search(_bared(passage[spans[at].start : spans[at].end])):
        at -= 1
        if told[at]:
            return True
    return False


def _announcement(passage: str, spans: Sequence[Span], told: Sequence[bool], at: int) -> str:
    """The told sentence that announces the list of which this is an item; empty where there is none."""
    while at > 0 and _ITEM.match(passage[spans[at].start : spans[at].end]):
        at -= 1
        announcing = passage[spans[at].start : spans[at].end].strip()
        if _ANNOUNCES.search(announcing):
            return announcing if told[at] else ""
    return ""


def _shares_paragraph(passage: str, spans: Sequence[Span], told: Sequence[bool], at: int) -> bool:
    own = _paragraph(passage, spans[at])
    return any(is_told and _paragraph(passage, each) == own for each, is_told in zip(spans, told, strict=True))


def _paragraph(passage: str, span: Span) -> int:
    return passage.count("\n", 0, span.start)


def _letters(text: str) -> str:
    """Without marks and spaces, which quoting may change."""
    return re.sub(rf"[^\w{GAP}]+|_", "", text)


def _bared(text: str) -> str:
    """Without the number of an article or of an item in front."""
    return _ITEM.sub("", _ORDINAL.sub("", text)).strip()
