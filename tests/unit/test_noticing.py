"""What is told of the day of an answer, and of rules that have changed or will; asked on 1 July 2026."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import cast

import pytest

from kb_service.asking.notices import Noticing, present_offered
from kb_service.asking.reading.lexicon import load_lexicon
from kb_service.asking.reading.understanding import Understanding
from kb_service.domain.answers import Carried, Notice, NoticeKind
from kb_service.ports import LibraryReader, Scheduled
from tests.factories import citation, day, question, scheduled, understanding

LEXICON = load_lexicon(Path(__file__).parents[2] / "prompts")
FIRST = citation(version_id="v1", title="签注办法")
Dates = tuple[str, str | None, str | None]


class Replacing:
    """A library of which nothing is asked but what replaces a document."""

    def __init__(self, *replacing: Scheduled) -> None:
        self.replacing = replacing

    def replacements(self, document_ids: Sequence[str]) -> Mapping[str, Sequence[Scheduled]]:
        return {document_id: self.replacing for document_id in document_ids if self.replacing}


def noticing(*replacing: Scheduled, within: int = 90) -> Noticing:
    return Noticing(cast("LibraryReader", Replacing(*replacing)), LEXICON, within)


def asked_of(as_of: str) -> Understanding:
    return replace(understanding(), question=question(as_of=as_of))


def noticed(*schedule: Dates, as_of: str = "2026-07-01", replacing: Sequence[Scheduled] = ()) -> list[Notice]:
    schedules = {"guide": [scheduled(*each) for each in schedule]}
    return noticing(*replacing).notices(asked_of(as_of), [FIRST], schedules)


def test_a_successor_is_told_with_the_day_it_starts_however_far_off() -> None:
    (found,) = noticed(("v1", "2020-01-01", "2028-01-01"), ("v2", "2028-01-01", None))
    assert (found.kind, found.document_id) == (NoticeKind.SCHEDULED_SUCCESSOR, "guide")
    assert found.effective_from == day("2028-01-01")
    assert found.text == "《签注办法》自2028年1月1日起有新的规定，届时请以新规定为准。"


def test_another_document_that_takes_its_place_is_named() -> None:
    successor = replace(scheduled("w1", "2027-01-01"), title="居住证新办法")
    (found,) = noticed(("v1", "2020-01-01", "2027-01-01"), replacing=[successor])
    assert found.kind is NoticeKind.SCHEDULED_SUCCESSOR
    assert found.text == "《签注办法》自2027年1月1日起由《居住证新办法》代替，届时请以新规定为准。"


def test_an_end_without_a_successor_is_told_with_the_last_valid_day() -> None:
    (found,) = noticed(("v1", "2020-01-01", "2026-08-01"))
    assert found.kind is NoticeKind.SCHEDULED_END
    assert found.effective_from == day("2026-08-01")  # the first day without it
    assert found.text == "《签注办法》的规定有效至2026年7月31日，到期后请留意新的规定。"


@pytest.mark.parametrize(("end", "count"), [("2026-09-29", 1), ("2026-09-30", 0)])
def test_an_end_is_told_from_ninety_days_before_it(end: str, count: int) -> None:
    assert len(noticed(("v1", "2020-01-01", end))) == count


def test_the_days_before_an_end_are_a_setting() -> None:
    schedules = {"guide": [scheduled("v1", "2020-01-01", "2026-08-01")]}
    assert noticing(within=10).notices(asked_of("2026-07-01"), [FIRST], schedules) == []


def test_an_end_is_near_where_a_day_shortly_before_it_is_asked_about() -> None:
    assert noticed(("v1", "2020-01-01", "2028-07-01"), as_of="2028-05-01") != []


def test_a_later_version_after_a_break_is_no_successor() -> None:
    (found,) = noticed(("v1", None, "2026-09-01"), ("v2", "2027-03-01", None))
    assert found.kind is NoticeKind.SCHEDULED_END


def test_a_version_that_is_never_in_force_is_no_successor() -> None:
    (found,) = noticed(("v1", None, "2026-09-01"), ("v2", "2026-09-01", "2026-09-01"))
    assert found.kind is NoticeKind.SCHEDULED_END


def test_what_has_changed_since_the_day_asked_about_is_told_in_the_past() -> None:
    (found,) = noticed(("v1", "2024-07-01", "2025-07-01"), ("v2", "2025-07-01", None), as_of="2025-02-01")
    assert found.kind is NoticeKind.SUCCEEDED
    assert found.text == "《签注办法》的上述规定已经改变，自2025年7月1日起执行新的规定。"


def test_what_has_ended_since_without_a_successor_is_told_in_the_past() -> None:
    (found,) = noticed(("v1", "2024-07-01", "2025-07-01"), as_of="2025-02-01")
    assert found.kind is NoticeKind.ENDED
    assert found.text == "《签注办法》的上述规定已于2025年6月30日到期，之后的规定没有收录。"


@pytest.mark.parametrize(("as_of", "count"), [("2026-08-31", 1), ("2026-09-01", 0), ("2027-06-01", 0)])
def test_only_what_comes_after_the_day_asked_about_is_noticed(as_of: str, count: int) -> None:
    assert len(noticed(("v1", None, "2026-09-01"), as_of=as_of)) == count


def test_a_rule_without_end_needs_no_notice() -> None:
    assert noticed(("v1", "2020-01-01", None)) == []
    assert noticed(("another version", None, "2026-09-01")) == []


def test_a_document_cited_twice_is_noticed_once_and_in_the_order_of_the_answer() -> None:
    schedules = {"guide": [scheduled("v1", None, "2026-09-01")], "other": [scheduled("w1", None, "2026-08-01")]}
    cited = [FIRST, citation(version_id="w1", document_id="other", title="别的"), FIRST]
    found = noticing().notices(asked_of("2026-07-01"), cited, schedules)
    assert [each.document_id for each in found] == ["guide", "other"]


def test_a_day_in_the_words_is_told() -> None:
    named = replace(asked_of("2025-02-28"), as_of_named=day("2025-02-28"))
    (found,) = noticing().notices(named, [FIRST], {})
    assert found.text == "您的问题提到了时间，以上是按2025年2月28日当天有效的规定答复的。"
    carried = replace(asked_of("2025-02-28"), carried=(Carried.AS_OF,))
    assert noticing().notices(carried, [FIRST], {})[0].kind is NoticeKind.DAY_READ


def test_a_day_in_the_words_that_was_taken_against_the_chosen_one_is_told_so() -> None:
    asked = question(as_of="2025-02-28", is_day_chosen=True)
    (found,) = noticing().notices(replace(understanding(), question=asked, as_of_named=day("2025-02-28")), [FIRST], {})
    assert found.text.endswith("没有按另外选定的日期。")


def test_after_an_answer_of_the_past_the_present_is_offered() -> None:
    (changed,) = noticed(("v1", "2024-07-01", "2025-07-01"), ("v2", "2025-07-01", None), as_of="2025-02-01")
    named = replace(understanding("失业金一个月多少钱？"), as_of_named=day("2025-02-01"))
    assert present_offered(named, [changed], LEXICON) == ("现在失业金一个月多少钱？",)
    assert present_offered(named, [], LEXICON) == ()
    assert present_offered(understanding(), [changed], LEXICON) == ()
