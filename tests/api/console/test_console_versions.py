"""A version's way through the forms of the console."""

from html import unescape

import pytest

from kb_service.domain.people import Role
from tests.api.conftest import Http, key_of, open_points
from tests.api.console.conftest import RULE, Person, assert_page, state_of, store
from tests.factories import day


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
    keyed.service.publishing.submit(version_id, actor="张三", confirmed=open_points(keyed.service, version_id))
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
        (
            {"effective_from": "2026-05-01", "valid_through": "2026-04-01"},
            "有效期至 2026-04-01 早于施行日 2026-05-01，",
        ),
        ({"effective_from": "2026-13-01"}, "“施行日”写的“2026-13-01”是不存在的日期；"),
        ({"source_url": "javascript:alert(1)"}, "“来源网址”不是安全的网址；请写以 http:// 或 https:// 开头的完整网址"),
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
    # What was found of it is no longer kept up: nothing is said of what it would contradict.
    page = editor.open(f"/versions/{version_id}").text
    assert "已退回的版本不再与其他内容比对" in page and "没有发现与其他内容重复" not in page


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
