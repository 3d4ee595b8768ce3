"""Whom a message of distress is told to turn to: help lines, and an office only where something is asked of it."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from kb_service.asking.reading.examples import Likeness
from kb_service.domain.matters import Matter
from tests.api.conftest import Http, publish, small_knowledge_base
from tests.factories import NOON

HELP_LINES = ("12356", "962525", "110", "120")


@pytest.fixture(scope="module")
def http(tmp_path_factory: pytest.TempPathFactory, models_dir: Path) -> Iterator[Http]:
    """All that can be found is of one department, and another has a matter that is a talk with people."""
    for made in small_knowledge_base(tmp_path_factory.mktemp("distress"), models_dir):
        service = made.service
        text = "一、申请条件\n想要放生孔明灯的，应当年满十八周岁。\n二、申请方式\n到窗口办理。"
        for document_id in ("balloon", "kite", "lantern"):
            publish(
                service,
                document_id,
                text,
                title=f"孔明灯办事指南 {document_id}",
                effective_from="2026-09-02",
                department="市气球管理处",
            )
        talks = Matter("rengong", "线上人工帮办", "dashuju", ("转人工",))
        service.catalogue.replace(
            departments_=service.catalogue.departments(),
            matters_=[*service.catalogue.matters(), talks],
            actor="operator",
            at=NOON,
        )
        service.reread_catalogue()
        yield made


@pytest.mark.parametrize(
    "message", ["我不想活了", "我吃了一瓶安眠药", "i think i want to die", "帮我转人工，我不想活了"]
)
def test_beside_help_lines_no_office_stands_that_nobody_asked_for(http: Http, message: str) -> None:
    answer = http.ask(message, as_of="2026-10-01")
    assert all(each in answer["text"] for each in HELP_LINES)
    assert (answer["escalation"]["reasons"], answer["escalation"]["department"]) == (["distress"], None)


def test_who_writes_in_english_is_told_in_english_too(http: Http) -> None:
    told = http.ask("i think i want to die", as_of="2026-10-01")["text"].split("\n")
    assert len(told) == 2 and told[1].isascii() and all(each in told[1] for each in HELP_LINES)
    assert "\n" not in http.ask("我不想活了", as_of="2026-10-01")["text"]


@pytest.mark.parametrize("message", ["我不想活了，热气球停放证要多少钱", "我要跳楼，你们气球处不给我办"])
def test_who_is_in_distress_and_asks_of_an_office_is_told_that_too(http: Http, message: str) -> None:
    answer = http.ask(message, as_of="2026-10-01")
    assert "12356" in answer["text"]
    assert answer["escalation"]["department"]["name"] == "市气球管理处"


def test_the_office_of_an_earlier_question_is_not_named_to_who_is_in_distress(http: Http) -> None:
    first = http.ask("热气球停放证要多少钱", as_of="2026-10-01")
    answer = http.ask("我不想活了", as_of="2026-10-01", conversation_id=first["conversation_id"])
    assert (answer["escalation"]["reasons"], answer["escalation"]["department"]) == (["distress"], None)


@pytest.mark.parametrize("message", ["想不想放生到了年纪都去窗口吗", "到窗口放生的那种年纪怎么样"])
def test_beside_help_lines_nothing_is_shown_that_may_have_to_do_with_the_words(
    http: Http, monkeypatch: pytest.MonkeyPatch, message: str
) -> None:
    without = http.ask(message, as_of="2026-10-01")
    assert without["outcome"] == "handed_over"
    assert without["possible"] or without["escalation"]["department"]
    monkeypatch.setattr(http.service.asking.reader, "_likeness", lambda _text: Likeness(may_be_distress=True))
    beside = http.ask(message, as_of="2026-10-01")
    assert beside["notices"][0]["kind"] == "help_lines"
    assert (beside["possible"], beside["escalation"]["department"]) == ([], None)
    assert "气球" not in beside["text"]


def test_an_office_of_what_was_asked_before_is_not_told_beside_help_lines(
    http: Http, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = http.ask("热气球停放证要多少钱", as_of="2026-10-01")
    monkeypatch.setattr(http.service.asking.reader, "_likeness", lambda _text: Likeness(may_be_distress=True))
    beside = http.ask("最后想说句什么话呢", as_of="2026-10-01", conversation_id=asked["conversation_id"])
    assert beside["outcome"] == "handed_over" and "12356" in json.dumps(beside, ensure_ascii=False)
    assert beside["understood_as"]["carried_over"] == ["matter"]
    assert (beside["possible"], beside["escalation"]["department"]) == ([], None)
