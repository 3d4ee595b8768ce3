"""What helpers answer again and again is proposed once, without personal data, and becomes a draft with one click."""

from collections.abc import Iterator
from typing import Any

import pytest

from kb_service.domain.matters import Department, Matter
from kb_service.domain.service_hours import service_hours
from tests.api.conftest import Clock, Http, step

ALWAYS = service_hours(["00:00-24:00"], ["00:00-24:00"])
REPLY = "您好，热气球停放证遗失的，带身份证到市气球管理处一楼窗口补办，当场办结，不收费。"


@pytest.fixture
def helped(told: Http, clock: Clock) -> Iterator[Http]:
    """A helper of the balloon office is there day and night."""
    matters = told.service.catalogue.matters()
    before = told.service.catalogue.departments()
    there = [Department("qiqiu", "市气球管理处", ("气球处",), "12345", "全天", ("热气球",), ALWAYS)]
    _replace(told, there, matters, clock)
    made = told.request("PUT", "/v1/helpers/bang", json={"departments": ["qiqiu"], "capacity": 20})
    assert made.status_code == 200, made.text
    yield told
    _replace(told, before, matters, clock)


def _replace(told: Http, departments: Any, matters: list[Matter], clock: Clock) -> None:
    told.service.catalogue.replace(departments_=departments, matters_=matters, actor="operator", at=clock())
    told.service.reread_catalogue()


def resolved(http: Http, conversation: str, words: str, reply: str, *, verdict: str = "resolved") -> None:
    body = {"conversation_id": conversation, "words": words, "department": "qiqiu", "user_ref": conversation}
    opened = http.post("/v1/escalations", body)
    assert opened.status_code == 201, opened.text
    path = f"/v1/escalations/{opened.json()['id']}"
    for move, said in (("claim", {}), ("reply", {"text": reply}), ("resolve", {"verdict": verdict, "reason": "结束"})):
        done = step(http, "bang", f"{path}:{move}", **said)
        assert done.status_code == 200, done.text


def test_what_two_people_were_answered_alike_becomes_one_draft(helped: Http, clock: Clock) -> None:
    resolved(helped, "r1", "我叫张伟，热气球停放证遗失了怎么补办", REPLY)
    finding = helped.service.learning.finding_recurring
    assert finding.run_once() == 0  # one person's question is nobody else's yet
    clock.turn_to(10, 9)
    resolved(helped, "r2", "我叫李建国，热气球停放证遗失了怎么补办", f"{REPLY}有事请打我手机13912345678。")
    resolved(helped, "r3", "热气球停放证遗失了怎么补办", "遗失的要登报声明，再交工本费120元。")  # another answer
    resolved(helped, "r4", "热气球停放证遗失了怎么补办", REPLY, verdict="not")  # it did not help
    assert finding.run_once() == 1
    (case,) = helped.get("/v1/recurring-cases").json()["cases"]
    assert (case["count"], case["people"], case["department"]["id"]) == (2, 2, "qiqiu")
    page = helped.get("/console/recurring-cases").text
    assert "答复过 2 次，2 人" in page and "人工反复答复过" in helped.get("/console/gaps").text
    for secret in ("张伟", "李建国", "13912345678"):
        assert secret not in str(case) and secret not in page

    made = step(helped, "zhang", f"/v1/recurring-cases/{case['id']}:write")
    assert made.status_code == 201, made.text
    version = made.json()
    assert (version["state"], version["question"]) == ("draft", "热气球停放证遗失了怎么补办")
    assert (version["department_id"], version["effective_from"]) == ("qiqiu", "2026-10-09")
    text = helped.service.library.version(version["version_id"]).text
    assert text.startswith(REPLY.removeprefix("您好，")[:20]) and "13912345678" not in text
    again = step(helped, "wang", f"/v1/recurring-cases/{case['id']}:write")
    assert (again.status_code, again.json()["version_id"]) == (200, version["version_id"])

    # It is proposed no more, unless the draft is given up.
    assert finding.run_once() == 0
    assert step(helped, "wang", f"/v1/recurring-cases/{case['id']}:write").status_code == 404
    assert step(helped, "zhang", f"/v1/versions/{version['version_id']}:discard").status_code == 200
    assert finding.run_once() == 1
    assert helped.service.records.trail.faults() == []
