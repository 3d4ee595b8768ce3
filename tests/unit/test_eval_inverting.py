"""Questions whose right answer is no, made of what clauses forbid and demand."""

import pytest

from eval.turned_round import Side, begins_wrongly, questions_of
from tests.factories import passage_in_version


@pytest.mark.parametrize(
    ("clause", "question"),
    [
        ("（四）个人不得饲养烈性犬。", "个人能不能饲养烈性犬"),
        ("公共场所禁止随地吐痰乱扔垃圾。", "公共场所能不能随地吐痰乱扔垃圾"),
        ("单位还应当按月告知本人，不得拖延。", "单位可以不按月告知本人吗"),
        ("第三条 申请人必须到场签字。", "申请人可以不到场签字吗"),
        ("应当办理网签备案。", "居住证签注，可以不办理网签备案吗"),
        # Without its condition the right answer would be another one.
        ("证件丢失后补领的，要缴纳工本费。", "居住证签注，证件丢失后补领的，可以不缴纳工本费吗"),
        ("除了不可抗力，单位不能缓缴社会保险费。", "除了不可抗力，单位能不能缓缴社会保险费"),
        ("按时足额缴费，不能缓缴社会保险费。", "居住证签注，能不能缓缴社会保险费"),
        ("快证不能在网上申请。", "快证能不能在网上申请"),
        ("严禁擅自改变房屋用途。", "居住证签注，能不能擅自改变房屋用途"),
        ("每年需要办理签注，逾期失效。", "每年可以不办理签注吗"),
        ("申请人要携带身份证原件。", "申请人可以不携带身份证原件吗"),
        # Who asks the wrong way round asks for more time.
        ("用人单位应当自用工之日起30日内办理社保登记。", "用人单位可以超过30日再办理社保登记吗"),
        ("坐席应当在1分钟内首次响应。", "坐席可以超过1分钟再首次响应吗"),
    ],
)
def test_a_clause_asks_whether_it_may_be_turned_round(clause: str, question: str) -> None:
    first, *_ = questions_of(passage_in_version(clause, title="居住证签注办事指南（演示）"))
    assert first.question == question


@pytest.mark.parametrize(
    "clause",
    [
        "单位不得不另行申报材料。",
        "应当办理而没有办理的，处以罚款。",
        "会说明应当走的渠道。",
        "单位应当自事故发生之日，30日内提出申请。",
        "是否应当办理登记，由登记机关决定。",
        "个人不得养犬。",  # two characters say too little
        "申请人应当在登记机关根据本办法另行规定并且公布的期限以内补正全部申请材料。",  # nobody asks so
        "不能当场登记的，三日内登记。",
        "需要延长的，应当说明。",
        "所需材料如下。",
        "主要办理居住登记。",
        "不需要提供复印件。",
        "只要提交申请表，就能办理。",
        "本文不能代替核定结果。",
        "三条要同时满足。",
        "除此之外，要缴纳工本费。",
        "单位不得饲养大型犬，但动物园除外。",
        "单位应当在投入使用后30日内。",  # goes on elsewhere
    ],
)
def test_what_forbids_and_demands_nothing_asks_nothing(clause: str) -> None:
    assert list(questions_of(passage_in_version(clause))) == []


def test_a_clause_is_asked_in_two_ways() -> None:
    asked = [
        each.question
        for each in questions_of(passage_in_version("个人不得饲养烈性犬。应当办理签注备案。", title="居住证"))
    ]
    assert asked == [
        "个人能不能饲养烈性犬",
        "个人可以饲养烈性犬吗",
        "居住证，可以不办理签注备案吗",
        "居住证，能不能不办理签注备案",
    ]


@pytest.mark.parametrize(
    ("side", "text", "is_wrong"),
    [
        (Side.FORBIDDEN, "可以，个人可以饲养。", True),
        (Side.FORBIDDEN, "您好，能饲养。", True),
        (Side.FORBIDDEN, "不可以，个人不得饲养烈性犬。", False),
        (Side.FORBIDDEN, "个人不得饲养烈性犬。可以饲养其他犬。", False),
        (Side.DEMANDED, "可以，", True),
        (Side.DEMANDED, "不用到场。", True),
        (Side.DEMANDED, "不需要到场。", True),
        (Side.DEMANDED, "不可以，必须到场。", False),
        (Side.DEMANDED, "申请人必须到场签字。", False),
        (Side.FORBIDDEN, "不需要办证。", False),
    ],
)
def test_an_answer_begins_wrongly_when_it_allows_or_spares(side: Side, text: str, is_wrong: bool) -> None:
    assert begins_wrongly(side, text) is is_wrong
