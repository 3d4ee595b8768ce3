"""Where a sentence is cut into clauses, and which characters stand together."""

import re

import pytest

from kb_service.text.clauses import ALL_MARKS, COMMAS, GAP, Span, clauses, pairs_of, uncovered_in_place, without
from kb_service.text.figures import figures


@pytest.mark.parametrize(
    ("marks", "text", "expected"),
    [
        (COMMAS, "首次免费，补办12,000元（含邮费）", ["首次免费", "补办12,000元（含邮费）"]),
        (ALL_MARKS, "首次免费,补办:12,000元(含邮费)", ["首次免费", "补办", "12,000元", "含邮费", ""]),
        (ALL_MARKS, "周一9:00到岗", ["周一9:00到岗"]),
    ],
)
def test_a_mark_within_a_number_does_not_cut(marks: re.Pattern[str], text: str, expected: list[str]) -> None:
    assert [each.text for each in clauses(text, marks=marks)] == expected


def test_a_clause_knows_its_place_and_its_own_figures() -> None:
    text = "先交材料。工本费80元，3日内办结。"
    fee, time = clauses(text, marks=COMMAS, within=Span(5, 18), figures=figures(text))
    assert [text[each.start : each.start + len(each.text)] for each in (fee, time)] == ["工本费80元", "3日内办结。"]
    assert [[text[f.start : f.end] for f in each.figures] for each in (fee, time)] == [["80元"], ["3日"]]


def test_characters_on_two_sides_of_a_gap_do_not_stand_together() -> None:
    assert pairs_of(without("收费80元整", [(2, 5)])) == {"收费", "整"}


def test_what_is_not_covered_is_told_with_its_neighbours() -> None:
    assert list(uncovered_in_place(f"首套印章{GAP}免费", pairs_of("印章"))) == [("首套", "", "印"), ("免费", "", "")]
