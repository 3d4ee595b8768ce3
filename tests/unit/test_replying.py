"""What is said beside the quotes: notices of coming changes, and whom to ask."""

from collections.abc import Sequence
from pathlib import Path

import pytest

from kb_service.asking.drafting.drafts import Draft, Quote, Statement
from kb_service.asking.reading.lexicon import load_lexicon
from kb_service.asking.replies import hand_over_text, notices, summary
from kb_service.domain.answers import DepartmentRef, Drafting, Notice, NoticeKind, Reason
from kb_service.text.clauses import Span
from tests.factories import citation, day, passage_in_version, scheduled, understanding

LEXICON = load_lexicon(Path(__file__).parents[2] / "prompts")
FIRST = citation(version_id="v1", title="签注办法")


def noticed(*schedule: tuple[str, str | None, str | None], as_of: str = "2026-07-01") -> list[Notice]:
    schedules = {"guide": [scheduled(*each) for each in schedule]}
    return notices([FIRST], schedules, as_of=day(as_of), lexicon=LEXICON)


def test_a_version_with_a_successor_is_noticed_with_the_day_it_starts() -> None:
    (found,) = noticed(("v1", "2020-01-01", "2027-01-01"), ("v2", "2027-01-01", None))
    assert (found.kind, found.document_id) == (NoticeKind.SCHEDULED_SUCCESSOR, "guide")
    assert found.effective_from == day("2027-01-01")
    assert found.text == "《签注办法》自 2027-01-01 起有新的规定，届时请以新规定为准。"


def test_a_version_that_ends_is_noticed_with_its_last_valid_day() -> None:
    (found,) = noticed(("v1", "2020-01-01", "2027-01-01"))
    assert found.kind is NoticeKind.SCHEDULED_END
    assert found.effective_from == day("2027-01-01")  # the first day without it
    assert found.text == "《签注办法》的规定有效至 2026-12-31，到期后请留意新的规定。"


def test_a_later_version_after_a_break_is_no_successor() -> None:
    (found,) = noticed(("v1", None, "2027-01-01"), ("v2", "2027-03-01", None))
    assert found.kind is NoticeKind.SCHEDULED_END


def test_a_version_that_is_never_in_force_is_no_successor() -> None:
    (found,) = noticed(("v1", None, "2027-01-01"), ("v2", "2027-01-01", "2027-01-01"))
    assert found.kind is NoticeKind.SCHEDULED_END


@pytest.mark.parametrize(("as_of", "count"), [("2026-12-31", 1), ("2027-01-01", 0), ("2027-06-01", 0)])
def test_only_what_comes_after_the_day_asked_about_is_noticed(as_of: str, count: int) -> None:
    assert len(noticed(("v1", None, "2027-01-01"), as_of=as_of)) == count


def test_a_rule_without_end_needs_no_notice() -> None:
    assert noticed(("v1", "2020-01-01", None)) == []
    assert noticed(("another version", None, "2027-01-01")) == []


def test_a_document_cited_twice_is_noticed_once() -> None:
    schedules = {
        "guide": [scheduled("v1", None, "2027-01-01")],
        "other": [scheduled("w1", None, "2026-08-01")],
    }
    cited = [FIRST, citation(version_id="w1", document_id="other", title="别的"), FIRST]
    found = notices(cited, schedules, as_of=day("2026-07-01"), lexicon=LEXICON)
    assert [each.document_id for each in found] == ["guide", "other"]


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
