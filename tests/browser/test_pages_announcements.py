"""What people are told on the chat page: announcements above it, what made an answer, and who speaks."""

from playwright.sync_api import Page, expect

from tests.browser import canned
from tests.browser.asking import ask
from tests.browser.stub_service import StubService

HOSTILE = "<img src=x onerror=alert(1)>台风期间，窗口停办。"


def announcement(name: str, text: str, reach: str = "all") -> canned.Json:
    return {
        "id": name,
        "text": text,
        "reach": reach,
        "subject_id": None if reach == "all" else "qianzhu",
        "starts_at": canned.TODAY,
        "ends_at": None,
    }


def test_an_announcement_is_text_above_the_conversation_until_it_is_put_away(page: Page, stub: StubService) -> None:
    stub.announcements = [announcement("n1", HOSTILE), announcement("n2", "只关签注。", "matter")]
    page.goto("/")
    banner = page.get_by_role("region", name="公告")
    expect(banner.locator("p")).to_have_text([HOSTILE])
    expect(banner).to_have_attribute("aria-live", "polite")
    expect(banner.locator("img")).to_have_count(0)
    page.get_by_role("button", name="知道了").click()
    expect(banner.locator("p")).to_have_count(0)
    expect(page.get_by_label("您的问题")).to_be_focused()
    page.reload()
    expect(page.locator("#examples li").first).to_be_visible()
    expect(banner.locator("p")).to_have_count(0)
    page.evaluate("sessionStorage.clear()")
    page.reload()
    expect(banner.locator("p")).to_have_text([HOSTILE])


def test_a_page_without_announcements_has_no_banner_and_a_fault_costs_nothing(page: Page) -> None:
    page.route("**/v1/announcements", lambda route: route.fulfill(status=503, json={"error": "RecordsBusy"}))
    page.goto("/")
    ask(page, "居住证什么时候签注？")
    expect(page.get_by_role("region", name="公告").locator("p")).to_have_count(0)


def test_an_answer_carries_what_concerns_it_and_says_what_made_it(page: Page) -> None:
    notice = {"kind": "announcement", "text": "签注窗口今天停办。", "document_id": None, "effective_from": canned.TODAY}
    made = canned.answer("a-told", "签注要钱吗", "answered", "免费。", notices=[notice])
    page.route("**/v1/answers", lambda route: route.fulfill(json=made))
    page.goto("/")
    ask(page, "签注要钱吗")
    expect(page.get_by_role("group", name="公告")).to_contain_text("签注窗口今天停办。")
    expect(page.get_by_role("group", name="规定变化提醒")).to_have_count(0)
    expect(page.locator(".answer .produced-by")).to_have_text("引用原文，由人工智能选取")


def test_that_an_ai_speaks_is_always_in_view_on_a_phone_too(page: Page) -> None:
    for width in (1280, 360):
        page.set_viewport_size({"width": width, "height": 740})
        page.goto("/")
        expect(page.get_by_text("小申 是人工智能服务")).to_be_in_viewport()
        ask(page, "居住证什么时候签注？")
        expect(page.get_by_text("小申 是人工智能服务")).to_be_in_viewport()
