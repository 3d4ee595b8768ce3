"""问题台账 at a browser and over HTTP: noted in a form, moved with a button, read as a list and as CSV."""

import csv
import io
from datetime import timedelta

from tests.api.conftest import Http, moment
from tests.api.console.conftest import Person


def test_a_problem_is_noted_moved_and_read_as_csv(http: Http, editor: Person, reviewer: Person) -> None:
    sent = editor.send(
        "/problems", description="铁环停放窗口要求重复交照片", owner="窗口", step="受理", working_days="3"
    )
    assert sent.status_code == 303, sent.text
    (noted,) = [
        each for each in http.get("/v1/problems").json()["problems"] if "铁环" in each["problem"]["description"]
    ]
    problem_id = noted["problem"]["id"]
    assert (noted["problem"]["state"], noted["moves"], noted["is_late"]) == ("open", ["rectify"], False)
    # To be closed by the end of a day: due with that day, and not with the day before.
    last_day = (moment(noted["problem"]["due_at"]) - timedelta(days=1)).date()
    assert "铁环停放" in editor.open("/problems", due_until=str(last_day)).text
    day_before = editor.open("/problems", due_until=str(last_day - timedelta(days=1))).text
    assert "铁环停放" not in day_before and f"format=csv&amp;due_until={last_day - timedelta(days=1)}" in day_before
    refused = reviewer.send(f"/problems/{problem_id}", move="close", said="")
    assert refused.status_code == 409 and "状态已经变了" in refused.text
    assert reviewer.send(f"/problems/{problem_id}", move="rectify", said="改用电子证照").status_code == 303
    shown = editor.open("/problems", state="rectifying").text
    assert "改用电子证照" in shown and "整改中" in shown
    got = http.get("/v1/problems", format="csv", state="rectifying")
    rows = csv.DictReader(io.StringIO(got.text.removeprefix("\ufeff")))
    assert [each["measures"] for each in rows if each["id"] == problem_id] == ["改用电子证照"]
    moved = http.post(f"/v1/problems/{problem_id}:move", {"move": "close"}, headers={"X-KB-Actor": "zhang"})
    assert (moved.status_code, moved.json()["moves"]) == (200, ["look_back", "reopen"])
    looked = {"move": "look_back", "said": "不再要照片"}
    own = http.post(f"/v1/problems/{problem_id}:move", looked, headers={"X-KB-Actor": "zhang"})
    assert (own.status_code, own.json()["error"]) == (409, "LookedBackByCloser")
    assert "另一人回头看" in own.json()["message"]
    other = http.post(f"/v1/problems/{problem_id}:move", looked, headers={"X-KB-Actor": "li"})
    assert other.json()["problem"]["state"] == "looked_back"


def test_a_problem_that_names_a_gap_or_a_document_that_is_not_there_is_refused(http: Http) -> None:
    body = {"description": "重复交照片", "owner": "窗口"}
    who = {"X-KB-Actor": "zhang"}
    assert http.post("/v1/problems", {**body, "gap_id": "none"}, headers=who).status_code == 404
    assert http.post("/v1/problems", {**body, "document_id": "none"}, headers=who).status_code == 422
    linked = http.post("/v1/problems", {**body, "document_id": "balloon"}, headers=who)
    assert linked.status_code == 201 and linked.json()["problem"]["document_id"] == "balloon"
