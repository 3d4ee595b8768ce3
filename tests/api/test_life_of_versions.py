"""An editor's and a reviewer's day over HTTP: drafts, review by a second person, intervals, withdrawal, the trail."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import date, timedelta
from typing import Any
from uuid import uuid4

import pytest

from tests.api.conftest import Http, open_points

RULE = "第一条 陀螺停放证工本费为{fee}元。\n第二条 自受理之日起{days}个工作日内办结。"


class Desk:
    """One person at work."""

    def __init__(self, http: Http, name: str) -> None:
        self._http = http
        self._headers = {"X-KB-Actor": name}

    def post(self, path: str, body: object = None, **headers: str) -> Any:
        return self._http.request("POST", path, json=body or {}, headers=self._headers | headers)

    def patch(self, path: str, body: object, **headers: str) -> Any:
        return self._http.request("PATCH", path, json=body, headers=self._headers | headers)

    def get(self, path: str, **params: Any) -> Any:
        return self._http.request("GET", path, params=params, headers=self._headers)

    def draft(self, document_id: str, *, fee: int = 120, days: int = 5, **fields: Any) -> str:
        record = {
            "id": document_id,
            "kind": "regulation",
            "title": "陀螺停放办法",
            "text": RULE.format(fee=fee, days=days),
        }
        response = self.post("/v1/documents", record | fields)
        assert response.status_code in (200, 201), response.text
        return str(response.json()["version_id"])

    def step(self, version_id: str, step: str, **body: Any) -> Any:
        if step in ("submit", "approve"):
            body = {"confirm": open_points(self._http.service, version_id)} | body
        return self.post(f"/v1/versions/{version_id}:{step}", body)


@pytest.fixture
def editor(http: Http) -> Desk:
    return Desk(http, "zhang")


@pytest.fixture
def reviewer(http: Http) -> Desk:
    return Desk(http, "li")


@pytest.fixture
def document_id() -> Iterator[str]:
    yield f"gyro-{uuid4().hex[:8]}"


def publish(http: Http, editor: Desk, reviewer: Desk, version_id: str, **body: Any) -> dict[str, Any]:
    assert editor.step(version_id, "submit").status_code == 200
    response = reviewer.step(version_id, "approve", **body)
    assert response.status_code == 200, response.text
    http.service.synchroniser.reconcile()
    return dict(response.json())


def test_a_draft_becomes_knowledge_only_when_a_second_person_approves(
    http: Http, editor: Desk, reviewer: Desk, document_id: str
) -> None:
    version_id = editor.draft(document_id, effective_from="2026-03-01")
    http.service.synchroniser.reconcile()
    assert all(each["version_id"] != version_id for each in http.ask("陀螺停放证工本费多少")["evidence"])
    assert reviewer.step(version_id, "approve").json()["error"] == "VersionNotInReview"
    assert editor.step(version_id, "submit").json()["state"] == "in_review"
    refused = editor.step(version_id, "approve")
    assert (refused.status_code, refused.json()["error"]) == (403, "SecondPersonNeeded")
    approved = reviewer.step(version_id, "approve").json()
    assert (approved["state"], approved["approved_by"]) == ("approved", "li")
    http.service.synchroniser.reconcile()
    answer = http.ask("按陀螺停放办法，陀螺停放证工本费是多少元", as_of="2026-03-01")
    assert answer["citations"][0]["version_id"] == version_id
    assert reviewer.get(f"/v1/versions/{version_id}").json()["review"]["published_at"] is not None


@pytest.mark.parametrize("alias", ["ZHANG", " zhang ", "ｚｈａｎｇ", "zh\u200bang"])
def test_another_way_of_writing_the_name_is_no_second_person(
    http: Http, editor: Desk, document_id: str, alias: str
) -> None:
    from urllib.parse import quote

    version_id = editor.draft(document_id)
    editor.step(version_id, "submit")
    assert Desk(http, quote(alias)).step(version_id, "approve").json()["error"] == "SecondPersonNeeded"


def test_whoever_edited_a_draft_cannot_approve_it_nor_its_revision(
    http: Http, editor: Desk, reviewer: Desk, document_id: str
) -> None:
    version_id = editor.draft(document_id)
    assert reviewer.patch(f"/v1/versions/{version_id}", {"title": "陀螺停放办法（试行）"}).status_code == 200
    editor.step(version_id, "submit")
    assert reviewer.step(version_id, "approve").json()["error"] == "SecondPersonNeeded"
    assert Desk(http, "wang").step(version_id, "reject", reason="日期有误").json()["rejection_reason"] == "日期有误"
    revised = Desk(http, "wang").step(version_id, "revise").json()
    assert revised["state"] == "draft"
    Desk(http, "wang").step(revised["version_id"], "submit")
    for contributor in ("zhang", "li", "wang"):
        refused = Desk(http, contributor).step(revised["version_id"], "approve")
        assert refused.json()["error"] == "SecondPersonNeeded"
    assert Desk(http, "zhao").step(revised["version_id"], "approve").status_code == 200


def test_an_edited_draft_is_found_with_its_new_words_after_approval(
    http: Http, editor: Desk, reviewer: Desk, document_id: str
) -> None:
    version_id = editor.draft(document_id)
    http.service.synchroniser.reconcile()
    text = "第一条 拨浪鼓登记费为三十八元。"
    edited = editor.patch(f"/v1/versions/{version_id}", {"text": text, "title": "拨浪鼓登记办法"}).json()
    assert edited["revision"] == 2
    publish(http, editor, reviewer, version_id)
    assert http.service.check().findings == []
    answer = http.ask("拨浪鼓登记费多少钱")
    assert answer["citations"][0]["quote"] == text


def test_an_edit_based_on_an_old_reading_is_refused(editor: Desk, reviewer: Desk, document_id: str) -> None:
    version_id = editor.draft(document_id)
    etag = editor.get(f"/v1/versions/{version_id}").headers["ETag"]
    assert editor.patch(f"/v1/versions/{version_id}", {"region": "浦东新区"}, **{"If-Match": etag}).status_code == 200
    stale = reviewer.patch(f"/v1/versions/{version_id}", {"region": "徐汇区"}, **{"If-Match": etag})
    assert (stale.status_code, stale.json()["error"]) == (412, "VersionChanged")
    assert editor.get(f"/v1/versions/{version_id}").json()["review"]["region"] == "浦东新区"


def test_a_text_in_review_cannot_be_edited(editor: Desk, document_id: str) -> None:
    version_id = editor.draft(document_id)
    editor.step(version_id, "submit")
    assert editor.patch(f"/v1/versions/{version_id}", {"text": "换掉"}).json()["error"] == "VersionNotDraft"


def test_the_approver_sees_each_interval_that_changes_and_each_day_has_one_text(
    http: Http, editor: Desk, reviewer: Desk, document_id: str
) -> None:
    old = editor.draft(document_id, fee=120, effective_from="2025-01-01")
    publish(http, editor, reviewer, old)
    new = editor.draft(document_id, fee=150, effective_from="2026-01-01")
    changes = {each["version_id"]: each for each in reviewer.get(f"/v1/versions/{new}/changes").json()}
    assert changes[old]["before"] == {"start": "2025-01-01", "end": None, "known_from": None}
    assert changes[old]["after"] == {"start": "2025-01-01", "end": "2026-01-01", "known_from": None}
    assert changes[new]["before"] is None
    publish(http, editor, reviewer, new)
    for day, version_id in (("2025-12-31", old), ("2026-01-01", new)):
        hits = http.get("/v1/search", question="陀螺停放证工本费", as_of=day, limit=50).json()["hits"]
        assert {each["version_id"] for each in hits if each["document_id"] == document_id} == {version_id}


def test_two_texts_for_one_day_are_refused_unless_the_one_corrects_the_other(
    http: Http, editor: Desk, reviewer: Desk, document_id: str
) -> None:
    wrong = editor.draft(document_id, fee=120, effective_from="2026-01-01")
    publish(http, editor, reviewer, wrong)
    right = editor.draft(document_id, fee=130, effective_from="2026-01-01")
    editor.step(right, "submit")
    refused = reviewer.step(right, "approve")
    assert (refused.status_code, refused.json()["error"]) == (409, "VersionsContradict")
    assert wrong in refused.json()["detail"]
    assert reviewer.step(right, "approve", withdraw=wrong, reason="金额录错").status_code == 200
    assert reviewer.get(f"/v1/versions/{wrong}").json()["withdrawn"] is True


def test_an_end_before_the_start_is_refused_at_the_door(editor: Desk, document_id: str) -> None:
    record = {"id": document_id, "text": "一。", "effective_from": "2026-05-01", "effective_to": "2026-05-01"}
    assert editor.post("/v1/documents", record).json()["error"] == "InvalidInterval"
    version_id = editor.draft(document_id, effective_from="2026-05-01")
    assert editor.patch(f"/v1/versions/{version_id}", {"valid_through": "2026-04-30"}).status_code == 422


def test_a_repeal_ends_other_documents_and_their_past_stays_citable(
    http: Http, editor: Desk, reviewer: Desk, document_id: str
) -> None:
    first, second = f"{document_id}-a", f"{document_id}-b"
    versions = [editor.draft(each, effective_from="2024-01-01") for each in (first, second)]
    for each in versions:
        publish(http, editor, reviewer, each)
    repeal = editor.draft(
        f"{document_id}-repeal", title="关于废止若干办法的决定", effective_from="2026-02-01", repeals=[first, second]
    )
    publish(http, editor, reviewer, repeal)
    for each in versions:
        review = reviewer.get(f"/v1/versions/{each}").json()["review"]
        assert (review["in_force_from"], review["in_force_to"], review["effective_to"]) == (
            "2024-01-01",
            "2026-02-01",
            None,
        )
    reviewer.step(repeal, "withdraw", reason="决定被撤销")
    assert reviewer.get(f"/v1/versions/{versions[0]}").json()["review"]["in_force_to"] is None


def test_a_withdrawn_version_leaves_past_days_too_and_answers_that_cited_it_are_flagged(
    http: Http, editor: Desk, reviewer: Desk, document_id: str
) -> None:
    version_id = editor.draft(
        document_id, title="竹蜻蜓登记办法", text="第一条 竹蜻蜓登记费为九元。", effective_from="2026-01-01"
    )
    publish(http, editor, reviewer, version_id)
    answer = http.ask("竹蜻蜓登记费多少钱", as_of="2026-01-05")
    assert answer["citations"][0]["withdrawn"] is False
    assert reviewer.step(version_id, "withdraw", reason=" ").json()["error"] == "ReasonMissing"
    assert reviewer.step(version_id, "withdraw", reason="登记费已取消").status_code == 200
    http.service.synchroniser.reconcile()
    assert http.ask("竹蜻蜓登记费多少钱", as_of="2026-01-05")["citations"] == []
    stored = http.get(f"/v1/answers/{answer['answer_id']}").json()
    assert stored["text"] == answer["text"]
    assert [each["withdrawn"] for each in stored["citations"]] == [True]


def test_a_late_text_is_approved_only_with_a_reason(http: Http, editor: Desk, reviewer: Desk, document_id: str) -> None:
    today = http.service.now().date()
    version_id = editor.draft(
        document_id, issued_on=(today - timedelta(days=90)).isoformat(), effective_from=today.isoformat()
    )
    editor.step(version_id, "submit")
    shown = reviewer.get(f"/v1/versions/{version_id}").json()["review"]["lead_time"]
    assert (shown["status"], shown["needs_reason"]) == ("late", True)
    assert reviewer.step(version_id, "approve").json()["error"] == "LateReasonMissing"
    assert reviewer.step(version_id, "approve", reason=" \n").json()["error"] == "LateReasonMissing"
    assert reviewer.step(version_id, "approve", reason="市级文件送达较晚").json()["late_reason"] == "市级文件送达较晚"


def test_what_is_due_is_listed_by_its_deadline(http: Http, editor: Desk, document_id: str) -> None:
    coming = (http.service.now().date() + timedelta(days=3)).isoformat()
    version_id = editor.draft(document_id, effective_from=coming)
    found = {each["version_id"]: each for each in editor.get("/v1/versions", due="week", limit=200).json()["versions"]}
    deadline = date.fromisoformat(found[version_id]["lead_time"]["publish_by"])
    assert deadline < date.fromisoformat(coming)
    assert deadline.weekday() < 5 or http.service.records.working_days.calendar().is_working(deadline)
    assert editor.get("/v1/versions", due="soon").json()["error"] == "InvalidRecord"


def test_what_is_due_is_read_page_by_page_each_version_once(http: Http, editor: Desk, document_id: str) -> None:
    coming = [http.service.now().date() + timedelta(days=days) for days in (3, 3, 8, 20, 20)]
    drafts = {editor.draft(f"{document_id}-{n}", effective_from=day.isoformat()) for n, day in enumerate(coming)}
    whole = editor.get("/v1/versions", due="all", limit=200).json()
    pages, cursor = [], {}
    while True:
        page = editor.get("/v1/versions", due="all", limit=2, **cursor).json()
        pages.append([each["version_id"] for each in page["versions"]])
        assert page["total"] == whole["total"] and 1 <= len(pages[-1]) <= 2
        if page["next_cursor"] is None:
            break
        cursor = {"cursor": page["next_cursor"]}
    read = [each for page in pages for each in page]
    assert read == [each["version_id"] for each in whole["versions"]] and drafts <= set(read)
    assert editor.get("/v1/versions", due="all", cursor="2026-07-01").json()["error"] == "InvalidRecord"


def test_a_place_in_what_is_due_stays_right_when_what_stood_there_is_gone(
    http: Http, editor: Desk, document_id: str
) -> None:
    coming = (http.service.now().date() + timedelta(days=9)).isoformat()
    for number in range(3):
        editor.draft(f"{document_id}-{number}", effective_from=coming)
    first = editor.get("/v1/versions", due="all", text=document_id, limit=1).json()
    rest = editor.get("/v1/versions", due="all", text=document_id, cursor=first["next_cursor"]).json()
    (shown,) = first["versions"]
    editor.step(shown["version_id"], "submit")
    again = editor.get("/v1/versions", due="all", text=document_id, state="draft", cursor=first["next_cursor"]).json()
    assert (first["total"], again["total"]) == (3, 2)
    assert [each["version_id"] for each in again["versions"]] == [each["version_id"] for each in rest["versions"]]


def test_every_step_stands_in_the_trail_with_who_and_why(
    http: Http, editor: Desk, reviewer: Desk, document_id: str
) -> None:
    version_id = editor.draft(document_id)
    publish(http, editor, reviewer, version_id)
    reviewer.step(version_id, "withdraw", reason="依据已废止")
    events = [each["event"] for each in reviewer.get(f"/v1/versions/{version_id}/history").json()]
    assert [(each["action"], each["actor"]) for each in events] == [
        ("store", "zhang"),
        ("submit", "zhang"),
        ("approve", "li"),
        ("withdraw", "li"),
    ]
    assert events[2]["detail"]["rehearsal"]["questions"] > 0
    assert events[3]["detail"]["reason"] == "依据已废止"


def test_a_rehearsal_shows_what_would_be_answered_otherwise(
    http: Http, editor: Desk, reviewer: Desk, document_id: str
) -> None:
    old = editor.draft(document_id, title="铁环登记办法", text="第一条 铁环登记费为十元。", effective_from="2025-01-01")
    publish(http, editor, reviewer, old)
    new = editor.draft(
        document_id,
        title="铁环登记办法",
        question="铁环登记费多少钱",
        text="第一条 铁环登记费为二十元。",
        effective_from="2026-06-01",
    )
    editor.step(new, "submit")
    rehearsal = reviewer.post(f"/v1/versions/{new}:rehearse").json()
    assert rehearsal["as_of"] == "2026-06-01"
    (changed,) = [each for each in rehearsal["effects"] if each["question"] == "铁环登记费多少钱"]
    assert changed["effect"] == "changed"
    assert ("十元" in changed["without"]["text"], "二十元" in changed["with_version"]["text"]) == (True, True)
    assert changed["without"]["version_ids"] == [old]
    assert changed["with_version"]["version_ids"] == [new]
    assert http.ask("铁环登记费多少钱", as_of="2026-06-01")["citations"][0]["version_id"] == old


def test_a_version_being_rehearsed_is_not_rehearsed_again_meanwhile(
    http: Http, editor: Desk, reviewer: Desk, document_id: str
) -> None:
    version_id = editor.draft(document_id)
    turns = http.service.rehearsing._turns
    with turns.now(version_id):
        again = reviewer.post(f"/v1/versions/{version_id}:rehearse")
        assert (again.status_code, again.json()["error"]) == (409, "RehearsalRunning")
    with turns.now("another"):
        later = reviewer.post(f"/v1/versions/{version_id}:rehearse")
        assert (later.status_code, later.json()["error"]) == (429, "TooManyRehearsals")
        assert int(later.headers["Retry-After"]) > 0
    assert reviewer.post(f"/v1/versions/{version_id}:rehearse").status_code == 200


def test_the_diff_shows_the_article_and_the_figure_that_changed(
    http: Http, editor: Desk, reviewer: Desk, document_id: str
) -> None:
    old = editor.draft(document_id, fee=120, effective_from="2025-01-01")
    publish(http, editor, reviewer, old)
    new = editor.draft(document_id, fee=150, effective_from="2026-01-01")
    shown = reviewer.get(f"/v1/versions/{new}/diff").json()
    assert (shown["before_version_id"], shown["difference"]["counts"]["changed"]) == (old, 1)
    (row,) = [each for each in shown["difference"]["rows"] if each["change"] == "changed"]
    assert [each["text"] for each in row["removed_figures"]] == ["120元"]
    assert [each["text"] for each in row["added_figures"]] == ["150元"]


def test_a_purge_takes_the_words_away_and_leaves_the_answer_readable(
    http: Http, editor: Desk, reviewer: Desk, document_id: str
) -> None:
    version_id = editor.draft(document_id, title="弹弓登记办法", text="第一条 弹弓登记费为七元整。")
    publish(http, editor, reviewer, version_id)
    answer = http.ask("弹弓登记费多少钱")
    assert "七元整" in answer["text"]
    assert Desk(http, "admin").step(version_id, "purge", reason="违法内容").status_code == 200
    http.service.synchroniser.reconcile()
    stored = http.get(f"/v1/answers/{answer['answer_id']}").json()
    assert "七元整" not in str(stored)
    assert stored["citations"][0]["withdrawn"] is True
    assert "七元整" not in http.get(f"/v1/versions/{version_id}").text
    assert http.service.check().findings == []


def test_an_administrator_enters_a_year_that_was_not_announced(http: Http, editor: Desk) -> None:
    assert editor.get("/v1/calendar/2031").json()["is_announced"] is False
    days = [{"day": "2031-10-01", "is_working": False, "name": "国庆节"}]
    entered = http.request("PUT", "/v1/calendar/2031", json={"days": days}).json()
    assert (entered["is_announced"], entered["days"]) == (
        True,
        [{"day": "2031-10-01", "is_working": False, "name": "国庆节"}],
    )
    stray = {"days": [{"day": "2030-10-01", "is_working": False}]}
    assert http.request("PUT", "/v1/calendar/2031", json=stray).status_code == 422


@pytest.mark.parametrize(
    "garbage",
    [
        "UPDATE versions SET effective_from = 'bald'",
        "UPDATE versions SET similar_questions = '['",
        "UPDATE answers SET body = '{'",
        "UPDATE events SET detail = 'kein JSON' WHERE id = 3",
    ],
)
def test_what_is_no_date_or_json_at_all_is_a_finding_of_the_check(http: Http, garbage: str) -> None:
    http.ask("弹弓登记费多少钱")
    path, table = http.service.settings.data_dir / "kb.sqlite", garbage.split()[1]
    with closing(sqlite3.connect(path)) as other_hands, other_hands:
        kept = other_hands.execute(f"SELECT * FROM {table}").fetchall()
        other_hands.execute(garbage)
    try:
        assert any("cannot be read" in each.detail for each in http.service.check().findings)
    finally:
        with closing(sqlite3.connect(path)) as other_hands, other_hands:
            marks = ", ".join("?" * len(kept[0]))
            other_hands.executemany(f"REPLACE INTO {table} VALUES ({marks})", kept)
    assert http.service.check().findings == []
