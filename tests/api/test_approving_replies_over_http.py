"""Approving before sending, over HTTP: a resident, a junior, helpers of two departments, and the assistant's drafts."""

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from kb_service.adapters.sql.row_faults import row_faults
from kb_service.domain.matters import Matter
from kb_service.domain.people import Role
from tests.api.conftest import DRONE, key_of, publish, small_knowledge_base
from tests.api.people import HOURS, People, blocks_of, shown
from tests.factories import NOON

UNSURE = "学校里可以放风筝吗"


@pytest.fixture(scope="module")
def people(tmp_path_factory: pytest.TempPathFactory, models_dir: Path) -> Iterator[People]:
    """小新 is a junior of 张帮办's department, which wants the assistant's drafts of kites."""
    for http in small_knowledge_base(tmp_path_factory.mktemp("approving"), models_dir):
        made = People(http)
        http.service.catalogue.replace(
            departments_=[replace(each, proposes_drafts=each.id == "qiqiu") for each in HOURS],
            matters_=[Matter("fengzheng", "风筝放飞", "qiqiu")],
            actor="operator",
            at=NOON,
        )
        http.service.reread_catalogue()
        made.key["小新"] = shown(key_of(http, "小新", Role.HELPER))
        made.set_up("小新", "qiqiu", is_junior=True)
        yield made


def claimed(people: People, conversation: str, by: str = "小新") -> str:
    talk = people.open(conversation)
    assert people.post(by, f"/v1/escalations/{talk['id']}:claim").status_code == 200
    return str(talk["id"])


def close(people: People, talk: str) -> None:
    people.post("前端", f"/v1/talks/{talk}:leave", {})


def test_a_juniors_reply_is_proposed_and_another_sends_it(people: People) -> None:
    talk = claimed(people, "a1")
    before = people.get("前端", f"/v1/talks/{talk}").json()
    proposed = people.post("小新", f"/v1/escalations/{talk}:reply", {"text": "停在公园北门。"})
    said = proposed.json()
    assert (proposed.status_code, said["is_sent"], said["state"], said["open_proposals"]) == (202, False, "claimed", 1)
    waiting = said["proposal"]
    assert (waiting["number"], waiting["name"], waiting["state"]) == (1, "小新", "open")
    assert (waiting["may_approve"], waiting["may_withdraw"]) == (False, True)
    # Nothing of it reaches the person, and their clock runs on.
    after = people.get("前端", f"/v1/talks/{talk}").json()
    assert after == before and after["reply_due_at"]
    assert "北门" not in people.get("前端", f"/v1/talks/{talk}/messages").text
    assert people.get("小新", f"/v1/escalations/{talk}").json()["first_reply_at"] is None
    # Who may approve it finds it in the queue.
    marks = {
        who: {each["id"]: each["awaits_you"] for each in people.get(who, "/v1/escalations").json()["escalations"]}
        for who in ("小新", "张帮办")
    }
    assert (marks["小新"][talk], marks["张帮办"][talk]) == (False, True)
    (listed,) = people.get("张帮办", f"/v1/escalations/{talk}/proposals").json()
    assert (listed["text"], listed["may_approve"], listed["may_withdraw"]) == ("停在公园北门。", True, False)
    sent = people.post("张帮办", f"/v1/escalations/{talk}/proposals/1:approve", {"text": "停在公园北门，八点开。"})
    assert (sent.status_code, sent.json()["state"], sent.json()["open_proposals"]) == (200, "answered", 0)
    mine = people.get("前端", f"/v1/talks/{talk}/messages").json()[-1]
    assert (mine["name"], mine["text"], mine["confirmed_by"]) == ("小新", "停在公园北门，八点开。", None)
    assert mine["produced_by"]["is_ai"] is False
    theirs = people.get("小新", f"/v1/escalations/{talk}/messages").json()[-1]
    assert theirs["confirmed_by"] == "张帮办"
    (kept,) = people.get("小新", f"/v1/escalations/{talk}/proposals").json()
    assert (kept["state"], kept["use"], kept["settled_by"], kept["message"]) == (
        "sent", "edited", "张帮办", mine["number"],
    )  # fmt: skip
    close(people, talk)


def test_who_is_refused_and_how(people: People) -> None:
    talk = claimed(people, "a2")
    people.post("小新", f"/v1/escalations/{talk}:reply", {"text": "您好"})
    path = f"/v1/escalations/{talk}/proposals"

    def refused(who: str, rest: str, body: object | None = None) -> tuple[int, str]:
        reply = people.post(who, path + rest, body)
        assert any("\u4e00" <= each <= "\u9fff" for each in reply.json()["message"])
        return reply.status_code, reply.json()["error"]

    assert refused("小新", "/1:approve") == (403, "ApprovalNotYours")
    assert refused("张帮办", "/1:withdraw") == (403, "ApprovalNotYours")
    assert refused("张帮办", "/1:reject", {"reason": ""}) == (422, "ReasonMissing")
    assert refused("张帮办", "/1:approve", {"text": " "}) == (422, "MessageEmpty")
    assert refused("张帮办", "/9:approve") == (404, "ProposalNotThere")
    assert refused("王帮办", "/1:approve") == (404, "EscalationNotThere")
    assert refused("王帮办", "/9:reject", {"reason": "?"}) == (404, "EscalationNotThere")
    assert people.get("王帮办", path).status_code == 404
    assert people.get("前端", path).status_code == 403
    assert people.post("前端", f"{path}/1:approve").status_code == 403
    people.post("小新", f"/v1/escalations/{talk}:reply", {"text": "您好，请说"})
    assert refused("张帮办", "/1:approve") == (409, "ProposalSettled")
    assert people.post("张帮办", f"{path}/2:reject", {"reason": "再问清楚"}).status_code == 200
    assert [each["reason"] for each in people.get("小新", path).json()] == ["", "再问清楚"]
    close(people, talk)


def test_streams_tell_helpers_of_proposals_and_never_the_person(people: People) -> None:
    talk = claimed(people, "a3")
    people.post("小新", f"/v1/escalations/{talk}:reply", {"text": "密语"})
    events = blocks_of(people, "张帮办", f"/v1/escalations/{talk}/events", 3)
    (state,) = [data for name, data in events if name == "escalation"]
    assert [(each["text"], each["may_approve"]) for each in state["proposals"]] == [("密语", True)]
    assert state["awaits_you"] is True
    seen = blocks_of(people, "前端", f"/v1/talks/{talk}/events", 3)
    people.post("小新", f"/v1/escalations/{talk}/proposals/1:withdraw")
    seen += blocks_of(people, "前端", f"/v1/talks/{talk}/events", 3)
    assert "密语" not in json.dumps(seen, ensure_ascii=False) and "roposal" not in json.dumps(seen)
    passed_on = people.post("前端", "/v1/answers", {"question": "在吗", "conversation_id": "a3"})
    assert "密语" not in passed_on.text
    close(people, talk)


def doubted_talk(people: People, conversation: str) -> str:
    asked = people.post("前端", "/v1/answers", {"question": UNSURE, "conversation_id": conversation}).json()
    assert asked["possible"] and asked["outcome"] != "answered"
    body = {"conversation_id": conversation, "words": "", "department": "qiqiu"}
    return str(people.post("前端", "/v1/escalations", body).json()["id"])


def test_the_assistants_draft_is_sent_by_a_helper_and_named_as_made_by_ai(people: People) -> None:
    version = publish(people.http.service, "kite-now", DRONE, title="风筝放飞规定", effective_from="2024-05-01")
    talk = doubted_talk(people, "a4")
    path = f"/v1/escalations/{talk}/proposals"
    (draft,) = people.get("张帮办", path).json()
    assert (draft["by"], draft["produced_by"]["is_ai"], draft["may_approve"]) == (None, True, False)
    assert {each["version_id"] for each in draft["citations"]} == {version}
    assert "依据：《风筝放飞规定》" in draft["text"]
    people.post("张帮办", f"/v1/escalations/{talk}:claim")
    switch = people.post("管理", "/v1/switches", {"subject": "kite-now", "covers": "document", "reason": "核对"}).json()
    held_back = people.post("张帮办", f"{path}/1:approve")
    assert (held_back.status_code, held_back.json()["error"]) == (409, "ProposalOutdated")
    people.post("管理", f"/v1/switches/{switch['id']}:on", {"reason": "好了"})
    assert people.post("张帮办", f"{path}/1:approve").status_code == 200
    said = people.get("前端", f"/v1/talks/{talk}/messages").json()[-1]
    assert (said["name"], said["produced_by"]["is_ai"], said["produced_by"]["method"]) == ("张帮办", True, "confirmed")
    assert "人工智能" in said["produced_by"]["label"] and "工作人员确认" in said["produced_by"]["label"]
    assert people.http.service.records.proposals.of_assistant() == {"used": 1}
    close(people, talk)


def test_a_draft_of_a_version_that_was_withdrawn_or_purged_meanwhile_is_not_sent(people: People) -> None:
    service = people.http.service
    for number, take_away in enumerate((service.publishing.withdraw, service.purge)):
        publish(service, f"kite-{number}", DRONE, title=f"风筝规定{number}", effective_from="2024-05-01")
        talk = doubted_talk(people, f"a5-{number}")
        path = f"/v1/escalations/{talk}/proposals"
        (draft,) = people.get("张帮办", path).json()
        people.post("张帮办", f"/v1/escalations/{talk}:claim")
        assert f"《风筝规定{number}》" in draft["text"]
        for version in {each["version_id"] for each in draft["citations"]}:
            take_away(version, actor="zong", reason="写错了")
        service.synchroniser.reconcile()
        refused = people.post("张帮办", f"{path}/1:approve")
        assert (refused.status_code, refused.json()["error"]) == (409, "ProposalOutdated")
        (kept,) = people.get("张帮办", path).json()
        assert (kept["text"] == draft["text"]) is (take_away == service.publishing.withdraw)
        people.post("张帮办", f"/v1/escalations/{talk}:resolve", {"verdict": "resolved"})
    assert row_faults(service.records.database) == []
