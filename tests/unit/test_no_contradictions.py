"""When the figures of two texts on one matter differ and yet do not conflict."""

import pytest

from kb_service.domain.documents import PassageInVersion
from kb_service.publishing.contradictions import do_conflict
from tests.contradicting import FEE, STATING, TIME, answer, conflicts, section


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        pytest.param(answer("停靠证多少钱？", "每本收工本费六十元。"), FEE, id="the same amount"),
        pytest.param(answer("停靠证几天发？", "受理后两周多一天，也就是15天内发放。"), TIME, id="the same days"),
        pytest.param(
            answer("停靠证能用多久？", "停靠证十二个月有效。"),
            section("有效期", "停靠证有效期1年。"),
            id="the same time in another unit",
        ),
    ],
)
def test_the_same_figures_in_other_words_do_not_conflict(ours: PassageInVersion, theirs: PassageInVersion) -> None:
    assert conflicts(ours, against=theirs) == []


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        pytest.param(
            answer("停靠证丢了补领多少钱？", "补领停靠证，工本费每本90元。"), FEE, id="first issue and another"
        ),
        pytest.param(
            answer("个人停船每月多少钱？", "个人停船每月收费300元。"),
            answer("单位停船每月多少钱？", "单位停船每月收费500元。"),
            id="persons and companies",
        ),
        pytest.param(
            answer("按年租船位多少钱？", "船位每年收费3000元。"),
            answer("按月租船位多少钱？", "船位每月收费300元。"),
            id="a year and a month",
        ),
        pytest.param(
            section("时限", "复审在30日内完成。"), section("时限", "初审在10日内完成。"), id="first and second review"
        ),
        pytest.param(
            section("时限", "承诺办结时限：5个工作日。"),
            section("时限", "法定办结时限：20个工作日。"),
            id="promised and legal",
        ),
        pytest.param(answer("停靠证几年有效？", "停靠证有效期5年。"), TIME, id="validity and processing"),
        pytest.param(
            answer("70岁以上老人停船多少钱？", "满70周岁的，每月收费50元。"),
            answer("60岁以上老人停船多少钱？", "满60周岁的，每月收费80元。"),
            id="another age",
        ),
        pytest.param(
            answer("北岸码头停靠费多少？", "北岸码头每次收费70元。"),
            answer("南岸码头停靠费多少？", "南岸码头每次收费50元。"),
            id="what each is asked about itself",
        ),
        pytest.param(
            answer("2025年船位费多少？", "2025年7月1日起，船位费每月300元。"),
            answer("2026年船位费多少？", "2026年7月1日起，船位费每月350元。"),
            id="another year",
        ),
        pytest.param(
            answer("非会员提前几天订船位？", "非会员提前2天预订船位。"),
            answer("会员提前几天订船位？", "会员提前7天预订船位。"),
            id="the contrary",
        ),
        pytest.param(
            answer("有船的能租船位吗？", "有船的居民可以租用船位。"),
            answer("无船的能租船位吗？", "无船的居民不能租用船位。"),
            id="permission of others",
        ),
        pytest.param(
            section("转让", "未经同意不得转让停靠证。"),
            section("转让", "停靠证可以转让。"),
            id="a rule and its exception",
        ),
        pytest.param(
            section("职责", "航道清障由市海事管理局负责处理。"),
            section("职责", "航道清障由海事局负责处理。"),
            id="a short name",
        ),
        pytest.param(
            section("附则", "本办法自2026年9月1日起施行，到2028年2月1日为止。"),
            section("附则", "本安排自2026年8月1日起施行，到2027年9月1日为止。"),
            id="each text of itself",
        ),
        pytest.param(
            section("期限", "停船满1年不满5年的，最长领取12个月补贴。"),
            section("期限", "停船满10年的，最长领取24个月补贴。"),
            id="cases told by figures of the same kind",
        ),
        pytest.param(
            section("期限", "16周岁至25周岁的，停靠证有效期为10年。"),
            section("期限", "26至45周岁的，停靠证有效期为20年。"),
            id="ages that are cases",
        ),
        pytest.param(
            section("数量", "全市登记游船1012.6万艘次，收费1012元。"),
            section("数量", "全市游船收费约1000元。"),
            id="rough",
        ),
        pytest.param(
            section("补贴", "调整后每月补贴300元。"),
            section("补贴", "调整前每月补贴200元。"),
            id="before and after a change",
        ),
        pytest.param(
            section("职责", "停靠证由区海事局核发。"),
            section("职责", "停靠证由区政务服务中心受理。"),
            id="other duties",
        ),
        pytest.param(
            answer("停靠证补办几天？", "15个工作日。"), answer("船员证审验几天？", "5个工作日。"), id="bare answers"
        ),
        pytest.param(
            section("离港停靠", "离港停靠船位，须封存满6个月。"),
            section("进港停靠", "进港停靠船位，须租用满3个月。"),
            id="what is named before the comma",
        ),
        pytest.param(
            section("停靠", "白天停靠每小时10元。"), section("停靠", "夜间停靠每小时5元。"), id="day and night"
        ),
        pytest.param(
            section("时间", "周一至周五9:00—17:00开放。"),
            section("时间", "周六9:00—11:30开放。"),
            id="other days of the week",
        ),
        pytest.param(
            section("时间", "码头周一闭馆。"), section("时间", "码头周二至周日对外开放。"), id="closed on another day"
        ),
        pytest.param(
            section("有效期", "停靠证有效期10年。"),
            section("有效期", "未满16周岁的，停靠证有效期5年。"),
            id="the exception of an age",
        ),
        pytest.param(
            section("领取", "应当本人领取停靠证。"),
            section("领取", "因重病不能到场的，可以委托他人代办。"),
            id="who is too ill to come",
        ),
        pytest.param(
            section("材料", "船检证明复印件1份。"), section("材料", "船员名册副本2份。"), id="another thing is counted"
        ),
        pytest.param(
            section("优惠", "普通件7个工作日办结。"), section("优惠", "加急件3个工作日办结。"), id="usual and urgent"
        ),
        pytest.param(
            section("收费", "办理停靠证收费10元。"),
            section("收费", "低保家庭办理停靠证免收费用。"),
            id="the exception of those in need",
        ),
        pytest.param(section("收费", "一次停靠15元。"), section("收费", "多次停靠80元。"), id="once and several times"),
        pytest.param(
            section("受理", "受理机关：徐汇区海事处"),
            section("受理", "受理机关：静安区海事处"),
            id="each district's own",
        ),
        pytest.param(
            section("受理", "受理机关：区海事局"),
            section("受理", "主管机关：市水务局"),
            id="who accepts and who governs",
        ),
        pytest.param(
            answer("徐汇区停船补贴多少？", "徐汇区每次补贴3元。"),
            answer("静安区停船补贴多少？", "静安区每次补贴5元。"),
            id="districts named in the text",
        ),
    ],
)
def test_figures_for_different_things_do_not_conflict(ours: PassageInVersion, theirs: PassageInVersion) -> None:
    assert conflicts(ours, against=theirs) == []


def test_what_the_other_text_says_as_well_is_no_contradiction_with_the_rest_of_it() -> None:
    theirs = section("收费标准", "停靠证工本费每本60元。大船的停靠证工本费每本90元。")
    assert conflicts(answer("停靠证工本费多少？", "停靠证工本费每本60元。"), against=theirs) == []


def test_a_range_is_no_contradiction_from_either_side() -> None:
    one, other = (section("办理时限", f"{days}个工作日内办好停靠证。") for days in ("5", "3至5"))
    assert conflicts(one, against=other) == conflicts(other, against=one) == []
    ((alone,), (both,)) = (STATING.statements(each) for each in (one, other))
    assert not do_conflict(alone, both)
    assert not do_conflict(both, alone)


def test_a_scale_is_told_step_by_step() -> None:
    ours = section("收费", "小型船每月200元；中型船每月450元。")
    theirs = section("收费", "小型船每月200元；中型船每月400元；大型船每月800元。")
    assert conflicts(ours, against=theirs) == [(("450元",), ("400元",))]


def test_one_row_of_a_scale_without_its_name_conflicts_with_none() -> None:
    theirs = section("学费", "烘焙，每期学费800元；声乐，每期学费600元。")
    assert conflicts(section("学费", "每期学费500元。"), against=theirs) == []


def test_where_a_text_comes_from_is_no_statement() -> None:
    assert conflicts(section("时限", "来源：受理之日起20日内发放停靠证。"), against=TIME) == []
