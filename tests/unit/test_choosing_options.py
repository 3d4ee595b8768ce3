"""Which option a reply picks after asking back."""

from dataclasses import replace
from typing import Any

import pytest

from kb_service.asking.conversation.conversation_reader import chosen
from kb_service.asking.reading.understanding import Understanding
from kb_service.domain.answers import (
    Answer,
    Carried,
    Complaint,
    Option,
)
from kb_service.domain.documents import Audience
from kb_service.domain.matters import Facet
from tests.conversations import (
    LAST_YEAR,
    MATTER_OPTIONS,
    READER,
    asked_back,
    carry_over,
    complaint,
    matter_of,
    read,
    topic_after,
    turn,
)
from tests.factories import question

REGION_OPTIONS = (
    Option("浦东新区", "closing", region="上海市/浦东新区"),
    Option("其他区", "closing", region="上海市"),
)
AUDIENCE_OPTIONS = (
    Option("个人", None, audience=Audience.PERSON),
    Option("法人（企业、单位）", None, audience=Audience.ENTERPRISE),
)


def picked(reply: str, turns: list[Answer], **fields: Any) -> Understanding | None:
    return chosen(READER.read(question(reply, **fields)), turns, reader=READER)


@pytest.mark.parametrize(
    "reply",
    [
        "第二个",
        "2",
        "选2",
        "②",
        "二",
        "2.",
        "签注那个",
        "居住证签注",
        "居住證簽注",
        "我要问的是签注",
        "居住证续签",
        "我问的是第二个",
    ],
)
def test_an_option_is_picked_by_its_place_its_label_or_another_name(reply: str) -> None:
    understood = picked(reply, [asked_back("能邮寄吗", MATTER_OPTIONS)])
    assert understood is not None
    assert (understood.text, matter_of(understood)) == ("居住证签注 能邮寄吗", "endorsement")
    assert understood.carried == (Carried.QUESTION,)


@pytest.mark.parametrize(
    "reply", ["居住", "第五个", "都不是", "签注要多少钱", "婚假几天", "不知道", "公积金取钱要什么材料", "办"]
)
def test_what_picks_no_one_option_is_a_question_of_its_own(reply: str) -> None:
    assert picked(reply, [asked_back("能邮寄吗", MATTER_OPTIONS)]) is None


def test_the_last_option_is_picked_as_the_last() -> None:
    understood = picked("最后一个", [asked_back("能邮寄吗", MATTER_OPTIONS)])
    assert understood is not None and matter_of(understood) == "passport"


@pytest.mark.parametrize("reply", ["不是，我问的是签注", "我说的是第二个", "错了，是居住证签注"])
def test_an_option_is_picked_by_a_correction(reply: str) -> None:
    understood = picked(reply, [asked_back("能邮寄吗", MATTER_OPTIONS)])
    assert understood is not None and matter_of(understood) == "endorsement"


@pytest.mark.parametrize("reply", ["都不是", "以上都不是", "这些都不对", "没有一个是", "不是这几个", "都不是的"])
def test_that_no_option_is_meant_is_a_complaint_and_picks_none(reply: str) -> None:
    assert picked(reply, [asked_back("能邮寄吗", MATTER_OPTIONS)]) is None
    assert read(reply).phrasing.reply.is_none
    assert complaint(reply) is Complaint.ONLY


def test_a_matter_that_the_frontend_sends_picks_its_option() -> None:
    understood = picked("好", [asked_back("能邮寄吗", MATTER_OPTIONS)], matter_id="passport")
    assert understood is not None and matter_of(understood) == "passport"


@pytest.mark.parametrize(
    ("reply", "region"),
    [("浦东", "上海市/浦东新区"), ("1", "上海市/浦东新区"), ("其他区", "上海市"), ("徐汇", "上海市/徐汇区")],
)
def test_a_district_is_picked_and_one_without_rules_of_its_own_is_another(reply: str, region: str) -> None:
    understood = picked(reply, [asked_back("注销公司公示期多久", REGION_OPTIONS)])
    assert understood is not None
    assert (understood.question.region, understood.text) == (region, "注销公司公示期多久")


@pytest.mark.parametrize(
    ("reply", "audience"), [("个人", Audience.PERSON), ("公司", Audience.ENTERPRISE), ("2", Audience.ENTERPRISE)]
)
def test_an_audience_is_picked(reply: str, audience: Audience) -> None:
    understood = picked(reply, [asked_back("失业金怎么申请", AUDIENCE_OPTIONS)])
    assert understood is not None and understood.question.audience is audience


def test_the_earlier_question_keeps_its_place_its_day_and_its_script() -> None:
    earlier = asked_back("辦理時要帶什麼", MATTER_OPTIONS, as_of=LAST_YEAR)
    earlier = replace(earlier, understood_as=replace(earlier.understood_as, region="上海市/徐汇区"))
    understood = picked("2", [earlier])
    assert understood is not None and understood.is_traditional
    assert (understood.question.region, understood.question.as_of) == ("上海市/徐汇区", LAST_YEAR)


def test_nothing_is_picked_when_nothing_was_asked_back() -> None:
    assert picked("第一个", [turn("居住证签注多少钱")]) is None
    assert picked("第一个", []) is None
    assert picked("最后一个", [asked_back("没解决", ())]) is None  # an apology has no options


def test_a_matter_named_alone_after_asking_back_is_asked_what_was_asked() -> None:
    topic = topic_after([asked_back("要带什么材料", MATTER_OPTIONS)])
    understood = carry_over(read("失业金"), topic)
    assert (understood.text, understood.facet) == ("失业金 需要什么材料", Facet.MATERIALS)


def test_an_option_is_picked_for_what_was_asked_and_not_for_the_words_that_pick_it() -> None:
    understood = picked("第一个", [asked_back("能邮寄吗", MATTER_OPTIONS)])
    assert understood is not None
    assert "第一" not in understood.phrasing.content
    assert understood.phrasing.asks
