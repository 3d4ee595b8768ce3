"""People take over, over HTTP: a resident and helpers of two departments, with keys of their own."""

import json
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from typer.testing import CliRunner

from kb_service.api.app import create_app
from kb_service.cli import app
from kb_service.domain.documents import VersionState
from kb_service.domain.people import Role
from tests.api.conftest import key_of, small_knowledge_base
from tests.api.loopback import served
from tests.api.people import People, shown
from tests.factories import NOON


@pytest.fixture(scope="module")
def people(tmp_path_factory: pytest.TempPathFactory, models_dir: Path) -> Iterator[People]:
    for http in small_knowledge_base(tmp_path_factory.mktemp("talks"), models_dir):
        yield People(http)


def test_a_talk_from_the_hand_over_to_the_verdict(people: People) -> None:
    people.come("张帮办")
    asked = people.post("前端", "/v1/answers", {"question": "热气球转人工", "conversation_id": "t1"}).json()
    assert asked["escalation"]["recommended"] and asked["escalation"]["available_now"] is True
    assert asked["escalation"]["first_response_due"] is not None
    talk = people.open("t1", "转人工")
    assert (talk["state"], talk["department"]["id"], talk["ahead"]) == ("open", "qiqiu", 0)
    (waiting,) = people.get("张帮办", "/v1/escalations", state="open").json()["escalations"]
    assert waiting["id"] == talk["id"] and "热气球转人工" in waiting["subject"]["summary"]
    assert people.post("张帮办", f"/v1/escalations/{talk['id']}:claim").json()["helper_name"] == "张帮办"
    replied = people.post("张帮办", f"/v1/escalations/{talk['id']}:reply", {"text": "您好，停在公园北门。"})
    assert replied.json()["state"] == "answered"
    people.post("张帮办", f"/v1/escalations/{talk['id']}:note", {"text": "只有北门可停"})
    passed_on = people.post("前端", "/v1/answers", {"question": "几点开门", "conversation_id": "t1"}).json()
    assert (passed_on["outcome"], passed_on["escalation"]["id"]) == ("in_talk", talk["id"])
    mine = people.get("前端", f"/v1/talks/{talk['id']}/messages").json()
    assert [(each["author"], each["name"], each["text"]) for each in mine] == [
        ("person", None, "转人工"),
        ("event", "张帮办", ""),
        ("helper", "张帮办", "您好，停在公园北门。"),
        ("person", None, "几点开门"),
    ]
    theirs = people.get("张帮办", f"/v1/escalations/{talk['id']}/messages").json()
    assert ("note", "只有北门可停") in [(each["author"], each["text"]) for each in theirs]
    closed = people.post("张帮办", f"/v1/escalations/{talk['id']}:resolve", {"verdict": "resolved"})
    assert closed.json()["state"] == "resolved"
    judged = people.post("前端", f"/v1/talks/{talk['id']}:judge", {"verdict": "partly"}).json()
    assert (judged["verdict_of_person"], judged["may_reopen"]) == ("partly", True)
    again = people.post("前端", "/v1/answers", {"question": "热气球停放证要多少钱", "conversation_id": "t1"}).json()
    assert again["outcome"] == "answered"  # the assistant has the conversation again


def test_the_chat_interface_of_openai_passes_messages_on_too(people: People) -> None:
    talk = people.open("t2")
    body = {"messages": [{"role": "user", "content": "还在吗"}], "metadata": {"conversation_id": "t2"}}
    reply = people.post("前端", "/v1/chat/completions", body).json()
    assert reply["kb"]["outcome"] == "in_talk" and "市气球管理处" in reply["choices"][0]["message"]["content"]
    said = people.get("前端", f"/v1/talks/{talk['id']}/messages").json()
    assert said[-1]["text"] == "还在吗"


def test_another_department_and_another_frontend_get_nothing(people: People) -> None:
    talk = people.open("t3")
    people.key["别家前端"] = shown(key_of(people.http, "别家前端", Role.FRONTEND))
    for path in ("", "/messages", "/events"):
        assert people.get("王帮办", f"/v1/escalations/{talk['id']}{path}").status_code == 404
        assert people.get("别家前端", f"/v1/talks/{talk['id']}{path}").status_code == 404
        assert people.get("前端", f"/v1/talks/{talk['id']}{path}", channel="app").status_code == 404
    assert people.get("前端", f"/v1/escalations/{talk['id']}").status_code == 403
    for move, body in (("claim", None), ("reply", {"text": "您好"}), ("note", {"text": "好"})):
        assert people.post("王帮办", f"/v1/escalations/{talk['id']}:{move}", body).status_code == 404
    assert talk["id"] not in json.dumps(people.get("王帮办", "/v1/escalations").json())
    assert people.post("别家前端", f"/v1/talks/{talk['id']}/messages", {"text": "我"}).status_code == 404


def test_reading_anothers_talk_leaves_an_entry_in_the_trail(people: People) -> None:
    talk = people.open("t4")
    people.post("张帮办", f"/v1/escalations/{talk['id']}:claim")
    people.get("张帮办", f"/v1/escalations/{talk['id']}/messages")
    people.get("李帮办", f"/v1/escalations/{talk['id']}/messages")
    people.get("李帮办", f"/v1/escalations/{talk['id']}/messages")  # the same page again
    entries = people.http.service.records.trail.events(limit=1000)
    readers = [
        e.event.actor for e in entries if e.event.action == "read_talk" and e.event.detail["escalation"] == talk["id"]
    ]
    assert readers == ["李帮办"]
    people.post("张帮办", f"/v1/escalations/{talk['id']}:resolve", {"verdict": "resolved"})


def test_reading_an_escalation_without_its_talk_leaves_an_entry_too(people: People) -> None:
    """It has the summary of the whole conversation."""
    talk = people.open("t4b")
    before = people.http.service.records.trail.head().events
    assert people.get("李帮办", f"/v1/escalations/{talk['id']}").status_code == 200
    (entry,) = people.http.service.records.trail.events(after=before)
    assert (entry.event.actor, entry.event.action) == ("李帮办", "read_talk")
    people.post("前端", f"/v1/talks/{talk['id']}:leave", {})


def test_a_conversation_is_exported_to_administrators_only_whatever_its_id(people: People) -> None:
    talk = people.open("会话/7")
    path = "/v1/conversations/会话/7/export"
    assert [people.get(who, path).status_code for who in ("前端", "李帮办")] == [403, 403]
    found = people.get("管理", path)
    assert found.status_code == 200 and found.headers["cache-control"] == "no-store"
    assert [each["escalation"]["id"] for each in found.json()["talks"]] == [talk["id"]]
    told = [e.event for e in people.http.service.records.trail.events(limit=1000) if e.event.action == "export"]
    assert [(e.actor, e.detail["escalations"]) for e in told] == [("管理", [talk["id"]])]
    missing = people.get("管理", "/v1/conversations/会话/8/export")
    assert (missing.status_code, missing.json()["error"]) == (404, "ConversationNotFound")
    people.post("前端", f"/v1/talks/{talk['id']}:leave", {})


def test_a_talk_that_is_erased_while_it_goes_on_ends_and_nothing_more_is_written_in_it(people: People) -> None:
    talk = people.open("t9")
    people.post("张帮办", f"/v1/escalations/{talk['id']}:claim")
    people.http.service.records.erasing.conversation("t9", actor="管理", at=NOON)
    after = people.get("张帮办", f"/v1/escalations/{talk['id']}").json()
    assert (after["state"], [each["stopped_at"] is not None for each in after["clocks"]]) == ("returned", [True])
    for move in ("reply", "note"):
        refused = people.post("张帮办", f"/v1/escalations/{talk['id']}:{move}", {"text": "您的手机号是"})
        assert (refused.status_code, refused.json()["error"]) == (409, "EscalationStateWrong")
    assert people.get("张帮办", f"/v1/escalations/{talk['id']}/messages").json() == []


def test_talks_of_who_helps_no_more_go_back_into_the_queue(people: People) -> None:
    people.key["赵帮办"] = shown(key_of(people.http, "赵帮办", Role.HELPER))
    people.set_up("赵帮办", "气球处")
    gone, moved = people.open("t10"), people.open("t11")
    people.post("赵帮办", f"/v1/escalations/{moved['id']}:claim")
    people.set_up("赵帮办", "市大数据中心")
    people.set_up("赵帮办", "气球处")
    people.post("赵帮办", f"/v1/escalations/{gone['id']}:claim")
    removed = people.http.request("DELETE", "/v1/helpers/赵帮办", headers=people.key["管理"])
    assert removed.status_code == 204
    for talk in (gone, moved):
        claimed = people.post("张帮办", f"/v1/escalations/{talk['id']}:claim")
        assert (claimed.status_code, claimed.json()["helper_name"]) == (200, "张帮办")
        people.post("张帮办", f"/v1/escalations/{talk['id']}:resolve", {"verdict": "resolved"})


def test_why_a_talk_is_handed_on_is_told_to_helpers_only(people: People) -> None:
    talk = people.open("t8")
    people.post("张帮办", f"/v1/escalations/{talk['id']}:claim")
    people.post("张帮办", f"/v1/escalations/{talk['id']}:release", {"reason": "我要下班了"})
    assert "我要下班了" in people.get("李帮办", f"/v1/escalations/{talk['id']}/messages").text
    mine = people.get("前端", f"/v1/talks/{talk['id']}/messages").json()
    assert [(each["move"], each["text"]) for each in mine if each["author"] == "event"] == [
        ("claim", ""),
        ("release", ""),
    ]


@pytest.mark.parametrize(
    ("path", "body", "status", "error"),
    [
        ("/v1/escalations", {"conversation_id": ""}, 422, "RequestInvalid"),
        ("/v1/escalations", {"conversation_id": "n1", "words": "x" * 2001}, 422, "RequestInvalid"),
        ("/v1/escalations", {"conversation_id": "n1", "words": "\x00"}, 422, "RequestInvalid"),
        ("/v1/talks/none/messages", {"text": "好"}, 404, "EscalationNotThere"),
        ("/v1/talks/none/messages", {"text": "  "}, 422, "MessageEmpty"),
        ("/v1/talks/none/messages", {"text": "\u200b \u2060\u3164"}, 422, "MessageEmpty"),
        ("/v1/talks/none:reopen", {}, 404, "EscalationNotThere"),
        ("/v1/talks/none:judge", {"verdict": "great"}, 422, "RequestInvalid"),
    ],
)
def test_bad_input_is_refused_in_a_sentence(
    people: People, path: str, body: dict[str, str], status: int, error: str
) -> None:
    reply = people.post("前端", path, body)
    assert (reply.status_code, reply.json()["error"]) == (status, error)
    assert any("\u4e00" <= each <= "\u9fff" for each in reply.json()["message"])


def test_helpers_are_set_up_by_administrators_for_departments_with_hours(people: People) -> None:
    assert people.post("张帮办", "/v1/helpers/me:presence", {"is_present": True}).status_code == 200
    denied = people.http.request("PUT", "/v1/helpers/x", json={"departments": ["qiqiu"]}, headers=people.key["张帮办"])
    assert denied.status_code == 403
    unknown = people.http.request("PUT", "/v1/helpers/x", json={"departments": ["没有"]}, headers=people.key["管理"])
    assert (unknown.status_code, unknown.json()["error"]) == (422, "InvalidHelper")
    nobody = people.post("管理", "/v1/helpers/me:presence", {"is_present": True})
    assert (nobody.status_code, nobody.json()["error"]) == (422, "InvalidHelper")


# Suggestions


def test_ready_texts_are_of_documents_in_force_and_their_use_is_kept(people: People) -> None:
    talk = people.open("s1", "热气球停放证要多少钱")
    people.post("前端", f"/v1/talks/{talk['id']}/messages", {"text": "谢谢"})
    found = people.get("张帮办", "/v1/suggestions", escalation=talk["id"]).json()
    assert found["question"] == "热气球停放证要多少钱"  # thanks ask nothing
    best = found["texts"][0]
    assert "150元" in best["text"] and "依据：《热气球停放证办事指南》" in best["text"]
    assert "[1]" not in best["text"]
    (first, *_rest) = best["citations"]
    assert first["effective_from"] == "2026-01-01" and first["quote"] in best["text"]
    past = people.get("张帮办", "/v1/suggestions", q="热气球停放证要多少钱", as_of="2025-06-01").json()
    assert "120元" in past["texts"][0]["text"]
    people.post("张帮办", f"/v1/escalations/{talk['id']}:claim")
    sent = {"text": best["text"], "suggested": best["text"], "versions": [first["version_id"]]}
    people.post("张帮办", f"/v1/escalations/{talk['id']}:reply", sent)
    people.post("张帮办", f"/v1/escalations/{talk['id']}:reply", sent | {"text": "每证150元。"})
    people.post("张帮办", f"/v1/escalations/{talk['id']}:reply", {"text": "请稍等。", "suggestions_ignored": True})
    people.post("张帮办", f"/v1/escalations/{talk['id']}:reply", {"text": "还有别的吗？"})
    uses = people.http.service.records.cases.suggestions_used(talk["id"])
    assert uses == ["used", "edited", "ignored", None]
    people.post("张帮办", f"/v1/escalations/{talk['id']}:resolve", {"verdict": "resolved"})


def test_a_follow_up_is_read_after_what_was_said_before_it(people: People) -> None:
    talk = people.open("s3", "热气球停放证要多少钱")
    people.post("前端", f"/v1/talks/{talk['id']}/messages", {"text": "那要几天？"})
    found = people.get("张帮办", "/v1/suggestions", escalation=talk["id"]).json()
    assert found["question"] == "那要几天？"
    assert "3个工作日" in found["texts"][0]["text"]


@pytest.mark.parametrize("added", ["在浦东，这是我的证", "我上个月刚搬来的", "表已经填好了"])
def test_what_a_person_adds_to_a_question_does_not_take_its_place(people: People, added: str) -> None:
    talk = people.open("s4", "热气球停放证要多少钱")
    people.post("前端", f"/v1/talks/{talk['id']}/messages", {"text": added})
    found = people.get("张帮办", "/v1/suggestions", escalation=talk["id"]).json()
    assert found["question"] == "热气球停放证要多少钱"
    assert "150元" in found["texts"][0]["text"]


def test_how_a_like_question_was_resolved_is_shown_to_helpers_of_the_department_masked(people: People) -> None:
    talk = people.open("s2", "热气球停放证丢了怎么补，我叫王小明，手机13800138000")
    people.post("李帮办", f"/v1/escalations/{talk['id']}:claim")
    people.post("李帮办", f"/v1/escalations/{talk['id']}:reply", {"text": "带身份证到北门补办，找13900139000。"})
    people.post("李帮办", f"/v1/escalations/{talk['id']}:resolve", {"verdict": "resolved"})
    (case,) = people.get("张帮办", "/v1/suggestions", q="热气球停放证丢了怎么补").json()["cases"]
    assert "北门补办" in case["reply"]
    assert "13900139000" not in case["reply"] and "13800138000" not in case["question"]
    assert people.get("王帮办", "/v1/suggestions", q="热气球停放证丢了怎么补").json()["cases"] == []
    assert people.get("前端", "/v1/suggestions", q="热气球").status_code == 403


def test_a_helper_keeps_the_reply_of_a_resolved_talk_as_a_draft_without_personal_data(people: People) -> None:
    talk = people.open("s5", "热气球停放证照片要几寸，我叫王小明，手机13800138000")
    keeping = f"/v1/escalations/{talk['id']}:keep"
    people.post("李帮办", f"/v1/escalations/{talk['id']}:claim")
    asked = [
        "我叫王小明，热气球停放证的照片要几寸？",
        "那要收费吗",
        "热气球停放证照片要几寸",
        "请问热气球停放证要带照片吗",
    ]
    for line in asked:
        people.post("前端", f"/v1/talks/{talk['id']}/messages", {"text": line})
    (cited, *_) = people.http.service.records.shelf.document("balloon")
    reply = {"text": "一寸照片两张，交给13900139000。", "suggested": "一寸照片两张", "versions": [cited.id]}
    people.post("李帮办", f"/v1/escalations/{talk['id']}:reply", reply)
    assert people.post("李帮办", keeping).status_code == 409  # it is going on
    people.post("李帮办", f"/v1/escalations/{talk['id']}:resolve", {"verdict": "resolved"})
    assert people.post("王帮办", keeping).status_code == 404  # of another department
    kept = people.post("李帮办", keeping)
    assert kept.status_code == 201
    version = people.http.service.library.version(kept.json()["version_id"])
    assert version.state is VersionState.DRAFT and "一寸照片两张" in version.text
    assert "13900139000" not in version.text and "13800138000" not in (version.metadata.question or "")
    # Other ways to ask the same, each once; 那要收费吗 alone would be like every question about a fee.
    assert kept.json()["similar_questions"] == ["热气球停放证的照片要几寸？", "热气球停放证要带照片吗"]
    assert kept.json()["rests_on"] == [cited.id]
    first, second = (date.fromisoformat(kept.json()[name]) for name in ("effective_from", "review_by"))
    assert (second - first).days == 180
    again = people.post("李帮办", keeping)
    assert (again.status_code, again.json()) == (200, kept.json())
    (waiting,) = people.get("管理", "/v1/kept-drafts").json()["drafts"]
    assert (waiting["version_id"], waiting["is_late"]) == (version.id, False)
    page = people.get("管理", f"/console/versions/{version.id}").text
    assert "由人工答复写成" in page and "《热气球停放证办事指南》" in page
    assert "热气球停放证照片要几寸" in people.get("管理", "/console/due").text
    people.http.service.synchroniser.sync([version.document_id])


def test_erasing_a_conversation_takes_its_talk_along(people: People) -> None:
    talk = people.open("t7", "我的手机号是13800138000")
    people.http.service.records.erasing.conversation("t7", actor="operator", at=people.http.service.now())
    left = people.http.service.records.escalations.escalation(talk["id"])
    assert (left.subject.question, left.subject.summary, left.last_number) == ("", "", 1)
    assert people.http.service.records.escalations.messages(talk["id"]) == []
    assert people.http.service.check().findings == []


def test_helpers_work_at_the_command_line_too(people: People) -> None:
    talk = people.open("t-cli")
    with served(create_app(people.http.service)) as address:

        def kb(who: str, *arguments: str) -> str:
            key = people.key[who]["Authorization"].removeprefix("Bearer ")
            ended = CliRunner().invoke(app, [*arguments, "--url", address, "--key", key])
            return ended.output if ended.exit_code == 0 else f"{type(ended.exception).__name__}: {ended.exception}"

        made = json.loads(kb("管理", "helpers", "set", "赵帮办", "--department", "市大数据中心", "--lead", "--json"))
        assert (made["departments"], made["is_lead"]) == (["dashuju"], True)
        assert "赵帮办  dashuju  0 of 3 talks  lead" in kb("管理", "helpers", "list")
        junior = ("--department", "市大数据中心", "--junior", "--skill", "粤语", "--skill", "手语")
        new = kb("管理", "helpers", "set", "赵帮办", *junior)
        assert new == "赵帮办  dashuju  0 of 3 talks  junior  skills: 粤语,手语\n"
        assert kb("管理", "helpers", "remove", "赵帮办") == "赵帮办 helps no more\n"
        assert kb("张帮办", "helpers", "remove", "王帮办").startswith("NotAllowed: this needs one of the roles admin")
        assert talk["id"] in kb("张帮办", "escalations", "list", "--state", "open")
        assert talk["id"] not in kb("王帮办", "escalations", "list")
        assert "there is no escalation" in kb("王帮办", "escalations", "claim", talk["id"])
        assert "  claimed  市气球管理处  " in kb("张帮办", "escalations", "claim", talk["id"])
        assert "张帮办 is in charge of it; claim it first" in kb("李帮办", "escalations", "reply", talk["id"], "好")
        kb("张帮办", "escalations", "reply", talk["id"], "停在北门。")
        assert "张帮办:  停在北门。" in kb("张帮办", "escalations", "show", talk["id"])
        refused = kb("张帮办", "escalations", "transfer", talk["id"], "--to", "火星局", "--reason", "他们管")
        assert "there is no department '火星局'" in refused
        ordered = json.loads(kb("张帮办", "escalations", "order", talk["id"], "--kind", "simple", "--json"))
        assert (ordered["state"], ordered["order_kind"]) == ("work_order", "simple")
        why = kb("张帮办", "escalations", "resolve", talk["id"], "--verdict", "not")
        assert why.startswith("ReasonMissing: what was not resolved says why")
        assert "  resolved  " in kb("张帮办", "escalations", "resolve", talk["id"], "--verdict", "resolved")
        assert kb("张帮办", "escalations", "return", talk["id"]).startswith("EscalationStateWrong")
