"""The same question and answer under another id, and texts that nearly repeat one another."""

from kb_service.adapters.script import OpenCCConverter
from kb_service.publishing.duplicates import NEAR, near_duplicate, question_key, shingles_of

CONVERTER = OpenCCConverter()


def key(question: str, answer: str) -> str:
    return question_key(question, answer, CONVERTER)


def likeness(one: str, other: str) -> float:
    return near_duplicate(shingles_of(one, CONVERTER), shingles_of(other, CONVERTER))


def test_width_script_case_punctuation_and_white_space_make_no_other_question() -> None:
    first = key("换领APP证件要多少钱？", "工本费1,000元，3天办好。")
    assert first == key("換領app證件要多少錢?", " 工本费１０００元 ３天办好")


def test_another_figure_makes_another_answer() -> None:
    assert key("多少钱？", "1.5元") != key("多少钱？", "15元")
    assert key("几天？", "3-5天") != key("几天？", "35天")
    assert key("几成？", "3%") != key("几成？", "3")


def test_what_is_asked_does_not_run_into_what_is_answered() -> None:
    assert key("签注要钱", "吗不要") != key("签注要钱吗", "不要")


def test_the_share_of_common_shingles_is_between_none_and_all() -> None:
    assert likeness("签注不收取费用", "簽注，不收取費用。") == 1.0
    assert likeness("签注不收取费用", "十五日内发放证件") == 0.0
    # 一二三四五, 二三四五六 against 一二三四五 alone: one of two.
    assert likeness("一二三四五六", "一二三四五") == 0.5


def test_a_text_with_one_sentence_more_nearly_repeats_the_other() -> None:
    text = "申请人到社区事务受理服务中心窗口提交身份证明和住所证明，窗口核对材料以后当场登记并出具凭证，凭证全年有效。"
    assert likeness(text, text + "遗失可以补打。") >= NEAR
    assert likeness(text, "申请人到社区事务受理服务中心窗口领取敬老卡，带好身份证原件，当天可以办好，不收费用。") < NEAR


def test_texts_shorter_than_a_shingle_are_compared_whole() -> None:
    assert likeness("免费", "免费。") == 1.0
    assert likeness("免费", "收费") == 0.0
