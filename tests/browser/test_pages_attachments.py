"""A resident and a helper show each other pictures and recordings in two real browsers, and a lost reply loses and
repeats nothing."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import FilePayload, Page, Route, expect

from kb_service.domain.escalations import Escalation
from tests.browser.asking import ask
from tests.browser.conftest import PHONE, OpenAs
from tests.browser.real_service import Served, serve_real
from tests.sounds_and_pictures import photograph, picture, wav

HELPER = "张帮办"
A_BYTE_TOO_MANY = """input => {
  const chosen = new DataTransfer();
  chosen.items.add(new File([new Uint8Array(10 * 2 ** 20 + 1)], "x.wav", { type: "audio/wav" }));
  input.files = chosen.files;
  input.dispatchEvent(new Event("change"));
}"""


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory, models_dir: Path) -> Iterator[Served]:
    running = serve_real(tmp_path_factory.mktemp("attachments"), models_dir)
    running.helper(HELPER, "qiqiu")
    yield running
    running.stop()


@pytest.fixture
def resident(served: Served, open_as: OpenAs) -> Page:
    """On a phone, in a talk."""
    page = open_as(viewport=PHONE)
    page.context.grant_permissions(["microphone"])
    page.goto("/")
    ask(page, "热气球转人工")
    page.get_by_role("button", name="转人工", exact=True).click()
    expect(page.get_by_label("发给工作人员")).to_be_focused()
    return page


def waiting(served: Served) -> Escalation:
    return served.service.records.escalations.waiting(["qiqiu"], limit=50)[-1]


def file(name: str, content: bytes) -> FilePayload:
    return {"name": name, "mimeType": "application/octet-stream", "buffer": content}


def choose(page: Page, label: str, name: str, content: bytes) -> None:
    page.get_by_label(label).set_input_files(file(name, content))


def hold(page: Page, label: str, name: str, content: bytes) -> None:
    choose(page, label, name, content)
    expect(page.get_by_role("group", name="要发送的附件")).to_be_visible()


def is_drawn(page: Page, side: str) -> bool:
    return bool(page.locator(f".line-{side} img").last.evaluate("img => img.decode().then(() => img.naturalWidth > 0)"))


def test_both_sides_show_pictures_and_send_what_they_record(served: Served, open_as: OpenAs, resident: Page) -> None:
    hold(resident, "选择图片", "x.jpg", photograph())
    expect(resident.get_by_role("group", name="要发送的附件").get_by_role("img", name="图片")).to_be_visible()
    resident.get_by_role("button", name="移除", exact=True).click()
    expect(resident.get_by_role("button", name="发送")).to_be_disabled()
    hold(resident, "选择图片", "x.jpg", photograph())
    resident.get_by_label("发给工作人员").fill("停在这里可以吗")
    resident.keyboard.press("Enter")
    expect(resident.get_by_role("link", name="您发来的图片")).to_be_visible()
    assert is_drawn(resident, "person")
    resident.get_by_role("button", name="录音", exact=True).click()
    expect(resident.get_by_role("timer")).to_have_text("0:01")
    expect(resident.get_by_role("button", name="发送")).to_be_disabled()
    resident.get_by_role("button", name="停止录音").click()
    expect(resident.get_by_label("试听录音")).to_be_visible()
    resident.get_by_role("button", name="发送").click()
    expect(resident.get_by_label("您的录音")).to_be_visible()
    expect(resident.get_by_role("group", name="要发送的附件")).to_be_hidden()
    talk = waiting(served)
    shown = [
        each.media_type for one in served.service.records.escalations.messages(talk.id) for each in one.attachments
    ]
    assert shown == ["image/jpeg", "audio/webm"]
    assert resident.get_by_label("您的录音").evaluate(
        "async sound => { await sound.play(); return !sound.paused && sound.error === null; }"
    )
    served.service.helping.claim(talk.id, HELPER)
    desk = open_as(HELPER)
    desk.goto("/desk")
    desk.locator(f".queue-item[data-id='{talk.id}']").click()
    expect(desk.get_by_label("居民的录音")).to_be_visible()
    assert is_drawn(desk, "person")
    hold(desk, "选择图片", "x.png", picture("PNG", (200, 100)))
    desk.get_by_label("回复", exact=True).press("Enter")
    expect(resident.get_by_role("link", name="张帮办发来的图片")).to_be_visible()
    assert is_drawn(resident, "helper")
    hold(desk, "选择录音文件", "x.wav", wav())
    desk.get_by_role("button", name="回复", exact=True).click()
    expect(resident.get_by_label("张帮办的录音")).to_be_visible()
    assert resident.evaluate("document.documentElement.scrollWidth") == 390


def test_the_newest_line_stays_in_sight_when_the_buttons_of_who_may_reply_appear(
    served: Served, open_as: OpenAs, resident: Page
) -> None:
    for number in range(3):
        hold(resident, "选择图片", "x.jpg", photograph())
        resident.get_by_role("button", name="发送").click()
        expect(resident.get_by_role("link", name="您发来的图片")).to_have_count(number + 1)
    desk = open_as(HELPER)
    desk.goto("/desk")
    desk.locator(f".queue-item[data-id='{waiting(served).id}']").click()
    expect(desk.get_by_role("link", name="居民发来的图片")).to_have_count(3)
    desk.get_by_role("button", name="接起").click()
    expect(desk.get_by_role("button", name="图片", exact=True)).to_be_visible()
    claimed = desk.locator(".line-event").last
    expect(claimed).to_contain_text("接起了会话")
    desk.evaluate("() => new Promise(drawn => requestAnimationFrame(() => requestAnimationFrame(drawn)))")
    expect(claimed).to_be_in_viewport(ratio=1, timeout=1000)


def test_a_picture_is_not_lost_where_something_is_recorded_beside_it(resident: Page) -> None:
    hold(resident, "选择图片", "x.jpg", photograph())
    resident.get_by_role("button", name="录音", exact=True).click()
    expect(resident.get_by_role("alert").filter(has_text="请先发送，或移除后再加")).to_be_visible()
    expect(resident.get_by_role("group", name="要发送的附件").get_by_role("img", name="图片")).to_be_visible()
    resident.get_by_role("button", name="发送").click()
    expect(resident.get_by_role("link", name="您发来的图片")).to_be_visible()
    resident.get_by_role("button", name="录音", exact=True).click()
    expect(resident.get_by_role("timer")).to_have_text("0:01")
    resident.get_by_role("button", name="图片", exact=True).click()
    expect(resident.get_by_role("alert").filter(has_text="请先发送，或移除后再加")).to_be_visible()
    resident.get_by_role("button", name="停止录音").click()
    expect(resident.get_by_label("试听录音")).to_be_visible()


def test_what_is_no_picture_is_refused_with_a_reason(resident: Page) -> None:
    choose(resident, "选择图片", "x.png", b"<html><script>alert(1)</script>")
    expect(resident.get_by_role("alert").filter(has_text="这个文件不是能读的图片")).to_be_visible()
    hold(resident, "选择录音文件", "x.mp3", b"<html>")
    resident.get_by_role("button", name="发送").click()
    expect(resident.locator(".talk-trouble")).to_contain_text("只能发送图片（PNG、JPEG、WebP）或录音")
    expect(resident.get_by_label("试听录音")).to_be_visible()  # it can still be removed or exchanged
    resident.get_by_label("选择录音文件").evaluate(A_BYTE_TOO_MANY)
    expect(resident.get_by_role("alert").filter(has_text="录音不能超过 10 MB")).to_be_visible()


def test_a_reply_that_is_lost_loses_and_repeats_nothing(served: Served, resident: Page) -> None:
    keys: list[str | None] = []

    def lose_the_reply(route: Route) -> None:
        keys.append(route.request.headers.get("idempotency-key"))
        route.fetch()
        if len(keys) % 3 == 0:
            return route.continue_()
        return route.abort()

    resident.route("**/v1/talks/*/messages", lose_the_reply)
    resident.route("**/v1/talks/*/events", lambda route: route.abort())
    box = resident.get_by_label("发给工作人员")
    box.fill("还在吗")
    resident.keyboard.press("Enter")
    expect(resident.locator(".talk-trouble")).to_contain_text("您的话还在输入框里")
    box.press("Enter")
    expect(resident.locator(".line-person")).to_have_count(1)
    resident.unroute_all(behavior="wait")  # what was said may stand there before the last reply is through
    assert len(keys) == 3 and len(set(keys)) == 1  # twice by itself, once by hand
    said = [each.text for each in served.service.records.escalations.messages(waiting(served).id)]
    assert said == ["还在吗"]
