"""When two texts state one thing otherwise in words of their own, and when their words part them."""

import pytest

from kb_service.domain.documents import PassageInVersion
from kb_service.publishing.contradictions import differences
from kb_service.publishing.figure_statement import FigureStatement
from kb_service.publishing.stances import NO, YES, stances
from kb_service.publishing.values import frequencies, values
from tests.contradicting import STATING, section

_NEAR, _FAR = 0.97, 0.90


def found(ours: PassageInVersion, theirs: PassageInVersion, *, nearness: float) -> list[tuple[tuple[str, ...], ...]]:
    """``nearness``: what the embedding model is said to find."""

    def near(_one: FigureStatement, _other: FigureStatement) -> float:
        return nearness

    sides = [list(STATING.statements(each)) for each in (ours, theirs)]
    return [(each.ours.written, each.theirs.written) for each in differences(*sides, STATING.groups, nearness=near)]


@pytest.mark.parametrize(
    ("ours", "theirs", "expected"),
    [
        pytest.param("小船停靠证工本费收五十块。", "停靠证工本费每本60元。", ("五十块", "60元"), id="colloquial money"),
        pytest.param("船主自己出三成。", "船主承担费用的百分之二十。", ("三成", "百分之二十"), id="tenths"),
        pytest.param("停靠证半年验一次。", "停靠证每年检验1次。", ("半年验一次", "每年检验1次"), id="how often"),
        pytest.param("码头礼拜二闭馆。", "码头周一闭馆。", ("礼拜二", "周一"), id="day of the week"),
        pytest.param("码头晚上九点关。", "码头关门时间18时。", ("晚上九点", "18时"), id="hour in words"),
        pytest.param("船位归水务局批。", "船位由海事局审批。", ("水务局", "海事局"), id="who decides"),
        pytest.param("开船后再登记。", "开船前登记船名。", ("开船后", "开船前"), id="before and after"),
        pytest.param("停靠证要自己去拿。", "停靠证可由亲友代领。", ("自己", "亲友"), id="in person or by others"),
        pytest.param(
            "停靠证补办不牵绳也行。", "停靠证补办应当牵绳。", ("不牵绳也行", "停靠证补办应当牵绳"), id="need not"
        ),
    ],
)
def test_one_thing_stated_otherwise_is_found_where_the_sentences_are_near(
    ours: str, theirs: str, expected: tuple[str, str]
) -> None:
    sides = section("停靠", ours), section("停靠", theirs)
    mine, yours = expected
    assert ((mine,), (yours,)) in found(*sides, nearness=_NEAR)


def test_sentences_that_share_little_and_are_far_are_not_compared() -> None:
    ours = section("遛船", "泡汤每位收五十块。", title="浴场")
    assert found(ours, section("收费标准", "停靠证工本费每本60元。"), nearness=_FAR) == []


def test_what_a_text_states_twice_is_aligned_with_nothing() -> None:
    ours = section("时间", "游船每年检修一次。帆船每月检修一次。")
    assert found(ours, section("时间", "船只半年检修一次。"), nearness=_NEAR) == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("停船不受限制，可以过夜。", [YES, YES]),
        ("没有船证办不了停靠。", [YES]),
        ("小船不牵绳也没关系。", [NO]),
        ("别人拿不到停靠证。", [NO]),
        ("停靠证办不办自愿。", [NO]),
        ("停靠期不得少于两天。", [YES]),
        ("有没有船证？", []),
    ],
)
def test_negations_are_counted(text: str, expected: list[str]) -> None:
    assert [each.value for each in stances(text)] == expected


def test_a_denied_case_is_another_case() -> None:
    (denied,) = stances("有未缴船费的船不予停靠。")
    (affirmed,) = stances("缴清船费的船可以停靠。")
    assert (denied.value, affirmed.value) == (NO, YES)
    assert denied.unit != affirmed.unit


@pytest.mark.parametrize(
    ("text", "times_a_year"),
    [
        ("每年检验1次", "1"),
        ("半年验一回", "2"),
        ("每季度公布", "4"),
        ("一年可以问两回", "2"),
        ("每个月上门看一次", "12"),
    ],
)
def test_how_often_is_read_as_times_a_year(text: str, times_a_year: str) -> None:
    assert [each.value for each in frequencies(text)] == [times_a_year]


@pytest.mark.parametrize("text", ["一点要求", "三点说明", "小时候", "一站式", "统一办理", "停车一次性缴清"])
def test_words_that_only_look_like_values_are_none(text: str) -> None:
    assert [*values(text), *frequencies(text)] == []
