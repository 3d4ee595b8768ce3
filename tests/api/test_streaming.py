"""Server-sent events: what they hold, and what becomes of the work when nobody listens any more."""

import copy
import json
import logging
import socket
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest

from kb_service.asking.drafting.drafts import AnswerDrafter
from kb_service.asking.pipeline import Pipeline
from kb_service.service import Service
from tests.api.conftest import Http
from tests.api.loopback import app_of, served
from tests.fakes import BrokenDrafter, SlowDrafter

QUESTION = {"question": "热气球停放证几天办好", "as_of": "2026-07-01"}


def with_drafter(service: Service, drafter_of: Callable[[AnswerDrafter], AnswerDrafter]) -> Service:
    """The same service, but for who drafts."""
    asking = copy.copy(service.asking)
    tools = asking._pipeline._tools
    asking._pipeline = Pipeline(replace(tools, drafter=drafter_of(tools.drafter)))
    return replace(service, asking=asking)


def events_of(body: str) -> list[tuple[str, Any]]:
    blocks = [block.split("\n") for block in body.strip().split("\n\n")]
    return [(name.removeprefix("event: "), json.loads(data.removeprefix("data: "))) for name, data in blocks]


@pytest.fixture
def slow(http: Http) -> Iterator[tuple[str, SlowDrafter, Service]]:
    drafters: list[SlowDrafter] = []

    def slowed(drafter: AnswerDrafter) -> AnswerDrafter:
        drafters.append(SlowDrafter(drafter))
        return drafters[0]

    service = with_drafter(http.service, slowed)
    with served(app_of(service)) as address:
        yield address, drafters[0], service


def asked_by_hand(address: str, path: str, body: object) -> socket.socket:
    """A connection on which the request was sent, to be closed at will."""
    host, port = urlsplit(address).hostname, urlsplit(address).port
    connection = socket.create_connection((host, port), timeout=10)
    sent = json.dumps(body).encode()
    head = f"POST {path} HTTP/1.1\r\nHost: {host}:{port}\r\nContent-Type: application/json\r\n"
    connection.sendall(f"{head}Content-Length: {len(sent)}\r\n\r\n".encode() + sent)
    return connection


def answers_stored(service: Service) -> int:
    from sqlalchemy import func, select

    from kb_service.adapters.sql.tables import answers

    with service.records.database.reading() as connection:
        return int(connection.execute(select(func.count()).select_from(answers)).scalar_one())


CHAT = {"model": "kb", "messages": [{"role": "user", "content": QUESTION["question"]}], "stream": True}


@pytest.mark.parametrize(
    ("path", "body"), [("/v1/answers", QUESTION | {"stream": True}), ("/v1/chat/completions", CHAT)]
)
def test_a_client_that_leaves_stops_the_drafting_and_nothing_is_stored(
    slow: tuple[str, SlowDrafter, Service], path: str, body: object
) -> None:
    address, drafter, service = slow
    before = answers_stored(service)
    connection = asked_by_hand(address, path, body)
    assert connection.recv(1000).startswith(b"HTTP/1.1 200")
    assert drafter.begun.wait(10)
    connection.close()
    assert drafter.closed.wait(5), "the drafter goes on for nobody"
    assert not drafter.finished.is_set()
    assert answers_stored(service) == before


def test_a_client_that_stays_gets_the_answer_of_a_slow_drafter(slow: tuple[str, SlowDrafter, Service]) -> None:
    address, drafter, service = slow
    drafter.seconds = 0.5
    got = events_of(httpx.post(f"{address}/v1/answers", json=QUESTION | {"stream": True}).text)
    assert [name for name, _ in got if name != "progress"] == ["evidence", "text", "answer"]
    assert len([name for name, _ in got if name == "progress"]) >= 3
    assert (
        service.transcript.answer(got[-1][1]["answer_id"], channel=None, asked_by="local-admin").text
        == got[-1][1]["text"]
    )


def test_events_pass_unbuffered_and_are_kept_by_no_cache(http: Http) -> None:
    headers = http.post("/v1/answers", QUESTION | {"stream": True}).headers
    assert headers["content-type"].startswith("text/event-stream")
    assert (headers["cache-control"], headers["x-accel-buffering"]) == ("no-store", "no")
    assert "content-length" not in headers


def test_the_streamed_answer_is_the_stored_one_and_equals_the_plain_reply(http: Http) -> None:
    plain = http.post("/v1/answers", QUESTION).json()
    got = events_of(http.post("/v1/answers", QUESTION | {"stream": True}).text)
    answer = got[-1][1]
    assert http.get(f"/v1/answers/{answer['answer_id']}").json() == answer
    assert {name: answer[name] for name in ("text", "citations", "evidence", "confidence", "outcome")} == {
        name: plain[name] for name in ("text", "citations", "evidence", "confidence", "outcome")
    }
    names = [name for name, _ in got]
    assert names.index("evidence") < names.index("text") < names.index("answer")


def test_an_unforeseen_fault_in_a_stream_is_told_without_its_secrets(
    http: Http, caplog: pytest.LogCaptureFixture
) -> None:
    service = with_drafter(http.service, lambda _: BrokenDrafter())
    with caplog.at_level(logging.ERROR):
        got = events_of(Http(service).post("/v1/answers", QUESTION | {"stream": True}).text)
    assert got[-1][0] == "error"
    assert got[-1][1]["error"] == "InternalError"
    assert "secret" not in json.dumps(got)
    assert "ZeroDivisionError: a secret of the house" in caplog.text


def test_a_question_that_cannot_be_asked_is_refused_before_the_stream_begins(http: Http) -> None:
    response = http.post("/v1/answers", {"question": " ", "stream": True})
    assert (response.status_code, response.json()["error"]) == (422, "QuestionEmpty")
