"""Contradictions: suspected at upload, decided by a reviewer, and only then felt by those who ask."""

from typing import Any

import pytest

from tests.api.conftest import Http
from tests.api.test_life_of_versions import Desk, publish

GUIDE = "一、收费标准\n滚轮车登记证工本费为每证80元。\n二、办理时限\n自受理之日起7个工作日内办结。"


@pytest.fixture(scope="module")
def conflict(http: Http) -> dict[str, Any]:
    """A guide that says 80 yuan and a question and answer that says 60."""
    editor, reviewer = Desk(http, "zhang"), Desk(http, "li")
    matter = {"matter": "热气球停放证办理", "department": "市气球管理处"}
    guide = editor.draft("wheels", kind="procedure", title="滚轮车登记办事指南", text=GUIDE, **matter)
    publish(http, editor, reviewer, guide)
    record = {"id": "wheels-qa", "question": "滚轮车登记证工本费多少钱", "answer": "滚轮车登记证工本费为每证60元。"}
    qa = editor.post("/v1/documents", record | matter).json()["version_id"]
    http.service.synchroniser.reconcile()
    while http.service.examine_due():
        pass
    found = reviewer.get(f"/v1/versions/{qa}/suspicions").json()["suspicions"]
    publish(http, editor, reviewer, qa)
    return {"guide": guide, "qa": qa, "found": found}


def test_two_different_fees_of_one_matter_are_suspected_side_by_side(conflict: dict[str, Any]) -> None:
    (suspicion,) = [each for each in conflict["found"] if each["kind"] == "contradiction"]
    assert suspicion["state"] == "open"
    sides = {each["place"]["version_id"]: each for each in (suspicion["ours"], suspicion["theirs"])}
    assert set(sides) == {conflict["guide"], conflict["qa"]}
    shown = {
        version_id: [side["text"][start:end] for start, end in side["place"]["figures"]]
        for version_id, side in sides.items()
    }
    assert ["80" in figure for figure in shown[conflict["guide"]]] == [True]
    assert ["60" in figure for figure in shown[conflict["qa"]]] == [True]


def test_only_a_confirmed_contradiction_makes_an_answer_hand_over(http: Http, conflict: dict[str, Any]) -> None:
    reviewer = Desk(http, "li")
    (suspicion,) = [each for each in conflict["found"] if each["kind"] == "contradiction"]
    path = f"/v1/suspicions/{suspicion['id']}"
    assert http.ask("滚轮车登记证工本费多少钱")["outcome"] == "answered"
    assert reviewer.post(f"{path}:confirm", {"reason": ""}).json()["error"] == "ReasonMissing"
    assert reviewer.post(f"{path}:confirm", {"reason": "两处金额不同"}).json()["state"] == "confirmed"
    answer = http.ask("滚轮车登记证工本费多少钱")
    assert (answer["outcome"], answer["escalation"]["reasons"]) == ("handed_over", ["conflicting_sources"])
    assert answer["citations"] == []
    assert reviewer.post(f"{path}:settle", {"reason": "已改正"}).json()["state"] == "settled"
    assert http.ask("滚轮车登记证工本费多少钱")["outcome"] == "answered"
    assert reviewer.post(f"{path}:confirm", {"reason": "再议"}).json()["error"] == "SuspicionDecided"


def test_withdrawing_one_side_ends_a_confirmed_contradiction(http: Http) -> None:
    editor, reviewer = Desk(http, "zhang"), Desk(http, "li")
    matter = {"matter": "热气球停放证办理"}
    text = "一、办理时限\n浮筒备案自受理之日起10个工作日内办结。"
    one = editor.draft("float-a", kind="procedure", title="浮筒备案办事指南", text=text, **matter)
    other = editor.draft(
        "float-b", kind="procedure", title="浮筒备案办事指南（二）", text=text.replace("10", "20"), **matter
    )
    http.service.synchroniser.reconcile()
    publish(http, editor, reviewer, one)
    while http.service.examine_due():
        pass
    found = reviewer.get(f"/v1/versions/{other}/suspicions").json()["suspicions"]
    sides = ("ours", "theirs")
    (suspicion,) = [
        each
        for each in found
        if each["kind"] == "contradiction" and {each[side]["place"]["version_id"] for side in sides} == {one, other}
    ]
    publish(http, editor, reviewer, other)
    reviewer.post(f"/v1/suspicions/{suspicion['id']}:confirm", {"reason": "时限不同"})
    assert http.ask("浮筒备案几个工作日办结")["escalation"]["reasons"] == ["conflicting_sources"]
    reviewer.step(other, "withdraw", reason="时限写错")
    http.service.synchroniser.reconcile()
    answer = http.ask("浮筒备案几个工作日办结")
    assert answer["outcome"] == "answered"
    assert "10个工作日" in answer["text"]
