"""Live streams of talks: everything once and in order, whenever a client comes, breaks off or comes back."""

import contextlib
import random
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from eval.bench.listening import Listener
from kb_service.adapters.sql.escalation_rows import add_lines
from kb_service.api.app import create_app
from kb_service.domain.escalations import Author
from kb_service.domain.people import Role
from kb_service.helping.moves import Line
from kb_service.wiring import now
from tests.api.conftest import small_knowledge_base
from tests.api.loopback import served
from tests.api.people import People, blocks_of
from tests.factories import NOON


@pytest.fixture(scope="module")
def people(tmp_path_factory: pytest.TempPathFactory, models_dir: Path) -> Iterator[People]:
    for http in small_knowledge_base(tmp_path_factory.mktemp("talks"), models_dir):
        yield People(http)


def test_a_stream_tells_what_was_said_once_and_goes_on_where_it_stopped(people: People) -> None:
    talk = people.open("t5", "第一句")
    people.post("前端", f"/v1/talks/{talk['id']}/messages", {"text": "第二句"})
    events = blocks_of(people, "前端", f"/v1/talks/{talk['id']}/events", 3)
    assert [name for name, _ in events] == ["message", "message", "talk"]
    assert [data["text"] for name, data in events if name == "message"] == ["第一句", "第二句"]
    people.post("前端", f"/v1/talks/{talk['id']}/messages", {"text": "第三句"})
    events = blocks_of(people, "前端", f"/v1/talks/{talk['id']}/events", 2, last=2)
    assert [data["text"] for name, data in events if name == "message"] == ["第三句"]


def test_a_client_that_breaks_off_after_any_byte_gets_every_message_once_and_in_order(people: People) -> None:
    talk = people.open("t11", "第1句")
    for number in range(2, 8):
        people.post("前端", f"/v1/talks/{talk['id']}/messages", {"text": f"第{number}句"})
    key = people.key["前端"]["Authorization"].removeprefix("Bearer ")
    dealer = random.Random(8)
    with served(create_app(people.http.service)) as address:
        port = int(address.rsplit(":", 1)[1])
        listeners = [Listener(port, key, f"/v1/talks/{talk['id']}/events") for _ in range(6)]
        for number, listener in enumerate(listeners):
            listener.begin(seed=number, longest_bytes=dealer.choice([300, 600, 900]))
        for number in range(8, 20):
            people.post("前端", f"/v1/talks/{talk['id']}/messages", {"text": f"第{number}句"})
            time.sleep(0.02)
        for listener in listeners:
            listener.finish(seconds=10, quiet=1.5)
    assert [listener.numbers for listener in listeners] == [list(range(1, 20))] * 6
    assert sum(listener.breaks for listener in listeners) >= 12


def test_who_comes_back_to_a_long_talk_gets_all_of_it_at_once_however_many_notes_helpers_wrote(people: People) -> None:
    talk = people.open("t9", "第一句")
    lines = [Line(Author.NOTE if number < 602 else Author.PERSON, f"第{number}句") for number in range(2, 1102)]
    with people.http.service.records.database.writing() as connection:
        add_lines(connection, talk["id"], 1, lines, at=NOON, most_files=30)
    events = blocks_of(people, "前端", f"/v1/talks/{talk['id']}/events", 502)
    said = [data["number"] for name, data in events if name == "message"]
    assert said == list(range(1, 502))
    listed = people.get("前端", f"/v1/talks/{talk['id']}/messages", after=1).json()
    assert [each["text"] for each in listed] == [f"第{number}句" for number in range(602, 1102)]


def test_a_stream_ends_when_the_talk_goes_to_another_department(people: People, caplog: Any) -> None:
    people.come("张帮办")
    talk = people.open("t10", "第一句")
    people.post("张帮办", f"/v1/escalations/{talk['id']}:claim")
    lines = []
    with served(create_app(people.http.service)) as address:
        url = f"{address}/v1/escalations/{talk['id']}/events"
        with httpx.stream("GET", url, headers=people.key["张帮办"], timeout=30, trust_env=False) as stream:
            for line in stream.iter_lines():  # to its end
                lines.append(line)
                if line == "event: escalation":
                    people.http.service.helping.transfer(talk["id"], "张帮办", "dashuju", "归他们管")
    assert lines.count("event: escalation") == 1
    assert [each for each in caplog.records if each.exc_info] == []
    assert people.get("张帮办", f"/v1/escalations/{talk['id']}/events").status_code == 404


@pytest.mark.parametrize("side", ["escalations", "talks"])
def test_a_stream_tells_nothing_more_once_the_key_that_opened_it_is_revoked(people: People, side: str) -> None:
    people.come("张帮办")
    talk = people.open(f"revoked-{side}", "第一句")
    people.post("张帮办", f"/v1/escalations/{talk['id']}:claim")
    records = people.http.service.records.people
    person, role = ("张帮办", Role.HELPER) if side == "escalations" else ("前端", Role.FRONTEND)
    key, secret = records.create_key(person, roles=[role], created_by="operator", at=now())
    shown = {"Authorization": f"Bearer {secret}"}
    lines = []
    with served(create_app(people.http.service)) as address:
        url = f"{address}/v1/{side}/{talk['id']}/events"
        with httpx.stream("GET", url, headers=shown, timeout=30, trust_env=False) as stream:
            for line in stream.iter_lines():  # to its end
                lines.append(line)
                if line in ("event: escalation", "event: talk"):
                    records.revoke_key(key.id, revoked_by="operator", at=now())
                    people.post("前端", f"/v1/talks/{talk['id']}/messages", {"text": "只给在场的人"})
    assert "第一句" in str(lines)
    assert "只给在场的人" not in str(lines)


def test_open_streams_keep_nothing_else_of_their_sender_from_work(people: People) -> None:
    """More than a key may have at work at a time; each of them waits for hours."""
    talk = people.open("t12", "第一句")
    with served(create_app(people.http.service)) as address, contextlib.ExitStack() as streams:
        url = f"{address}/v1/talks/{talk['id']}/events"
        for _ in range(40):
            asked = httpx.stream("GET", url, headers=people.key["前端"], timeout=20, trust_env=False)
            assert streams.enter_context(asked).status_code == 200
        other = httpx.get(f"{address}/v1/talks/{talk['id']}", headers=people.key["前端"], timeout=20, trust_env=False)
        assert other.status_code == 200


def test_what_a_helper_writes_reaches_the_person_at_once(people: People) -> None:
    people.come("李帮办")
    talk = people.open("t6", "第一句")
    people.post("李帮办", f"/v1/escalations/{talk['id']}:claim")

    writer = threading.Timer(0.5, people.http.service.helping.reply, (talk["id"], "李帮办", "来了"))
    writer.start()
    events = blocks_of(people, "前端", f"/v1/talks/{talk['id']}/events", 4)
    writer.join()
    assert [data["text"] for name, data in events if name == "message"] == ["第一句", "", "来了"]


def test_a_helper_whose_page_is_open_is_there(people: People) -> None:
    assert ("changed", True) in [
        (name, "at" in data) for name, data in blocks_of(people, "张帮办", "/v1/escalations/events", 1)
    ]
    (mine,) = [each for each in people.get("张帮办", "/v1/helpers").json() if each["person_id"] == "张帮办"]
    assert mine["is_on_duty"]
