"""What is said beside the quotes: marks, and whom to ask."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from kb_service.asking.drafting.drafts import Draft, Quote, Statement
from kb_service.asking.reading.lexicon import load_lexicon
from kb_service.asking.replies import hand_over_text, summary
from kb_service.domain.answers import DepartmentRef, Drafting, Reason
from kb_service.domain.days import shanghai_day
from kb_service.text.clauses import Span
from tests.factories import passage_in_version, understanding

LEXICON = load_lexicon(Path(__file__).parents[2] / "prompts")


def test_each_quote_is_followed_by_its_mark() -> None:
    found = passage_in_version("签注免费。当场办结。")
    quotes = (Quote(found, Span(0, 5)), Quote(found, Span(5, 10)))
    statements = (Statement("签注免费。", (0,)), Statement("当场办结。", (1, 0)))
    assert Draft(quotes, statements, Drafting("extractive")).text == "签注免费。[1]\n当场办结。[2][1]"


CONTACTS: Sequence[tuple[DepartmentRef | None, str]] = [
    (
        DepartmentRef("police", "市公安局", "021-00000000", "周一至周五 9:00-17:30"),
        "建议联系市公安局（电话：021-00000000；周一至周五 9:00-17:30）。",
    ),
    (DepartmentRef("police", "市公安局", "021-00000000", None), "建议联系市公安局（电话：021-00000000）。"),
    (DepartmentRef("police", "市公安局", None, None), "建议联系市公安局，或拨打 12345 市民服务热线咨询。"),
    (None, "建议拨打 12345 市民服务热线咨询。"),
]


@pytest.mark.parametrize(("department", "contact"), CONTACTS)
def test_a_hand_over_says_whom_to_ask(department: DepartmentRef | None, contact: str) -> None:
    assert hand_over_text(Reason.PLATFORM_FAULT, department, LEXICON) == f"这可能是平台使用中的故障。{contact}"


def test_a_complaint_is_told_its_channel_and_no_department() -> None:
    text = hand_over_text(Reason.OUT_OF_SCOPE, DepartmentRef("police", "市公安局", "021-00000000", None), LEXICON)
    assert "12345" in text
    assert "市公安局" not in text


def test_a_summary_names_each_title_once() -> None:
    text = summary(understanding("签注要钱吗"), ["签注办法", "签注办法", "指南"], LEXICON)
    assert text == "用户询问：签注要钱吗；关联事项：未识别；已检索到的资料：《签注办法》、《指南》"
    assert summary(understanding(), [], LEXICON).endswith("资料：无")


@pytest.mark.parametrize("reason", [Reason.NO_SOURCE, Reason.LOW_CONFIDENCE])
def test_where_nothing_is_found_for_another_day_than_today_that_day_is_told(reason: Reason) -> None:
    today = understanding("风筝登记要多久")
    today = replace(today, question=replace(today.question, as_of=shanghai_day(today.question.asked_at)))
    asked = replace(today, question=replace(today.question, as_of=date(1990, 5, 1)))
    assert hand_over_text(reason, None, LEXICON, understood=asked).endswith(
        "以上是按1990年5月1日当天有效的规定查找的。"
    )
    assert "查找" not in hand_over_text(reason, None, LEXICON, understood=today)
