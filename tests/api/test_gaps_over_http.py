"""From a question that nobody can answer to a text that does, and the gap closed by asking it again."""

import csv
import io
from typing import Any
from uuid import uuid4

import pytest

from tests.api.conftest import Http, open_points

QUESTION = "竹蜻蜓放飞证遗失了怎么补办"


@pytest.fixture
def gap(http: Http) -> dict[str, Any]:
    """Of a matter that nothing is known of."""
    asked = http.ask(QUESTION, user_ref=uuid4().hex)
    assert asked["outcome"] != "answered"
    http.service.learning.collecting.collect()
    listed = http.get("/v1/gaps", state="open").json()["gaps"]
    return next(each for each in listed if each["gap"]["question"] == QUESTION)


def step(http: Http, name: str, path: str, **body: Any) -> Any:
    return http.request("POST", path, json=body, headers={"X-KB-Actor": name})


def test_a_gap_closes_when_its_question_is_answered_by_the_text_that_was_written_for_it(
    http: Http, gap: dict[str, Any]
) -> None:
    gap_id = gap["gap"]["id"]
    assert gap["is_late"] is False and gap["worth"] > 0
    (asked,) = {each["question"] for each in http.get(f"/v1/gaps/{gap_id}").json()["questions"]}
    assert asked == QUESTION

    record = {
        "id": f"dragonfly-{uuid4().hex[:6]}",
        "kind": "interpretation",
        "title": "竹蜻蜓放飞证补办",
        "question": QUESTION,
        "text": "竹蜻蜓放飞证遗失的，持本人身份证到原窗口补办，当场办结，不收费。",
        "effective_from": "2026-01-01",
    }
    version_id = step(http, "zhang", "/v1/documents", **record).json()["version_id"]
    assert step(http, "zhang", f"/v1/gaps/{gap_id}:draft", version_id=version_id).json()["gap"]["state"] == "drafted"
    http.service.learning.closing.run_once()
    assert http.get(f"/v1/gaps/{gap_id}").json()["gap"]["gap"]["state"] == "drafted"  # nobody can find it yet

    confirm = open_points(http.service, version_id)
    assert step(http, "zhang", f"/v1/versions/{version_id}:submit", confirm=confirm).status_code == 200
    assert step(http, "li", f"/v1/versions/{version_id}:approve", confirm=confirm).status_code == 200
    http.service.synchroniser.reconcile()
    http.service.learning.closing.run_once()
    closed = http.get(f"/v1/gaps/{gap_id}").json()["gap"]["gap"]
    assert (closed["state"], closed["left_open"]) == ("closed", None)
    assert http.ask(QUESTION)["citations"][0]["version_id"] == version_id


def test_gaps_are_given_as_csv_whole_and_in_columns_called_like_the_fields_of_json(http: Http) -> None:
    for number in range(3):
        http.ask(f"=跳绳{uuid4().hex[:6]}等级证{number}在哪里领")
    http.service.learning.collecting.collect()
    listed = http.get("/v1/gaps", state="open", limit=200).json()["gaps"]
    asked = [http.get("/v1/gaps", state="open", limit=1, format="csv")]
    asked.append(http.request("GET", "/v1/gaps?state=open&limit=1", headers={"Accept": "text/csv"}))
    for got in asked:
        assert got.headers["content-type"] == "text/csv; charset=utf-8" and got.text.startswith("\ufeff")
        rows = [*csv.DictReader(io.StringIO(got.text.removeprefix("\ufeff")))]
        assert [(each["gap.id"], each["gap.count"], each["department.name"], each["is_late"]) for each in rows] == [
            (
                each["gap"]["id"],
                str(each["gap"]["count"]),
                each["department"]["name"] if each["department"] else "",
                str(int(each["is_late"])),
            )
            for each in listed
        ]
        # What a spreadsheet would take for a formula it is shown as text.
        assert any(each["gap.question"].startswith("'=跳绳") for each in rows)
    nothing = http.get("/v1/gaps", state="merged", matter_id="qiqiu-tingfang", format="csv").text
    assert nothing.removeprefix("\ufeff").split(",")[0] == "gap.id" and len(nothing.splitlines()) == 1


@pytest.mark.parametrize(
    "path", ["feedback", "kept-drafts", "recurring-cases", "audits/weeks", "audits/weeks/2026-11-02"]
)
def test_every_list_of_learning_is_given_as_csv(http: Http, path: str) -> None:
    got = http.get(f"/v1/{path}", format="csv")
    assert (got.status_code, got.headers["content-type"]) == (200, "text/csv; charset=utf-8")
    assert got.text.startswith("\ufeff") and got.headers["content-disposition"].endswith('.csv"')


def test_who_introduces_themselves_asks_the_same_and_closes_nothing_later(http: Http) -> None:
    """Of two people with the same question one said who they are: one gap, closed by the text that answers it."""
    asked = "独轮车年检贴纸要贴在哪里"
    for introduction in ("", "？我叫张李雨桐，住在控江路1234弄56号302室，身份证号310104850312123，邮箱zhang88@163.com"):
        assert http.ask(asked + introduction, user_ref=uuid4().hex)["outcome"] != "answered"
    http.service.learning.collecting.collect()
    listed = http.get("/v1/gaps", state="open").json()["gaps"]
    (gap,) = [each for each in listed if "独轮车" in each["gap"]["question"]]
    assert gap["gap"]["count"] == 2
    record = {
        "id": f"unicycle-{uuid4().hex[:6]}",
        "kind": "interpretation",
        "title": "独轮车年检贴纸",
        "question": asked,
        "text": "独轮车年检贴纸要贴在座管正面，离地不低于四十厘米。",
        "effective_from": "2026-01-01",
    }
    version_id = step(http, "zhang", "/v1/documents", **record).json()["version_id"]
    step(http, "zhang", f"/v1/gaps/{gap['gap']['id']}:draft", version_id=version_id)
    confirm = open_points(http.service, version_id)
    step(http, "zhang", f"/v1/versions/{version_id}:submit", confirm=confirm)
    assert step(http, "li", f"/v1/versions/{version_id}:approve", confirm=confirm).status_code == 200
    http.service.synchroniser.reconcile()
    http.service.learning.closing.run_once()
    closed = http.get(f"/v1/gaps/{gap['gap']['id']}").json()["gap"]["gap"]
    assert (closed["state"], closed["left_open"]) == ("closed", None)


def test_a_gap_without_a_text_stays_open_and_says_what_is_not_answered(http: Http) -> None:
    words = f"滚铁环比赛报名表{uuid4().hex[:4]}去哪里领"
    http.ask(words)
    http.service.learning.collecting.collect()
    listed = http.get("/v1/gaps", state="open").json()["gaps"]
    gap_id = next(each["gap"]["id"] for each in listed if each["gap"]["question"] == words)
    left = step(http, "zhang", f"/v1/gaps/{gap_id}:ask-again").json()["gap"]
    assert left["state"] == "open" and words in left["left_open"] and "1 个中有 0 个" in left["left_open"]

    refused = step(http, "zhang", f"/v1/gaps/{gap_id}:not-ours", reason="")
    assert (refused.status_code, refused.json()["error"]) == (422, "ReasonMissing")
    assert (
        step(http, "zhang", f"/v1/gaps/{gap_id}:not-ours", reason="体育部门的事").json()["gap"]["state"] == "not_ours"
    )
    again = step(http, "zhang", f"/v1/gaps/{gap_id}:not-ours", reason="体育部门的事")
    assert (again.status_code, again.json()["error"]) == (409, "GapStateWrong")
    assert http.get("/v1/gaps/nonsense").status_code == 404


def test_a_gap_whose_words_were_erased_says_so_and_keeps_its_count(http: Http) -> None:
    words = f"陀螺{uuid4().hex[:4]}检定证遗失怎么补办"
    asked = http.ask(words, user_ref=uuid4().hex)
    http.service.learning.collecting.collect()
    listed = http.get("/v1/gaps", state="open").json()["gaps"]
    gap_id = next(each["gap"]["id"] for each in listed if each["gap"]["question"] == words)
    http.service.records.erasing.conversation(asked["conversation_id"], actor="operator", at=http.service.now())
    found = http.get(f"/v1/gaps/{gap_id}").json()
    assert (found["gap"]["gap"]["question"], found["gap"]["gap"]["count"]) == ("（原问题已按要求删除）", 1)
    assert [each["question"] for each in found["questions"]] == ["（原问题已按要求删除）"]
    for path in (f"/console/gaps/{gap_id}", "/console/gaps?state=open"):
        page = http.get(path).text
        assert "（原问题已按要求删除）" in page and "问过 1 次" in page and words not in page, path
