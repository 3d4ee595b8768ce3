"""What a message takes over from the talk before it."""

from datetime import date

import pytest

from kb_service.asking.conversation.topics import Topic, topic_of_part
from kb_service.domain.answers import (
    Carried,
)
from kb_service.domain.documents import Audience
from kb_service.domain.matters import Facet
from tests.conversations import FOLLOWING, LAST_YEAR, READER, after, carry_over, matter_of, read
from tests.factories import question


def test_a_question_of_a_fee_alone_is_asked_of_the_matter_spoken_of() -> None:
    read_after = after("居住证签注需要什么材料", "那要多少钱？")
    assert (read_after.text, matter_of(read_after)) == ("居住证签注 要多少钱", "endorsement")
    assert (read_after.facet, read_after.carried) == (Facet.FEE, (Carried.MATTER,))


@pytest.mark.parametrize(
    ("text", "facet"),
    [
        ("网上能办吗", Facet.ONLINE_ENTRY),
        ("多久能办好", Facet.TIME_LIMIT),
        ("还需要什么", Facet.MATERIALS),
        ("要带身份证吗", Facet.MATERIALS),  # brought along, not asked about
        ("身份证要带原件吗", Facet.MATERIALS),
        ("要交钱吗", Facet.FEE),
        ("它要多少錢", Facet.FEE),
        ("上面说的材料要原件吗", Facet.MATERIALS),
        ("没有租赁合同怎么办", Facet.STEPS),
        ("丢了怎么办", Facet.STEPS),
        ("那去哪办", Facet.PLACE),
        # Written when the rules were done.
        ("那什么时候能拿到啊", Facet.TIME_LIMIT),
        ("房东不配合咋办", Facet.STEPS),
        ("有电话吗", Facet.PHONE),
        ("它有效期多长", Facet.TIME_LIMIT),
        ("依据是什么文件", Facet.LEGAL_BASIS),
        ("这个费用能退吗", Facet.FEE),
        ("可以让老婆帮我去弄吗", None),
        ("逾期有没有罚款", None),
        ("照片要几寸的", None),
        ("周末窗口上班吗", None),
        ("我没有社保可以吗", None),
        ("前面说的那个窗口周六开吗", None),
    ],
)
def test_a_follow_up_is_asked_of_the_matter_and_of_its_own_facet(text: str, facet: Facet | None) -> None:
    read_after = after("居住证签注的条件", text)
    assert (matter_of(read_after), read_after.facet) == ("endorsement", facet)
    assert read_after.text.startswith("居住证签注 ")
    assert read_after.carried == (Carried.MATTER,)


@pytest.mark.parametrize(
    "text",
    [
        "婚假几天",
        "身份证丢了怎么办",  # a thing that is brought elsewhere, here the matter itself
        "外国人永久居留证怎么办",
        "公园几点开门",
        "我想办护照要带什么",
        "公积金取钱要什么材料",
        "我老家在安徽，老婆在上海工作，孩子今年六岁，想在这里上学有什么政策",
        "谢谢",
        # Written when the rules were done.
        "地铁末班车几点",
        "电费怎么缴",
        "子女报名上学怎么弄",
        "异地就医要备案吗",
        "医保怎么报",  # a word from the name of another matter
    ],
)
def test_a_question_of_its_own_carries_nothing(text: str) -> None:
    assert after("居住证签注多少钱", text) == read(text)


def test_another_matter_named_alone_is_asked_what_was_asked() -> None:
    read_after = after("居住证签注多少钱", "那居住登记呢？")
    assert (read_after.text, matter_of(read_after)) == ("居住登记 多少钱", "registration")
    assert (read_after.facet, read_after.carried) == (Facet.FEE, (Carried.QUESTION, Carried.FACET))


def test_a_thing_that_the_matter_is_named_after_is_no_other_topic() -> None:
    assert matter_of(after("失业金怎么申请", "失业以后要去报到吗")) == "benefit"


def test_when_and_where_before_a_verb_of_handling_name_no_topic() -> None:
    assert read("什么时候报名").phrasing.things == frozenset()
    assert read("子女报名上学怎么弄").phrasing.things != frozenset()


def test_another_matter_with_a_question_of_its_own_does_not_carry_the_facet() -> None:
    assert after("居住证签注多少钱", "那居住登记要带什么材料").facet is Facet.MATERIALS


@pytest.mark.parametrize("text", ["浦东呢？", "浦東新區呢", "浦东也是一样的吗", "那浦东新区呢"])
def test_another_place_asks_the_same_question_there(text: str) -> None:
    read_after = after("注销公司公示期多久", text)
    assert read_after.text == "注销公司公示期多久"
    assert (matter_of(read_after), read_after.facet) == ("closing", Facet.TIME_LIMIT)
    assert read_after.question.region == "上海市/浦东新区"
    assert read_after.carried == (Carried.QUESTION, Carried.MATTER, Carried.FACET)
    assert read_after.question.text == text


@pytest.mark.parametrize("text", ["换个区呢，我在徐汇", "换个地方呢 我朋友的单位开在徐汇"])
def test_a_first_clause_that_only_changes_something_asks_the_same_question(text: str) -> None:
    read_after = after("浦东注销公司公示期多久", text)
    assert (matter_of(read_after), read_after.question.region) == ("closing", "上海市/徐汇区")
    assert read_after.text.endswith("注销公司公示期多久")


def test_a_day_in_a_first_clause_is_the_day_asked_about() -> None:
    read_after = after("失业金每月多少", "去年这个时候呢，头一年那档")
    assert read_after.question.as_of == date(2025, 7, 1)
    assert read_after.text.endswith("失业金每月多少")


def test_a_first_clause_that_asks_something_changes_nothing_of_the_question_before() -> None:
    assert after("注销公司公示期多久", "徐汇呢，要带什么材料").facet is Facet.MATERIALS


def test_the_words_of_another_place_take_the_place_of_those_before() -> None:
    read_after = after("注销公司在浦东新区公示期多久", "徐汇呢")
    assert read_after.text == "注销公司在公示期多久"
    assert read_after.question.region == "上海市/徐汇区"


def test_the_place_that_is_said_comes_before_the_one_that_the_frontend_sends() -> None:
    read_after = after("注销公司公示期多久", "浦东呢", region="上海市/徐汇区")
    assert read_after.question.region == "上海市/浦东新区"


def test_the_place_is_kept_in_what_follows() -> None:
    read_after = after("注销公司在浦东新区公示期多久", "要多少钱")
    assert read_after.question.region == "上海市/浦东新区"
    assert read_after.carried == (Carried.MATTER, Carried.REGION)


def test_a_place_that_the_asker_chose_comes_before_the_one_of_earlier() -> None:
    read_after = after("注销公司在浦东新区公示期多久", "要多少钱", region="上海市/徐汇区")
    assert read_after.question.region == "上海市/徐汇区"
    assert Carried.REGION not in read_after.carried


def test_another_audience_asks_the_same_question_for_it() -> None:
    read_after = after("失业金个人怎么申请", "那公司呢")
    assert read_after.question.audience is Audience.ENTERPRISE
    assert "个人" not in read_after.text
    assert Carried.QUESTION in read_after.carried


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("那2024年呢", date(2024, 12, 31)),
        ("去年呢", LAST_YEAR),
        ("前年是多少", date(2024, 12, 31)),
        ("2024年7月的呢", date(2024, 7, 31)),
        ("2024", date(2024, 12, 31)),
        ("那2024呢", date(2024, 12, 31)),
        ("现在呢", date(2026, 7, 1)),
    ],
)
def test_another_day_asks_the_same_question_of_that_day(text: str, expected: date) -> None:
    read_after = after("失业金一个月多少", text)
    assert (read_after.question.as_of, read_after.text) == (expected, "失业金一个月多少")


def test_a_day_asked_about_is_kept_until_another_is_named() -> None:
    topic = Topic("benefit", None, None, None, LAST_YEAR, "失业金一个月多少")
    kept = carry_over(read("最长能领几个月"), topic)
    assert (kept.question.as_of, kept.carried) == (LAST_YEAR, (Carried.MATTER, Carried.AS_OF))
    named = carry_over(read("那现在呢"), topic)
    assert named.question.as_of == date(2026, 7, 1)


def test_a_day_that_the_asker_chose_is_changed_by_no_earlier_turn_only_by_the_words() -> None:
    topic = Topic("benefit", None, None, None, LAST_YEAR, "失业金一个月多少")
    for text, expected in (("最长能领几个月", date(2026, 3, 1)), ("那2024年呢", date(2024, 12, 31))):
        asked = question(text, as_of="2026-03-01", is_day_chosen=True)
        assert carry_over(READER.understand(asked), topic).question.as_of == expected


def test_a_message_that_asks_nothing_takes_over_what_was_asked() -> None:
    read_after = after("居住证签注多少钱", "那孩子呢")
    assert read_after.text == "孩子 居住证签注多少钱"
    assert read_after.carried == (Carried.QUESTION, Carried.MATTER, Carried.FACET)


def test_a_detail_takes_the_place_of_its_alternative() -> None:
    read_after = after("失业金上限是多少", "下限呢")
    assert read_after.text == "失业金下限是多少"


@pytest.mark.parametrize(
    ("earlier", "said", "expected"),
    [
        ("居住证签注75岁多少钱", "那90岁呢", "居住证签注90岁多少钱"),
        ("居住证签注75岁多少钱", "我妈82呢", "我妈 居住证签注82岁多少钱"),
        ("居住证签注七十五岁多少钱", "一百零一岁的呢", "居住证签注一百零一岁多少钱"),
        ("居住证签注满3年多少钱", "满一年的呢", "满 居住证签注满一年多少钱"),
        ("居住证签注75岁多少钱", "第2次呢", "第2次 居住证签注75岁多少钱"),
    ],
)
def test_a_measure_takes_the_place_of_the_one_of_the_same_unit(earlier: str, said: str, expected: str) -> None:
    assert after(earlier, said).text == expected


def test_a_long_question_before_lends_its_facet_only() -> None:
    read_after = after("我和家里人一起在上海待了三年多了最近搬到闵行那边去住了居住证签注要多少钱", "那孩子呢")
    assert read_after.text == "居住证签注 孩子 多少钱"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("不是，我问的是居住登记", "居住登记 多少钱"),
        ("错了，是居住登记", "居住登记 多少钱"),
        ("不对不对，我说的是居住登记", "居住登记 多少钱"),
        ("我不是问签注，问的是居住登记", "居住登记 多少钱"),
        ("不是签注，是居住登记", "居住登记 多少钱"),
        ("不是，我要问居住登记要带什么", "居住登记要带什么"),
        ("不是这个，居住登记", "居住登记 多少钱"),
        ("我问的不是签注，是居住登记", "居住登记 多少钱"),
        ("我不是要问签注，我要问居住登记", "居住登记 多少钱"),
        ("都不是，我想知道居住登记要带什么", "居住登记要带什么"),
    ],
)
def test_a_correction_asks_of_what_was_meant(text: str, expected: str) -> None:
    read_after = after("居住证签注多少钱", text)
    assert (read_after.text, matter_of(read_after)) == (expected, "registration")


def test_an_age_beside_what_was_meant_takes_the_place_of_the_one_before() -> None:
    read_after = after("12岁小孩护照管几年", "不是，我问的是身份证，50岁的")
    assert (read_after.text, matter_of(read_after)) == ("身份证,50岁的 50岁小孩管几年", "identity")


@pytest.mark.parametrize(
    "text",
    [
        "不是本地户口能办吗",
        "不对外开放吗",
        "没有合同能办吗",
        "不带照片行吗",
        "不是我的车，能办吗",
        "不是这个月交的能退吗",
    ],
)
def test_a_question_that_denies_something_corrects_nothing(text: str) -> None:
    assert not read(text).phrasing.corrects


def test_a_correction_of_the_day_asks_the_same_of_that_day() -> None:
    read_after = after("失业金一个月多少", "不是，我问的是去年")
    assert (read_after.text, read_after.question.as_of) == ("失业金一个月多少", LAST_YEAR)


def test_the_day_is_kept_when_the_same_is_asked_of_another_matter() -> None:
    topic = Topic("benefit", Facet.FEE, None, Audience.PERSON, LAST_YEAR, "失业金多少钱")
    other = carry_over(read("那社保卡呢"), topic)
    assert (other.question.as_of, other.question.audience) == (LAST_YEAR, None)


def test_a_short_question_that_may_be_one_of_its_own_is_read_both_ways() -> None:
    topic = topic_of_part(read("居住证签注多少钱"))
    for text in ("演示坐席几点下班", "租房合同和证明都有了还缺什么"):
        both = FOLLOWING.readings(read(text), topic)
        assert [each.carried for each in both] == [(Carried.MATTER,), ()]
    assert len(FOLLOWING.readings(read("那要带什么"), topic)) == 1


def test_another_name_of_the_same_matter_stays_in_its_place() -> None:
    read_after = after("注销公司在浦东新区公示期多久", "公司注销呢")
    assert (read_after.text, read_after.question.region) == ("公司注销 在浦东新区公示期多久", "上海市/浦东新区")
    assert read_after.carried == (Carried.QUESTION, Carried.FACET, Carried.REGION)


@pytest.mark.parametrize("text", ["那浦东发展银行呢", "宝山钢铁呢", "那静安寺呢"])
def test_a_name_with_a_district_in_it_is_no_district_in_a_conversation_either(text: str) -> None:
    read_after = after("注销公司公示期多久", text)
    assert read_after.question.region is None
    assert read_after.phrasing.rest in read_after.text


def test_a_person_whose_company_refuses_does_not_ask_for_the_company() -> None:
    assert after("失业金怎么申请", "单位不给报，我自己能报吗").question.audience is Audience.PERSON


@pytest.mark.parametrize(
    ("text", "day_named"), [("那明年1月以后呢", "明年1月以后"), ("2024年呢", "2024年"), ("补贴2024元呢", "")]
)
def test_a_day_is_found_in_a_follow_up_by_the_same_words_as_in_a_question(text: str, day_named: str) -> None:
    assert read(text).phrasing.changes.day == day_named


@pytest.mark.parametrize(
    ("earlier", "text", "asked"),
    [
        ("第三次扔飞盘补多少", "什么时候发", "第三次扔飞盘补多少 什么时候发"),
        ("飞盘丢了", "要收费吗", "飞盘丢了 要收费吗"),
    ],
)
def test_a_question_after_one_of_no_known_matter_is_asked_with_its_words(earlier: str, text: str, asked: str) -> None:
    read_after = after(earlier, text)
    assert (read_after.text, read_after.carried, matter_of(read_after)) == (asked, (Carried.QUESTION,), None)


def test_what_asks_for_itself_is_not_asked_with_words_of_no_known_matter() -> None:
    assert after("飞盘丢了", "居住证签注需要什么材料").carried == ()
    assert after("飞盘丢了", "周末广场上能不能放音乐跳舞").carried == ()


def test_a_thing_that_was_spoken_of_stays_the_one_that_is_asked_about() -> None:
    followed = READER.settled(after("护照到期了怎么换居住证签注", "要收费吗"))
    assert followed.may_be_of("护照 100元")
    assert not followed.may_be_of("机动车驾驶证 10元")
    assert READER.settled(after("居住证签注要什么", "那驾照呢")).may_be_of("驾驶证")


@pytest.mark.parametrize("text", ["我已经交了14年了", "我的证才拿了8个月", "我今年62岁"])
def test_who_tells_an_own_figure_in_a_talk_is_answered_on_what_was_asked(text: str) -> None:
    told = after("居住证签注需要什么材料", text)
    assert (told.scope, matter_of(told), "材料" in told.text) == (None, "endorsement", True)
    assert Carried.QUESTION in told.carried


def test_what_only_sounds_like_small_talk_goes_on_with_the_talk() -> None:
    asked = after("婚假几天", "男的也有吗")
    assert (asked.is_courtesy, matter_of(asked)) == (False, "wedding")
