"""An emergency over HTTP: what is switched off is handed to people wherever it would be answered, until it is back."""

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import text

from kb_service.domain.people import Role
from kb_service.publishing_wiring import open_emergencies
from kb_service.wiring import new_id, now, open_records
from tests.api.conftest import Http, key_of, publish
from tests.api.test_conversations import talk
from tests.api.test_streaming import events_of

FEE = "热气球停放证要多少钱"
LIMIT = "热气球停放证几天办好"
ARTICLE = "风筝放飞管理办法第三条"
ON_KITES = {"as_of": "2026-07-01"}
SWITCHED_OFF = ("handed_over", ["switched_off"])


@contextmanager
def off(http: Http, covers: str, subject: str = "") -> Iterator[None]:
    made = http.post("/v1/switches", {"covers": covers, "subject": subject, "reason": "新规突发"})
    assert made.status_code == 201, made.text
    try:
        yield
    finally:
        http.post(f"/v1/switches/{made.json()['id']}:on", {"reason": "已更正"})


@contextmanager
def announced(http: Http, text: str, **said: Any) -> Iterator[None]:
    made = http.post("/v1/announcements", {"text": text} | said)
    assert made.status_code == 201, made.text
    try:
        yield
    finally:
        assert http.post(f"/v1/announcements/{made.json()['id']}:end", {}).json()["ends_at"]


def became(answer: dict[str, Any]) -> tuple[str, list[str]]:
    return answer["outcome"], answer["escalation"]["reasons"]


def test_a_matter_is_handed_to_its_department_at_once_and_answered_again_when_it_is_back(http: Http) -> None:
    assert http.ask(FEE)["outcome"] == "answered"
    with off(http, "matter", "热气球停放证办理"):
        answer = http.ask(FEE)
        assert became(answer) == SWITCHED_OFF
        assert "紧急核对" in answer["text"] and "市气球管理处（电话：12345" in answer["text"]
        assert "150" not in answer["text"]
        assert answer["escalation"]["department"]["id"] == "qiqiu"
        assert (answer["citations"], answer["possible"], answer["related_questions"]) == ([], [], [])
    assert http.ask(FEE)["outcome"] == "answered"


@pytest.mark.parametrize(
    ("covers", "subject"), [("department", "气球处"), ("document", "balloon"), ("everything", ""), (None, "停热气球")]
)
def test_a_department_a_document_and_everything_are_handed_over_alike(
    http: Http, covers: str | None, subject: str
) -> None:
    with off(http, covers, subject):  # type: ignore[arg-type]
        answer = http.ask(FEE)
        assert became(answer) == SWITCHED_OFF
        assert answer["escalation"]["department"]["name"] == "市气球管理处"


def test_no_text_that_is_switched_off_is_suggested_to_helpers(http: Http) -> None:
    def suggested() -> set[str]:
        texts = http.get("/v1/suggestions", q=FEE).json()["texts"]
        return {each["document_id"] for text in texts for each in text["citations"]}

    assert "balloon" in suggested()
    with off(http, "document", "balloon"):
        assert "balloon" not in suggested()


def test_only_what_is_switched_off_is_handed_over(http: Http) -> None:
    with off(http, "matter", "qiqiu-tingfang"):
        assert http.ask("公园里放风筝线能放多长", **ON_KITES)["outcome"] == "answered"


def test_another_process_is_heeded_within_two_seconds(http: Http) -> None:
    """As `kb switch off` does it: past this process, in the database."""
    assert http.ask(FEE)["outcome"] == "answered"
    with open_records(http.service.settings) as records:
        elsewhere = open_emergencies(records, now=now, new_id=new_id)
        switch = elsewhere.switch_off(None, "热气球停放证办理", actor="operator", reason="夜间")
        assert became(soon(http, "handed_over")) == SWITCHED_OFF
        elsewhere.switch_on(switch.id, actor="operator", reason="好了")
        assert soon(http, "answered")["outcome"] == "answered"


def soon(http: Http, outcome: str) -> dict[str, Any]:
    until = time.monotonic() + 2
    while (answer := http.ask(FEE))["outcome"] != outcome and time.monotonic() < until:
        time.sleep(0.05)
    return answer


def test_an_article_by_its_number_is_handed_over_and_nothing_of_its_law_is_told(http: Http) -> None:
    with off(http, "document", "kite"):
        assert became(http.ask(ARTICLE, **ON_KITES)) == SWITCHED_OFF
        missing = http.ask("风筝放飞管理办法第三十条", **ON_KITES)
        assert became(missing) == SWITCHED_OFF
        assert "共3条" not in missing["text"]
    assert "共3条" in http.ask("风筝放飞管理办法第三十条", **ON_KITES)["text"]


def test_one_part_of_several_is_handed_over_and_the_other_answered(http: Http) -> None:
    both = "热气球停放证要多少钱？另外公园里放风筝线能放多长？"
    before = http.ask(both, **ON_KITES)
    assert {each["document_id"] for each in before["citations"]} == {"balloon", "kite"}
    with off(http, "matter", "qiqiu-tingfang"):
        answer = http.ask(both, **ON_KITES)
        assert became(answer) == ("answered", ["switched_off"])
        assert {each["document_id"] for each in answer["citations"]} == {"kite"}
        assert "紧急核对" in answer["text"] and "150" not in answer["text"]
        assert answer["escalation"]["department"]["id"] == "qiqiu"


def test_a_follow_up_is_handed_over(http: Http) -> None:
    first = http.ask(FEE)
    with off(http, "matter", "qiqiu-tingfang"):
        answer = http.ask("那要几天办好", conversation_id=first["conversation_id"])
        assert became(answer) == SWITCHED_OFF


def test_being_switched_off_is_no_failure_that_counts(http: Http) -> None:
    with off(http, "matter", "qiqiu-tingfang"):
        answers = talk(http, FEE, LIMIT, FEE)
        assert [became(each) for each in answers] == [SWITCHED_OFF] * 3


def test_a_stream_shows_nothing_of_it(http: Http) -> None:
    with off(http, "document", "balloon"):
        body = http.post("/v1/answers", {"question": FEE, "stream": True}).text
        happened = events_of(body)
        text = "".join(data["text"] for name, data in happened if name == "text")
        (answer,) = [data for name, data in happened if name == "answer"]
        assert became(answer) == SWITCHED_OFF
        assert text == answer["text"]
        assert "150元" not in body


def test_chat_completions_hand_over_too_streamed_and_not(http: Http) -> None:
    asked = {"model": "kb", "messages": [{"role": "user", "content": FEE}]}
    with off(http, "everything"):
        whole = http.post("/v1/chat/completions", asked).json()
        assert became(whole["kb"]) == SWITCHED_OFF
        assert "紧急核对" in whole["choices"][0]["message"]["content"]
        streamed = http.post("/v1/chat/completions", asked | {"stream": True}).text
        assert "紧急核对" in streamed and "150元" not in streamed


def test_with_everything_off_help_in_distress_and_a_greeting_are_still_said(http: Http) -> None:
    with off(http, "everything"):
        assert "12356" in http.ask("我不想活了")["text"]
        answer = http.ask("我好绝望，没人在乎我，热气球停放证要多少钱", as_of="2026-07-01")
        assert became(answer)[1] == ["distress", "switched_off"]
        assert "12356" in answer["text"] and "150元" not in answer["text"]
        assert http.ask("你好")["outcome"] == "courtesy"
        assert became(http.ask("转人工"))[1] == ["user_request"]


def test_possible_quotes_of_it_are_gone(http: Http) -> None:
    unsure = "学校里可以放风筝吗"
    assert http.ask(unsure, **ON_KITES)["possible"]
    with off(http, "document", "kite"):
        answer = http.ask(unsure, **ON_KITES)
        assert answer["outcome"] != "answered"
        assert answer["possible"] == []


def test_related_questions_of_it_are_gone(http: Http) -> None:
    asked = "热气球停放证丢了怎么补"
    publish(http.service, "lost", "向原发证窗口申请。", title="补证问答", question=asked, matter_id="qiqiu-tingfang")
    assert asked in http.ask(FEE)["related_questions"]
    with off(http, "document", "lost"):
        answer = http.ask(FEE)
        assert answer["outcome"] == "answered"
        assert asked not in answer["related_questions"]


def test_a_search_still_finds_it_and_marks_it(http: Http) -> None:
    def marks() -> set[bool]:
        hits = http.get("/v1/search", question="热气球停放证工本费").json()["hits"]
        return {each["switched_off"] for each in hits if each["document_id"] == "balloon"}

    assert marks() == {False}
    with off(http, "department", "qiqiu"):
        assert marks() == {True}


def test_what_is_off_is_listed_with_who_and_why(http: Http) -> None:
    headers = {"X-KB-Actor": "wang"}
    wanted = {"subject": "balloon", "reason": "金额写错"}
    made = http.post("/v1/switches", wanted, headers=headers).json()
    (listed,) = http.get("/v1/switches").json()["switches"]
    assert listed == made
    assert (listed["covers"], listed["name"]) == ("document", "热气球停放证办事指南")
    assert (listed["off_by"], listed["reason"], listed["on_at"]) == ("wang", "金额写错", None)
    back = http.post(f"/v1/switches/{made['id']}:on", {"reason": "改好了"}, headers={"X-KB-Actor": "li"}).json()
    assert http.get("/v1/switches").json()["switches"] == []
    assert back in http.get("/v1/switches", past="true").json()["switches"]
    assert (back["on_by"], back["on_reason"]) == ("li", "改好了")


def test_what_is_refused_has_a_name(http: Http) -> None:
    def refused(path: str, body: object) -> tuple[int, str]:
        response = http.post(path, body)
        return response.status_code, response.json()["error"]

    assert refused("/v1/switches", {"subject": "飞碟停放", "reason": "?"}) == (422, "SubjectUnknown")
    assert refused("/v1/switches", {"covers": "everything", "reason": " "}) == (422, "ReasonMissing")
    assert refused("/v1/switches/none:on", {"reason": "好了"}) == (404, "SwitchNotFound")
    assert refused("/v1/announcements/none:end", {}) == (404, "AnnouncementNotFound")
    assert refused("/v1/announcements", {"text": "　"}) == (422, "InvalidAnnouncement")


def test_only_reviewers_switch_and_announce_and_askers_read_announcements(keyed: Http) -> None:
    keys = {role: {"Authorization": f"Bearer {key_of(keyed, f'某{role}', role)}"} for role in Role}

    def status(role: Role, method: str, path: str, body: object = None) -> int:
        return keyed.request(method, path, json=body, headers=keys[role]).status_code

    told, off_ = {"text": "停电"}, {"covers": "everything", "reason": "停电"}
    for role in (Role.FRONTEND, Role.HELPER, Role.EDITOR, Role.EVALUATOR):
        assert status(role, "POST", "/v1/switches", off_) == 403
        assert status(role, "POST", "/v1/announcements", told) == 403
    assert status(Role.FRONTEND, "GET", "/v1/announcements") == 200
    assert status(Role.FRONTEND, "GET", "/v1/switches") == 403
    assert status(Role.HELPER, "GET", "/v1/switches") == 200
    for role in (Role.REVIEWER, Role.ADMIN):
        assert status(role, "POST", "/v1/announcements", told) == 201
        assert status(role, "POST", "/v1/switches", off_) == 201


# Announcements


def told(answer: dict[str, Any]) -> list[tuple[str, str | None]]:
    return [(each["text"], each["document_id"]) for each in answer["notices"] if each["kind"] == "announcement"]


def test_an_announcement_for_all_goes_along_with_every_answer(http: Http) -> None:
    with announced(http, "台风期间窗口停办。"):
        assert told(http.ask(FEE)) == [("台风期间窗口停办。", None)]
        assert told(http.ask("飞碟停放证怎么办")) == [("台风期间窗口停办。", None)]
        asked = {"model": "kb", "messages": [{"role": "user", "content": FEE}]}
        content = http.post("/v1/chat/completions", asked).json()["choices"][0]["message"]["content"]
        assert "台风期间窗口停办。" in content
    assert told(http.ask(FEE)) == []


def test_an_announcement_of_a_matter_or_a_department_goes_along_where_it_concerns_the_answer(http: Http) -> None:
    for reach, subject in (("matter", "停热气球"), ("department", "市气球管理处")):
        with announced(http, "气球场检修。", reach=reach, subject=subject):
            assert told(http.ask(FEE)) == [("气球场检修。", None)]
            assert told(http.ask("公园里放风筝线能放多长", **ON_KITES)) == []


def test_an_announcement_is_of_its_channel(http: Http) -> None:
    with announced(http, "小程序升级。", reach="channel", subject="mini"):
        assert told(http.ask(FEE, channel="mini")) == [("小程序升级。", None)]
        assert told(http.ask(FEE)) == []
        assert [each["text"] for each in http.get("/v1/announcements", channel="mini").json()["announcements"]] == [
            "小程序升级。"
        ]
        assert http.get("/v1/announcements").json()["announcements"] == []


def test_an_announcement_of_tomorrow_is_not_told_today(http: Http) -> None:
    tomorrow = (datetime.now(UTC) + timedelta(days=1)).isoformat()
    with announced(http, "明天停电。", starts_at=tomorrow):
        assert http.get("/v1/announcements").json()["announcements"] == []
        assert told(http.ask(FEE)) == []


def test_a_moment_without_a_zone_is_shanghais(http: Http) -> None:
    with announced(http, "检修。", starts_at="2026-01-01T08:00:00"):
        (shown,) = http.get("/v1/announcements").json()["announcements"]
        assert datetime.fromisoformat(shown["starts_at"]) == datetime(2026, 1, 1, tzinfo=UTC)
        (notice,) = [each for each in http.ask(FEE)["notices"] if each["kind"] == "announcement"]
        assert notice["effective_from"] == "2026-01-01"
        assert "made_by" not in json.dumps(shown)


# What made it


def test_an_answer_says_what_made_it_and_that_is_stored_nowhere(http: Http) -> None:
    answer = http.ask(FEE)
    assert answer["produced_by"] == {"is_ai": True, "label": "引用原文，由人工智能选取", "method": "quotation"}
    assert http.get(f"/v1/answers/{answer['answer_id']}").json()["produced_by"] == answer["produced_by"]
    assert http.ask("转人工")["produced_by"]["method"] == "fixed_wording"
    streamed = http.post("/v1/answers", {"question": FEE, "stream": True}).text
    assert events_of(streamed)[-1][1]["produced_by"] == answer["produced_by"]
    with http.service.records.database.reading() as connection:
        bodies = connection.execute(text("SELECT body FROM answers")).scalars().all()
    assert bodies and not any("produced_by" in str(each) for each in bodies)
