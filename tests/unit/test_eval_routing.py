"""`kb eval routing`: what is judged by what, how hand-ons are imitated, and how it is counted."""

from pathlib import Path

import pytest

from eval.errors import SuiteInvalid
from eval.questions import SuitePart, part_of
from eval.routing import RoutedQuestion, RoutingRow, imitated_lesson, read_routed, splits_of, summary_of

QUESTIONS = [RoutedQuestion(id=f"q{number}", text="气球停哪里", department="qiqiu") for number in range(40)]


def test_a_line_goes_by_any_of_the_names_that_labelled_files_use(tmp_path: Path) -> None:
    file = tmp_path / "routed.jsonl"
    file.write_text(
        '{"id": "1", "title": "停气球", "detail": "在公园", "label": "气球处", "asked": "2026"}\n\n'
        '{"id": "2", "question": "停哪里", "department": "qiqiu", "documents": ["d1"]}\n',
        encoding="utf-8",
    )
    first, second = read_routed(file)
    assert (first.asked, first.department, first.documents) == ("停气球。在公园", "气球处", [])
    assert (second.asked, second.department, second.documents) == ("停哪里", "qiqiu", ["d1"])


@pytest.mark.parametrize("text", ["", '{"id": "1", "text": "停哪里"}', '{"id": "1", "text": "", "label": "x"}'])
def test_nothing_to_judge_is_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / "routed.jsonl").write_text(text, encoding="utf-8")
    with pytest.raises(SuiteInvalid):
        read_routed(tmp_path)


def test_no_question_is_judged_by_what_it_taught_itself() -> None:
    splits = list(splits_of(QUESTIONS, SuitePart.ALL))
    assert len(splits) == 5
    assert sorted(each.id for judged, _ in splits for each in judged) == sorted(each.id for each in QUESTIONS)
    for judged, taught in splits:
        assert {each.id for each in judged}.isdisjoint(each.id for each in taught)
        assert len(judged) + len(taught) == 40


def test_the_half_that_one_tunes_on_teaches_the_half_that_one_reports() -> None:
    ((judged, taught),) = splits_of(QUESTIONS, SuitePart.TEST)
    assert {part_of(each.id) for each in judged} == {SuitePart.TEST}
    assert {part_of(each.id) for each in taught} == {SuitePart.DEV}


def test_what_was_routed_wrongly_is_handed_on_by_who_got_it() -> None:
    right = imitated_lesson(0, QUESTIONS[0], "qiqiu", ("qiqiu", "dashuju"))
    assert (right.handed_on_by, right.gave_away, right.people) == (None, frozenset(), {"qiqiu 0"})
    wrong = imitated_lesson(1, QUESTIONS[1], "qiqiu", ("dashuju",))
    assert (wrong.gave_away, wrong.people) == ({"dashuju"}, {"dashuju 1", "qiqiu 1"})
    assert imitated_lesson(2, QUESTIONS[2], "qiqiu", ()).people == {"general desk 0", "qiqiu 0"}
    assert right.asker != wrong.asker


def test_the_first_and_the_first_three_are_counted_before_and_after() -> None:
    rows = [
        RoutingRow("1", "a", ("a", "b", "c"), ("b", "a", "c"), "past"),
        RoutingRow("2", "a", ("b", "c", "d"), ("a",), "past"),
        RoutingRow("3", "a", (), ("b", "c", "a"), None),
    ]
    found = summary_of(rows)
    assert [found.first_before.successes, found.first_after.successes] == [1, 1]
    assert [found.three_before.successes, found.three_after.successes] == [1, 3]
