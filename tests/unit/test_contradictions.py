"""When the figures of two texts on one matter conflict."""

from pathlib import Path
from typing import Any

import pytest

from kb_service.adapters.script import OpenCCConverter
from kb_service.domain.days import Interval
from kb_service.domain.documents import Audience, Kind, PassageInVersion
from kb_service.domain.suspicions import Authority, level_of_authority, on_one_level
from kb_service.publishing.contradictions import common_from, differences, do_conflict, may_contradict
from kb_service.publishing.contrasts import load_contrasts
from kb_service.publishing.statements import Stating
from tests.factories import day, metadata, passage_in_version

STATING = Stating(load_contrasts(Path("prompts")), OpenCCConverter())


def answer(question: str, text: str) -> PassageInVersion:
    return passage_in_version(text, document_id="answer", kind=Kind.INTERPRETATION, title=question, question=question)


def section(heading: str, text: str, *, title: str = "游船停靠证办事指南") -> PassageInVersion:
    return passage_in_version(text, headings=(title, heading), title=title)


def conflicts(*ours: PassageInVersion, against: PassageInVersion) -> list[tuple[tuple[str, ...], tuple[str, ...]]]:
    """The differing figures as they are written, of both sides."""
    own = [statement for each in ours for statement in STATING.statements(each)]
    found = differences(own, list(STATING.statements(against)), STATING.groups)
    return [(each.ours.written, each.theirs.written) for each in found]


FEE = section("收费标准", "停靠证工本费每本60元，申领时缴纳。")
TIME = section("办理时限", "自受理之日起15日内发放停靠证。")


@pytest.mark.parametrize(
    ("ours", "theirs", "expected"),
    [
        pytest.param(answer("停靠证要多少钱？", "工本费每本80元。"), FEE, ("80元", "60元"), id="amount"),
        pytest.param(answer("停靠证要多少钱？", "停靠证免收工本费。"), FEE, ("免收", "60元"), id="free"),
        pytest.param(
            answer("停靠证几天发？", "受理以后二十日之内发放。"),
            TIME,
            ("二十日", "15日"),
            id="days in Chinese numerals",
        ),
        pytest.param(
            answer("几岁可以申请停靠证？", "申请停靠证应当年满二十周岁。"),
            section("办理条件", "申请停靠证的人应当年满18周岁。"),
            ("二十周岁", "18周岁"),
            id="age",
        ),
        pytest.param(
            answer("停靠证的咨询电话？", "停靠证咨询电话：021-55550102。"),
            section("咨询电话", "咨询电话：021-55550101，工作日接听。"),
            ("021-55550102", "021-55550101"),
            id="telephone",
        ),
        pytest.param(
            section("收费", "静安寺路码头每次停靠收费30元。"),
            section("收费", "徐汇大桥边每次停靠收费50元。"),
            ("30元", "50元"),
            id="streets and bridges are no districts",
        ),
        pytest.param(
            section("代办", "停靠证须由本人领取。"),
            section("代办", "停靠证可由亲属代领。"),
            ("须由本人", "可"),
            id="who may come",
        ),
        pytest.param(
            section("办理地点", "停靠证在社区事务受理服务中心办理。"),
            section("办理地点", "办理地点：水上派出所。"),
            ("社区事务受理服务中心", "水上派出所"),
            id="which office",
        ),
        pytest.param(
            section("办理条件", "办理停靠证不再需要提供船舶证书。"),
            section("申请材料", "1. 船主身份证\n2. 船舶证书"),
            ("不再需要提供", "船舶证书"),
            id="a line of a list of what is needed",
        ),
        pytest.param(
            section("补领", "补领停靠证免费。", title="船舶停靠证指南"),
            section("补领", "停靠证补证收取工本费25元。"),
            ("免费", "25元"),
            id="replacing, in other words",
        ),
        pytest.param(
            answer("停船要交钱吗？", "免费办理。"),
            section("收费", "每本收取工本费15元。"),
            ("免费", "15元"),
            id="free, in other words",
        ),
        pytest.param(
            answer("停靠证能让别人代办吗？", "停靠证不能由他人代办。"),
            section("代办", "停靠证可以由他人代办。"),
            ("不能", "可以"),
            id="permission",
        ),
        pytest.param(
            answer("要船舶证书吗？", "无需提供船舶证书。"),
            section("申请材料", "须提供船舶证书原件和照片。"),
            ("无需提供", "须提供"),
            id="one of the things needed",
        ),
        pytest.param(
            answer("船坏了找谁？", "航道清障由海事局负责处理。"),
            section("职责", "航道清障由水务局负责处理。"),
            ("海事局", "水务局"),
            id="who is responsible",
        ),
        pytest.param(
            answer("停靠证在哪里办？", "位于外马路99号。"),
            section("办理地点", "地址：东门路12号。"),
            ("外马路99", "东门路12"),
            id="place",
        ),
        pytest.param(
            answer("新办法哪天施行？", "停靠办法自2026年9月1日起施行。"),
            section("附则", "停靠办法自2026年8月1日起施行。"),
            ("2026年9月1日", "2026年8月1日"),
            id="day of effect",
        ),
        pytest.param(
            answer("停靠证几天发？", "自受理之日起当场办结。"), TIME, ("当场办结", "15日"), id="at once and in days"
        ),
        pytest.param(
            answer("办停靠证要收费吗？", "不收费。"), FEE, ("不收费", "60元"), id="a bare answer to what is free"
        ),
        pytest.param(
            answer("停靠证几天能办好？", "5个工作日。"),
            section("办理时限", "25个工作日"),
            ("5个工作日", "25个工作日"),
            id="a bare answer and what stands under a heading",
        ),
        pytest.param(
            section("受理机关", "区海事局"),
            section("基本信息", "项目 | 内容\n受理机关 | 区水务局"),
            ("区海事局", "区水务局"),
            id="authorities, under a heading and in a table",
        ),
        pytest.param(
            section("受理", "停靠证由区海事局受理。"),
            section("受理", "受理机关：区水务局"),
            ("区海事局", "区水务局"),
            id="authorities, in a sentence and with their name",
        ),
        pytest.param(
            answer("停靠证可以代办吗？", "不可以。"),
            section("代办", "可由近亲属代办。"),
            ("不可以", "可"),
            id="a bare answer on who may come",
        ),
        pytest.param(
            answer("领停靠证必须本人去吗？", "不用。"),
            section("领取", "停靠证须本人领取。"),
            ("不用", "须本人"),
            id="whether one must come oneself",
        ),
        pytest.param(
            section("有效期", "长期"), section("有效期", "停靠证有效期3年。"), ("长期", "3年"), id="for ever and years"
        ),
        pytest.param(
            section("申请材料说明", "无需照片。"),
            section("办理条件", "近期免冠照片2张"),
            ("无需", "照片"),
            id="how many of what is not needed",
        ),
        pytest.param(
            section("宠物", "允许携带猫狗上船，但须牵绳。"),
            section("宠物", "禁止携带猫狗上船。"),
            ("允许", "禁止"),
            id="allowed on a condition and forbidden",
        ),
        pytest.param(
            section("烟花", "外环以外可以燃放烟花。"),
            section("烟花", "外环以外禁止燃放烟花。"),
            ("可以", "禁止"),
            id="outside a ring road is no exception",
        ),
        pytest.param(
            section("补领", "停靠证补领全程网办。"),
            answer("停靠证补领能网上办吗？", "停靠证补领不支持网上办理。"),
            ("全程网办", "不支持"),
            id="whether it can be done online",
        ),
        pytest.param(
            section("时间", "码头周六对外开放。"),
            answer("码头周六开门吗？", "周六不对外开放。"),
            ("对外开放", "不对外开放"),
            id="open and closed on one day",
        ),
        pytest.param(
            section("照片", "提交2寸船照3张。"), section("照片", "提交船照2张。"), ("3张", "2张"), id="beside its size"
        ),
    ],
)
def test_other_figures_for_the_same_thing_conflict(
    ours: PassageInVersion, theirs: PassageInVersion, expected: tuple[str, str]
) -> None:
    assert conflicts(ours, against=theirs) == [((expected[0],), (expected[1],))]


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


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ("食品经营许可办事指南", "药品经营许可办事指南", False),
        ("居住证补办指南", "身份证补办指南", False),
        ("最低工资标准调整通知", "现在最低工资多少？", True),
    ],
)
def test_texts_without_a_matter_are_of_one_subject_unless_each_names_its_own(
    one: str, other: str, expected: bool
) -> None:
    sides = (section("时限", "15日内办结。", title=title) for title in (one, other))
    assert STATING.is_of_one_subject(*sides) is expected


def test_a_sentence_and_its_figures_are_found_again_in_the_passage() -> None:
    passage = answer("停靠证要多少钱？", "先交材料。停靠证工本费每本80元。")
    (difference,) = differences(list(STATING.statements(passage)), list(STATING.statements(FEE)), STATING.groups)
    start, end = difference.ours.span
    assert passage.passage.text[start:end] == "停靠证工本费每本80元"
    assert [passage.passage.text[a:b] for a, b in difference.ours.figure_spans] == ["80元"]


def test_traditional_script_is_read_like_simplified() -> None:
    assert conflicts(answer("停靠證要多少錢？", "停靠證工本費每本80元。"), against=FEE) == [(("80元",), ("60元",))]


@pytest.mark.parametrize(
    ("fields", "level"),
    [
        ({"title": "中华人民共和国护照法", "kind": Kind.REGULATION}, Authority.LAW),
        ({"title": "《上海市养犬管理条例》（2016年修正）", "kind": Kind.REGULATION}, Authority.REGULATIONS),
        ({"title": "居住证申办实施细则", "kind": Kind.REGULATION}, Authority.RULES),
        ({"title": "关于调整比例的通知", "kind": Kind.REGULATION}, Authority.NORMATIVE_DOCUMENT),
        (
            {"title": "缴费比例", "kind": Kind.REGULATION, "document_number": "沪医保规〔2026〕2号"},
            Authority.NORMATIVE_DOCUMENT,
        ),
        ({"title": "缴费比例", "kind": Kind.REGULATION}, Authority.EXPLANATION),
        ({"title": "养犬管理条例解读", "kind": Kind.REGULATION}, Authority.EXPLANATION),
        ({"title": "养犬管理条例", "kind": Kind.PROCEDURE}, Authority.EXPLANATION),
    ],
)
def test_a_text_ranks_by_the_name_it_bears(fields: dict[str, Any], level: Authority) -> None:
    assert level_of_authority(metadata(**fields)) is level


def test_a_rule_gives_way_to_a_law_but_an_explanation_must_agree_with_the_notice_it_explains() -> None:
    law, rules = (metadata(title=title, kind=Kind.REGULATION) for title in ("护照法", "护照办法"))
    notice = metadata(title="护照工本费的通知", kind=Kind.REGULATION)
    assert not on_one_level(law, rules)
    assert not on_one_level(rules, notice)
    assert on_one_level(notice, metadata(title="护照问答"))


def test_texts_of_other_regions_or_audiences_do_not_contradict() -> None:
    city = metadata(region="上海市", audience=Audience.PERSON)
    assert may_contradict(city, metadata(region="上海", audience=None))
    assert not may_contradict(city, metadata(region="浦东新区", audience=Audience.PERSON))
    assert may_contradict(city, metadata(region=None, audience=Audience.PERSON))
    assert not may_contradict(city, metadata(region="全国", audience=Audience.PERSON))
    assert not may_contradict(metadata(region=None), metadata(region="浦东新区"))
    assert not may_contradict(city, metadata(region="上海市", audience=Audience.ENTERPRISE))


def test_only_a_common_day_from_today_on_counts() -> None:
    until_june, from_june = Interval(None, day("2026-06-01")), Interval(day("2026-06-01"), None)
    today = day("2026-05-31").toordinal()
    assert not common_from(until_june, from_june, today)
    assert common_from(until_june, Interval(None, None), today)
    assert not common_from(until_june, Interval(None, None), today + 1)
