"""How scripted conversations are held and judged."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from eval.conversing import TurnRow, converse, faults, scripts_right, turns_right
from eval.errors import SuiteInvalid
from eval.promises import House
from eval.question_lines import Turn
from eval.scripts import Script, read_scripts
from eval.systems import StoredVersion
from eval.talking import TalkMessage
from kb_service.adapters.script import OpenCCConverter
from kb_service.domain.answers import (
    Answer,
    Carried,
    Clarification,
    HandOver,
    MatterRef,
    Option,
    Outcome,
    Reason,
    UnderstoodAs,
)
from kb_service.domain.days import Interval
from kb_service.domain.documents import Audience
from kb_service.domain.matters import Facet
from tests.factories import NOON, citation, day

CONVERTER = OpenCCConverter()
QUOTE = "热气球停放证每证收取工本费150元。"


def answer(text: str = f"{QUOTE}[1]", **fields: Any) -> Answer:
    boring: dict[str, Any] = {
        "answer_id": "a1",
        "conversation_id": "c1",
        "question": "多少钱",
        "asked_at": NOON,
        "as_of": day("2026-07-01"),
        "outcome": Outcome.ANSWERED,
        "text": text,
        "citations": (citation(QUOTE, document_id="balloon", effective_from=day("2026-01-01")),),
        "evidence": (),
        "notices": (),
        "confidence": 0.9,
        "confidence_applies": True,
        "confidence_version": "v1",
        "features": {},
        "matter": MatterRef("balloon-parking", "热气球停放"),
        "facet": Facet.FEE,
        "understood_as": UnderstoodAs("多少钱", None, None, None, None, carried_over=(Carried.MATTER,)),
        "clarification": None,
        "escalation": HandOver(recommended=False),
    }
    return Answer(**(boring | fields))


def asked_back(*options: Option) -> Answer:
    clarification = Clarification("您想问哪一项？", options)
    return answer("您想问哪一项？", outcome=Outcome.CLARIFY, citations=(), clarification=clarification)


class Talking:
    """Gives the replies that it was made with, in turn, and keeps what was said to it."""

    def __init__(self, *replies: Answer) -> None:
        self._replies = list(replies)
        self.heard: list[tuple[TalkMessage, str | None]] = []

    def reply(self, message: TalkMessage, conversation_id: str | None) -> Answer:
        self.heard.append((message, conversation_id))
        return self._replies.pop(0)

    def source(self, version_id: str) -> StoredVersion | None:
        return StoredVersion("balloon", QUOTE, Interval(day("2026-01-01"), None))


@pytest.fixture
def house(tmp_path: Path) -> House:
    (tmp_path / "wording.yaml").write_text("clarify: 您想问哪一项？\nsorry: 抱歉。\n", encoding="utf-8")
    return House.of(tmp_path, [], CONVERTER)


def scripts(folder: Path, *lines: Mapping[str, Any]) -> list[Script]:
    file = folder / "scripts.jsonl"
    file.write_text("\n".join(json.dumps(each, ensure_ascii=False) for each in lines), encoding="utf-8")
    return read_scripts(file)


def script(*turns: Mapping[str, Any], **fields: Any) -> dict[str, Any]:
    return {"id": "s1", "turns": list(turns)} | fields


FEE = {"question": "热气球停放证多少钱", "expect": "answer", "must_include": ["150元"], "document": "balloon"}


def held(folder: Path, talks: Talking, house: House, *turns: Mapping[str, Any]) -> list[TurnRow]:
    return converse(scripts(folder, script(*turns)), talks, house)


def test_each_turn_goes_on_in_the_conversation_before(tmp_path: Path, house: House) -> None:
    talks = Talking(answer(), answer())
    rows = held(tmp_path, talks, house, FEE, FEE)
    assert [conversation_id for _, conversation_id in talks.heard] == [None, "c1"]
    assert [(row.turn, row.faults, row.violations) for row in rows] == [(1, (), ()), (2, (), ())]


def test_an_option_is_chosen_by_number_or_by_words_with_all_it_stands_for(tmp_path: Path, house: House) -> None:
    first = Option("热气球停放", "balloon-parking")
    second = Option("气球（浦东新区，企业）", "balloon-sale", "上海市/浦东新区", Audience.ENTERPRISE)
    for choose in (2, "浦东"):
        talks = Talking(asked_back(first, second), answer())
        held(tmp_path, talks, house, FEE, {"question": "卖气球", "choose": choose, "expect": "answer|clarify"})
        chosen = TalkMessage(second.label, region=second.region, audience=second.audience, matter_id="balloon-sale")
        assert talks.heard[1] == (chosen, "c1")


def test_who_was_asked_nothing_or_has_no_such_option_says_the_words(tmp_path: Path, house: House) -> None:
    for before, choose in ((answer(), 1), (asked_back(Option("热气球", None)), 2), (asked_back(), "气球")):
        talks = Talking(before, answer())
        held(tmp_path, talks, house, FEE, {"question": "卖气球", "choose": choose, "expect": "answer|clarify"})
        assert talks.heard[1][0] == TalkMessage("卖气球")


def test_asking_back_about_what_the_person_has_turned_to_is_none(tmp_path: Path, house: House) -> None:
    sale = (Option("气球零售", "balloon-sale"), Option("气球批发", "balloon-trade"))
    permit, kite = (replace(asked_back(), matter=MatterRef(each, each)) for each in ("balloon-parking", "kite"))
    rows = held(tmp_path, Talking(permit, kite, kite, asked_back(*sale)), house, FEE, FEE, FEE, FEE)
    assert [row.violations for row in rows] == [(), (), ("asked back twice in a row",), ()]


def test_asking_back_twice_in_a_row_is_a_violation(tmp_path: Path, house: House) -> None:
    talks = Talking(asked_back(), asked_back(), answer(), asked_back())
    rows = held(tmp_path, talks, house, FEE, FEE, FEE, FEE)
    assert [row.violations for row in rows] == [(), ("asked back twice in a row",), (), ()]


def test_a_broken_promise_is_a_violation_whatever_was_expected(tmp_path: Path, house: House) -> None:
    talks = Talking(answer("收取99元。[1]"), answer())
    rows = held(tmp_path, talks, house, FEE, FEE)
    assert rows[0].violations == ("figure 99 is not in any quote",)


def expected(**said: Any) -> Turn:
    return Turn.model_validate({"question": "多少钱", "expect": "answer", "document": "balloon"} | said)


def test_a_turn_is_right_when_all_that_was_expected_came() -> None:
    wanted = expected(
        expect="answer|clarify",
        document="kite|balloon",
        version_from="2026-01-01",
        must_include=["150元|一百五十元"],
        must_not=["120元"],
        matter="balloon-parking|balloon-sale",
        facet="fee",
        carried=["matter"],
    )
    assert faults(wanted, answer(), CONVERTER) == []


@pytest.mark.parametrize(
    ("wanted", "fault"),
    [
        ({"expect": "decline"}, "outcome answered, not decline"),
        ({"document": "kite"}, "cites ['balloon']"),
        ({"document": "balloon", "version_from": "2025-01-01"}, "cites the version from 2026-01-01"),
        ({"must_include": ["120元"]}, "does not say 120元"),
        ({"must_not": ["150元"]}, "says 150元"),
        ({"matter": "kite"}, "matter balloon-parking, not kite"),
        ({"facet": "place"}, "facet fee, not place"),
        ({"parts": 2}, "parts 0, not 2"),
        ({"carried": ["facet"]}, "facet is not carried over"),
        ({"reasons": ["user_request"]}, "reason user_request is not given"),
    ],
)
def test_what_did_not_come_is_named(wanted: dict[str, Any], fault: str) -> None:
    assert faults(expected(**wanted), answer(), CONVERTER) == [fault]


def test_facts_and_documents_are_asked_of_answers_only() -> None:
    wanted = expected(expect="answer|route", document="kite", must_include=["120元"], reasons=["user_request"])
    given = answer(
        "抱歉。",
        outcome=Outcome.HANDED_OVER,
        citations=(),
        escalation=HandOver(recommended=True, reasons=(Reason.USER_REQUEST, Reason.LOW_CONFIDENCE)),
    )
    assert faults(wanted, given, CONVERTER) == []


def test_a_conversation_is_right_only_if_every_turn_is(tmp_path: Path, house: House) -> None:
    wrong = FEE | {"must_include": ["120元"]}
    lines: Sequence[Mapping[str, Any]] = [
        script(FEE, FEE, id="good", type="fee"),
        script(FEE, wrong, id="half", type="fee|odd"),
    ]
    rows = converse(scripts(tmp_path, *lines), Talking(*[answer()] * 4), house)
    assert (turns_right(rows).successes, turns_right(rows).n) == (3, 4)
    assert (scripts_right(rows).successes, scripts_right(rows).n) == (1, 2)
    assert (scripts_right(rows, "odd").successes, scripts_right(rows, "odd").n) == (0, 1)


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (script(FEE, {"question": "甲"}), r"turns\.1: .*expect: is missing"),
        (script(FEE, FEE | {"outcme": "answered"}), r"turns\.1\.outcme"),
        (script(FEE, FEE | {"expect": "answers"}), "'answers' is none of answer, rule, decline"),
        (script(FEE, FEE, question="乙"), "differs from that of the first turn"),
        (script(FEE, FEE, expect="answer"), "stands in the turns"),
    ],
)
def test_a_script_that_proves_nothing_is_refused_with_its_line(
    tmp_path: Path, line: dict[str, Any], reason: str
) -> None:
    with pytest.raises(SuiteInvalid, match=rf"scripts\.jsonl:1: .*{reason}"):
        scripts(tmp_path, line)


def test_an_id_of_a_script_used_twice_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SuiteInvalid, match="'s1' is used twice"):
        scripts(tmp_path, script(FEE, FEE), script(FEE, FEE))


def test_the_shipped_scripts_can_be_read() -> None:
    found = read_scripts(Path(__file__).parents[2] / "corpus" / "conversations")
    assert len(found) >= 20
    assert all(2 <= len(each.turns) <= 5 for each in found)
