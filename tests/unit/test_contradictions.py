"""When the figures of two texts on one matter conflict."""

import pytest

from kb_service.domain.documents import PassageInVersion
from kb_service.publishing.contradictions import differences
from tests.contradicting import FEE, STATING, TIME, answer, conflicts, section


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
            answer("停靠证可以代办吗？", "可以。"),
            section("领取", "停靠证须本人办理，不得代办。"),
            ("可以", "须本人"),
            id="a bare yes on who may come",
        ),
        pytest.param(
            answer("停靠证需要本人去办吗？", "需要。"),
            section("代办", "停靠证可以由家属代办。"),
            ("需要", "可以"),
            id="a bare yes on coming oneself",
        ),
        pytest.param(
            answer("停靠证要本人到场吗？", "必须。"),
            section("到场", "办停靠证无需本人到场。"),
            ("必须", "无需本人"),
            id="a bare must on coming oneself",
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


def test_a_sentence_and_its_figures_are_found_again_in_the_passage() -> None:
    passage = answer("停靠证要多少钱？", "先交材料。停靠证工本费每本80元。")
    (difference,) = differences(list(STATING.statements(passage)), list(STATING.statements(FEE)), STATING.groups)
    start, end = difference.ours.span
    assert passage.passage.text[start:end] == "停靠证工本费每本80元"
    assert [passage.passage.text[a:b] for a, b in difference.ours.figure_spans] == ["80元"]


def test_traditional_script_is_read_like_simplified() -> None:
    assert conflicts(answer("停靠證要多少錢？", "停靠證工本費每本80元。"), against=FEE) == [(("80元",), ("60元",))]
