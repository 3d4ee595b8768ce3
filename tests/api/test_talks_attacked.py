"""What somebody with ill will, or a slip, tries at the doors of talks."""

import json
import threading
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from kb_service.domain.people import Role
from tests.api.conftest import key_of, small_knowledge_base
from tests.api.people import People, shown
from tests.factories import NOON

LONGEST = 2000
SOUND = b"OggS" + bytes(24) + b"OpusHead" + bytes(20)


class Clock:
    def __init__(self) -> None:
        self.at = NOON

    def __call__(self) -> datetime:
        return self.at


@pytest.fixture(scope="module")
def clock() -> Clock:
    return Clock()


@pytest.fixture(scope="module")
def people(tmp_path_factory: pytest.TempPathFactory, models_dir: Path, clock: Clock) -> Iterator[People]:
    for http in small_knowledge_base(tmp_path_factory.mktemp("attacked"), models_dir, clock=clock):
        made = People(http)
        made.key["别处"] = shown(key_of(http, "别处", Role.FRONTEND))
        made.set_up("张帮办", "气球处", capacity=90)
        made.set_up("李帮办", "气球处", capacity=90, is_lead=True)
        yield made


def claimed(people: People, conversation: str) -> str:
    people.come("张帮办")
    talk = str(people.open(conversation, "第一句")["id"])
    assert people.post("张帮办", f"/v1/escalations/{talk}:claim").status_code == 200
    return talk


def lines(people: People, talk: str) -> list[dict[str, Any]]:
    return list(people.get("张帮办", f"/v1/escalations/{talk}/messages").json())


def test_another_key_is_told_of_no_talk_at_any_door(people: People) -> None:
    talk = claimed(people, "a1")
    before = lines(people, talk)
    for path in ("", "/messages", "/events", "/attachments/1"):
        assert people.get("别处", f"/v1/talks/{talk}{path}").status_code == 404, path
        assert people.get("前端", f"/v1/talks/{talk}{path}", user_ref="somebody").status_code == 404, path
        assert people.get("前端", f"/v1/talks/{talk}{path}", channel="elsewhere").status_code == 404, path
    moves = (("/messages", {"text": "x"}), (":leave", {}), (":reopen", {}), (":judge", {"verdict": "resolved"}))
    for path, body in (*moves, (":typing", {}), (":read", {"number": 1}), (":join", {})):
        assert people.post("别处", f"/v1/talks/{talk}{path}", body).status_code == 404, path
    # The same conversation by another key is another one.
    theirs = people.post("别处", "/v1/escalations", {"conversation_id": "a1", "department": "气球处"})
    assert theirs.json()["id"] != talk
    assert lines(people, talk) == before


def test_another_departments_helper_is_told_of_no_talk_at_any_door(people: People) -> None:
    talk = claimed(people, "a2")
    at, before = f"/v1/escalations/{talk}", lines(people, talk)
    for path in ("", "/messages", "/events", "/attachments/1", "/proposals", "/canned-replies"):
        assert people.get("王帮办", f"{at}{path}").status_code == 404, path
    assert people.get("王帮办", "/v1/suggestions", escalation=talk).status_code == 404
    why = {"reason": "x"}
    moves: tuple[tuple[str, dict[str, object] | None], ...] = (
        (":claim", None), (":release", why), (":reply", {"text": "x"}), (":note", {"text": "x"}),
        (":transfer", why | {"department": "市大数据中心"}), (":order", why | {"kind": "simple"}), (":return", why),
        (":resolve", why | {"verdict": "not"}), (":keep", None), (":meet", None), (":typing", None),
        (":read", {"number": 1}), ("/proposals/1:approve", {}),
    )  # fmt: skip
    for path, body in moves:
        assert people.post("王帮办", f"{at}{path}", body).status_code == 404, path
    assert lines(people, talk) == before


def test_a_talk_is_reopened_to_the_last_moment_of_seven_days_and_no_second_later(people: People, clock: Clock) -> None:
    for conversation, after, status in (
        ("a3", timedelta(days=7, seconds=-1), 200),
        ("a4", timedelta(days=7), 409),
        ("a5", timedelta(days=7, seconds=1), 409),
    ):
        talk = claimed(people, conversation)
        people.post("张帮办", f"/v1/escalations/{talk}:reply", {"text": "好"})
        people.post("张帮办", f"/v1/escalations/{talk}:resolve", {"verdict": "resolved"})
        was, clock.at = clock.at, clock.at + after
        assert people.get("前端", f"/v1/talks/{talk}").json()["may_reopen"] is (status == 200), after
        assert people.post("前端", f"/v1/talks/{talk}:judge", {"verdict": "not"}).status_code == status, after
        assert people.post("前端", f"/v1/talks/{talk}:reopen", {}).status_code == status, after
        clock.at = was


def test_of_many_who_claim_at_once_one_has_it(people: People) -> None:
    people.come("张帮办")
    people.come("李帮办")
    talk = str(people.open("a6", "第一句")["id"])
    found: list[int] = []
    start = threading.Barrier(8)

    def claim(who: str) -> None:
        start.wait()
        found.append(people.post(who, f"/v1/escalations/{talk}:claim").status_code)

    threads = [threading.Thread(target=claim, args=(who,)) for who in ("张帮办", "李帮办") * 4]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert sorted(found) == [200] + [409] * 7
    assert [each["move"] for each in lines(people, talk)] == [None, "claim"]


def test_a_clock_that_is_set_back_loses_no_line_and_starts_nothing_twice(people: People, clock: Clock) -> None:
    talk = claimed(people, "a7")
    clock.at -= timedelta(hours=3)
    assert people.post("前端", f"/v1/talks/{talk}/messages", {"text": "早些"}).status_code == 201
    assert people.post("张帮办", f"/v1/escalations/{talk}:reply", {"text": "收到"}).status_code == 200
    people.http.service.helping.tell_clocks()
    clock.at += timedelta(hours=3)
    people.http.service.helping.tell_clocks()
    said = people.get("前端", f"/v1/talks/{talk}/messages").json()
    assert [each["text"] for each in said] == ["第一句", "", "早些", "收到"]
    assert [each["number"] for each in said] == [1, 2, 3, 4]
    shown_clocks = people.get("张帮办", f"/v1/escalations/{talk}").json()["clocks"]
    assert [(each["kind"], each["round"]) for each in shown_clocks] == [("first_reply", 1)]


def test_a_transfer_to_where_it_is_puts_it_back_into_the_queue_once(people: People) -> None:
    talk = claimed(people, "a8")
    body = {"department": "气球处", "reason": "请同事接"}
    moved = people.post("张帮办", f"/v1/escalations/{talk}:transfer", body)
    assert (moved.status_code, moved.json()["state"], moved.json()["helper"]) == (200, "open", None)
    again = people.post("张帮办", f"/v1/escalations/{talk}:transfer", body)
    assert (again.status_code, again.json()["error"]) == (403, "HelperNotInCharge")
    assert len(moved.json()["handed_on"]) <= 1


@pytest.mark.parametrize(
    ("text", "status"),
    [
        ("长" * LONGEST, 201),
        ("长" * (LONGEST + 1), 422),
        ("😀" * LONGEST, 201),  # a code point each, two units in a browser
        ("👩‍👩‍👧‍👦 家", 201),
        ("前\u202e后\u2066夹\u2069\u200f", 201),
        ("a\x00b", 422),
        ("\ud83d", 422),
        ("", 422),
        (" \n\u3000\u200b", 422),
    ],
    ids=["longest", "too long", "emoji", "family", "directions", "nul", "half a pair", "empty", "blanks"],
)
def test_what_is_written_comes_out_as_it_went_in_or_is_refused(people: People, text: str, status: int) -> None:
    talk = claimed(people, f"a9-{len(text)}-{status}-{abs(hash(text)) % 1000}")
    before = lines(people, talk)
    for who, path, done in (
        ("前端", f"/v1/talks/{talk}/messages", status),
        ("张帮办", f"/v1/escalations/{talk}:note", status),
        ("张帮办", f"/v1/escalations/{talk}:reply", 200 if status == 201 else status),
    ):
        # As a stranger's client may send it: half a pair is no UTF-8 but stands in JSON as an escape.
        content = '{"text": ' + json.dumps(text) + "}"
        headers = people.key[who] | {"Content-Type": "application/json"}
        sent = people.http.request("POST", path, content=content, headers=headers)
        assert sent.status_code == done, (who, sent.text[:200])
        assert "message" in sent.json() or done < 300
    after = lines(people, talk)[len(before) :]
    assert [each["text"] for each in after] == ([text] * 3 if status == 201 else [])


def test_a_file_that_lies_about_itself_is_taken_for_what_it_is_or_refused(people: People) -> None:
    talk = claimed(people, "a10")

    def send(name: str, content: bytes, media_type: str) -> tuple[int, list[str]]:
        files = {"file": (name, content, media_type)}
        sent = people.http.request("POST", f"/v1/talks/{talk}/attachments", files=files, headers=people.key["前端"])
        told = [each["media_type"] for each in sent.json().get("attachments", [])]
        return sent.status_code, told

    assert send("a.png", SOUND, "image/png") == (201, ["audio/ogg"])
    script = b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>"
    refused = ((b"<html><script>alert(1)</script>", "text/html"), (script, "image/svg+xml"), (b"", "image/png"))
    for content, media_type in (*refused, (b"%PDF-1.7\n", "image/png"), (b"MZ" + bytes(200), "audio/ogg")):
        assert send("a.png", content, media_type) == (422, []), content[:10]
    shown_file = people.get("前端", f"/v1/talks/{talk}/attachments/1")
    assert shown_file.headers["content-type"] == "audio/ogg"
    assert shown_file.headers["x-content-type-options"] == "nosniff"
    assert len([each for each in lines(people, talk) if each["attachments"]]) == 1
