"""Rules that the gate worked out by hand see a fault in what they are of."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from eval.gate import answer_evidence, known, rules
from eval.gate.checked import of_checked
from eval.gate.component_measures import Measured
from eval.gate.follow_ups import of_follow_ups
from eval.gate.known import of_known
from eval.gate.marks import mark_faults
from eval.gate.rules import of_rules
from eval.gate.worked_out import of_worked_out
from kb_service.adapters.script import OpenCCConverter
from kb_service.asking import follow_ups
from kb_service.asking.checking import checking
from kb_service.asking.conversation.topics import Topic
from kb_service.asking.follow_ups import FollowUps
from kb_service.asking.reading.understanding import Understanding
from kb_service.asking.search import known_questions
from kb_service.text.clauses import Span


class Messages:
    """Reads a message alone, and beside the question before it."""

    def alone(self, understood: Understanding) -> Understanding:
        return replace(understood, text=understood.phrasing.rest)

    def beside_earlier(self, understood: Understanding, topic: Topic) -> Understanding:
        return replace(understood, text=f"{understood.phrasing.rest} {topic.text}")


def of_made_up_follow_ups() -> Measured:
    lexicon = SimpleNamespace(plain=SimpleNamespace(beside=lambda _text: ()))
    tools = SimpleNamespace(messages=Messages(), lexicon=lexicon, embed_ahead=lambda _texts: None)
    watching: Any = SimpleNamespace(tools=tools, converter=OpenCCConverter())
    return of_follow_ups(watching)


def wrong_in(measured: Measured) -> set[str]:
    return {each.id for each in measured.wrong}


def test_answers_to_a_made_up_follow_up_are_as_worked_out_by_hand() -> None:
    found = of_made_up_follow_ups()
    assert (found.n, wrong_in(found)) == (68, set())


def of_the_first(self: FollowUps, contenders: Any, _asked: Understanding, _topic: Topic) -> Any:
    return (contenders[0], 0.5) if contenders else None


@pytest.mark.parametrize(
    ("of", "name", "fault", "seen_in"),
    [
        (follow_ups, "_logit", lambda probability: probability, "carried:tail:confidence"),
        (FollowUps, "_own_words", lambda self, understood: frozenset({"30"}), "beside:balloon:own_words"),
        (follow_ups, "_best_of_all", lambda found: [], "contenders"),
        (FollowUps, "likeliest", of_the_first, "点名的事项"),
        (FollowUps, "is_enough", lambda self, probability: True, "enough"),
    ],
    ids=["no logits", "only figures", "nothing one by one", "the first", "always enough"],
)
def test_a_fault_in_answers_to_follow_ups_is_seen(
    of: Any, name: str, fault: Callable[..., Any], seen_in: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(of, name, fault)
    assert seen_in in wrong_in(of_made_up_follow_ups())


def test_an_answer_that_lacks_what_is_asked_and_is_taken_for_one_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    lacks = answer_evidence.lacks_what_is_asked
    monkeypatch.setattr(
        answer_evidence, "lacks_what_is_asked", lambda found: lacks({**found, "answer_value_missing": 0.0})
    )
    assert wrong_in(of_worked_out(OpenCCConverter())[1]) == {"没有所问的数"}


def test_a_day_of_another_time_zone_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rules, "shanghai_day", lambda moment: moment.date())
    assert wrong_in(of_rules()[0]) == {"上海零点", "上海早晨"}


def answer(text: str, *marks: int) -> Any:
    return SimpleNamespace(text=text, citations=[SimpleNamespace(mark=each) for each in marks])


def test_the_marks_of_a_text_are_those_of_its_citations() -> None:
    assert list(mark_faults(answer("免费[1]\n三天[2][3]，免费[1]", 1, 2, 3))) == []
    for text, marks in (("免费[1]\n三天[1]", (1, 2)), ("免费[2]\n三天[1]", (1, 2)), ("免费", (1,)), ("免费[2]", (2,))):
        assert len(list(mark_faults(answer(text, *marks)))) == 1, text


def of_made_up_drafts() -> Measured:
    settings = SimpleNamespace(prompts_dir=Path("prompts"))
    watching: Any = SimpleNamespace(service=SimpleNamespace(settings=settings), converter=OpenCCConverter())
    return of_checked(watching)


def test_made_up_drafts_hold_or_fail_as_worked_out_by_hand() -> None:
    found = of_made_up_drafts()
    assert (found.n, wrong_in(found)) == (22, set())


@pytest.mark.parametrize(
    ("name", "fault", "seen_in"),
    [
        ("_spans", lambda found: {each.source.number: Span(each.segment.start, each.segment.end) for each in found},
         "quoted:补办放飞证收费30元。首次放飞免费。"),
        ("clause_faults", lambda match, cited, restated: (), "0:首次放飞不免费。"),
        ("_repeated", lambda statements: (), "0:首次放飞免费。首次放飞免费。"),
    ],
)  # fmt: skip
def test_a_fault_in_the_checks_of_drafts_is_seen(
    monkeypatch: pytest.MonkeyPatch, name: str, fault: Callable[..., Any], seen_in: str
) -> None:
    monkeypatch.setattr(checking, name, fault)
    assert seen_in in wrong_in(of_made_up_drafts())


def test_what_known_questions_say_of_an_answer_is_as_worked_out_by_hand() -> None:
    found = of_known(OpenCCConverter())
    assert (found.n, wrong_in(found)) == (23, set())


def all_as_rare(pairs: Any) -> dict[str, float]:
    return dict.fromkeys((each for of_one in pairs for each in of_one), 1.0)


@pytest.mark.parametrize(
    ("name", "fault", "seen_in"),
    [
        ("_rarity", all_as_rare, "with words in common:known_nearest"),
        ("is_stated", lambda fact, stated: True, "right for the nearest:known_right"),
        ("_FADES", 4.0, "right for the nearest:known_right_share"),
        ("fingerprint", lambda passage: "one", "since"),
    ],
)
def test_a_fault_in_what_is_known_is_seen(monkeypatch: pytest.MonkeyPatch, name: str, fault: Any, seen_in: str) -> None:
    monkeypatch.setattr(known_questions, name, fault)
    if name == "fingerprint":
        monkeypatch.setattr(known, "fingerprint", fault)
    assert seen_in in wrong_in(of_known(OpenCCConverter()))
