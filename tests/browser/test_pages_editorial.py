"""An editor's and a reviewer's work in a real browser, before the real application and a small real service."""

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest
from playwright.sync_api import Page, expect

from kb_service.domain.documents import Kind
from kb_service.publishing.difference import ArticleChange
from tests.browser.conftest import PHONE, OpenAs
from tests.browser.real_service import Served, serve_real
from tests.factories import day

OLD = (
    "第一章　总则\n第一条　为了规范热气球停放，制定本办法。\n第二条　热气球停放证每证收取工本费120元。\n"
    "第二章　办理\n第三条　自受理之日起5个工作日内办结。\n"
)
NEW = OLD.replace("120元", "150元").replace("5个", "3个") + "第四条　本办法由市气球管理处负责解释。\n"
GUIDE = (
    "---\nid: balloon\ntitle: 热气球停放管理办法\nkind: regulation\n事项: 热气球停放证办理\n责任单位: 气球处\n"
    "施行日期: 2026-01-01\n---\n" + NEW
)


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory, models_dir: Path) -> Iterator[Served]:
    running = serve_real(tmp_path_factory.mktemp("served"), models_dir)
    about = {"matter_id": "qiqiu-tingfang", "department": "qiqiu"}
    days = {"effective_from": day("2025-01-01")}
    old = {"title": "热气球停放管理办法", "kind": Kind.REGULATION}
    running.store("balloon", OLD, actor="wang", approved_by="zong", **old, **about, **days)
    yield running
    running.stop()


def confirm_all(page: Page) -> None:
    for box in page.locator(".confirm input").all():
        box.check()


def path_of(page: Page) -> str:
    return urlsplit(page.url).path


def heading(page: Page) -> str:
    return page.locator("h1").inner_text()


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without scripts"])
def test_an_editor_uploads_and_submits_and_a_second_person_approves(
    open_as: OpenAs, served: Served, tmp_path: Path, scripts: bool
) -> None:
    document_id = "balloon" if scripts else "balloon-b"
    start = "2026-01-01" if scripts else "2026-02-01"
    files = [tmp_path / "热气球停放管理办法.md", tmp_path / "坏.pdf"]
    files[0].write_text(GUIDE.replace("id: balloon", f"id: {document_id}").replace("2026-01-01", start), "utf-8")
    files[1].write_bytes(b"%PDF-1.4 broken " + document_id.encode())
    editor = open_as("张三", scripts=scripts)
    editor.get_by_role("link", name="上传", exact=True).click()
    editor.get_by_label("选择文件").set_input_files(files)
    editor.get_by_role("button", name="上传").click()
    expect(editor.locator("#batch-done")).to_have_text("0 / 2 个文件已处理")
    served.catch_up()
    if not scripts:
        editor.get_by_role("link", name="刷新").click()
    expect(editor.locator("#batch-done")).to_have_text("2 / 2 个文件已处理")
    expect(editor.locator(".stage")).to_have_text(["已收下", "未收下"])
    expect(editor.locator("main")).to_contain_text("损坏")
    expect(editor.get_by_role("button", name="重试")).to_have_count(0)  # another try would read the same file

    editor.get_by_role("link", name="查看版本").click()
    version_id = path_of(editor).rsplit("/", 1)[-1]
    shown = "".join(editor.locator(".whole-text .run").all_text_contents())
    assert shown == served.service.library.version(version_id).text
    expect(editor.locator(".passage").nth(1)).to_contain_text("第一章 总则")
    expect(editor.locator(".passage .run").nth(1)).to_have_text("第二条　热气球停放证每证收取工本费150元。")
    editor.get_by_role("button", name="提交审核").click()
    expect(editor.get_by_text("您参与过编辑，须由他人审核")).to_be_visible()
    expect(editor.get_by_role("button", name="审核通过")).to_have_count(0)
    served.catch_up()

    reviewer = open_as("李四", scripts=scripts)
    reviewer.get_by_role("link", name="审核", exact=True).click()
    reviewer.get_by_role("link", name="去审核").click()
    assert path_of(reviewer) == f"/console/versions/{version_id}"
    confirm_all(reviewer)
    reviewer.get_by_role("button", name="审核通过").click()
    expect(reviewer.get_by_role("status")).to_contain_text("已通过")
    served.catch_up()
    if scripts:
        asked = httpx.post(f"{served.address}/v1/answers", json={"question": "热气球停放证工本费多少", "as_of": start})
        (citation, *_) = asked.json()["citations"]
        assert (citation["version_id"], "150元" in citation["quote"]) == (version_id, True)


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without scripts"])
def test_a_text_without_a_day_is_not_submitted_in_one_click(open_as: OpenAs, served: Served, scripts: bool) -> None:
    text = "第一条　跳绳登记免费。\n第二条　本办法自2027年3月1日起施行。"
    version_id = served.store(f"rope-{scripts}", text, actor="张三", title="跳绳登记办法")
    editor = open_as("张三", scripts=scripts)
    editor.goto(f"/console/versions/{version_id}")
    expect(editor.locator(".stated")).to_contain_text("本办法自2027年3月1日起施行。")
    editor.get_by_role("button", name="提交审核").click()
    assert served.service.library.version(version_id).state == "draft"
    editor.get_by_role("button", name="填入这一天").click()
    expect(editor.get_by_role("status")).to_have_text("已保存。")
    for point in ("没有选择事项", "没有选择责任单位"):
        editor.get_by_label(point).check()
    editor.get_by_role("button", name="提交审核").click()
    expect(editor.locator(".history")).to_contain_text("已确认：没有选择事项；没有选择责任单位")
    editor.get_by_role("button", name="收回").click()
    expect(editor.get_by_role("status")).to_contain_text("已收回")
    editor.get_by_text("作废草稿", exact=True).click()
    editor.get_by_role("button", name="作废", exact=True).click()
    expect(editor.get_by_role("status")).to_contain_text("已作废")
    version = served.service.library.version(version_id)
    assert (version.state, version.metadata.effective_from) == ("discarded", day("2027-03-01"))


def test_the_difference_marks_what_changed_and_the_figures(open_as: OpenAs, served: Served) -> None:
    new = served.store("balloon", NEW, actor="zhang", title="热气球停放管理办法", effective_from=day("2025-06-01"))
    reviewer = open_as("李四")
    reviewer.goto(f"/console/versions/{new}/diff")
    expect(reviewer.locator(".diff-text del.figure")).to_have_text(["120元", "5个工作日"])
    expect(reviewer.locator(".diff-text ins.figure")).to_have_text(["150元", "3个工作日"])
    expect(reviewer.locator(".diff-row h2")).to_have_text(["第二条", "第三条", "第四条"])
    expect(reviewer.locator(f".change-counts .change-{ArticleChange.CHANGED} strong")).to_have_text("2")
    reviewer.get_by_role("link", name="显示全文").click()
    expect(reviewer.locator(".diff-row h2")).to_have_text(["第一条", "第二条", "第三条", "第四条"])


def test_a_forged_approval_by_the_editor_is_refused(open_as: OpenAs, served: Served) -> None:
    version_id = served.store("kite", "第一条　风筝线长不得超过八十米。", actor="张三", title="风筝放飞办法")
    editor = open_as("张三")
    editor.goto(f"/console/versions/{version_id}")
    for point in ("没有填写施行日", "没有选择事项", "没有选择责任单位"):
        editor.get_by_label(point).check()
    editor.get_by_role("button", name="提交审核").click()
    editor.locator("form[action$='/reject']").evaluate("form => form.action = form.action.replace('reject', 'approve')")
    editor.get_by_label("退回原因").fill("我自己通过")
    editor.get_by_role("button", name="退回").click()
    expect(editor.get_by_role("alert")).to_contain_text("您参与过编辑，须由他人审核")
    assert served.service.library.version(version_id).state == "in_review"


def test_two_editors_at_one_draft_overwrite_nothing(open_as: OpenAs, served: Served) -> None:
    version_id = served.store("top", "第一条　陀螺登记费为九元。", actor="张三", title="陀螺登记办法")
    one, other = open_as("张三"), open_as("王五")
    for page in (one, other):
        page.goto(f"/console/versions/{version_id}")
        page.get_by_text("编辑草稿", exact=True).click()
    one.get_by_label("文号").fill("沪陀〔2026〕1号")
    one.get_by_role("button", name="保存").click()
    expect(one.get_by_role("status")).to_have_text("已保存。")
    other.get_by_label("区域").fill("徐汇区")
    other.get_by_role("button", name="保存").click()
    expect(other.get_by_role("alert")).to_contain_text("已被改动")
    expect(other.locator(".lost")).to_contain_text("徐汇区")
    assert served.service.library.version(version_id).metadata.document_number == "沪陀〔2026〕1号"


def test_hostile_text_is_text_and_turns_nothing_around(open_as: OpenAs, served: Served) -> None:
    text = "<script>document.title='坏'</script>收费\u202e元021\u202c整。<img src=x onerror=alert(1)>"
    title = "<script>alert(1)</script>\u202e办法"
    version_id = served.store("evil", text, actor="wang", title=title, source_url="javascript:alert(1)")
    page = open_as("李四")
    for path in (f"/console/versions/{version_id}", f"/console/versions/{version_id}/diff", "/console/versions"):
        page.goto(path)
        assert "编辑审核台" in page.title()
        assert page.locator("main script, main img").count() == 0
    page.goto(f"/console/versions/{version_id}")
    assert "".join(page.locator(".whole-text .run").all_text_contents()) == text
    expect(page.locator("h1 .unseen")).to_have_attribute("data-code", "U+202E")
    expect(page.locator(".fact-list")).to_contain_text("javascript:alert(1)")
    assert page.locator("a[href^='javascript']").count() == 0


def test_nothing_is_wider_than_a_phone(open_as: OpenAs, served: Served) -> None:
    wide = "长标题" * 40 + "x" * 300
    version_id = served.store("wide", NEW + "y" * 2000, actor="wang", title=wide, effective_from=day("2026-03-01"))
    served.service.publishing.submit(version_id, actor="wang", confirmed=["no_matter", "no_department"])
    served.catch_up()
    page = open_as("李四", viewport=PHONE)
    version = f"/versions/{version_id}"
    for path in ("", "/upload", "/versions", "/review", "/due?by=all", "/suspicions", version, f"{version}/diff"):
        page.goto(f"/console{path}")
        assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"], path


def test_the_way_through_the_pages_is_open_to_the_keyboard(open_as: OpenAs) -> None:
    page = open_as("李四")
    page.goto("/console")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="跳到正文")).to_be_focused()
    expect(page.get_by_role("link", name="跳到正文")).to_be_in_viewport()
    assert heading(page).startswith("概览")


def test_an_editor_writes_for_a_gap_with_one_click_and_sees_the_place_that_feedback_is_about(
    open_as: OpenAs, served: Served
) -> None:
    lent = {"title": "皮筏借用须知", "kind": Kind.PROCEDURE, "effective_from": day("2026-01-01")}
    served.store("raft", "皮筏借用押金：每只33元。", actor="wang", approved_by="zong", **lent)
    with httpx.Client(base_url=served.address, timeout=30) as web:
        web.post("/v1/answers", json={"question": "我叫张伟，抖空竹的证遗失了怎么补办"})
        asked = web.post("/v1/answers", json={"question": "皮筏借用押金是多少"}).json()
        assert asked["outcome"] == "answered"
        web.post(f"/v1/answers/{asked['answer_id']}/feedback", json={"resolved": False, "reason": "wrong"})
    served.service.learning.collecting.collect()
    served.service.learning.feedback_review.run_once()

    editor = open_as("张三", viewport=PHONE)
    editor.goto("/console/gaps")
    editor.get_by_role("link", name="遗失了怎么补办").click()
    editor.get_by_role("button", name="写成问答").click()
    expect(editor.locator("h1")).to_have_text("抖空竹的证遗失了怎么补办")
    expect(editor.get_by_role("button", name="提交审核")).to_have_count(0)
    editor.get_by_label("全文").fill("抖空竹的证遗失的，持身份证到原窗口补办，不收费。")
    editor.get_by_role("button", name="保存").click()
    expect(editor.locator(".done")).to_have_text("已保存。")
    expect(editor.get_by_role("button", name="提交审核")).to_be_visible()

    editor.goto("/console/feedback?reason=wrong")
    editor.get_by_role("link", name="引用处").first.click()
    expect(editor.locator("#cited")).to_have_text(asked["citations"][0]["quote"])
    expect(editor.locator("#cited")).to_be_in_viewport()


def test_a_step_that_waits_for_a_rehearsal_says_so_and_is_sent_once(open_as: OpenAs, served: Served) -> None:
    version_id = served.store("raft", "第一条　木筏登记费为八元。", actor="张三", title="木筏登记办法")
    editor = open_as("张三")
    editor.goto(f"/console/versions/{version_id}")
    confirm_all(editor)
    editor.locator("form[action$='/submit']").dispatch_event("submit")  # as a click does, but the page stays
    expect(editor.locator(".waiting")).to_contain_text("正在预演已知问题")
    expect(editor.locator(".waiting")).to_contain_text("已 1 秒")
    editor.get_by_role("button", name="提交审核").click()
    expect(editor.locator(".waiting")).to_have_count(1)
    assert served.service.library.version(version_id).state == "draft"
