"""Typing, reading, meetings and canned replies over HTTP: live for the other side, and nothing for anybody else."""

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.api.conftest import small_knowledge_base
from tests.api.people import People, blocks_of

LINK = {"url": "https://hui.example.org/qiqiu"}


@pytest.fixture(scope="module")
def people(tmp_path_factory: pytest.TempPathFactory, models_dir: Path) -> Iterator[People]:
    for http in small_knowledge_base(tmp_path_factory.mktemp("aids"), models_dir):
        made = People(http)
        made.set_up("张帮办", "气球处", capacity=9)
        yield made


def claimed(people: People, conversation: str) -> str:
    people.come("张帮办")
    talk = str(people.open(conversation)["id"])
    assert people.post("张帮办", f"/v1/escalations/{talk}:claim").status_code == 200
    return talk


def test_each_side_sees_live_that_the_other_types_and_what_it_has_read(people: People) -> None:
    talk = claimed(people, "a1")
    before = people.get("前端", f"/v1/talks/{talk}").json()
    threading.Timer(0.5, people.post, ("张帮办", f"/v1/escalations/{talk}:typing")).start()
    *_, (name, signs) = blocks_of(people, "前端", f"/v1/talks/{talk}/events", 4)  # two lines, the state, the signs
    assert name == "signs" and 4 < signs["typing_seconds"] <= 6 and signs["read_up_to"] == 0
    assert people.post("前端", f"/v1/talks/{talk}:read", {"number": 2}).status_code == 204
    assert people.post("前端", f"/v1/talks/{talk}:typing", {}).status_code == 204
    *_, (name, signs) = blocks_of(people, "张帮办", f"/v1/escalations/{talk}/events", 4)
    assert name == "signs" and signs["typing_seconds"] > 3 and signs["read_up_to"] == 2
    # Who has sent what they typed types no longer.
    people.post("前端", f"/v1/talks/{talk}/messages", {"text": "还有"})
    blocks = dict(blocks_of(people, "张帮办", f"/v1/escalations/{talk}/events", 3, last=2))
    assert blocks["signs"]["typing_seconds"] == 0
    now = people.get("前端", f"/v1/talks/{talk}").json()
    assert now == before | {"last_number": 3}


def test_marks_go_forward_only_and_tell_the_helper_how_much_is_unread(people: People) -> None:
    talk = claimed(people, "a2")
    people.post("前端", f"/v1/talks/{talk}/messages", {"text": "第三行"})
    assert people.get("张帮办", "/v1/helpers/me/unread").json()[talk] == 2
    for number in (3, 1):
        assert people.post("张帮办", f"/v1/escalations/{talk}:read", {"number": number}).status_code == 204
        assert talk not in people.get("张帮办", "/v1/helpers/me/unread").json()
    *_, (name, signs) = blocks_of(people, "前端", f"/v1/talks/{talk}/events", 5)
    assert (name, signs["read_up_to"]) == ("signs", 3)
    assert people.post("前端", f"/v1/talks/{talk}:read", {"number": 0}).status_code == 422


def test_strangers_and_other_departments_get_404_of_all_of_it(people: People) -> None:
    talk = claimed(people, "a3")
    entries = people.http.service.records.trail.head().events
    stranger = {"user_ref": "somebody"}
    for path, body in ((":typing", stranger), (":read", stranger | {"number": 1}), (":join", stranger)):
        assert people.post("前端", f"/v1/talks/{talk}{path}", body).status_code == 404, path
    for path, sent in ((":typing", None), (":read", {"number": 1}), (":meet", None)):
        assert people.post("王帮办", f"/v1/escalations/{talk}{path}", sent).status_code == 404, path
        assert people.post("前端", f"/v1/escalations/{talk}{path}", sent).status_code == 403, path
    assert people.get("王帮办", f"/v1/escalations/{talk}/canned-replies").status_code == 404
    assert people.post("李帮办", f"/v1/escalations/{talk}:typing").status_code == 403  # not in charge of it
    assert people.http.service.records.trail.head().events == entries


def test_a_meeting_is_set_by_an_administrator_and_its_link_told_in_the_talk_alone(people: People) -> None:
    talk = claimed(people, "a4")
    assert people.post("张帮办", f"/v1/escalations/{talk}:meet").json()["error"] == "MeetingLinkMissing"

    def put(who: str, department: str, url: str) -> int:
        path = f"/v1/meeting-links/{department}"
        return people.http.request("PUT", path, json={"url": url}, headers=people.key[who]).status_code

    assert [put(who, "气球处", LINK["url"]) for who in ("前端", "李帮办", "管理")] == [403, 403, 200]
    assert put("管理", "没有的单位", LINK["url"]) == 422
    for url in (
        "http://hui.example.org/", "javascript:alert(1)", "https://", "https://a:b@hui.example.org/", "hui.example.org",
        "https://hui.example.org/ 1", "https:/\\hui.example.org", "https://hui.\u200bexample.org/",
    ):  # fmt: skip
        assert put("管理", "qiqiu", url) == 422, url
    assert [each["url"] for each in people.get("张帮办", "/v1/meeting-links").json()] == [LINK["url"]]
    assert people.get("王帮办", "/v1/meeting-links").json() == []
    assert people.get("前端", "/v1/meeting-links").status_code == 403
    assert "hui.example.org" not in people.get("前端", "/v1/departments").text
    assert people.post("前端", f"/v1/talks/{talk}:join", {}).status_code == 409
    assert people.post("张帮办", f"/v1/escalations/{talk}:meet").status_code == 200
    assert people.post("前端", f"/v1/talks/{talk}:join", {}).status_code == 200
    people.post("张帮办", f"/v1/escalations/{talk}:release", {"reason": "只给帮办看"})
    said = people.get("前端", f"/v1/talks/{talk}/messages").json()
    assert [(each["move"], each["name"], each["text"]) for each in said[-3:]] == [
        ("meet", "张帮办", LINK["url"]),
        ("join", None, ""),
        ("release", "张帮办", ""),
    ]
    removed = people.http.request("DELETE", "/v1/meeting-links/qiqiu", headers=people.key["管理"])
    assert removed.status_code == 204 and people.get("管理", "/v1/meeting-links").json() == []


def test_canned_replies_are_written_by_leads_and_filled_in_for_a_talk(people: People) -> None:
    talk = claimed(people, "a5")
    body = {
        "title": "停放",
        "text": "{帮办}：停放证请到{部门}，{服务时间}，电话{电话}。",
        "shortcut": "tf",
        "department": "气球处",
    }
    assert people.post("张帮办", "/v1/canned-replies", body).status_code == 403
    made = people.post("李帮办", "/v1/canned-replies", body)
    assert made.status_code == 201, made.text
    reply_id = made.json()["id"]
    refused = people.post("管理", "/v1/canned-replies", {"title": "x", "text": "{身份证}"})
    assert refused.status_code == 422
    assert refused.json()["message"] == (
        "常用语里没有“身份证”这个变量；可以用 {部门}、{事项}、{帮办}、{电话}、{服务时间}、{今天}。"
    )
    found = people.get("张帮办", f"/v1/escalations/{talk}/canned-replies").json()
    assert found[0]["text"] == "张帮办：停放证请到市气球管理处，全天，电话12345。"
    assert [each["shortcut"] for each in found[:2]] == ["tf", "nh"]
    for who, sees in (("张帮办", True), ("管理", True), ("王帮办", False)):
        listed = people.get(who, "/v1/canned-replies").json()
        assert (reply_id in [each["id"] for each in listed]) is sees, who

    def request(method: str, who: str, sent: object = None) -> int:
        path = f"/v1/canned-replies/{reply_id}"
        return people.http.request(method, path, json=sent, headers=people.key[who]).status_code

    assert [request("PUT", who, body) for who in ("王帮办", "张帮办", "李帮办")] == [404, 403, 200]
    assert [request("DELETE", who) for who in ("王帮办", "张帮办", "李帮办", "李帮办")] == [404, 403, 204, 404]
