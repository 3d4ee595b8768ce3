"""Which of a suite's questions a confidence model is given to know, and what they say of each other."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from types import SimpleNamespace
from typing import Any

import numpy as np

from eval.known import Asked, Taught, teach
from eval.questions import SuitePart, SuiteQuestion, part_of
from kb_service.adapters.script import OpenCCConverter
from kb_service.domain.answers import Outcome

TEACHES = next(f"q{number}" for number in range(99) if part_of(f"q{number}") is SuitePart.DEV)
TEACHES_TOO = next(f"r{number}" for number in range(99) if part_of(f"r{number}") is SuitePart.DEV)
JUDGES = next(f"q{number}" for number in range(99) if part_of(f"q{number}") is SuitePart.TEST)
FEE = SuiteQuestion(
    TEACHES,
    "签注收费吗",
    Outcome.ANSWERED,
    is_answerable=True,
    is_in_scope=True,
    expected_documents=("qianzhu",),
    required_facts=("不收",),
)


def asked(question: SuiteQuestion, text: str = "签注不收费用。", *, as_of: date | None = None) -> Asked:
    answer: Any = SimpleNamespace(
        text=text,
        outcome=Outcome.ANSWERED,
        features={"words": 0.5, "known_right": 0.9},
        citations=[SimpleNamespace(document_id="qianzhu")],
        understood_as=SimpleNamespace(text=question.text, as_of=as_of),
    )
    return Asked(question, answer, is_right=True)


def taught(*some: Asked, part: SuitePart = SuitePart.DEV) -> Taught:
    def question_vectors(texts: Sequence[str]) -> Mapping[str, np.ndarray[Any, Any]]:
        return {each: np.array([1.0, 0.0], np.float32) for each in texts}

    texts: Any = SimpleNamespace(preparing=SimpleNamespace(question_vectors=question_vectors))
    return teach(some, passages=["abc"], texts=texts, converter=OpenCCConverter(), part=part)


def test_all_of_a_suite_becomes_known_each_by_the_others() -> None:
    found = taught(asked(FEE), asked(replace(FEE, id=JUDGES, text="续签要钱吗")), part=SuitePart.ALL)
    assert [each.text for each in found.known] == ["签注收费吗", "续签要钱吗"]
    assert [each["known_right"] for each in found.features] == [1.0, 1.0]


def test_half_of_a_suite_becomes_known_and_the_other_half_judges() -> None:
    found = taught(asked(FEE), asked(replace(FEE, id=JUDGES, text="续签要钱吗")))
    assert [each.text for each in found.known] == ["签注收费吗"]
    assert found.features[1]["known_right"] == 1.0  # that of the half that judges goes by the other's


def test_a_question_says_nothing_of_its_own_answer_nor_of_its_conversation() -> None:
    alone = taught(asked(FEE)).features[0]
    turns = [replace(FEE, id=f"{TEACHES}#{turn}", conversation=TEACHES, turn=turn) for turn in (1, 2)]
    of_one_talk = taught(*map(asked, turns)).features
    both = taught(asked(FEE), asked(replace(FEE, id=TEACHES_TOO))).features
    assert alone["known_right"] == of_one_talk[0]["known_right"] == 0.75  # nothing near
    assert both[0]["known_right"] == both[1]["known_right"] == 1.0


def test_what_holds_on_another_day_or_in_one_district_is_not_known() -> None:
    some = [
        asked(replace(FEE, as_of=date(2024, 9, 1))),
        asked(FEE, as_of=date(2024, 9, 1)),
        asked(replace(FEE, expected_version_from=date(2024, 7, 1))),
        asked(replace(FEE, region="浦东新区")),
    ]
    assert taught(*some).known == ()
    assert taught(some[0]).features[0] == {"words": 0.5}


def test_where_a_suite_names_no_document_those_of_a_right_answer_are_meant() -> None:
    nameless = replace(FEE, expected_documents=())
    wrong = replace(asked(nameless), is_right=False)
    assert taught(asked(nameless)).known[0].documents == ("qianzhu",)
    assert taught(wrong).known[0].documents == ()


def test_what_no_text_says_is_known_as_such() -> None:
    nowhere = replace(FEE, expected_outcome=Outcome.HANDED_OVER, is_answerable=False, required_facts=())
    assert [(each.is_answerable, each.facts) for each in taught(asked(nowhere)).known] == [(False, ())]
    ask_back = replace(nowhere, expected_outcome=Outcome.CLARIFY)
    assert taught(asked(ask_back)).known == ()
