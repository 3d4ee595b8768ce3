"""The learning loop told once from its beginning to its end, over HTTP and on the pages, on every database: a question
that nobody can answer, a helper's reply, a draft, its review, the question asked again, and what the figures say."""

import csv
import io
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path

import pytest

from kb_service.adapters.sql.row_faults import row_faults
from kb_service.domain.days import SHANGHAI
from kb_service.domain.matters import Department
from kb_service.domain.service_hours import service_hours
from kb_service.domain.webhooks import WebhookForm
from tests.api.conftest import Clock, Http, gap_with, moment, open_points, small_knowledge_base, step

ALWAYS = service_hours(["00:00-24:00"], ["00:00-24:00"])
ASKED = "热气球停放证遗失了怎么补办？"
REPLY = "热气球停放证遗失的，持本人身份证到市气球管理处补办，当场办结，补办不收费。"
PERIOD = {"from": "2026-09-28", "to": "2026-10-31"}


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def telling(request: pytest.FixtureRequest, tmp_path: Path, models_dir: Path, clock: Clock) -> Iterator[Http]:
    """A service that goes by the clock; a helper of the balloon office is there day and night."""
    fresh: Callable[[], str] | None = None
    if request.param == "postgresql":
        fresh = request.getfixturevalue("fresh_postgresql_url")
    for http in small_knowledge_base(tmp_path, models_dir, clock=clock, database_url=fresh() if fresh else None):
        there = [Department("qiqiu", "市气球管理处", ("气球处",), "12345", "全天", ("热气球",), ALWAYS)]
        matters = http.service.catalogue.matters()
        http.service.catalogue.replace(departments_=there, matters_=matters, actor="operator", at=clock())
        http.service.reread_catalogue()
        made = http.request("PUT", "/v1/helpers/bang", json={"departments": ["qiqiu"], "capacity": 9})
        assert made.status_code == 200, made.text
        yield http


def test_what_nobody_could_answer_is_answered_kept_reviewed_published_and_asked_again(
    telling: Http, clock: Clock
) -> None:
    service = telling.service
    hook = service.records.webhooks.create(
        "https://example.org/", form=WebhookForm.JSON, events=[], departments=["qiqiu"], actor="op", at=clock()
    )
    # Wednesday, 30 September: nobody can answer it; it is a gap until 13 October, and in the ledger with one click.
    first = telling.ask(ASKED, user_ref="a", conversation_id="c1")
    assert first["outcome"] != "answered"
    gap = gap_with(telling, "补办")["gap"]
    assert moment(gap["due_at"]) == datetime(2026, 10, 14, tzinfo=SHANGHAI)
    filed = step(telling, "zhang", f"/v1/gaps/{gap['id']}:problem")
    assert (filed.status_code, filed.json()["problem"]["owner"]) == (201, "市气球管理处")
    problem_id = filed.json()["problem"]["id"]
    assert step(telling, "li", f"/v1/gaps/{gap['id']}:problem").status_code == 200
    page = telling.get(f"/console/gaps/{gap['id']}").text
    assert (
        f"/console/problems#{problem_id}" in page
        and f"/console/gaps/{gap['id']}" in telling.get("/console/problems").text
    )

    # A helper replies within the minute, and keeps the reply.
    opened = telling.post("/v1/escalations", {"conversation_id": "c1", "words": ASKED, "user_ref": "a"})
    talk = f"/v1/escalations/{opened.json()['id']}"
    for move, said in (("claim", {}), ("reply", {"text": REPLY}), ("resolve", {"verdict": "resolved"})):
        assert step(telling, "bang", f"{talk}:{move}", **said).status_code == 200
    kept = step(telling, "bang", f"{talk}:keep").json()
    # The 1st to the 7th are free: the working day after the 30th is the 8th.
    assert moment(kept["review_due_at"]) == datetime(2026, 10, 9, tzinfo=SHANGHAI)
    assert (kept["effective_from"], kept["review_by"]) == ("2026-09-30", "2027-03-29")
    version = f"/v1/versions/{kept['version_id']}"
    # By itself it is what is to close the gap of that question.
    service.learning.closing.run_once()
    linked = telling.get(f"/v1/gaps/{gap['id']}").json()["gap"]["gap"]
    assert (linked["state"], linked["version_id"]) == ("drafted", kept["version_id"])

    # At four on the 8th the review warns; a second person approves at five.
    clock.turn_to(10, 8, hour=16)
    assert [(clock_.kind.value, is_over) for _, clock_, is_over in service.helping.tell_clocks()] == [("review", False)]
    assert ASKED.rstrip("？") in telling.get("/console/due").text
    clock.turn_to(10, 8, hour=17)
    confirm = open_points(service, kept["version_id"])
    assert step(telling, "zhang", f"{version}:submit", confirm=confirm).status_code == 200
    alone = step(telling, "bang", f"{version}:approve", confirm=confirm)
    assert (alone.status_code, alone.json()["error"]) == (403, "SecondPersonNeeded")
    approved = step(telling, "li", f"{version}:approve", confirm=confirm)
    assert approved.status_code == 200, approved.text
    service.synchroniser.reconcile()
    assert telling.get("/v1/kept-drafts").json()["drafts"] == []

    # Residents find it: the gap's question is asked again and it closes in time; somebody else asks and is answered.
    service.learning.closing.run_once()
    closed = telling.get(f"/v1/gaps/{gap['id']}").json()["gap"]
    assert (closed["gap"]["state"], closed["gap"]["left_open"], closed["is_late"]) == ("closed", None, False)
    second = telling.ask(ASKED, user_ref="b", conversation_id="c2")
    assert second["outcome"] == "answered" and {each["version_id"] for each in second["citations"]} == {
        kept["version_id"]
    }
    telling.post(f"/v1/answers/{second['answer_id']}/feedback", {"resolved": True})

    # The problem is put right; whoever closed it does not look back on it.
    moving = f"/v1/problems/{problem_id}:move"
    step(telling, "zhang", moving, move="rectify", said="写成问答")
    assert step(telling, "zhang", moving, move="close").status_code == 200
    assert step(telling, "zhang", moving, move="look_back", said="能答了").json()["error"] == "LookedBackByCloser"
    assert step(telling, "wang", moving, move="look_back", said="能答了").status_code == 200
    told = {each.event for each in service.records.webhooks.list() if each.webhook_id == hook.id}
    assert told >= {"opened", "resolved", "warned", "problem_opened", "problem_closed"} and "breached" not in told

    # Eight days later the figures have moved, and page, CSV and raw rows say the same.
    clock.turn_to(10, 17)
    report = telling.get("/v1/resolution", **PERIOD).json()
    total = report["total"]
    assert (total["assistant"]["questions"], total["assistant"]["answered"]) == (2, 1)
    assert [
        (each["successes"], each["n"]) for each in (total["assistant"]["confirmed"], total["assistant"]["implied"])
    ] == [
        (1, 1),
        (1, 2),
    ]
    assert (total["human"]["implied"]["successes"], total["human"]["implied"]["n"]) == (1, 1)
    clocks = {each["kind"]: (each["met"], each["late"]) for each in report["clocks"]}
    assert clocks == {"first_reply": (1, 0), "contact": (0, 0), "order": (0, 0), "review": (1, 0)}
    # In force in the period: the guide of 2026 and this text; the kite's rules ended on 1 September.
    assert (report["knowledge_used"]["successes"], report["knowledge_used"]["n"]) == (1, 2)
    shown = telling.get("/console/insight", **PERIOD).text
    assert "1/2" in shown and "引用 1 / 现行 2 个版本" in shown and "答复入库审核" in shown
    rows = [
        *csv.DictReader(io.StringIO(telling.get("/v1/resolution", format="csv", **PERIOD).text.removeprefix("\ufeff")))
    ]
    assert (rows[-1]["questions"], rows[-1]["implied"], rows[-1]["implied_n"], rows[-1]["talks_implied"]) == (
        "2",
        "1",
        "2",
        "1",
    )
    used = telling.get("/console/insight/knowledge.csv", **PERIOD).text.split()
    assert used[1].startswith("1,2,0.5000,")
    checked = service.measuring.check()
    assert (checked.answers, checked.talks, checked.differences) == (2, 1, [])

    # Who opens the gap again wants another text than this one.
    step(telling, "zhang", f"/v1/gaps/{gap['id']}:reopen", reason="要补照片要求")
    service.learning.closing.run_once()
    opened_again = telling.get(f"/v1/gaps/{gap['id']}").json()["gap"]["gap"]
    assert (opened_again["state"], opened_again["version_id"]) == ("open", None)

    # Half a year later it is to be looked at again; a reviewer does, and it is out of the list.
    clock.at = datetime(2027, 3, 30, 9, tzinfo=SHANGHAI)
    (past,) = telling.get("/v1/knowledge-use").json()["past_review"]
    assert (past["version_id"], past["review_by"]) == (kept["version_id"], "2027-03-29")
    assert "确认仍然正确" in telling.get(f"/console/versions/{kept['version_id']}").text
    early = step(telling, "li", f"{version}:confirm", review_by="2027-03-30")
    assert early.status_code == 422 and "晚于今天" in early.json()["message"]
    confirmed = step(telling, "li", f"{version}:confirm", reason="与窗口核对过")
    assert (confirmed.status_code, confirmed.json()["review_by"]) == (200, "2027-09-26")
    assert telling.get("/v1/knowledge-use").json()["past_review"] == []
    assert service.records.trail.faults() == [] and row_faults(service.records.database) == []
