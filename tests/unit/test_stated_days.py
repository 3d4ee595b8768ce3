"""What a text itself says of its days is found with its sentence, and what it says of other things is not."""

from datetime import date
from pathlib import Path

import pytest

from kb_service.domain.documents import Metadata
from kb_service.publishing.stated_days import StatedField, load_stated_day_words, stated_days
from tests.factories import day, metadata

WORDS = load_stated_day_words(Path(__file__).resolve().parents[2] / "prompts")


def found(text: str, fields: Metadata | None = None) -> dict[str, list[str | None]]:
    stated: dict[str, list[str | None]] = {}
    for each in stated_days(text, fields or metadata("签注办法"), WORDS):
        assert each.sentence in text and text[each.start : each.end] == each.sentence
        stated.setdefault(each.field, []).append(each.day.isoformat() if each.day else "、".join(each.titles) or None)
    return stated


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("本办法自2021年5月1日起施行，有效期至2026年4月30日。", "2021-05-01", "2026-04-30"),
        ("本规定自２０２１年５月１日起施行，有效期为五年。", "2021-05-01", "2026-04-30"),
        ("本条例自二〇二一年五月一日起施行。", "2021-05-01", None),
        ("自2022年1月1日起，在全市范围内统一实施。", "2022-01-01", None),
        ("| 实施日期 | 2021-05-01 |", "2021-05-01", None),
        ("本通知有效期自2021年5月1日起至2026年4月30日止。", "2021-05-01", "2026-04-30"),
        ("自2019.10.8起试行，试行期两年。", "2019-10-08", "2021-10-07"),
        ("本通知自2024年2月29日起施行，有效期1年。", "2024-02-29", "2025-02-27"),
        ("实施期限：2021年5月1日至2026年4月30日。", "2021-05-01", "2026-04-30"),
        ("《签注办法》自2021年5月1日起施行。", "2021-05-01", None),
        ("《养犬办法》自2021年5月1日起施行。本解读仅供参考。", None, None),
        ("《养犬办法》继续执行，有效期延长至2030年6月30日。", None, None),
        ("自2025年7月1日起停止执行《养犬办法》。", None, None),
        ("本办法自2025年1月1日起停止执行。", None, "2024-12-31"),
        ("《签注办法》自2025年1月1日起废止。", None, "2024-12-31"),
    ],
)
def test_a_day_is_proposed_as_the_text_states_it(text: str, first: str | None, last: str | None) -> None:
    stated = found(text)
    assert stated.get("effective_from", [None]) == [first]
    assert stated.get("valid_through", [None]) == [last]


@pytest.mark.parametrize(
    "text",
    [
        "自2021年5月1日起施行的《上海市数据条例》对此有规定。",
        "办理时间：2024年3月1日至2024年6月30日止。",
        "居住证有效期至2030年1月1日。",
        "本意见自2020年2月30日起施行。",
        "规范性文件的修改、废止，按照本规定执行。",
        "会议于2024年5月1日召开。",
    ],
)
def test_a_day_of_something_else_is_not_proposed(text: str) -> None:
    assert found(text) == {}


def test_a_start_on_the_day_of_issue_follows_from_that_day() -> None:
    text = "本通知自印发之日起施行，有效期5年。"
    assert found(text) == {"effective_from": [None], "valid_through": [None]}
    assert found(text, metadata(issued_on=day("2023-06-07"))) == {
        "effective_from": ["2023-06-07"],
        "valid_through": ["2028-06-06"],
    }
    assert found(f"{text}\n2023年6月7日")["effective_from"] == ["2023-06-07"]
    waits = found("本细则自公布之日起30日后施行。", metadata(issued_on=day("2023-06-07")))
    assert waits["effective_from"] == ["2023-07-07"]


def test_a_day_beyond_every_calendar_is_not_named() -> None:
    assert found("本办法自2027年3月1日起施行，有效期9000年。")["valid_through"] == [None]
    waits = found("本通知自印发之日起99999999日后施行。", metadata(issued_on=day("2023-06-07")))
    assert waits["effective_from"] == [None]


def test_what_a_text_repeals_is_named() -> None:
    text = "本办法自2022年1月1日起施行。原《签注暂行办法》（沪府发〔2013〕40号）同时废止。"
    assert found(text) == {"effective_from": ["2022-01-01"], "repeals": ["签注暂行办法"]}


def test_of_several_days_that_of_the_text_itself_comes_first() -> None:
    text = "国家标准自2019年1月1日起实施。\n本办法自2022年1月1日起施行。"
    first, second = stated_days(text, metadata(), WORDS)
    assert (first.field, first.day, second.day) == (StatedField.FIRST_DAY, date(2022, 1, 1), date(2019, 1, 1))
