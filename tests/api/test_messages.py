"""What is refused is told in Chinese beside the detail; in English to who prefers it."""

import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from kb_service.api.app import create_app
from kb_service.api.errors import STATUS_OF
from kb_service.api.messages import messages
from kb_service.domain.causes import Cause
from kb_service.domain.errors import VocabularyFault
from kb_service.settings import Settings
from tests.api.conftest import Http

MESSAGES = messages(Settings().prompts_dir)
CHINESE = r"[\u4e00-\u9fff].*。$"


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (
            {"question": "押金", "as_of": "2026-13-01"},
            "“查询日期”写的“2026-13-01”是不存在的日期；请改成正确的日期，如 2026-03-01。",
        ),
        (
            {"question": "押金", "as_of": "明天"},
            "“查询日期”写的“明天”看不出是哪一天；请写成 2026-03-01 这样的日期。",
        ),
        ({"question": "x" * 5000}, "“问题”太长，最多 4000 个字。"),
        ({"question": "押金", "audience": "cat"}, "“对象”只能是其中之一：'person'、'enterprise'。"),
        ({"question": "押金", "nonsense": 1}, "“nonsense”不是这里能用的字段。"),
        ({"question": 7}, "“问题”要填文字。"),
        ({"question": " "}, "请先输入问题。"),
        ([], "“请求内容”填写有误。"),
    ],
)
def test_a_question_that_is_refused_is_told_why_in_chinese(http: Http, body: Any, message: str) -> None:
    reply = http.post("/v1/answers", body)
    assert (reply.status_code, reply.json()["message"]) == (422, message)
    assert reply.json()["detail"]


@pytest.mark.parametrize(
    ("month", "message"),
    [
        ("2026-13", "“月份”写的是 2026-13，没有这个月。月份从 01 到 12。"),
        ("2026-00", "“月份”写的是 2026-00，没有这个月。月份从 01 到 12。"),
        ("2026-7", "“月份”填写有误。请写成 2026-03 这样的月份。"),
        ("七月", "“月份”填写有误。请写成 2026-03 这样的月份。"),
    ],
)
def test_a_month_that_is_none_is_told_apart_from_one_in_another_form(http: Http, month: str, message: str) -> None:
    reply = http.get("/v1/compliance", month=month)
    assert (reply.status_code, reply.json()["message"]) == (422, message)


@pytest.mark.parametrize(
    ("accepted", "is_english"),
    [
        ("", False), ("zh-CN", False), ("zh-TW,en;q=0.8", False), ("en-US,en;q=0.9", True),
        ("en;q=0.1,zh;q=0.9", False), ("fr,de", False), ("*", False),
        ("en;q=x", False), ("EN", True), (",;q=,", False), ("en;q=nan", False),
    ],
)  # fmt: skip
def test_who_prefers_english_gets_the_detail_as_message(http: Http, accepted: str, is_english: bool) -> None:
    reply = http.post("/v1/answers", {"question": " "}, headers={"Accept-Language": accepted}).json()
    assert (reply["message"] == reply["detail"]) is is_english


@pytest.mark.parametrize(
    ("method", "path", "options"),
    [
        ("GET", "/v1/nothing", {}),
        ("PATCH", "/v1/answers", {}),
        ("POST", "/v1/answers", {"content": b"{"}),
        ("POST", "/v1/answers", {"content": b"x" * 13_000_000}),
        ("GET", "/v1/answers/%00", {}),
        ("POST", "/v1/answers", {"json": {}, "headers": {"Origin": "http://elsewhere.example"}}),
        ("POST", "/v1/documents", {"files": {"nothing": b""}}),
        ("GET", "/v1/versions/none", {}),
        ("GET", "/v1/search", {}),
    ],
)
def test_every_refusal_has_a_message(http: Http, method: str, path: str, options: Any) -> None:
    reply = http.request(method, path, **options)
    assert reply.status_code >= 400
    assert set(reply.json()) == {"error", "detail", "message", "retryable"}
    assert any("\u4e00" <= each <= "\u9fff" for each in reply.json()["message"])
    assert "{" not in reply.json()["message"]


@pytest.mark.parametrize(
    ("method", "path", "field"),
    [
        ("GET", "/v1/search?question=押金&as_of=2026-02-30", "查询日期"),
        ("GET", "/v1/versions?effective_from=2026-02-30", "施行日"),
        ("GET", "/v1/versions?effective_until=2026-02-30", "施行日早于"),
        ("GET", "/v1/versions?due=2026-02-30", "期限"),
        ("GET", "/v1/due-lists/2026-02-30", "日期"),
        ("POST", "/v1/answers", "查询日期"),
        ("POST", "/v1/documents", "施行日"),
        ("PUT", "/v1/calendar/2026", "日期"),
    ],
)
def test_a_day_that_does_not_exist_is_called_that_at_every_door(http: Http, method: str, path: str, field: str) -> None:
    """2026 is no leap year, and no February has thirty days."""
    bodies: dict[str, object] = {
        "/v1/answers": {"question": "押金", "as_of": "2026-02-30T10:00:00"},
        "/v1/documents": {"id": "x", "text": "好。", "施行日期": "2026-02-30"},
        "/v1/calendar/2026": {"days": [{"day": "2026-02-30", "is_working": False}]},
    }
    reply = http.request(method, path, json=bodies.get(path), headers={"X-KB-Actor": "zhang"})
    assert reply.status_code == 422
    assert re.fullmatch(f"“{field}”写的“2026-02-30(T10:00:00)?”是不存在的日期；.*。", reply.json()["message"])
    assert reply.json()["retryable"] is False


def test_the_interface_of_openais_shows_the_message(http: Http) -> None:
    body = {"model": "kb", "messages": [{"role": "user", "content": "押金"}], "metadata": {"as_of": "2026-02-30"}}
    error = http.post("/v1/chat/completions", body).json()
    assert error["error"]["message"].startswith("“查询日期”") and "as_of" in error["detail"]


def test_every_error_of_the_domain_has_a_message() -> None:
    assert sorted({each.__name__ for each in STATUS_OF} - set(MESSAGES.errors)) == []
    assert all("{" not in MESSAGES.of_cause(Cause(each.__name__)) for each in STATUS_OF)
    assert isinstance(Settings().prompts_dir, Path)


def test_a_version_that_never_was_is_told_as_none(http: Http) -> None:
    reply = http.get("/v1/versions/never-was/history")
    assert reply.status_code == 404
    assert reply.json()["message"].startswith("没有这个版本")


def test_an_upload_without_anything_in_it_is_told_so(http: Http) -> None:
    reply = http.request("POST", "/v1/documents", headers={"X-KB-Actor": "zhang"})
    assert (reply.status_code, reply.json()["message"][:6]) == (422, "没有收到文件")


def test_a_service_with_sentences_that_do_not_fit_is_not_begun(http: Http, tmp_path: Path) -> None:
    (tmp_path / "messages.yaml").write_text("errors: [", encoding="utf-8")
    service = replace(http.service, settings=http.service.settings.model_copy(update={"prompts_dir": tmp_path}))
    with pytest.raises(VocabularyFault, match=r"messages\.yaml line 2"):
        create_app(service)
