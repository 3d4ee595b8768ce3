"""Approving before sending, in real browsers: a junior proposes, another helper decides by keys, the resident waits."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from kb_service.domain.escalations import Helper
from kb_service.wiring import now
from tests.browser.asking import ask
from tests.browser.conftest import PHONE, OpenAs
from tests.browser.real_service import Served, serve_real
from tests.browser.test_pages_talks import opened_talk
from tests.factories import NOON, day

TEXT = "第一条　风筝放飞须在规定场地进行。\n第二条　风筝放飞场地由市风筝协会每年公布，放飞前应当查询。\n"


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory, models_dir: Path) -> Iterator[Served]:
    running = serve_real(tmp_path_factory.mktemp("approving"), models_dir)
    running.store(
        "kites", TEXT, actor="wang", approved_by="zong", title="风筝放飞场地规定", effective_from=day("2025-01-01")
    )
    catalogue = running.service.catalogue
    ours = [replace(each, proposes_drafts=each.id == "qiqiu") for each in catalogue.departments()]
    catalogue.replace(departments_=ours, matters_=[], actor="operator", at=NOON)
    helpers = running.service.records.helpers
    for name, is_junior in (("小新", True), ("张帮办", False)):
        helpers.set_up(Helper(name, name, ("qiqiu",), 3, is_junior=is_junior), actor="admin", at=now())
        helpers.come_and_go(name, is_present=True, at=now())
    yield running
    running.stop()


def desk_of(open_as: OpenAs, name: str, talk_id: str) -> Page:
    desk = open_as(name)
    desk.goto("/desk")
    desk.locator(f".queue-item[data-id='{talk_id}']").first.click()
    return desk


def test_a_juniors_reply_is_edited_and_sent_by_another_helper_with_keys(served: Served, open_as: OpenAs) -> None:
    resident = open_as(viewport=PHONE)
    talk = opened_talk(served, resident)
    junior = desk_of(open_as, "小新", talk.id)
    junior.keyboard.press("Alt+j")
    expect(junior.get_by_role("button", name="提交确认")).to_be_enabled()
    junior.get_by_label("回复", exact=True).fill("风筝在公园放。")
    junior.keyboard.press("Enter")
    expect(junior.locator(".proposal")).to_contain_text("等待确认")
    expect(junior.get_by_role("button", name="发送", exact=True)).to_have_count(0)
    helper = open_as("张帮办")
    helper.goto("/desk")
    waiting = helper.get_by_label("队列").locator("section", has_text="待我确认").locator(".queue-item")
    expect(waiting).to_contain_text("待您确认")
    waiting.click()
    expect(helper.locator(".proposal-text")).to_have_text("风筝在公园放。")
    helper.keyboard.press("Alt+q")
    helper.get_by_label("原因").fill("没有说要查场地")
    helper.keyboard.press("Enter")
    expect(junior.locator(".proposal-reason")).to_have_text("张帮办退回：没有说要查场地")
    junior.get_by_role("button", name="改后再交").click()
    expect(junior.get_by_label("回复", exact=True)).to_have_value("风筝在公园放。")
    junior.keyboard.type("先查场地。")
    junior.keyboard.press("Enter")
    expect(helper.locator(".proposal-text")).to_have_text("风筝在公园放。先查场地。")
    helper.keyboard.press("Alt+u")
    helper.get_by_label("修改拟复").fill("请先查场地，再到公园放。")
    helper.keyboard.press("Alt+s")
    expect(resident.locator(".line-helper .line-text")).to_have_text("请先查场地，再到公园放。")
    expect(resident.locator(".line-helper .line-who")).to_have_text("小新")
    expect(helper.locator(".line-helper .line-who")).to_have_text("小新（张帮办 确认）")
    expect(junior.locator(".proposal")).to_have_count(0)
    expect(resident.locator(".talk")).not_to_contain_text("风筝在公园放")
    served.service.helping.leave(talk.id, talk.conversation)


def test_the_assistants_draft_is_sent_with_one_key_and_named_as_made_by_ai(served: Served, open_as: OpenAs) -> None:
    resident = open_as(viewport=PHONE)
    resident.goto("/")
    ask(resident, "学校里可以放风筝吗")
    ask(resident, "热气球转人工")  # of the department that has helpers
    talk = opened_talk_of(served, resident)
    desk = desk_of(open_as, "张帮办", talk)
    expect(desk.locator(f".queue-item[data-id='{talk}'] .talk-chip").last).to_have_text("有拟稿")
    expect(desk.locator(".proposal")).to_contain_text("小申的拟复")
    desk.keyboard.press("Alt+j")
    expect(desk.get_by_role("button", name="发送", exact=True)).to_be_visible()
    desk.keyboard.press("Alt+s")
    expect(resident.locator(".line-helper .line-made")).to_contain_text("人工智能拟稿，经工作人员确认")
    assert resident.evaluate("document.documentElement.scrollWidth") == 390


def opened_talk_of(served: Served, resident: Page) -> str:
    """The resident opens it from the answer that they have just got."""
    resident.get_by_role("button", name="转人工", exact=True).last.click()
    expect(resident.get_by_role("region", name="人工服务")).to_be_visible()
    return served.service.records.escalations.waiting(["qiqiu"], limit=50)[-1].id
