"""Questions in English are read in the words of Chinese guides, and only those."""

from pathlib import Path

import pytest

from kb_service.asking.reading.lexicon import load_lexicon

PROMPTS = Path(__file__).resolve().parents[2] / "prompts"
ENGLISH = load_lexicon(PROMPTS).english


@pytest.mark.parametrize(
    ("english", "chinese"),
    [
        ("how much is the minimum wage", "多少钱最低工资"),
        ("how   long are passports valid", "多久护照有效期"),
        ("i lost my id card", "丢了身份证"),
        ("what documents do i need for a residence permit", "什么材料需要吗居住证"),
    ],
)
def test_known_phrases_are_put_in_chinese_and_filling_words_left_out(english: str, chinese: str) -> None:
    assert ENGLISH.in_chinese(english).replace(" ", "") == chinese


def test_what_nobody_translated_stays_so_that_it_is_missed_in_an_answer() -> None:
    assert "drone" in ENGLISH.in_chinese("how much does a drone license cost")


@pytest.mark.parametrize("text", ["我的id card丢了怎么补", "随申办app怎么登录", "ok", "12345", "thank you"])
def test_a_question_in_chinese_and_what_asks_nothing_stay_as_they_are(text: str) -> None:
    assert ENGLISH.in_chinese(text) == text


def test_a_word_within_another_is_none() -> None:
    assert ENGLISH.in_chinese("the maintenance of forgetting how much") == "maintenance forgetting 多少钱"
