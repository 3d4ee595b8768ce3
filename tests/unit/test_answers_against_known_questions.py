"""What known questions say of an answer that would be given: whether it would be right for those nearest to it."""

from dataclasses import replace

import numpy as np
import pytest

from kb_service.adapters.script import OpenCCConverter
from kb_service.asking.search.known_questions import KNOWN_FEATURES, Given, KnownQuestion, KnownQuestions, fingerprint

CONVERTER = OpenCCConverter()
PASSAGE = "每月2340元。签注不收取费用。"
FEE = KnownQuestion("签注收费吗", True, documents=("qianzhu",), facts=("不收费|不收取",), forbidden=("工本费",))
AMOUNT = KnownQuestion("失业金多少", True, documents=("shiyejin",), facts=("2340元",))
NOWHERE = KnownQuestion("签注要等几天", False)
VECTOR_OF = {
    "签注收费吗": (1.0, 0.0, 0.0),
    "失业金多少": (0.0, 1.0, 0.0),
    "签注要等几天": (0.8, 0.0, 0.6),
    "签注要不要钱": (0.96, 0.0, 0.28),
}


def known(*questions: KnownQuestion, passages: tuple[str, ...] = (PASSAGE,)) -> KnownQuestions:
    vectors = np.array([VECTOR_OF[each.text] for each in questions], np.float32)
    return KnownQuestions(
        questions,
        [fingerprint(each) for each in passages],
        vectors,
        CONVERTER,
        lambda text: np.array(VECTOR_OF[text], np.float32),
    )


def given(text: str, document: str = "qianzhu") -> Given:
    return Given(text, frozenset({document}), (PASSAGE,))


def test_an_answer_that_is_right_for_the_nearest_known_question_is_told_apart_from_one_that_is_not() -> None:
    judged = known(FEE, AMOUNT, NOWHERE)
    right = judged.features("签注要不要钱", given("签注不收取费用。"))
    wrong = judged.features("签注要不要钱", given("满1年前1个月内签注。"))
    # Cosines by hand: 0.96 to the fee, 0.96·0.8 + 0.28·0.6 = 0.936 to what stands nowhere, 0 to the amount. Pairs of
    # characters: 签注 stands in two of three questions and weighs 0; 注要 and each other of a question ln(3/2) = 0.405,
    # 要不, 不要 and 要钱, which none has, ln 3 = 1.099. With 签注要等几天 it shares 注要: 0.405 / (4·0.405 + 3·1.099) =
    # 0.0825, a fifth of it 0.0165.
    assert right["known_nearest"] == pytest.approx(0.96)
    assert (right["known_right"], right["known_wrong"]) == (pytest.approx(0.96), pytest.approx(0.9525, abs=1e-4))
    assert right["known_margin"] == pytest.approx(0.0075, abs=1e-4)
    assert right["known_declined"] == pytest.approx(0.9525, abs=1e-4)
    assert wrong["known_right"] == pytest.approx(0.75)
    assert wrong["known_margin"] == pytest.approx(0.75 - 0.96)
    assert right["known_right_share"] > 0.5 > wrong["known_right_share"] == 0
    assert tuple(right) == KNOWN_FEATURES


@pytest.mark.parametrize(
    "answer",
    [
        given("签注不收取费用。", document="juzhuzheng"),
        given("不收取费用，换领要交工本费。"),
        given("每月2340元。"),
    ],
    ids=["of another document", "says what is forbidden", "lacks the fact"],
)
def test_an_answer_that_would_be_wrong_for_the_known_question_has_nothing_that_speaks_for_it(answer: Given) -> None:
    assert known(FEE).features("签注收费吗", answer)["known_right_share"] == 0


def test_of_two_questions_as_near_in_meaning_the_one_with_the_same_rare_words_is_nearer() -> None:
    other = KnownQuestion("离婚证丢了怎么补", False)
    same = KnownQuestion("身份证丢了补办", True, facts=("补领",))
    vectors = np.array([(1.0, 0.0), (1.0, 0.0), (0.0, 1.0)], np.float32)
    judged = KnownQuestions(
        (other, same, AMOUNT), [fingerprint(PASSAGE)], vectors, CONVERTER, lambda _: np.array((1.0, 0.0), np.float32)
    )
    found = judged.features("身份证丢了怎么办", given("补领新证。"))
    assert found["known_margin"] > 0


def test_facts_are_compared_in_any_script_and_spacing() -> None:
    assert known(AMOUNT).features("失业金多少", given("每月 2,340 元", "shiyejin"))["known_right_share"] == 1


def test_a_text_that_came_after_the_questions_is_not_judged_by_them() -> None:
    """A gap that was closed since would else stay a gap for ever: its question is known as one without an answer."""
    newer = Given("5个工作日办好。", frozenset({"qianzhu"}), (PASSAGE, "5个工作日办好。"))
    assert known(NOWHERE).features("签注要等几天", newer) == {}
    assert known(NOWHERE, passages=(PASSAGE, "5个工作日办好。")).features("签注要等几天", newer) != {}


def test_a_question_is_not_judged_by_itself_nor_by_its_conversation() -> None:
    judged = known(replace(FEE, line="talk-1"), replace(NOWHERE, line="talk-2"))
    assert judged.without_line("talk-1").features("签注收费吗", given("不收取"))["known_nearest"] == pytest.approx(0.8)
    assert judged.features("签注收费吗", given("不收取"))["known_nearest"] == pytest.approx(1.0)


def test_without_known_questions_nothing_is_said() -> None:
    empty = KnownQuestions((), (), np.zeros((0, 3), np.float32), CONVERTER, lambda _: np.zeros(3, np.float32))
    assert empty.features("签注收费吗", given("不收取")) == {}
