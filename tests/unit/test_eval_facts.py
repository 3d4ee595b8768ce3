"""Whether a text states a fact, in whatever width, script and spacing."""

import pytest

from eval.metrics.facts import comparable, missing_facts, stated_facts
from kb_service.adapters.script import OpenCCConverter

CONVERTER = OpenCCConverter()


@pytest.mark.parametrize(
    ("text", "fact"),
    [
        ("每月發放 2,340 元[1]", "2340元"),
        ("每月２３４０元", "2340元"),
        ("自受理之日起30日内[1]办结", "30日内办结"),
        ("期限三十天", "30天|三十天"),
        ("電話 021-12345", "021-12345"),
    ],
)
def test_a_fact_is_found_however_it_is_written(text: str, fact: str) -> None:
    assert missing_facts(text, [fact], CONVERTER) == []


@pytest.mark.parametrize(
    ("text", "fact"),
    [
        ("每月12340元", "2340元"),
        ("满180天", "满18"),
        ("比例为12.5%", "2.5%"),
        ("比例为12.5%", "5%"),
        ("比例为2.5", "2"),
        ("第 3 12 条", "312"),
    ],
)
def test_a_figure_is_not_found_inside_another(text: str, fact: str) -> None:
    assert missing_facts(text, [fact], CONVERTER) == [fact]


def test_only_the_facts_that_are_said_count_as_said() -> None:
    assert stated_facts("每月2305元", ["2340元", "2305元"], CONVERTER) == ["2305元"]


def test_a_list_comma_is_not_a_thousands_separator() -> None:
    assert comparable("1,2,300", CONVERTER) == "1,2300"
