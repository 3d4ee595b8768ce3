"""What is left of questions that become a Q&A: what is asked, without greetings and without anybody's data."""

from pathlib import Path

import pytest

from kb_service.domain.masking import masked
from kb_service.domain.recurring import ResolvedTalk
from kb_service.learning.recurring import are_alike
from kb_service.learning.writing import (
    Cleaning,
    cleaned,
    named_region,
    of_nobody,
    question_of,
    questions_of_draft,
    to_everybody,
)
from kb_service.learning_wiring import load_learning_words
from tests.factories import NOON

WORDS = load_learning_words(Path("prompts"))
CLEANING = Cleaning(WORDS.courtesies, WORDS.salutations, WORDS.introductions, WORDS.asks)


@pytest.mark.parametrize(
    ("asked", "left"),
    [
        ("你好，我叫张伟，身份证310101199001011234，居住证怎么续签？", "居住证怎么续签？"),
        ("我身份证310101199001011234怎么查社保", "怎么查社保"),
        ("您好，我住在浦东新区世纪大道100弄5号201室，怎么办居住证", "怎么办居住证"),
        ("我叫阿依古丽·买买提，电话是021-62345678，想问护照怎么办", "护照怎么办"),
        ("银行卡号6222021001112345678的养老金没到账怎么办", "养老金没到账怎么办"),
        ("本人李建国，怎么办老年卡", "怎么办老年卡"),
        ("你好小申，想知道落户要什么材料", "落户要什么材料"),
        ("我想咨询一下，居住证能邮寄吗", "居住证能邮寄吗"),
        # What only begins like a courtesy is what is asked.
        ("请教育局的电话是多少", "请教育局的电话是多少"),
        ("问题反馈在哪", "问题反馈在哪"),
        ("咨询师资格证怎么考", "咨询师资格证怎么考"),
        ("我叫张伟，13912345678", ""),
    ],
)
def test_greetings_and_what_identifies_a_person_are_left_out(asked: str, left: str) -> None:
    assert cleaned(masked(asked), CLEANING) == left


@pytest.mark.parametrize(
    ("asked", "left"),
    [
        ("居住证照片能换吗？我叫张李雨桐，电话13812345678", "居住证照片能换吗？"),
        ("我叫张李雨桐，居住证照片能换吗？", "居住证照片能换吗？"),
        ("您好，居住证照片，能换吗？", "您好，居住证照片，能换吗？"),  # nothing was masked
    ],
)
def test_a_question_is_compared_without_who_asks_it(asked: str, left: str) -> None:
    assert of_nobody(masked(asked), CLEANING) == left


def test_the_most_frequent_question_is_the_first_and_none_stands_twice() -> None:
    asked = ["居住证能寄吗", "请问居住证能邮寄吗", "你好，居住证能邮寄吗？", "谢谢，", "居住证可以寄来吗"]
    assert questions_of_draft(asked, CLEANING) == ["居住证能邮寄吗", "居住证能寄吗", "谢谢", "居住证可以寄来吗"]


@pytest.mark.parametrize(
    ("words", "before", "asked"),
    [
        ("请帮我问问", "居住证补办期间能开临时凭证吗", "居住证补办期间能开临时凭证吗"),
        ("你好，麻烦找人看一下，谢谢", "居住证能邮寄吗", "居住证能邮寄吗"),
        ("那临时凭证能用几天", "居住证补办期间能开临时凭证吗", "那临时凭证能用几天"),
        ("请帮我问问", "", "请帮我问问"),
    ],
)
def test_who_calls_somebody_with_words_that_ask_nothing_means_the_question_before(
    words: str, before: str, asked: str
) -> None:
    talk = ResolvedTalk("t1", words, "可以。", "juzhuzheng", "gongan", None, "u1", NOON, asked_before=before)
    assert question_of(talk, CLEANING) == asked


@pytest.mark.parametrize(
    ("asked", "region"),
    [
        ("失业保险金能不能发到支付宝", None),  # the frontend sent where they live
        ("浦东的失业保险金在哪里领", "上海市/浦东新区"),
    ],
)
def test_a_text_is_of_a_district_only_where_a_question_names_it(asked: str, region: str | None) -> None:
    assert named_region("上海市/浦东新区", ["怎么领", asked]) == region


def test_replies_with_other_figures_are_not_alike() -> None:
    assert are_alike("补办不收费，5个工作日办结。", "补办不收费，5个工作日内办结！")
    assert not are_alike("补办收费10元，5个工作日办结。", "补办收费20元，5个工作日办结。")
    assert not are_alike("补办不收费，当场办结。", "请到派出所窗口排队取号。")


@pytest.mark.parametrize(
    ("reply", "kept"),
    [
        ("〔姓名〕您好，标志丢了可以重新打印。", "标志丢了可以重新打印。"),
        ("尊敬的〔姓名〕女士：请带身份证来。", "请带身份证来。"),
        ("您好！办理不收费。", "办理不收费。"),
        ("您好", "您好"),
        ("您好，我是人社局帮办小陈。当场办结。", "当场办结。"),
        ("您好！这里是市公安局帮办〔姓名〕，高兴为您解答。可以代办。", "可以代办。"),
        ("我是本人办理的，可以当场办结。", "我是本人办理的，可以当场办结。"),
        ("这里是工作人员代录的材料，可以补交。", "这里是工作人员代录的材料，可以补交。"),
        ("你好好看看第三条，补办不收费。", "你好好看看第三条，补办不收费。"),
        ("申请人〔姓名〕的材料齐了。", "申请人〔姓名〕的材料齐了。"),
    ],
)
def test_a_kept_reply_greets_nobody(reply: str, kept: str) -> None:
    assert to_everybody(reply, CLEANING) == kept
