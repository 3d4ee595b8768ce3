"""Yes or no in front of an answer, where that is asked and the sentence that answers says it for sure."""

import re
from enum import StrEnum

from kb_service.asking.drafting.words import QuotingWords
from kb_service.text.clauses import pairs_of, uncovered

# So many characters of the conditions in the sentence may be beside what the question tells.
_LONGEST_UNTOLD = 1
# 可以不出具吗 asks whether something may be left out; 可以不可以 does not.
_ASKS_TO_LEAVE_OUT = re.compile(r"(?:可以|能不能|可不可以|能否|可否|(?<!不)能)不(?!可以|能|得)")


class Verdict(StrEnum):
    """The names of their wordings."""

    MAY = "verdict_may"
    MAY_NOT = "verdict_may_not"
    MUST = "verdict_must"
    MUST_NOT = "verdict_must_not"


def asks_yes_or_no(question: str, words: QuotingWords) -> bool:
    """Of a normalised question."""
    return words.asks_may.search(question) is not None or words.asks_must.search(question) is not None


def verdict(question: str, answer: str, context: str, words: QuotingWords) -> Verdict | None:
    """Of a question and the sentence that answers it, both normalised; None where nothing is sure.

    ``context``: title and headings above the sentence. A sentence that says both, hedges, or holds under a condition
    that the question does not tell, gives none. That something else may be done is no yes to who wants to leave
    something out; that it need not be done is.
    """
    if words.unsure.search(answer):
        return None
    if _ASKS_TO_LEAVE_OUT.search(question) and words.asks_may.search(question):
        if words.must.search(answer):
            return None
        yes, no, verdicts = words.must_not, words.may_not, (Verdict.MAY, Verdict.MAY_NOT)
    elif words.asks_may.search(question):
        yes, no, verdicts = words.may, words.may_not, (Verdict.MAY, Verdict.MAY_NOT)
    elif words.asks_must.search(question):
        yes, no, verdicts = words.must, words.must_not, (Verdict.MUST, Verdict.MUST_NOT)
    else:
        return None
    says_yes, says_no = yes.search(answer), no.search(answer)
    said = says_yes or says_no
    if (
        said is None
        or (says_yes and says_no)
        or not _is_told(words.everybody.sub("", answer[: said.start()]), f"{question} {context}")
    ):
        return None
    return verdicts[0] if says_yes else verdicts[1]


def _is_told(condition: str, told: str) -> bool:
    """Whether what stands before the word is of the question: whom it speaks of, and on what condition."""
    content = re.sub(r"[\W_]+", "", condition)
    return sum(len(run) for run in uncovered(content, pairs_of(told))) <= _LONGEST_UNTOLD
