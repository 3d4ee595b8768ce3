"""The editorial console over HTTP: who gets in, what forms do, and what is refused with a sentence."""

import re
from collections.abc import Iterator
from dataclasses import replace
from html import unescape
from pathlib import Path
from typing import Any
from urllib.parse import quote
from uuid import uuid4

import httpx
import pytest

from ingestion.splitting import split
from ingestion.structure import structure_text
from kb_service.api.upload_shapes import Stage
from kb_service.console import words
from kb_service.console.marked_text import pieces, runs, visible
from kb_service.domain.answers import Outcome, Reason
from kb_service.domain.days import Interval
from kb_service.domain.documents import Audience, Kind, Passage, VersionDraft, VersionState
from kb_service.domain.lead_time import LeadTime
from kb_service.domain.life import Phase
from kb_service.domain.people import Role
from kb_service.domain.suspicions import SuspicionKind, SuspicionState
from kb_service.domain.uploads import RecordOutcome
from kb_service.publishing.difference import Change
from kb_service.publishing.rehearsal import Effect
from kb_service.service import Service
from kb_service.settings import Settings
from kb_service.wiring import now, open_service
from tests.api.conftest import Http
from tests.factories import NOON, day, metadata

WORDS = words.screen_words(Settings().prompts_dir)
PAGES = ["", "/upload", "/versions", "/review", "/due", "/suspicions"]
RULE = "第一条 铁环停放证工本费为30元。\n第二条 自受理之日起5个工作日内办结。"


class Person:
    """Somebody at a browser without scripts, in keyless mode."""

    def __init__(self, http: Http, name: str) -> None:
        self.http = http
        self._headers = {"Cookie": f"kb_actor={quote(name)}"}

    def open(self, path: str, **params: Any) -> httpx.Response:
        # An empty mapping would take away the query that stands in the path.
        return self.http.request("GET", f"/console{path}", params=params or None, headers=self._headers)

    def send(self, path: str, **fields: Any) -> httpx.Response:
        return self.http.request("POST", f"/console{path}", data=fields, headers=self._headers)

    def step(self, version_id: str, step: str, **fields: Any) -> httpx.Response:
        revision = self.http.service.library.version(version_id).revision
        return self.send(f"/versions/{version_id}/{step}", **({"if_revision": revision, "form": step} | fields))


@pytest.fixture
def editor(http: Http) -> Person:
    return Person(http, "张三")


@pytest.fixture
def reviewer(http: Http) -> Person:
    return Person(http, "李四")


@pytest.fixture
def document_id() -> str:
    return f"hoop-{uuid4().hex[:8]}"


@pytest.fixture(scope="module")
def keyed_service(tmp_path_factory: pytest.TempPathFactory, models_dir: Path) -> Iterator[Service]:
    folder = tmp_path_factory.mktemp("keyed-console")
    (folder / "models").symlink_to(models_dir)
    with open_service(Settings(data_dir=folder)) as service:
        service.records.people.create_key("管理员", roles=[Role.ADMIN], created_by="operator", at=now())
        yield service


@pytest.fixture
def keyed(keyed_service: Service) -> Http:
    return Http(replace(keyed_service))


def key_of(http: Http, name: str, *roles: Role) -> str:
    return http.service.records.people.create_key(name, roles=roles, created_by="operator", at=now())[1]


def store(http: Http, document_id: str, text: str = RULE, *, actor: str = "张三", **said: Any) -> str:
    days = {name: day(value) for name, value in said.items() if name.startswith("effective_")}
    said = {"title": "铁环停放办法", "kind": Kind.REGULATION} | said | days
    drafted = VersionDraft(document_id, metadata(**said), text, split(structure_text(text)))
    (stored,) = http.service.library.store([drafted], actor=actor, at=NOON, approval=None)
    return stored.version_id


def state_of(http: Http, version_id: str) -> str:
    return http.service.library.version(version_id).state


def assert_page(response: httpx.Response, status: int, sentence: str) -> None:
    assert response.status_code == status, response.text[:500]
    assert response.headers["content-type"].startswith("text/html")
    assert sentence in response.text


# Who gets in


@pytest.mark.parametrize("path", [*PAGES, "/versions/some", "/versions/some/diff", "/batches/some"])
def test_who_has_no_key_is_shown_where_to_sign_in(keyed: Http, path: str) -> None:
    response = keyed.request("GET", f"/console{path}")
    assert_page(response, 401, "请先登录")
    assert 'name="key"' in response.text


@pytest.mark.parametrize("role", [Role.FRONTEND, Role.HELPER])
def test_another_role_is_shown_a_sentence_and_where_to_sign_in(keyed: Http, role: Role) -> None:
    cookie = {"Cookie": f"kb_key={key_of(keyed, '赵六', role)}"}
    for path in PAGES:
        assert_page(keyed.request("GET", f"/console{path}", headers=cookie), 403, "您的角色不能进行这项操作")


def test_an_evaluator_sees_the_deadlines_only(keyed: Http) -> None:
    cookie = {"Cookie": f"kb_key={key_of(keyed, '评测', Role.EVALUATOR)}"}
    shown = {path: keyed.request("GET", f"/console{path}", headers=cookie).status_code for path in PAGES}
    assert shown == {path: 200 if path == "/due" else 403 for path in PAGES}


def test_a_key_is_kept_in_a_cookie_that_no_script_and_no_other_site_gets(keyed: Http) -> None:
    key = key_of(keyed, "张三", Role.EDITOR)
    response = keyed.request("POST", "/console/login", data={"key": f" {key}\n", "next": "/console/upload"})
    assert (response.status_code, response.headers["location"]) == (303, "/console/upload")
    kept = response.headers["set-cookie"]
    assert kept.startswith(f"kb_key={key};")
    assert {"HttpOnly", "Path=/", "SameSite=strict"} <= {part.strip() for part in kept.split(";")}
    page = keyed.request("GET", "/console", headers={"Cookie": f"kb_key={key}"})
    assert_page(page, 200, "张三")


def test_over_https_the_cookie_stays_there(keyed: Http) -> None:
    key = key_of(keyed, "张三", Role.EDITOR)
    response = keyed.request("POST", "https://127.0.0.1/console/login", data={"key": key})
    assert "Secure" in response.headers["set-cookie"]


@pytest.mark.parametrize("key", ["", "kb_", f"kb_00000000_{'A' * 43}", "x" * 5000, "' OR 1=1 --"])
def test_what_is_no_key_opens_nothing_and_is_told_nothing(keyed: Http, key: str) -> None:
    response = keyed.request("POST", "/console/login", data={"key": key})
    assert_page(response, 401, "密钥无效或已停用")
    assert "set-cookie" not in response.headers
    assert len(key) < 10 or key not in response.text


@pytest.mark.parametrize(
    "elsewhere",
    [
        "https://example.org/",
        "//example.org",
        "/\\example.org",
        "/console\\..",
        "/console/\\example.org",
        "javascript:alert(1)",
        "/consoles",
        "",
    ],
)
def test_signing_in_leads_to_no_other_place(http: Http, elsewhere: str) -> None:
    response = http.request("POST", "/console/login", data={"name": "张三", "next": elsewhere})
    assert response.headers["location"] == "/console"


def test_signing_out_forgets_the_key(keyed: Http) -> None:
    response = keyed.request("POST", "/console/logout")
    assert response.headers["location"] == "/console/login"
    assert all("Max-Age=0" in kept for kept in response.headers.get_list("set-cookie"))


def test_without_keys_a_name_says_who_acts(http: Http) -> None:
    response = http.request("POST", "/console/login", data={"name": "王　五"})
    assert response.headers["set-cookie"].startswith(f"kb_actor={quote('王 五')};")
    assert "HttpOnly" in response.headers["set-cookie"]
    cookie = {"Cookie": f"kb_actor={quote('王 五')}"}
    assert http.request("GET", "/v1/me", headers=cookie).json()["person_id"] == "王五"
    header = cookie | {"X-KB-Actor": "zhao"}
    assert http.request("GET", "/v1/me", headers=header).json()["person_id"] == "zhao"
    assert http.request("GET", "/v1/me").json()["person_id"] == "local-admin"


@pytest.mark.parametrize("name", ["", " \u200b", "x" * 101, "张\x00三"])
def test_a_name_that_is_none_is_refused_with_a_sentence(http: Http, name: str) -> None:
    response = http.request("POST", "/console/login", data={"name": name})
    assert_page(response, 422, "姓名不能为空")
    assert "set-cookie" not in response.headers


def test_a_broken_name_in_the_cookie_leads_to_the_page_that_asks_for_one(http: Http) -> None:
    response = http.request("GET", "/console", headers={"Cookie": "kb_actor=%FF"})
    assert_page(response, 422, 'name="name"')
    assert http.request("GET", "/console/login", headers={"Cookie": "kb_actor=%FF"}).status_code == 200


def test_with_keys_a_name_in_a_cookie_says_nothing(keyed: Http) -> None:
    assert keyed.request("GET", "/console", headers={"Cookie": "kb_actor=admin"}).status_code == 401


def test_a_form_on_another_site_changes_nothing(http: Http, editor: Person, document_id: str) -> None:
    version_id = store(http, document_id)
    headers = {"Origin": "https://example.org", "Cookie": "kb_actor=zhang"}
    form = {"if_revision": "1"}
    path = f"/console/versions/{version_id}/submit"
    assert http.request("POST", path, data=form, headers=headers).status_code == 403
    assert state_of(http, version_id) == "draft"


# How pages are made


@pytest.mark.parametrize("path", [*PAGES, "/login", "/nowhere"])
def test_every_page_has_the_strict_policy_and_needs_no_inline_code(editor: Person, path: str) -> None:
    response = editor.open(path)
    assert response.headers["content-type"].startswith("text/html")
    policy = response.headers["content-security-policy"]
    assert "script-src 'self'" in policy and "form-action 'self'" in policy and "unsafe" not in policy
    assert response.headers["cache-control"] == "no-store"
    # Under "no-referrer" browsers send `Origin: null` with forms, which is refused as another site's.
    assert response.headers["referrer-policy"] == "same-origin"
    assert re.findall(r"<script(?![^>]*\bsrc=)|<style|\son\w+=|\sstyle=", response.text) == []


def test_an_address_that_is_no_page_gets_one(editor: Person) -> None:
    assert_page(editor.open("/nowhere"), 404, "没有这个页面")
    assert_page(editor.open("/versions/missing"), 404, "没有这个版本")
    assert_page(editor.open("/batches/missing"), 404, "没有这一批上传")
    assert_page(editor.open("/versions", state="unheard-of"), 422, "看不懂")
    assert editor.open("/").headers["location"] == "/console"


HOSTILE = '<script>alert(1)</script>"><img src=x onerror=alert(2)>{{ 7*7 }}'


def test_hostile_text_is_shown_as_text(http: Http, editor: Person, document_id: str) -> None:
    said: dict[str, Any] = {"title": HOSTILE, "region": HOSTILE, "question": HOSTILE, "similar_questions": (HOSTILE,)}
    version_id = store(http, document_id, HOSTILE, **said)
    for path in (f"/versions/{version_id}", f"/versions/{version_id}/diff", "/versions", "/suspicions"):
        page = editor.open(path).text
        assert "<script>alert" not in page and "<img" not in page.replace('<img src="/assets/mark.svg"', "")
    assert "{{ 7*7 }}" in editor.open(f"/versions/{version_id}").text


def test_an_address_that_is_no_web_address_is_no_link(http: Http, editor: Person, document_id: str) -> None:
    version_id = store(http, document_id, source_url="javascript:alert(1)")
    page = editor.open(f"/versions/{version_id}").text
    assert "javascript:alert(1)" in page
    assert 'href="javascript' not in page


def test_characters_that_cannot_be_seen_are_shown_with_their_code() -> None:
    assert str(visible("甲\u202e乙")) == (
        '甲<span class="unseen" data-code="U+202E" title="RIGHT-TO-LEFT OVERRIDE">\u202e</span>乙'
    )
    assert str(visible("<b>")) == "&lt;b&gt;"


def passage(number: int, start: int, end: int) -> Passage:
    return Passage(f"p{number}", "v", number, "", start, end)


def test_every_character_of_a_text_is_in_one_run() -> None:
    text = "总则\n甲乙丙\n\n附则\n丁戊\n"
    cut = runs(text, [passage(2, 11, 13), passage(1, 3, 6)])
    assert [(run.text, run.number) for run in cut] == [
        ("总则", 0), ("\n", 0), ("甲乙丙", 1), ("\n\n", 0), ("附则", 0), ("\n", 0), ("丁戊", 2), ("\n", 0),
    ]  # fmt: skip


def test_passages_that_overlap_show_no_character_twice() -> None:
    cut = runs("甲乙丙丁", [passage(1, 0, 3), passage(2, 2, 4)])
    assert [run.text for run in cut] == ["甲乙丙", "丁"]
    assert [run.text for run in runs("甲", [])] == ["甲"]


def test_the_figures_of_a_suspicion_are_marked_in_their_sentence() -> None:
    cut = list(pieces("前言。收费20元。后语。", (3, 9), [(5, 8)]))
    assert [(each.text, each.is_said, each.is_figure) for each in cut] == [
        ("前言。", False, False),
        ("收费", True, False),
        ("20元", True, True),
        ("。", True, False),
        ("后语。", False, False),
    ]


@pytest.mark.parametrize(
    ("closed", "wording"),
    [
        (Kind, WORDS.kinds),
        (Audience, WORDS.audiences),
        (VersionState, WORDS.states),
        (Phase, WORDS.phases),
        (LeadTime, WORDS.lead_times),
        (Effect, WORDS.effects),
        (Outcome, WORDS.outcomes),
        (Reason, WORDS.reasons),
        (Change, WORDS.changes),
        (SuspicionKind, WORDS.suspicions),
        (SuspicionState, WORDS.suspicion_states),
        (Stage, WORDS.stages),
        (RecordOutcome, WORDS.record_outcomes),
        (Role, WORDS.roles),
    ],
)
def test_every_word_of_a_closed_list_has_its_chinese(closed: Any, wording: dict[str, str]) -> None:
    assert {str(each) for each in closed} == set(wording)


def test_screens_show_the_last_valid_day() -> None:
    assert WORDS.interval(Interval(day("2026-01-01"), day("2026-09-01"))) == "2026-01-01 起，有效期至 2026-08-31"
    assert WORDS.interval(Interval(None, day("2026-09-01"))) == "一直，有效期至 2026-08-31"
    assert WORDS.interval(Interval(day("2026-01-01"), None)) == "2026-01-01 起，长期有效"
    assert WORDS.interval(Interval(None, None)) == "长期有效"
    assert WORDS.interval(Interval(day("2026-01-01"), day("2026-01-01"))) == "永不生效"
    assert WORDS.interval(None) == "不生效"


# A version's way through the forms


def test_a_draft_is_edited_submitted_and_approved_by_another_person(
    http: Http, editor: Person, reviewer: Person, document_id: str
) -> None:
    version_id = store(http, document_id)
    fields = {"title": "铁环停放规定", "kind": "regulation", "valid_through": "2030-08-31", "text": RULE + "\r\n"}
    edited = editor.step(version_id, "edit", **fields)
    assert (edited.status_code, edited.headers["location"]) == (303, f"/console/versions/{version_id}?done=edited")
    version = http.service.library.version(version_id)
    assert (version.metadata.title, version.metadata.effective_to) == ("铁环停放规定", day("2030-09-01"))
    assert version.text == RULE
    assert editor.step(version_id, "submit").status_code == 303
    approved = reviewer.step(version_id, "approve")
    assert approved.headers["location"].endswith("done=approved")
    version = http.service.library.version(version_id)
    assert (version.state, version.approved_by) == ("approved", "李四")
    page = editor.open(f"/versions/{version_id}").text
    assert "有效期至 2030-08-31" in page
    assert reviewer.step(version_id, "withdraw", reason="金额有误").status_code == 303
    assert "金额有误" in editor.open(f"/versions/{version_id}").text
    revised = editor.step(version_id, "revise").headers["location"]
    assert "新建草稿" in editor.open(revised.removeprefix("/console")).text


def test_a_new_text_is_cut_into_passages_with_its_line_ends_mended(
    http: Http, editor: Person, document_id: str
) -> None:
    version_id = store(http, document_id)
    text = "第一条 铁环停放证工本费为35元。\r\n第二条 当日办结。\r\n"
    assert editor.step(version_id, "edit", title="铁环", text=text).status_code == 303
    version = http.service.library.version(version_id)
    assert version.text.strip() == "第一条 铁环停放证工本费为35元。\n第二条 当日办结。"
    assert len(http.service.library.passages_of_version(version_id)) == 2


def test_whoever_contributed_sees_no_button_and_a_forged_form_is_refused(
    http: Http, editor: Person, document_id: str
) -> None:
    version_id = store(http, document_id)
    editor.step(version_id, "submit")
    page = editor.open(f"/versions/{version_id}").text
    assert "您参与过编辑，须由他人审核" in page
    assert "审核通过</button>" not in page
    assert "您参与过编辑，须由他人审核" in editor.open("/review").text
    for name in ("张三", " 张　三 ", "张\u200b三"):
        assert_page(Person(http, name).step(version_id, "approve"), 403, "您参与过编辑，须由他人审核")
    assert state_of(http, version_id) == "in_review"


def test_an_editor_without_the_role_cannot_approve(keyed: Http, document_id: str) -> None:
    version_id = store(keyed, document_id)
    keyed.service.publishing.submit(version_id, actor="张三")
    cookie = {"Cookie": f"kb_key={key_of(keyed, '李四', Role.EDITOR)}"}
    path = f"/console/versions/{version_id}"
    assert "审核通过</button>" not in keyed.request("GET", path, headers=cookie).text
    refused = keyed.request("POST", f"{path}/approve", data={"if_revision": "2"}, headers=cookie)
    assert_page(refused, 403, "您的角色不能进行这项操作")
    assert state_of(keyed, version_id) == "in_review"


def test_a_form_made_before_somebody_elses_change_changes_nothing_and_loses_nothing(
    http: Http, editor: Person, reviewer: Person, document_id: str
) -> None:
    version_id = store(http, document_id)
    assert reviewer.step(version_id, "edit", title="铁环停放规定").status_code == 303
    stale = editor.step(version_id, "edit", title="我的标题", if_revision=1)
    assert_page(stale, 412, "已被改动")
    assert "我的标题" in stale.text
    assert 'name="if_revision" value="2"' in stale.text
    assert 'name="title" value="铁环停放规定"' in stale.text
    assert http.service.library.version(version_id).metadata.title == "铁环停放规定"


@pytest.mark.parametrize("revision", ["", "x", "-1", "9" * 30, "²"])
def test_a_form_without_its_revision_changes_nothing(
    http: Http, editor: Person, document_id: str, revision: str
) -> None:
    version_id = store(http, document_id)
    assert editor.step(version_id, "submit", if_revision=revision).status_code == 422
    assert state_of(http, version_id) == "draft"


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"effective_from": "2026-05-01", "valid_through": "2026-04-01"}, "日期有误"),
        ({"effective_from": "2026-13-01"}, "“施行日”填写有误"),
        ({"source_url": "javascript:alert(1)"}, "“来源网址”填写有误"),
        ({"text": " \r\n "}, "全文不能是空的"),
    ],
)
def test_what_is_refused_is_told_and_what_was_typed_is_kept(
    http: Http, editor: Person, document_id: str, fields: dict[str, str], sentence: str
) -> None:
    version_id = store(http, document_id)
    refused = editor.step(version_id, "edit", **({"title": "打好的<标题>", "text": RULE + "\n第三条 新增。"} | fields))
    assert_page(refused, 422, sentence)
    page = unescape(refused.text)
    assert 'value="打好的<标题>"' in page
    assert all(value in page for value in fields.values() if value.strip())
    assert http.service.library.version(version_id).revision == 1


def test_a_rejection_says_why(http: Http, editor: Person, reviewer: Person, document_id: str) -> None:
    version_id = store(http, document_id)
    editor.step(version_id, "submit")
    assert_page(reviewer.step(version_id, "reject", reason="  "), 422, "请填写原因")
    assert reviewer.step(version_id, "reject", reason="日期有误").status_code == 303
    assert http.service.library.version(version_id).rejection_reason == "日期有误"


def test_a_late_version_is_approved_with_a_reason_only(
    http: Http, editor: Person, reviewer: Person, document_id: str
) -> None:
    # Issued in time, taken in long after its first day: 2026-05-06 is the Wednesday after the holidays.
    version_id = store(http, document_id, effective_from="2026-05-06", issued_on=day("2026-03-02"))
    editor.step(version_id, "submit")
    assert "逾期，须说明原因" in reviewer.open(f"/versions/{version_id}").text
    assert_page(reviewer.step(version_id, "approve", reason=" "), 409, "须填写逾期原因")
    assert reviewer.step(version_id, "approve", reason="文件迟到").status_code == 303
    page = reviewer.open(f"/versions/{version_id}").text
    assert "逾期（已说明原因）" in page and "文件迟到" in page


def test_a_correction_of_the_same_day_is_offered_as_one(
    http: Http, editor: Person, reviewer: Person, document_id: str
) -> None:
    old = store(http, document_id)
    editor.step(old, "submit")
    reviewer.step(old, "approve")
    new = store(http, document_id, RULE.replace("30", "33"))
    editor.step(new, "submit")
    assert_page(reviewer.step(new, "approve"), 409, "更正并撤回")
    assert f'name="withdraw" value="{old}"' in reviewer.open(f"/versions/{new}").text
    assert reviewer.step(new, "approve", withdraw=old).status_code == 303
    assert (state_of(http, old), state_of(http, new)) == ("withdrawn", "approved")


def test_the_difference_shows_what_changed_only_unless_all_is_asked_for(
    http: Http, editor: Person, reviewer: Person, document_id: str
) -> None:
    old = store(http, document_id, effective_from="2025-01-01")
    editor.step(old, "submit")
    assert reviewer.step(old, "approve", reason="补录").status_code == 303
    new = store(http, document_id, RULE.replace("30元", "45元"), effective_from="2026-01-01")
    page = reviewer.open(f"/versions/{new}/diff").text
    assert '<del class="figure">30元</del>' in page and '<ins class="figure">45元</ins>' in page
    assert "5个工作日" not in page
    assert "5个工作日" in reviewer.open(f"/versions/{new}/diff", all="1").text


# Uploads


def test_files_come_in_through_the_form_each_with_its_own_status(http: Http, editor: Person) -> None:
    name = uuid4().hex[:8]
    files = [
        ("files", (f"{name}.txt", f"第一条 {name} 停放证工本费为12元。".encode())),
        ("files", (f"{name}.pdf", b"%PDF-1.4 broken")),
    ]
    fields = {"kind": "regulation", "effective_from": "2026-12-01", "valid_through": "", "matter": ""}
    cookie = {"Cookie": f"kb_actor={quote('张三')}"}
    sent = http.request("POST", "/console/upload", data=fields, files=files, headers=cookie)
    assert sent.status_code == 303, sent.text
    batch = sent.headers["location"].removeprefix("/console")
    assert "0 / 2 个文件已处理" in editor.open(batch).text
    uploads = http.service.records.uploads
    for sent in uploads.batches(limit=10):
        for upload_id in sent.upload_ids:
            http.service.taking_in.take_in(upload_id, lease="test")
    http.service.synchroniser.reconcile()
    page = editor.open(batch).text
    assert "2 / 2 个文件已处理" in page and "可检索" in page and "未收下" in page
    found = re.search(r"/console/versions/([\w-]+)", page)
    assert found is not None
    version = http.service.library.version(found[1])
    assert (version.metadata.effective_from, version.created_by) == (day("2026-12-01"), "张三")
    retried = re.search(r"/console(/uploads/[\w-]+/retry)", page)
    assert retried is not None
    assert editor.send(retried[1]).headers["location"] == f"/console{batch}?done=retried"
    assert "排队中" in editor.open(batch).text


def test_a_form_without_a_file_keeps_what_was_typed(http: Http) -> None:
    cookie = {"Cookie": f"kb_actor={quote('张三')}"}
    nothing = [("files", ("", b""))]
    sent = http.request("POST", "/console/upload", data={"region": "徐汇区"}, files=nothing, headers=cookie)
    assert_page(sent, 422, "请先选择文件")
    assert 'value="徐汇区"' in sent.text


def test_a_wrong_field_refuses_the_whole_form_with_its_name(http: Http) -> None:
    cookie = {"Cookie": f"kb_actor={quote('张三')}"}
    files = [("files", ("a.txt", "正文。".encode()))]
    sent = http.request("POST", "/console/upload", data={"issued_on": "昨天"}, files=files, headers=cookie)
    assert_page(sent, 422, "“印发日”填写有误")
    assert 'value="昨天"' in sent.text


def test_a_reviewer_may_not_upload(keyed: Http) -> None:
    cookie = {"Cookie": f"kb_key={key_of(keyed, '李四', Role.REVIEWER)}"}
    files = [("files", ("a.txt", "正文。".encode()))]
    assert_page(keyed.request("POST", "/console/upload", files=files, headers=cookie), 403, "您的角色不能")
    assert keyed.service.records.uploads.batches(limit=1) == []


# Lists


def test_the_list_is_narrowed_by_the_form_and_goes_on_page_by_page(http: Http, editor: Person) -> None:
    name = f"陀螺{uuid4().hex[:6]}"
    for number in range(52):
        store(http, f"{name}-{number}", f"{name}第{number}号。", title=f"{name}甲", effective_from="2031-01-01")
    first = editor.open("/versions", text=name, state="draft", kind="regulation", effective_from="2031-01-01")
    assert "共 52 个" in first.text
    assert first.text.count(f"{name}甲</a>") == 50
    following = re.search(r'href="/console(/versions\?[^"]*cursor=[^"]*)"', first.text)
    assert following is not None
    assert editor.open(unescape(following[1])).text.count(f"{name}甲</a>") == 2
    assert "共 0 个" in editor.open("/versions", text=name, state="approved").text
    assert "共 0 个" in editor.open("/versions", text=name, effective_until="2031-01-01").text


def test_a_suspicion_is_decided_by_a_reviewer_with_a_reason(
    http: Http, editor: Person, reviewer: Person, document_id: str
) -> None:
    said = {"kind": Kind.INTERPRETATION, "matter_id": "qiqiu-tingfang", "title": "铁环问答"}
    ours = store(http, document_id, "铁环登记证每证收取工本费61元。", **said)
    theirs = store(http, f"{document_id}-b", "铁环登记证每证收取工本费62元。", **said)
    for each in (ours, theirs):
        editor.step(each, "submit")
        reviewer.step(each, "approve")
    http.service.synchroniser.reconcile()
    http.service.examining.examine(theirs)
    page = reviewer.open(f"/versions/{theirs}").text
    assert '<mark class="figure">61元</mark>' in page and '<mark class="figure">62元</mark>' in page
    found = re.search(r'action="/console(/suspicions/[\w-]+)"', page)
    assert found is not None
    refused = reviewer.send(found[1], state="confirmed", reason=" ", version_id=theirs)
    assert_page(refused, 422, "请填写原因")
    assert_page(reviewer.send(found[1], state="open", reason="好", version_id=theirs), 422, "填写的内容有误")
    done = reviewer.send(found[1], state="confirmed", reason="金额不一", version_id=theirs)
    assert done.headers["location"] == f"/console/versions/{theirs}?done=decided"
    assert "金额不一" in reviewer.open("/suspicions", state="confirmed").text
    again = reviewer.send(found[1], state="settled", reason="已改正")
    assert again.headers["location"] == "/console/suspicions?done=decided"
    assert_page(reviewer.send(found[1], state="dismissed", reason="重复提交"), 409, "已由别人处理")


def test_a_year_nobody_announced_is_said_to_be_unknown(http: Http, editor: Person) -> None:
    page = editor.open("/due").text
    assert "年的放假安排尚未公布或录入" in page or "个工作日" in page
    assert "春节" in page
