"""A resident and a helper in two real browsers: each sees the other type and read; canned replies, a meeting."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from kb_service.domain.canned_replies import CannedReply
from kb_service.domain.escalations import Escalation
from kb_service.domain.meetings import MeetingLink
from kb_service.wiring import now
from tests.browser.asking import ask
from tests.browser.conftest import PHONE, OpenAs
from tests.browser.real_service import Served, serve_real

HELPER = "张帮办"
HUI = "https://hui.example.org/qiqiu?room=1"


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory, models_dir: Path) -> Iterator[Served]:
    running = serve_real(tmp_path_factory.mktemp("aids"), models_dir)
    running.helper(HELPER, "qiqiu")
    records = running.service.records
    records.meeting_links.set(MeetingLink("qiqiu", HUI, now(), "admin"))
    tf = CannedReply("own", "qiqiu", "停放证", "停放证请到{部门}办理，电话{电话}。", "tf")
    records.canned_replies.save(tf, actor="admin", at=now())
    records.canned_replies.save(CannedReply("far", "fengzheng", "风筝", "风筝的事", "tfz"), actor="admin", at=now())
    records.helpers.come_and_go(HELPER, is_present=True, at=now())
    yield running
    running.stop()


def in_talk(served: Served, resident: Page, desk: Page) -> Escalation:
    """Claimed by the helper, and open on both pages."""
    resident.goto("/")
    ask(resident, "热气球转人工")
    resident.get_by_role("button", name="转人工", exact=True).click()
    expect(resident.get_by_label("发给工作人员")).to_be_focused()
    talk = served.service.records.escalations.waiting(["qiqiu"], limit=50)[-1]
    desk.goto("/desk")
    desk.locator(f".queue-item[data-id='{talk.id}']").click()
    desk.keyboard.press("Alt+j")
    expect(resident.locator(".talk-state")).to_have_text("正在为您服务：张帮办")
    expect(desk.get_by_role("button", name="回复", exact=True)).to_be_enabled()
    return talk


def hide(page: Page, *, is_hidden: bool) -> None:
    """As the browser does when another tab is in front."""
    page.evaluate(
        """(isHidden) => {
          Object.defineProperty(document, "hidden", { value: isHidden, configurable: true });
          document.dispatchEvent(new Event("visibilitychange"));
        }""",
        is_hidden,
    )


def test_each_side_sees_the_other_type_and_what_it_has_read(served: Served, open_as: OpenAs) -> None:
    resident, desk = open_as(viewport=PHONE), open_as(HELPER)
    talk = in_talk(served, resident, desk)
    revision = served.service.records.escalations.escalation(talk.id).revision
    resident.get_by_label("发给工作人员").press_sequentially("停在哪")
    expect(desk.locator(".talk-typing")).to_have_text("对方正在输入…")
    expect(resident.locator(".talk-typing")).to_have_text("")
    resident.keyboard.press("Enter")
    expect(desk.locator(".line-person")).to_have_count(1)
    expect(desk.locator(".talk-typing")).to_have_text("")
    expect(resident.locator(".line-person .line-read")).to_have_text("已读")
    desk.get_by_label("回复", exact=True).press_sequentially("北门")
    expect(resident.locator(".talk-typing")).to_have_text("对方正在输入…")
    hide(resident, is_hidden=True)
    desk.keyboard.press("Enter")
    expect(resident.locator(".line-helper")).to_have_count(1)
    resident.wait_for_timeout(600)  # longer than lines that come together are waited for
    expect(desk.locator(".line-read")).to_have_count(0)
    hide(resident, is_hidden=False)
    expect(desk.locator(".line-helper .line-read")).to_have_text("已读")
    # A reload loses no mark, and a new tab of the helper knows what is unread.
    desk.goto("about:blank")
    resident.get_by_label("发给工作人员").fill("谢谢")
    resident.keyboard.press("Enter")
    expect(resident.locator(".line-person")).to_have_count(2)
    expect(resident.locator(".line-person .line-read")).to_have_count(1)
    other = open_as(HELPER)
    other.goto("/desk")
    chip = other.locator(f".queue-item[data-id='{talk.id}'] .talk-chip")
    expect(chip).to_have_text("1 条新消息")
    other.locator(f".queue-item[data-id='{talk.id}']").click()
    expect(other.locator(".line-helper .line-read")).to_have_text("已读")
    expect(chip).to_have_text("已回复")
    expect(resident.locator(".line-person .line-read")).to_have_count(2)
    # One reply was a move; what was typed and read was none.
    assert served.service.records.escalations.escalation(talk.id).revision == revision + 1
    assert resident.evaluate("document.documentElement.scrollWidth") == 390


def test_a_helper_inserts_a_canned_reply_and_offers_a_meeting_by_keyboard(served: Served, open_as: OpenAs) -> None:
    resident, desk = open_as(viewport=PHONE), open_as(HELPER)
    talk = in_talk(served, resident, desk)
    options = desk.get_by_role("listbox", name="常用语")
    box, search = desk.get_by_label("回复", exact=True), desk.get_by_role("combobox", name="查找常用语")
    box.press("/")
    expect(search).to_be_focused()
    expect(options.get_by_role("option").first).to_contain_text("停放证请到市气球管理处办理，电话12345。")
    expect(options.get_by_role("option", name="风筝")).to_have_count(0)
    desk.keyboard.type("qfs")
    expect(options.get_by_role("option")).to_have_count(0)
    search.fill("您")
    desk.keyboard.press("ArrowDown")
    desk.keyboard.press("ArrowUp")
    expect(options.get_by_role("option").first).to_have_attribute("aria-selected", "true")
    search.fill("tf")
    desk.keyboard.press("Enter")
    expect(box).to_be_focused()
    expect(box).to_have_value("停放证请到市气球管理处办理，电话12345。")
    expect(resident.locator(".line-helper")).to_have_count(0)  # inserted, not sent
    desk.keyboard.press("Alt+y")
    desk.keyboard.press("Escape")
    expect(search).to_be_hidden()
    expect(box).to_be_focused()
    desk.keyboard.press("Enter")
    expect(resident.locator(".line-helper")).to_have_count(1)
    desk.keyboard.press("Alt+m")
    link = resident.get_by_role("link", name="加入视频通话")
    expect(link).to_have_attribute("href", HUI)
    expect(link).to_have_attribute("rel", "noopener noreferrer")
    expect(link).to_have_attribute("target", "_blank")
    expect(resident.locator(".meeting")).to_contain_text("将离开本页面，在新窗口打开 hui.example.org")
    expect(desk.get_by_role("link", name="进入视频通话")).to_be_visible()
    resident.context.route("https://hui.example.org/**", lambda route: route.fulfill(body="会议"))
    with resident.context.expect_page() as opened:
        link.click()
    assert opened.value.evaluate("window.opener") is None
    expect(desk.locator(".line-event").last).to_contain_text("居民 打开了视频通话")
    expect(resident.locator(".line-event").last).to_contain_text("您 打开了视频通话")
    served.service.helping.release(talk.id, HELPER, "")
    expect(link).to_be_hidden()  # whoever takes the talk next has not offered it
    assert [each.move for each in served.service.records.escalations.messages(talk.id) if each.move][-3:] == [
        "meet", "join", "release",
    ]  # fmt: skip
    assert resident.evaluate("document.documentElement.scrollWidth") == 390
