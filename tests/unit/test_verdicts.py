"""可以 and 不可以 in front of an answer: only where the sentence says so."""

from pathlib import Path

import pytest

from kb_service.asking.drafting.verdicts import AnswerVerdict, verdict
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


@pytest.mark.parametrize(
    ("question", "sentence", "said"),
    [
        ("风筝可以放5年吗", "风筝最长放3年", AnswerVerdict.MAY_NOT),
        ("风筝能提前5年放吗?", "弹性提前最多3年", AnswerVerdict.MAY_NOT),
        ("风筝线拿80米可以吗", "风筝线不得超过50米", AnswerVerdict.MAY_NOT),
        ("一个人拿40米 两个人合起来拿80米可以么", "风筝线不得超过50米", AnswerVerdict.MAY_NOT),
        ("每人交400 一个月合起来交800可以么", "每户家庭每月最多交500元", AnswerVerdict.MAY_NOT),
        ("能交300吗", "每户家庭每月最多交500元", None),
        ("押金能交4%吗", "押金为5%至7%", AnswerVerdict.MAY_NOT),
        ("可以只提前10日申请吗", "至少提前30日", AnswerVerdict.MAY_NOT),
        # Within the limit the sentence says it itself: there may be other conditions.
        ("风筝可以放2年吗", "风筝最长放3年", None),
        ("押金能交6%吗", "押金为5%至7%", None),
        # What stands before 能 tells of the asker; what is bounded itself is no amount asked for.
        ("我放了5年风筝,还能放吗", "风筝最长放3年", None),
        ("能在40日内办好吗", "不超过15日", None),
        ("风筝可以放5年吗", "满1年的每年登记一次", None),
    ],
)
def test_what_is_asked_about_beyond_a_limit_may_not_be(
    question: str, sentence: str, said: AnswerVerdict | None
) -> None:
    assert verdict(question, sentence, "", WORDS) is said


@pytest.mark.parametrize(
    ("question", "sentence", "said"),
    [
        ("落水放风筝能认定吗", "醉酒、落水或者迷路的,不认定", AnswerVerdict.MAY_NOT),
        ("迷路放风筝能认定吗?", "醉酒、落水或者迷路的,不认定", AnswerVerdict.MAY_NOT),
        ("晒黑了能认定吗", "醉酒、落水或者迷路的,不认定", None),
        # Of what is granted all may be needed.
        ("有风筝可以登记吗", "有风筝、有场地的,可以登记", None),
    ],
)
def test_of_things_that_are_ruled_out_each_one_is_enough(
    question: str, sentence: str, said: AnswerVerdict | None
) -> None:
    assert verdict(question, sentence, "", WORDS) is said


@pytest.mark.parametrize("end", ["?", "？！", "呀", "。"])
def test_marks_behind_a_question_change_nothing(end: str) -> None:
    assert verdict(f"夜间能放风筝吗{end}", "夜间不得放风筝", "", WORDS) is AnswerVerdict.MAY_NOT


@pytest.mark.parametrize(
    ("question", "sentence", "said"),
    [
        ("能养犬吗", "个人不得养烈性犬", None),
        ("能养烈性犬吗", "个人不得养烈性犬", AnswerVerdict.MAY_NOT),
        ("能放风筝吗", "不得放飞无人机", None),
    ],
)
def test_that_something_narrower_may_not_be_is_no_answer(
    question: str, sentence: str, said: AnswerVerdict | None
) -> None:
    assert verdict(question, sentence, "", WORDS) is said
