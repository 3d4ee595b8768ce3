"""What begins, what ends, and what goes unanswered on which coming day, worked out from intervals by hand."""

from dataclasses import replace
from datetime import date

import pytest

from kb_service.domain.days import Interval
from kb_service.domain.knowledge_use import (
    CitedCounts,
    Damage,
    KnownVersion,
    calendar_ahead,
    ending_soon,
    matters_without,
    never_cited,
    past_review,
    ranked_by_damage,
)
from tests.factories import day

TODAY = day("2026-11-29")
UNTIL = day("2027-05-28")


def known(
    version_id: str, start: str | None, end: str | None = None, *, document: str = "", matter: str | None = "m1"
) -> KnownVersion:
    interval = Interval(start and day(start), end and day(end))
    return KnownVersion(version_id, document or version_id, "签注指南", matter, None, day("2026-01-01"), interval)


def days_ahead(*versions: KnownVersion, matters: tuple[str, ...] = ("m1", "m2")) -> list[tuple[date, list[str], int]]:
    found = calendar_ahead(versions, matters, after=TODAY, until=UNTIL)
    return [(each.day, [*each.lost], each.without) for each in found]


def test_a_matter_goes_unanswered_from_the_day_on_which_its_last_text_ends() -> None:
    found = days_ahead(
        known("a", "2026-01-01", "2026-12-31"), known("b", "2026-01-01", "2027-02-01"), known("c", None, matter="m2")
    )
    assert found == [(day("2026-12-31"), [], 0), (day("2027-02-01"), ["m1"], 1)]


def test_a_matter_has_knowledge_again_from_the_first_day_of_its_next_text() -> None:
    found = calendar_ahead(
        [known("a", "2026-01-01", "2026-12-10"), known("b", "2026-12-20")], ["m1"], after=TODAY, until=UNTIL
    )
    assert [(each.day, [*each.lost], [*each.gained], each.without) for each in found] == [
        (day("2026-12-10"), ["m1"], [], 1),
        (day("2026-12-20"), [], ["m1"], 0),
    ]


def test_what_is_past_its_review_date_is_in_force_and_its_day_is_over() -> None:
    dated = {
        "yesterday": "2026-11-28",
        "today": "2026-11-29",
        "older": "2026-05-01",
        "ended": "2026-05-01",
        "none": None,
    }
    versions = [
        replace(known(name, "2026-01-01", "2026-11-01" if name == "ended" else None), review_by=at and day(at))
        for name, at in dated.items()
    ]
    assert [each.version_id for each in past_review(versions, TODAY)] == ["older", "yesterday"]


def test_a_version_that_follows_another_leaves_its_matter_no_day_without() -> None:
    found = calendar_ahead(
        [known("a", "2026-01-01", "2027-01-01", document="guide"), known("b", "2027-01-01", document="guide")],
        ["m1"],
        after=TODAY,
        until=UNTIL,
    )
    assert [(each.day, [*each.lost], each.replaced) for each in found] == [(day("2027-01-01"), [], {"guide"})]


def test_today_is_no_coming_day_and_the_last_day_looked_at_is_one() -> None:
    found = days_ahead(known("a", "2026-11-29"), known("b", "2027-05-28"), known("c", "2027-05-29"))
    assert [each[0] for each in found] == [day("2027-05-28")]


def test_an_empty_interval_and_a_matter_that_is_none_of_ours_change_nothing() -> None:
    displaced = known("a", "2026-12-10", "2026-12-10")
    assert days_ahead(displaced, known("b", "2026-01-01", "2026-12-20", matter="gone")) == [
        (day("2026-12-20"), [], 2),
    ]


def test_matters_without_a_text_in_force_are_those_whose_texts_are_over_or_not_begun() -> None:
    versions = [known("a", "2026-01-01", "2026-11-29"), known("b", "2026-11-30", matter="m2"), known("c", None)]
    assert matters_without(versions[:2], ["m1", "m2", "m3"], TODAY) == ["m1", "m2", "m3"]
    assert matters_without(versions, ["m1", "m2", "m3"], TODAY) == ["m2", "m3"]


def test_never_cited_is_a_document_in_force_of_which_no_version_was_cited_the_oldest_first() -> None:
    versions = [
        known("young", "2026-06-01"),
        known("old", "2020-06-01"),
        known("cited", "2019-06-01", document="guide"),
        known("over", "2018-06-01", "2026-11-29"),
    ]
    assert [each.version_id for each in never_cited(versions, {"guide"}, TODAY)] == ["old", "young"]


@pytest.mark.parametrize(
    ("following", "listed"),
    [
        ([], ["a"]),
        ([known("b", "2027-01-01", document="guide")], []),
        ([known("b", "2027-01-02", document="guide")], ["a"]),
        ([known("b", "2027-01-01", document="other")], ["a"]),
    ],
    ids=["nothing", "the next version", "a day too late", "another document"],
)
def test_a_text_that_ends_within_ninety_days_is_listed_unless_something_follows(
    following: list[KnownVersion], listed: list[str]
) -> None:
    ending = known("a", "2026-01-01", "2027-01-01", document="guide")
    assert [each.version_id for each in ending_soon([ending, *following], {}, today=TODAY)] == listed


def test_a_text_that_another_document_replaces_has_a_successor() -> None:
    ending = known("a", "2026-01-01", "2027-01-01", document="guide")
    replaced_on = {"guide": [Interval(day("2027-01-01"))]}
    assert ending_soon([ending], replaced_on, today=TODAY) == []


def test_the_ninetieth_day_is_within_ninety_days_and_the_next_is_not() -> None:
    versions = [known("a", "2026-01-01", "2027-02-27"), known("b", "2026-01-01", "2027-02-28")]
    assert [each.version_id for each in ending_soon(versions, {}, today=TODAY)] == ["a"]


def test_expected_damage_is_the_citations_times_the_lower_end_of_the_share_of_failures() -> None:
    # Wilson, z = 1.96: 10 of 40 is 0.1419 to 0.4019; 1 of 1 is 0.2065 to 1.
    assert CitedCounts(cited=50, settled=40, failed=10).expected_damage == pytest.approx(50 * 0.1419, abs=0.01)
    assert CitedCounts(cited=1, settled=1, failed=1).expected_damage == pytest.approx(0.2065, abs=0.001)


def test_many_failures_come_before_a_single_certain_one_and_what_never_failed_is_left_out() -> None:
    def damage(document_id: str, **counts: int) -> Damage:
        return Damage(document_id, "v", "签注指南", None, None, CitedCounts(**counts))

    found = ranked_by_damage([
        damage("once", cited=1, settled=1, failed=1, returned=1),
        damage("never", cited=500, settled=500),
        damage("often", cited=50, settled=40, failed=10, returned=10),
    ])  # fmt: skip
    assert [each.document_id for each in found] == ["often", "once"]
