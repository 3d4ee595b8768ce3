"""Which texts are held against each other at all: of one subject, for the same people, of one rank, on a common day."""

from typing import Any

import pytest

from kb_service.domain.days import Interval
from kb_service.domain.documents import Audience, Kind
from kb_service.domain.suspicions import Authority, level_of_authority, on_one_level
from kb_service.publishing.contradictions import common_from, may_contradict
from tests.contradicting import STATING, section
from tests.factories import day, metadata


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
