"""Yes or no: whether 可以, 不可以, 需要 or 不需要 may stand in front of the sentence that answers."""

import re
from decimal import Decimal
from enum import StrEnum

from kb_service.asking.drafting.words import QuotingWords
from kb_service.text.bounds import Bound, bounds_of
from kb_service.text.clauses import CLAUSE_ENDS, pairs_of, uncovered
from kb_service.text.figures import Figure, FigureKind, bare_amounts, figures

# So many characters of the conditions in the sentence may be beside what the question tells.
_LONGEST_UNTOLD = 1
_CLAUSE_CONTENT = re.compile(r"[\W_]+")
# What may stand behind 吗.
_MARKS = "?？!！。.,，~～ 啊呀呢的"
# Several things of which the same holds; of things that are ruled out each one is enough (醉酒或者吸毒的不认定).
_ALIKE = re.compile(r"([^,，;；:：]+、[^,，;；:：]+)[都均]")
_ANY_OF = re.compile(r"([^,，;；:：]+(?:、|或者?)[^,，;；:：]+?)(?:的,?|[都均])?")
_OR = re.compile(r"、|或者?")
# 可以不出具吗 asks whether something may be left out; 可以不可以 does not.
_ASKS_TO_LEAVE_OUT = re.compile(r"(?:可以|能不能|可不可以|能否|可否|(?<!不)能)不(?!可以|能|得)")


class AnswerVerdict(StrEnum):
    """The names of their wordings."""

    MAY = "verdict_may"
    MAY_NOT = "verdict_may_not"
    MUST = "verdict_must"
    MUST_NOT = "verdict_must_not"


def asks_yes_or_no(question: str, words: QuotingWords) -> bool:
    """Of a normalised question."""
    question = question.rstrip(_MARKS)
    return words.asks_may.search(question) is not None or words.asks_must.search(question) is not None


def verdict(question: str, answer: str, context: str, words: QuotingWords) -> AnswerVerdict | None:
    """Of a question and the sentence that answers it, both normalised; None where nothing is sure.

    ``context``: title and headings above the sentence. A sentence that says both, hedges, or holds under a condition
    that the question does not tell, gives none; but what is asked about beyond a limit of the sentence may not be, on
    any condition. That something else may be done is no yes to who wants to leave something out; that it need not be
    done is.
    """
    question = question.rstrip(_MARKS)
    if words.asks_may.search(question) and exceeds(question, answer):
        return AnswerVerdict.MAY_NOT
    if words.unsure.search(answer):
        return None
    if _ASKS_TO_LEAVE_OUT.search(question) and words.asks_may.search(question):
        if words.must.search(answer):
            return None
        yes, no, verdicts = words.must_not, words.may_not, (AnswerVerdict.MAY, AnswerVerdict.MAY_NOT)
    elif words.asks_may.search(question):
        yes, no, verdicts = words.may, words.may_not, (AnswerVerdict.MAY, AnswerVerdict.MAY_NOT)
    elif words.asks_must.search(question):
        yes, no, verdicts = words.must, words.must_not, (AnswerVerdict.MUST, AnswerVerdict.MUST_NOT)
    else:
        return None
    says_yes, says_no = yes.search(answer), no.search(answer)
    said = says_yes or says_no
    if said is None or (says_yes and says_no):
        return None
    condition, told = words.everybody.sub("", answer[: said.start()]), f"{question} {context}"
    if not _is_told(condition, told, alike=_ALIKE if says_yes else _ANY_OF):
        return None
    if words.forbids.fullmatch(said[0]) and _is_of_something_else(answer[said.end() :], told):
        return None
    return verdicts[0] if says_yes else verdicts[1]


def _is_of_something_else(behind: str, told: str) -> bool:
    """Whether most of what may not be is no words of the question: 不得养烈性犬 is no answer to 能养犬吗."""
    content = _CLAUSE_CONTENT.sub("", CLAUSE_ENDS.split(behind, maxsplit=1)[0])
    untold = sum(len(run) for run in uncovered(content, pairs_of(told)))
    return len(content) > 2 * _LONGEST_UNTOLD and 2 * untold > len(content)


def says_whether(question: str, answer: str, context: str, words: QuotingWords) -> bool:
    """Whether the sentence says yes or no to what is asked, and speaks of nothing else behind that word."""
    question = question.rstrip(_MARKS)
    if verdict(question, answer, context, words) is None:
        return False
    if words.asks_may.search(question) and exceeds(question, answer):
        return True
    said = [
        each for pattern in (words.may, words.may_not, words.must, words.must_not) for each in pattern.finditer(answer)
    ]
    rest = pairs_of(answer[min(each.end() for each in said) :]) if said else frozenset()
    return bool(rest) and 2 * len(rest & pairs_of(question)) >= len(rest)


def _is_told(condition: str, told: str, *, alike: re.Pattern[str]) -> bool:
    """Whether what stands before the word is of the question: whom it speaks of, and on what condition.

    Of things told ``alike`` (装修、买车、看病、旅游都不…) one is enough.
    """
    if (several := alike.fullmatch(condition)) is not None:
        return any(_is_told(each, told, alike=alike) for each in _OR.split(several[1]) if each)
    content = _CLAUSE_CONTENT.sub("", condition)
    return sum(len(run) for run in uncovered(content, pairs_of(told))) <= _LONGEST_UNTOLD


# What is asked about stands behind 能, 可以 in the same clause (能歇5年吗), or before a last 可以吗 (拿8000元可以吗).
_MAY = re.compile(
    r"(?:能不能|可不可以|可以|能否|可否|能)[^,，。;；?？!！ ]*"
    r"|[^,，。;；?？!！ ]*(?:可以|行|能行)(?:[吗么不]|不行|不可以)$"
)
# Characters between a limit and its figure: 最长放3年, 至少提前30日.
_BETWEEN = 2
_LIMITED = frozenset({FigureKind.AMOUNT, FigureKind.DURATION, FigureKind.PERCENTAGE, FigureKind.COUNT})
_RANGE = re.compile(r"\s*(?:至|到|-|~|—)+\s*")


def exceeds(question: str, answer: str) -> bool:
    """Whether the figure that the question asks about is beyond every limit of its kind in the sentence: 能歇5年吗 of
    最长不得超过3年. Both normalised.
    """
    spans = [each.span() for each in _MAY.finditer(question)]
    asked = [
        each
        for each in (*figures(question), *bare_amounts(question))
        if each.kind in _LIMITED
        and each.unit
        and any(start < each.start < end for start, end in spans)
        and bounds_of(question, each.start, each.end)[0] <= {Bound.EARLY}
    ]
    stated = {each: _of_unit(each, figures(answer)) for each in asked}
    comparable = [each for each, others in stated.items() if others]
    if len(comparable) != 1:
        return False
    value, others = comparable[0].measured[1], stated[comparable[0]]
    limits = [_limits(answer, others, at) for at in range(len(others))]
    most = [highest for _, highest in limits if highest is not None]
    least = [lowest for lowest, _ in limits if lowest is not None]
    if most:
        return value > max(most) or (len(least) == len(most) == 1 and value < least[0])
    return bool(least) and value < min(least)


def _of_unit(figure: Figure, others: list[Figure]) -> list[Figure]:
    return [
        each for each in others if each.kind is figure.kind and each.unit and each.measured[0] == figure.measured[0]
    ]


def _limits(text: str, stated: list[Figure], at: int) -> tuple[Decimal | None, Decimal | None]:
    """The least and the most that the figure at ``at``, the latter one of a range, leaves; None where it sets none."""
    figure, value = stated[at], stated[at].measured[1]
    if at and _RANGE.fullmatch(text[stated[at - 1].end : figure.start]):
        return stated[at - 1].measured[1], value
    starts = range(figure.start, max(figure.start - _BETWEEN, 0) - 1, -1)
    bounds = {each for start in starts for each in bounds_of(text, start, figure.end)[0]}
    return (value if Bound.LEAST in bounds else None), (value if Bound.MOST in bounds else None)
