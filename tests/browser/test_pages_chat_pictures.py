"""Screenshots on the chat page: chosen, pasted, made smaller, refused."""

import base64
import io

from PIL import Image
from playwright.sync_api import FilePayload, Page, expect

from tests.browser.asking import ask
from tests.browser.stub_service import StubService


def picture(width: int = 60, height: int = 120) -> FilePayload:
    sink = io.BytesIO()
    Image.new("RGB", (width, height), (20, 90, 130)).save(sink, "PNG")
    return {"name": "screen.png", "mimeType": "image/png", "buffer": sink.getvalue()}


def test_a_screenshot_is_shown_can_be_removed_and_goes_with_the_question(page: Page, stub: StubService) -> None:
    page.goto("/")
    page.locator("#picture-file").set_input_files(picture())
    expect(page.locator("#picture canvas")).to_be_visible()
    page.get_by_role("button", name="移除截图").click()
    expect(page.locator("#picture")).to_be_hidden()
    expect(page.get_by_role("button", name="发送", exact=True)).to_be_disabled()
    sent = picture()
    page.locator("#picture-file").set_input_files(sent)
    expect(page.locator("#picture canvas")).to_be_visible()
    ask(page, "居住证什么时候签注？")
    expect(page.locator(".asked canvas")).to_be_visible()
    expect(page.locator("#picture")).to_be_hidden()
    kind, _, data = stub.asked[0]["picture"].partition(",")
    assert kind == "data:image/png;base64"
    assert base64.b64decode(data) == sent["buffer"]
    ask(page, "我的件到哪一步了？")
    assert "picture" not in stub.asked[1]


def test_a_screenshot_alone_is_a_question(page: Page, stub: StubService) -> None:
    page.goto("/")
    page.locator("#picture-file").set_input_files(picture())
    page.get_by_role("button", name="发送", exact=True).click()
    expect(page.locator(".answer")).to_have_count(1)
    expect(page.locator(".asked")).to_contain_text("（见图）")
    assert stub.asked[0]["question"] == ""
    page.reload()
    expect(page.locator(".asked")).to_have_text("您问：（见图）")


def test_a_screenshot_can_be_pasted(page: Page) -> None:
    page.goto("/")
    page.get_by_label("您的问题").focus()
    page.evaluate(
        """async (data) => {
          const bytes = Uint8Array.from(atob(data), (letter) => letter.charCodeAt(0));
          const carried = new DataTransfer();
          carried.items.add(new File([bytes], "screen.png", { type: "image/png" }));
          document.activeElement.dispatchEvent(new ClipboardEvent("paste", { clipboardData: carried, bubbles: true }));
        }""",
        base64.b64encode(picture()["buffer"]).decode(),
    )
    expect(page.locator("#picture canvas")).to_be_visible()


def test_a_large_photograph_is_made_small_enough_to_send(page: Page, stub: StubService) -> None:
    page.goto("/")
    page.locator("#picture-file").set_input_files(picture(5000, 4000))
    expect(page.locator("#picture canvas")).to_be_visible()
    ask(page, "居住证什么时候签注？")
    kind, _, data = stub.asked[0]["picture"].partition(",")
    assert kind == "data:image/jpeg;base64"
    assert Image.open(io.BytesIO(base64.b64decode(data))).size == (2560, 2048)


def test_a_file_that_is_no_picture_is_told_and_not_sent(page: Page) -> None:
    page.goto("/")
    page.locator("#picture-file").set_input_files({"name": "a.png", "mimeType": "image/png", "buffer": b"no picture"})
    expect(page.locator("#picture-trouble")).to_contain_text("请换成截图")
    expect(page.get_by_role("button", name="发送", exact=True)).to_be_disabled()


def test_a_screenshot_that_could_not_be_read_stays_in_the_box(page: Page, stub: StubService) -> None:
    page.goto("/")
    stub.fault = "unreadable"
    page.locator("#picture-file").set_input_files(picture())
    page.get_by_role("button", name="发送", exact=True).click()
    expect(page.locator(".trouble")).to_contain_text("截图没有读出来")
    expect(page.locator("#picture canvas")).to_be_visible()
    stub.fault = None
    page.get_by_role("button", name="重新发送").click()
    expect(page.locator(".answer")).to_have_count(1)
    expect(page.locator("#picture")).to_be_hidden()
