"""Pictures and recorded sound in a talk over HTTP: who sees them, what is refused, and that each is sent once."""

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from io import BytesIO
from pathlib import Path
from typing import Any

import httpx
import pytest
from PIL import Image

from kb_service.domain.people import Role
from kb_service.domain.webhooks import WebhookForm
from tests.api.conftest import key_of, small_knowledge_base
from tests.api.people import People, shown
from tests.factories import NOON
from tests.sounds_and_pictures import ogg, photograph, wav, webm
from tests.unit.test_kinds_of_attachments import bomb


class Sending(People):
    """The same people, who send each other files."""

    def send(self, who: str, path: str, content: bytes, **fields: Any) -> httpx.Response:
        name, key = fields.pop("name", "picture.png"), fields.pop("key", None)
        headers = self.key[who] | ({"Idempotency-Key": key} if key else {})
        files = {"file": (name, content, "image/png")}
        return self.http.request("POST", f"/v1/{path}/attachments", files=files, data=fields, headers=headers)

    def say(self, talk: str, content: bytes, **fields: Any) -> httpx.Response:
        return self.send("前端", f"talks/{talk}", content, **fields)


@pytest.fixture(scope="module")
def people(tmp_path_factory: pytest.TempPathFactory, models_dir: Path) -> Iterator[Sending]:
    for http in small_knowledge_base(tmp_path_factory.mktemp("attachments"), models_dir):
        yield Sending(http)


@pytest.fixture
def talk(people: Sending, request: pytest.FixtureRequest) -> Iterator[str]:
    """In the charge of 张帮办, who lets go of it afterwards."""
    opened: str = people.open(str(abs(hash(request.node.name))))["id"]
    people.post("张帮办", f"/v1/escalations/{opened}:claim")
    yield opened
    people.post("张帮办", f"/v1/escalations/{opened}:resolve", {"verdict": "resolved"})


def told(people: Sending, talk: str) -> list[tuple[str, str, list[str]]]:
    """What was shown: by whom, with which words, and what it is."""
    messages = people.get("前端", f"/v1/talks/{talk}/messages").json()
    return [
        (each["author"], each["text"], [shown["media_type"] for shown in each["attachments"]])
        for each in messages
        if each["attachments"]
    ]


def test_both_sides_show_each_other_pictures_and_sound(people: Sending, talk: str) -> None:
    sent = people.say(talk, photograph(), text="停在这里可以吗")
    assert sent.status_code == 201, sent.text
    (attached,) = sent.json()["attachments"]
    assert (attached["number"], attached["kind"], attached["media_type"]) == (1, "picture", "image/jpeg")
    replied = people.send("张帮办", f"escalations/{talk}", ogg(), name="录音.png")
    assert (replied.status_code, replied.json()["state"]) == (200, "answered")
    assert told(people, talk) == [("person", "停在这里可以吗", ["image/jpeg"]), ("helper", "", ["audio/ogg"])]
    for who, side in (("前端", "talks"), ("张帮办", "escalations")):
        read = people.get(who, f"/v1/{side}/{talk}/attachments/1")
        assert read.status_code == 200 and len(read.content) == attached["size"]
        assert Image.open(BytesIO(read.content)).size == (40, 60)
        assert b"Exif" not in read.content and b"Camera" not in read.content
        assert read.headers["content-type"] == "image/jpeg" and read.headers["cache-control"] == "no-store"
        assert read.headers["x-content-type-options"] == "nosniff"
        assert read.headers["content-disposition"] == 'inline; filename="1.jpg"'
        assert "default-src 'none'" in read.headers["content-security-policy"]
        assert read.headers["content-security-policy"].endswith("sandbox")
        assert people.get(who, f"/v1/{side}/{talk}/attachments/2").headers["content-type"] == "audio/ogg"
        assert people.get(who, f"/v1/{side}/{talk}/attachments/3").json()["error"] == "AttachmentNotFound"
    after = people.get("前端", f"/v1/talks/{talk}/messages", after=2).json()
    assert [len(each["attachments"]) for each in after] == [1, 1]


@pytest.mark.parametrize(
    ("part", "status", "content_range", "size"),
    [
        ("bytes=0-99", 206, "bytes 0-99/1644", 100), ("bytes=1600-", 206, "bytes 1600-1643/1644", 44),
        ("bytes=-4", 206, "bytes 1640-1643/1644", 4), ("bytes=9000-", 416, "bytes */1644", 0),
        ("bytes=0-1,4-5", 200, None, 1644), ("lines=0-1", 200, None, 1644),
    ],
)  # fmt: skip
def test_sound_is_given_in_parts(
    people: Sending, talk: str, part: str, status: int, content_range: str | None, size: int
) -> None:
    people.say(talk, wav())
    headers = people.key["前端"] | {"Range": part}
    read = people.http.request("GET", f"/v1/talks/{talk}/attachments/1", headers=headers)
    assert (read.status_code, read.headers.get("content-range"), len(read.content)) == (status, content_range, size)


def test_strangers_get_nothing_and_other_helpers_leave_an_entry_in_the_trail(people: Sending, talk: str) -> None:
    people.say(talk, ogg())
    people.key["别家前端"] = shown(key_of(people.http, "别家前端", Role.FRONTEND))
    for who, path in (("别家前端", "talks"), ("王帮办", "escalations")):
        assert people.get(who, f"/v1/{path}/{talk}/attachments/1").status_code == 404
        assert people.send(who, f"{path}/{talk}", ogg()).status_code == 404
    assert people.get("前端", f"/v1/talks/{talk}/attachments/1", channel="app").status_code == 404
    assert people.say(talk, ogg(), channel="app").status_code == 404
    assert people.send("李帮办", f"escalations/{talk}", ogg()).json()["error"] == "HelperNotInCharge"
    assert people.get("前端", f"/v1/escalations/{talk}/attachments/1").status_code == 403
    for who in ("张帮办", "李帮办"):
        assert people.get(who, f"/v1/escalations/{talk}/attachments/1").status_code == 200
    entries = [each.event for each in people.http.service.records.trail.events(limit=1000)]
    readers = [e.actor for e in entries if e.action == "read_talk" and e.detail["escalation"] == talk]
    assert readers == ["李帮办"]


@pytest.mark.parametrize(
    ("content", "error", "words"),
    [
        (b"<html><script>alert(1)</script></html>", "AttachmentRefused", "只能发送图片"),
        (b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>", "AttachmentRefused", "只能发送图片"),
        (b"\x89PNG\r\n\x1a\n<html><script>alert(1)</script>", "AttachmentRefused", "图片已损坏"),
        (webm(b"V_VP8 A_OPUS"), "AttachmentRefused", "只能发送图片"),
        (bomb(), "AttachmentRefused", "30000 × 30000 像素"),
        (b"", "AttachmentRefused", "只能发送图片"),
        (wav().ljust(10 * 2**20 + 1, b"\x00"), "AttachmentTooLarge", "不能超过 10 MB"),
        (wav().ljust(11 * 2**20, b"\x00"), "AttachmentTooLarge", "不能超过 10 MB"),
    ],
    ids=["html", "svg", "html behind a picture's head", "film", "bomb", "nothing", "a byte too many", "too large"],
)  # fmt: skip
def test_what_is_neither_picture_nor_sound_is_refused_whatever_it_is_called(
    people: Sending, talk: str, content: bytes, error: str, words: str
) -> None:
    refused = people.say(talk, content, name="picture.png")
    assert refused.status_code == (413 if error == "AttachmentTooLarge" else 422)
    assert refused.json()["error"] == error and words in refused.json()["message"]
    assert told(people, talk) == []


def test_a_form_with_something_else_in_it_is_refused(people: Sending, talk: str) -> None:
    path = f"/v1/talks/{talk}/attachments"
    for form, error in (
        ({"files": {"text": (None, "好")}}, "AttachmentRefused"),
        ({"files": [("file", ("1", ogg())), ("file", ("2", ogg()))]}, "AttachmentRefused"),
        ({"files": {"file": ("1", ogg())}, "data": {"html": "1"}}, "InvalidRecord"),
        ({"files": {"file": ("1", ogg())}, "data": {"text": "长" * 2001}}, "RequestInvalid"),
        ({"json": {"text": "好"}}, "InvalidRecord"),
    ):
        refused = people.http.request("POST", path, headers=people.key["前端"], **form)  # type: ignore[arg-type]
        assert (refused.status_code, refused.json()["error"]) == (422, error)
        assert any("\u4e00" <= each <= "\u9fff" for each in refused.json()["message"])
    assert told(people, talk) == []


def test_an_attachment_and_a_message_sent_again_come_once(people: Sending, talk: str) -> None:
    sent = [lambda: people.say(talk, photograph(), text="看", key="a-1")] * 4
    sent += [lambda: people.send("张帮办", f"escalations/{talk}", ogg(), key="a-1")] * 4
    with ThreadPoolExecutor(8) as pool:
        replies = list(pool.map(lambda send: send(), sent))
    assert {each.status_code for each in replies} == {200, 201}
    assert len({json.dumps({**each.json(), "at": ""}) for each in replies[:4]}) == 1, {e.text for e in replies[:4]}
    assert sorted(told(people, talk)) == [("helper", "", ["audio/ogg"]), ("person", "看", ["image/jpeg"])]
    other = people.say(talk, ogg(), text="看", key="a-1")
    assert (other.status_code, other.json()["error"]) == (422, "MessageKeyReused")
    assert other.json()["message"].startswith("这条消息的标识")


@pytest.mark.parametrize(
    ("key", "status"), [("8e03978e-40d5-43dd-bc93-6894a57f9324", 201), ("", 422), ("k" * 65, 422), ("a b", 422)]
)
def test_a_key_is_short_and_visible(people: Sending, talk: str, key: str, status: int) -> None:
    headers = people.key["前端"] | {"Idempotency-Key": key}
    for _ in range(2):
        said = people.http.request("POST", f"/v1/talks/{talk}/messages", json={"text": "在吗"}, headers=headers)
        assert said.status_code == status
    messages = people.get("前端", f"/v1/talks/{talk}/messages").json()
    assert [each["text"] for each in messages].count("在吗") == (status == 201)


def test_webhooks_tell_that_there_is_one_and_not_what_it_shows(people: Sending, talk: str) -> None:
    webhooks = people.http.service.records.webhooks
    hook = webhooks.create("https://example.com", form=WebhookForm.JSON, events=(), departments=(), actor="x", at=NOON)
    people.say(talk, ogg(), text="听")
    message = webhooks.list(limit=1)[0].body["message"]
    assert message.pop("attachments") == [{"kind": "sound", "size": len(ogg())}]
    assert message == {"author": "person", "by": None, "text": "听"}
    webhooks.end(hook.id, actor="x", at=NOON)


def test_an_attachment_is_told_with_its_message_and_described(people: Sending, talk: str) -> None:
    people.say(talk, ogg())
    (shown_once,) = [each for each in people.get("前端", f"/v1/talks/{talk}/messages").json() if each["attachments"]]
    described = json.dumps(people.http.get("/openapi.json").json()["components"]["schemas"]["MessageShown"])
    assert '"attachments"' in described
    assert shown_once["attachments"] == [{"number": 1, "kind": "sound", "media_type": "audio/ogg", "size": len(ogg())}]
