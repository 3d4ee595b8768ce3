"""可以 and 不可以 in front of an answer: only where the sentence says so."""

from pathlib import Path

import pytest

from kb_service.asking.drafting.leading import AnswerVerdict, verdict
from kb_service.asking.drafting.words import load_quoting_words

WORDS = load_quoting_words(Path(__file__).resolve().parents[2] / "prompts")


@pytest.mark.parametrize(
    ("question", "sentence", "said"),
    [
        ("风筝登记可以不出具委托书吗", "风筝登记可以委托他人,但应当出具委托书", None),
        ("风筝登记能不能不出具委托书", "风筝登记可以委托他人,但应当出具委托书", None),
        ("可不可以不去公园登记风筝", "登记风筝可以网上办理", None),
        ("风筝能不登记吗", "风筝可以当场登记", None),
        ("风筝可以不登记吗", "风筝必须登记,登记不收费", None),
        ("风筝可以不预约吗", "风筝无需预约", AnswerVerdict.MAY),
        ("风筝能不能不交押金", "风筝不收押金", AnswerVerdict.MAY),
    ],
)
def test_that_something_else_may_be_done_is_no_yes_to_leaving_something_out(
    question: str, sentence: str, said: AnswerVerdict | None
) -> None:
    assert verdict(question, sentence, "", WORDS) is said


@pytest.mark.parametrize(
    ("question", "sentence", "said"),
    [
        ("能不能放风筝", "可以放风筝", AnswerVerdict.MAY),
        ("可以不可以放风筝", "可以放风筝", AnswerVerdict.MAY),
        ("夜间能放风筝吗", "夜间不得放风筝", AnswerVerdict.MAY_NOT),
        ("放风筝要不要登记", "放风筝应当登记", AnswerVerdict.MUST),
        ("放风筝要不要登记", "放风筝无需登记", AnswerVerdict.MUST_NOT),
    ],
)
def test_what_may_and_what_must_be_done_is_said_as_the_sentence_has_it(
    question: str, sentence: str, said: AnswerVerdict
) -> None:
    assert verdict(question, sentence, "", WORDS) is said


@pytest.mark.parametrize(
    ("question", "sentence", "said"),
    [
        ("气球能登记吗", "气球、飞艇、纸鸢都不在可以登记的情形里", AnswerVerdict.MAY_NOT),
        ("飞艇可以登记吗", "气球、飞艇、纸鸢均不予登记", AnswerVerdict.MAY_NOT),
        ("灯笼能登记吗", "气球、飞艇、纸鸢都不在可以登记的情形里", None),
        ("气球能登记吗", "气球不属于可以登记的情形", AnswerVerdict.MAY_NOT),
    ],
)
def test_what_holds_of_several_things_is_said_of_the_one_asked_about(
    question: str, sentence: str, said: AnswerVerdict | None
) -> None:
    assert verdict(question, sentence, "", WORDS) is said
