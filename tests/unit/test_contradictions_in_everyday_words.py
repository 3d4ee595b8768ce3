"""When two texts on one matter conflict although one of them says it as people speak."""

from pathlib import Path

import pytest

from kb_service.adapters.script import OpenCCConverter
from kb_service.publishing.contradictions import differences
from kb_service.publishing.contrasts import load_contrasts
from kb_service.publishing.statements import Stating
from tests.factories import passage_in_version

STATING = Stating(load_contrasts(Path("prompts")), OpenCCConverter())


def conflicts(ours: str, theirs: str) -> list[tuple[tuple[str, ...], tuple[str, ...]]]:
    one, other = (
        list(STATING.statements(passage_in_version(text, document_id=name, title="泊位租用")))
        for name, text in (("guide", ours), ("answer", theirs))
    )
    return [(each.ours.written, each.theirs.written) for each in differences(one, other, STATING.groups)]


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        pytest.param("租用泊位分文不取。", "租用泊位每月收费80元。", id="free"),
        pytest.param("泊位合同只认本人签字。", "签泊位合同可由配偶代办。", id="who may come"),
        pytest.param("自己抽不出空的，让子女递交也行。", "泊位申请须由本人递交。", id="by whom else"),
        pytest.param("足不出户就能租到泊位。", "租泊位只能到窗口办理。", id="without leaving home"),
        pytest.param("泊位续租请当面递交申请。", "泊位续租可以在网上办理。", id="face to face"),
        pytest.param("泊位服务点周六照样接待。", "泊位服务点周六闭馆。", id="open all the same"),
        pytest.param("任何一家停车管理站都收泊位申请。", "泊位申请须到原登记的停车管理站。", id="any office"),
        pytest.param("租泊位不看户口。", "泊位只租给有本市户口的居民，仅限本市户籍。", id="household"),
        pytest.param("泊位证报名4月15日开始。", "泊位证报名自4月20日起。", id="a day without 时间"),
        pytest.param("泊位由街道办提出。", "泊位由业主委员会提出。", id="who applies"),
        pytest.param(
            "泊位遗失物自公告之日起一年内无人认领的，归国家所有。",
            "泊位遗失物自公告之日起6个月无人认领的，归国家所有。",
            id="lost property is no replacement",
        ),
        pytest.param(
            "申请材料：身份证、行驶证、房产证明。", "无需提供房产证明。", id="an item of a list within a sentence"
        ),
    ],
)
def test_everyday_words_conflict_with_official_ones(ours: str, theirs: str) -> None:
    assert len(conflicts(ours, theirs)) == 1
    assert len(conflicts(theirs, ours)) == 1


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        pytest.param("泊位网上报名为4月10日至20日。", "泊位现场确认为4月24日至28日。", id="another step"),
        pytest.param("租用泊位分文不取。", "租用泊位不收费。", id="both free"),
        pytest.param("足不出户就能租到泊位。", "泊位可以在网上申请。", id="both online"),
        pytest.param("申请材料：身份证、行驶证。", "无需提供房产证明。", id="what the list does not name"),
        pytest.param("申请材料：身份证、行驶证。", "所需材料为身份证、行驶证。", id="the same list"),
        pytest.param("泊位报名自4月15日起。", "泊位摇号定在4月20日。", id="drawing lots"),
    ],
)
def test_the_same_in_everyday_words_and_other_steps_agree(ours: str, theirs: str) -> None:
    assert conflicts(ours, theirs) == []
