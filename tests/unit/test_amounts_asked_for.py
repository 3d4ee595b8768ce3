"""Whether a statement has the amount, time or number that was asked for, read with the product's own lexicon."""

from pathlib import Path

import pytest

from kb_service.asking.reading.lexicon import load_lexicon

LEXICON = load_lexicon(Path(__file__).parents[2] / "prompts")


@pytest.mark.parametrize(
    ("asked", "statement", "lacks"),
    [
        ("签注要钱吗", "请携带身份证。", True),
        ("签注要钱吗", "签注免费。", False),
        ("签注多少钱", "签注免费。", False),
        ("工本费多少", "不收取工本费。", False),
        ("费用是多少", "免费。", False),
        ("签注多少钱", "工本费20元。", False),
        ("签注多少钱", "请咨询窗口。", True),
        ("缴费基数是多少", "按规定确定。", True),
        ("缴费基数是多少", "不低于7460元。", False),
        ("电话是多少", "请拨打12345。", False),
        ("电话多少", "021-12345678", False),
        ("电话多少", "请到窗口咨询。", True),
        ("几点下班", "周一至周五 9:00-17:30", False),
        ("几点下班", "工作日接待。", True),
        ("多久办好", "5个工作日", False),
        ("多久办好", "三十日内", False),
        ("多久办好", "当场办结", False),
        ("多久办好", "尽快办理", True),
        ("什么时候能领", "2026年7月起", False),
        ("什么时候能领", "另行通知", True),
        ("护照管几年", "有效期十年", False),
        ("护照管几年", "有效期较长", True),
        ("几个月内办", "三个月内", False),
        ("几岁能办", "年满16周岁", False),
        ("几岁能办", "成年以后", True),
        ("补贴比例百分之几", "百分之八十", False),
        ("最多能贷几万", "额度另定", True),
        ("要带几种材料", "身份证和户口簿", True),
        ("要带几种材料", "下列3种", False),
        ("怎么办", "到窗口办理。", False),  # nothing that could be lacking
        ("来沪人员不登记罚多少钱", "应当办理登记，收费20元。", True),
        ("不登记罚多少钱", "处200元以上1000元以下罚款。", False),
        ("照片要几寸", "近期免冠照片2张。", True),
        ("照片什么底色", "白色背景。", False),
        ("首套利率多少", "最高额度200万元。", True),
        ("医保热线几号", "962218", False),
        ("最晚几时报", "出生后一个月以内", False),
        ("文号是多少", "沪示范〔2026〕1号", False),
        ("生育津贴能领多少钱", "免费办理。", True),
        ("补贴能拿多少", "每月1131元。", False),
        ("房产过户要交多少税", "一般的登记5个工作日。", True),
        ("狗证多少钱", "费用由养犬人承担。", True),
        ("职业病检查多少钱", "费用由用人单位承担。", False),
        ("窗口给几天补材料", "5个工作日内补正。", False),
        ("要不要钱", "社会保险费用都已结清的，可以申请。", True),
        ("要不要钱", "首次申领不收取费用。", False),
        ("手续费谁出", "费用由单位承担。", False),
        ("最高能交多少", "本人上一年度月平均工资乘以缴存比例。", True),
    ],
)
def test_an_answer_without_the_amount_asked_for_is_none(asked: str, statement: str, lacks: bool) -> None:
    assert LEXICON.quantity_asked(asked).is_missing_from(statement) is lacks


@pytest.mark.parametrize(
    ("asked", "statement", "is_of_another"),
    [
        ("护照加急几天", "自收到材料之日起15日内签发。请求加急的，应当及时办理。", True),
        ("护照加急几天", "加急的，5个工作日签发。", False),
        ("护照能加急吗，几天", "自收到材料之日起15日内签发。", False),
        ("补充公积金的比例是多少", "单位和职工的缴存比例各为5%至7%。", True),
        ("居住证丢了补一张多少钱", "第一次申领免收工本费。丢失后补领的，要缴纳工本费。", True),
        ("居住证丢了补一张多少钱", "丢失后补领的，工本费20元。", False),
        ("身份证丢了补一张要几天", "自提交登记表之日起60日内发放。", False),  # the time is the same
        ("小时工最低多少", "月最低工资标准为2740元。", True),
        ("退税几天到账", "次年6月30日内办理。", True),
        ("产假几天", "享受生育假60天。", True),
        ("简易注销公示几天", "公示期为10日。简易注销不收费。", True),
        ("简易注销公示几天", "简易注销的公示期为10日。", False),
    ],
)
def test_an_amount_of_something_else_is_not_the_one_asked_for(asked: str, statement: str, is_of_another: bool) -> None:
    assert LEXICON.quantity_asked(asked).is_of_another(statement) is is_of_another


def test_what_the_amount_stands_under_may_say_what_it_is_of() -> None:
    assert not LEXICON.quantity_asked("简易注销公示几天").is_of_another("公示期为10日。", under="简易注销 公示")


@pytest.mark.parametrize(("asked", "bars"), [("敬老卡每月发多少钱", False), ("敬老卡多少钱", True)])
def test_that_no_fee_is_told_of_is_no_lack_of_what_somebody_receives(asked: str, bars: bool) -> None:
    said = "每月津贴: 75元。\n收费: 来源没有载明任何收费。"
    assert bool(LEXICON.quantity_asked(asked).disclaimed_in(said)) is bars
