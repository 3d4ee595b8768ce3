"""Answers that a language model words, over HTTP on both sides: honest drafts are sent, lies never."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from kb_service.domain.documents import Kind
from kb_service.domain.matters import Department, Matter
from kb_service.settings import Settings
from kb_service.wiring import open_records, open_service
from tests.api.conftest import DRONE, FEE_2026, Http, publish
from tests.api.test_operation import value_of
from tests.data_folders import furnish
from tests.factories import NOON
from tests.lying_model import LyingModel, Raw, Reads, Reply, Script

_QUESTION = "热气球停放证要多少钱"
_FEE = "热气球停放证每证收取工本费150元。"
_HOTLINE = "三、咨询电话\n热气球停放证咨询请拨打021-62345678。"


class Talk:
    """A service over a small knowledge base, and the model behind it, whose replies each test scripts."""

    def __init__(self, folder: Path, models_dir: Path) -> None:
        self.model = LyingModel().__enter__()
        furnish(folder, models_dir)
        settings = Settings(
            data_dir=folder, questions_dir=folder, llm_url=self.model.url, llm_model="lying", llm_seconds=2.0
        )
        records = open_records(settings)
        records.catalogue.replace(
            departments_=[Department("qiqiu", "市气球管理处", (), "12345", None, ())],
            matters_=[Matter("qiqiu-tingfang", "热气球停放证办理", "qiqiu", ("气球停放证",))],
            actor="operator",
            at=NOON,
        )
        records.close()
        self.service = open_service(settings)
        text = f"{FEE_2026}\n{_HOTLINE}"
        publish(self.service, "balloon", text, title="热气球停放证办事指南", matter_id="qiqiu-tingfang")
        publish(self.service, "kite", DRONE, title="风筝放飞管理办法", kind=Kind.REGULATION)
        self.http = Http(self.service)

    def ask(self, *script: Script, question: str = _QUESTION) -> dict[str, Any]:
        self.model.script = script
        self.model.requests.clear()
        return self.http.ask(question)

    def close(self) -> None:
        self.service.close()
        self.model.__exit__(None, None, None)


@pytest.fixture(scope="module")
def talk(tmp_path_factory: pytest.TempPathFactory, models_dir: Path) -> Iterator[Talk]:
    opened = Talk(tmp_path_factory.mktemp("data"), models_dir)
    yield opened
    opened.close()


@pytest.fixture
def talk_of_its_own(tmp_path: Path, models_dir: Path) -> Iterator[Talk]:
    opened = Talk(tmp_path, models_dir)
    yield opened
    opened.close()


def numbered(user: str, words: str) -> str:
    """The mark of the passage with these words, as the model was shown it."""
    before = user[: user.index(words)]
    return before[before.rindex("\n[") + 1 :].split("\n")[0]


def restating(words: str, reply: str) -> Callable[[str], str]:
    return lambda user: f"{reply}{numbered(user, words)}"


def test_an_honest_draft_is_sent_with_an_exact_citation(talk: Talk) -> None:
    answer = talk.ask(restating("150元", _FEE))
    assert (answer["outcome"], answer["text"]) == ("answered", f"{_FEE}[1]")
    (citation,) = answer["citations"]
    assert citation["quote"] == _FEE
    assert (answer["drafting"]["by"], answer["drafting"]["rejected"]) == ("lying", [])
    assert (answer["produced_by"]["is_ai"], answer["produced_by"]["method"]) == (True, "model_checked")
    assert "人工智能生成" in answer["produced_by"]["label"]
    version = talk.http.get(f"/v1/versions/{citation['version_id']}").json()
    assert version["text"][citation["start"] : citation["end"]] == _FEE


@pytest.mark.parametrize(
    ("lie", "foreign"),
    [
        ("热气球停放证每证收取工本费15元。[1]", "15元。"),
        ("热气球停放证免费。[1]", "免费"),
        ("热气球停放证每证收取工本费一百六十元。[1]", "一百六十"),
        ("热气球停放证每证收取工本费150元，由市公安局收取。[1]", "公安局"),
        ("热气球停放证每证收取工本费150元，详见https://evil.example.com。[1]", "evil"),
        ("热气球停放证每证收取工本费150元，请拨打13800000000。[1]", "13800000000"),
        ("热气球停放证每证收取工本费150元。【1】", "【1】"),
        ("热气球停放证每证收取工本费150元。[99]", "[99]"),
        ("热气球停放证每证收取工本费150元。[1]\n祝您飞行愉快！", "愉快"),
        ("The permit costs 150 yuan. [1]", "yuan"),
        ("<b>热气球停放证</b>每证收取工本费150元。[1]", "<b>"),
        ("[热气球停放证](https://evil.example.com)每证收取工本费150元。[1]", "evil"),
        ("", "None"),
        ("热气球" * 900, "热气球热气球"),
    ],
)
def test_a_lie_is_never_sent_and_the_question_is_answered_all_the_same(talk: Talk, lie: str, foreign: str) -> None:
    answer = talk.ask(lie)
    assert answer["outcome"] == "answered" and "150元" in answer["text"] and foreign not in answer["text"]
    assert answer["drafting"]["by"] == "extractive" and answer["drafting"]["rejected"]
    assert 1 <= len(talk.model.requests) <= 2


@pytest.mark.parametrize(
    "reply",
    [
        Reply(status=500),
        Reply(status=401),
        Reply("热气球停放证每证", breaks_after=1),
        Reply("热气球停放证每证收取工本费150元。[1]", finish=None),
        Reply("迟到了", pause_seconds=60),
    ],
)
def test_a_model_that_fails_or_stalls_costs_no_answer(talk: Talk, reply: Reply) -> None:
    answer = talk.ask(reply)
    assert answer["outcome"] == "answered" and "150元" in answer["text"]
    assert (answer["drafting"]["by"], answer["drafting"]["rejected"]) == ("extractive", ["model_unavailable"])
    assert len(talk.model.requests) == 1
    assert talk.ask(restating("150元", _FEE))["drafting"]["by"] == "lying"  # it is asked again


@pytest.mark.parametrize("thoughts", ["<think>要不要写[1]？</think>\n", "先看第一段……\n</think>\n\n"])
def test_a_model_that_thinks_aloud_is_read_from_the_end_of_its_thoughts(talk: Talk, thoughts: str) -> None:
    answer = talk.ask(restating("150元", thoughts + _FEE))
    assert (answer["drafting"]["by"], answer["text"]) == ("lying", f"{_FEE}[1]")


def test_a_draft_that_thoughts_cut_off_is_asked_for_once_more_without_a_limit(talk_of_its_own: Talk) -> None:
    def reply(body: dict[str, Any]) -> Reply | str:
        if "max_tokens" in body:
            return Reply("<think>想了很久", finish="length")
        return restating("150元", f"<think>想</think>{_FEE}")(body["messages"][-1]["content"])

    answer = talk_of_its_own.ask(Reads(reply))
    assert (answer["drafting"]["by"], answer["text"]) == ("lying", f"{_FEE}[1]")
    assert talk_of_its_own.ask(Reads(reply))["drafting"]["rejected"] == []
    assert len(talk_of_its_own.model.requests) == 1


@pytest.mark.parametrize(
    ("script", "reason", "times"),
    [
        (Reply(_FEE, finish="content_filter"), "filtered", 1),
        (Raw(b"<!DOCTYPE html>", content_type="text/html"), "unreadable", 1),
        (Raw(b'{"error": {"message": "overloaded"}}'), "refused", 1),
        ("<think>想</think>", "empty", 2),
        ("热气球停放证每证收取工本费15元。[1]", "foreign_figure", 2),
    ],
)
def test_why_a_draft_was_not_sent_is_counted_and_said_once(
    talk_of_its_own: Talk, caplog: pytest.LogCaptureFixture, script: Script, reason: str, times: int
) -> None:
    counted = f'kb_drafts_unused_total{{reason="{reason}"}}'
    before = value_of(talk_of_its_own.http, counted)
    answers = [talk_of_its_own.ask(script) for _ in range(2)]
    assert all("150元" in each["text"] and each["drafting"]["by"] == "extractive" for each in answers)
    assert value_of(talk_of_its_own.http, counted) - before == 2 * times
    said = [each for each in caplog.messages if f"({reason})" in each]
    assert len(said) == (0 if reason == "foreign_figure" else 1)
    assert answers[0]["drafting"]["failure"] == (None if reason == "foreign_figure" else reason)


def test_a_second_draft_may_be_sent_where_the_first_did_not_hold(talk: Talk) -> None:
    answer = talk.ask("热气球停放证每证收取工本费90元。[1]", restating("150元", _FEE))
    assert answer["drafting"]["by"] == "lying" and answer["text"] == f"{_FEE}[1]"
    assert any("90元" in reason for reason in answer["drafting"]["rejected"]) and len(talk.model.requests) == 2


def test_a_telephone_number_is_never_shown_to_the_model_and_is_right_in_the_answer(talk: Talk) -> None:
    def reply(user: str) -> str:
        token = user[user.index("⟦T") : user.index("⟧") + 1]
        return f"热气球停放证咨询请拨打{token}。{numbered(user, '请拨打')}"

    answer = talk.ask(reply, question="热气球停放证咨询电话是多少")
    assert answer["drafting"]["by"] == "lying" and answer["text"].startswith("热气球停放证咨询请拨打021-62345678。")
    assert "62345678" not in json.dumps(talk.model.requests)


def test_a_dead_model_is_soon_left_alone(talk_of_its_own: Talk) -> None:
    talk_of_its_own.model.script = (Reply(status=503),)
    outcomes = [talk_of_its_own.http.ask(_QUESTION)["outcome"] for _ in range(6)]
    assert outcomes == ["answered"] * 6 and len(talk_of_its_own.model.requests) == 3
