"""What a suite says nothing of, so that no number of its run does either."""

from collections.abc import Sequence
from enum import StrEnum

from eval.questions import SuiteQuestion


class Unscored(StrEnum):
    """A measure that no question of the suite speaks of."""

    WORDS = "words"
    DOCUMENTS = "documents"


SENTENCE_OF = {
    Unscored.WORDS: (
        "whether the words answer: no question says what must or must not stand in the answer. Right means that a"
        " relevant document is cited; wrong among answered and fact in the first sentence cannot be told"
    ),
    Unscored.DOCUMENTS: (
        "whether the right document is found and cited, and the confidence: no question names a document. Right means"
        " that the words stand in an answer with a source in force"
    ),
}


def unscored(questions: Sequence[SuiteQuestion]) -> tuple[Unscored, ...]:
    """Where nothing should be answered at all, documents and words are not missed."""
    answerable = [each for each in questions if each.is_answerable]
    missing = {
        Unscored.WORDS: not any(each.required_facts or each.forbidden_facts for each in questions),
        Unscored.DOCUMENTS: not any(each.expected_documents for each in questions),
    }
    return tuple(measure for measure, is_missing in missing.items() if is_missing and answerable)
