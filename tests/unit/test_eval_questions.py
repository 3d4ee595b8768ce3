"""How the lines of a suite are read."""

import json
from pathlib import Path
from typing import Any

import pytest

from eval.errors import SuiteInvalid
from eval.questions import SuitePart, SuiteQuestion, part_of, read_questions
from kb_service.domain.answers import Outcome
from tests.factories import day

FEE = {"id": "q1", "question": "热气球停放证多少钱", "expect": "answer", "document": "balloon"}


def read(folder: Path, *lines: dict[str, Any]) -> list[SuiteQuestion]:
    file = folder / "suite.jsonl"
    file.write_text("\n".join(json.dumps(each, ensure_ascii=False) for each in lines), encoding="utf-8")
    return read_questions(file)


@pytest.mark.parametrize(
    ("said", "expected", "also_right", "is_answerable", "is_in_scope"),
    [
        ({"expect": "answer"}, Outcome.ANSWERED, set(), True, True),
        ({"expect": "decline", "document": ""}, Outcome.HANDED_OVER, set(), False, True),
        ({"expect": "route", "document": ""}, Outcome.OUT_OF_SCOPE, set(), False, False),
        ({"expect": "courtesy", "document": ""}, Outcome.COURTESY, set(), False, False),
        ({"expect": "clarify", "document": ""}, Outcome.CLARIFY, set(), False, True),
        ({"expect": "answer|decline"}, Outcome.ANSWERED, {Outcome.HANDED_OVER}, True, True),
        ({"expect": "clarify|answer"}, Outcome.ANSWERED, {Outcome.CLARIFY}, True, True),
        ({"expect": "answer|decline", "document": ""}, Outcome.HANDED_OVER, {Outcome.ANSWERED}, False, True),
        ({"expect": "decline|rule", "document": ""}, Outcome.HANDED_OVER, {Outcome.ANSWERED}, False, True),
    ],
)
def test_what_is_expected_says_what_is_right(
    tmp_path: Path,
    said: dict[str, Any],
    expected: Outcome,
    also_right: set[Outcome],
    is_answerable: bool,
    is_in_scope: bool,
) -> None:
    (question,) = read(tmp_path, FEE | said)
    assert (question.expected_outcome, question.also_right) == (expected, also_right)
    assert (question.is_answerable, question.is_in_scope) == (is_answerable, is_in_scope)


def test_bars_separate_what_will_do(tmp_path: Path) -> None:
    said = {"document": "balloon|kite", "matter": "a|b", "department": "qiqiu|fengzheng", "type": "near|short"}
    (question,) = read(tmp_path, FEE | said)
    assert question.expected_documents == ("balloon", "kite")
    assert question.expected_matters == ("a", "b")
    assert question.expected_departments == ("qiqiu", "fengzheng")
    assert question.types == ("near", "short")


def test_turns_follow_each_other_and_share_the_day_of_their_conversation(tmp_path: Path) -> None:
    turn = {name: FEE[name] for name in ("question", "expect", "document")}
    talk = {"id": "t1", "matter": "two fees", "as_of": "2025-06-01", "region": "松江区"}
    first, second = read(tmp_path, talk | {"turns": [turn, turn | {"as_of": "2026-06-01"}]})
    assert (first.id, first.conversation, first.turn) == ("t1#1", "t1", 1)
    assert (second.id, second.conversation, second.turn) == ("t1#2", "t1", 2)
    assert [each.as_of for each in (first, second)] == [day("2025-06-01"), day("2026-06-01")]
    assert [each.region for each in (first, second)] == ["松江区", "松江区"]
    assert first.expected_matters == ()  # what a conversation is about is no matter to be recognised
    assert (first.is_follow_up, second.is_follow_up) == (False, True)


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        ({"document": ""}, "document: an answer needs one"),
        ({"expect": ""}, "expect: is missing"),
        ({"expect": "answer|maybe"}, "'maybe' is none of"),
        ({"expect": "conversation"}, "turns: are missing"),
        ({"question": " "}, "question: is missing"),
        ({"tags": ["fee"]}, "tags: Extra inputs"),
        ({"as_of": "yesterday"}, "as_of: "),
    ],
)
def test_a_line_that_cannot_be_judged_is_refused_with_its_place(
    tmp_path: Path, said: dict[str, Any], reason: str
) -> None:
    with pytest.raises(SuiteInvalid, match=rf"suite\.jsonl:2: .*{reason}"):
        read(tmp_path, FEE, FEE | {"id": "q2"} | said)


def test_a_part_is_about_half_and_always_the_same() -> None:
    ids = [f"q{number}" for number in range(1000)]
    dev = [each for each in ids if part_of(each) is SuitePart.DEV]
    assert 450 < len(dev) < 550
    assert {part_of(each) for each in set(ids) - set(dev)} == {SuitePart.TEST}
    assert (part_of("past"), part_of("present")) == (SuitePart.DEV, SuitePart.TEST)
