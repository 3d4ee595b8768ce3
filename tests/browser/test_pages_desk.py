"""The helper's search page in a real browser, before a stub of the service."""

from playwright.sync_api import Page, expect

from tests.browser import canned
from tests.browser.stub_service import StubService


def search(page: Page, question: str) -> None:
    page.goto("/desk")
    page.get_by_label("检索知识库").press_sequentially(question)


def test_results_appear_as_one_types_with_the_matched_words_marked(page: Page) -> None:
    search(page, "居住证怎么办理签注")
    expect(page.locator(".result")).to_have_count(3)
    expect(page.locator(".result").first.locator(".result-text mark")).to_have_text(["居住证", "居住", "签注"])
    expect(page.get_by_role("status")).to_contain_text("现行有效的结果 3 条")
    expect(page.get_by_role("status")).to_contain_text("毫秒")


def test_a_late_reply_to_earlier_letters_is_dropped(page: Page, stub: StubService) -> None:
    page.goto("/desk")
    with page.expect_request("**/v1/search?*") as early:
        page.get_by_label("检索知识库").fill("居住")
    page.get_by_label("检索知识库").fill("居住证签注")
    expect(page.locator(".result")).to_have_count(3)
    early.value.response()  # until it has come, or the page has given it up
    assert [parameters["question"] for parameters in stub.searched] == ["居住", "居住证签注"]
    expect(page.locator(".result").first).to_contain_text("《居住证办事指南》")


def test_a_desk_that_holds_no_talks_does_not_search_again_once_it_knows(page: Page, stub: StubService) -> None:
    page.add_init_script(
        "const ask = fetch; window.fetch = async (url, ...rest) => {"
        " if (!`${url}`.includes('/v1/search')) await new Promise((done) => setTimeout(done, 800));"
        " return ask(url, ...rest); };"
    )
    page.goto("/desk")
    page.get_by_label("检索知识库").fill("居住证签注")
    expect(page.locator("#no-helper")).to_be_visible()
    page.wait_for_timeout(300)
    assert [parameters["question"] for parameters in stub.searched] == ["居住证签注"]


def test_quick_typing_asks_once(page: Page, stub: StubService) -> None:
    page.goto("/desk")
    # All within one step of the page: letters sent from here may come far apart beside other work.
    page.get_by_label("检索知识库").evaluate(
        "(box) => { for (const letter of '居住证怎么签注') {"
        " box.value += letter; box.dispatchEvent(new Event('input', { bubbles: true })); } }"
    )
    expect(page.locator(".result")).to_have_count(3)
    assert len(stub.searched) == 1


def test_letters_of_an_unfinished_composition_are_not_searched(page: Page, stub: StubService) -> None:
    page.goto("/desk")
    page.get_by_label("检索知识库").focus()
    keyboard = page.context.new_cdp_session(page)
    keyboard.send("Input.imeSetComposition", {"text": "juzhu", "selectionStart": 5, "selectionEnd": 5})
    page.wait_for_timeout(300)
    assert stub.searched == []
    keyboard.send("Input.insertText", {"text": "居住证"})
    expect(page.locator(".result")).to_have_count(3)
    assert [parameters["question"] for parameters in stub.searched] == ["居住证"]


def test_the_keyboard_moves_opens_and_copies(page: Page) -> None:
    search(page, "居住证签注")
    expect(page.locator(".result")).to_have_count(3)
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    expect(page.locator(".result").nth(1)).to_be_focused()
    page.keyboard.press("ArrowUp")
    page.keyboard.press("c")
    expect(page.locator(".copy-hit").first).to_have_text("已复制")
    page.keyboard.press("Enter")
    expect(page.locator("mark.quoted")).to_have_text(canned.QUOTE)
    expect(page.locator("mark.quoted")).to_be_in_viewport()
    page.keyboard.press("Escape")
    expect(page.locator(".result").first).to_be_focused()
    page.keyboard.press("/")
    expect(page.get_by_label("检索知识库")).to_be_focused()


def test_the_copied_text_carries_its_source(page: Page) -> None:
    search(page, "居住证签注")
    page.locator(".copy-hit").first.click()
    expect(page.locator(".copy-hit").first).to_have_text("已复制")
    assert page.evaluate("navigator.clipboard.readText()") == (
        f"「{canned.QUOTE}」——《居住证办事指南》第四章　签注，自 2026-07-01 起施行，有效期至 2027-06-30"
        "\nhttps://example.gov.cn/guide"
    )


def test_copying_works_where_the_page_is_served_without_tls(page: Page) -> None:
    page.add_init_script("Object.defineProperty(window, 'isSecureContext', { value: false })")
    search(page, "居住证签注")
    page.locator(".copy-hit").nth(1).click()
    expect(page.locator(".copy-hit").nth(1)).to_have_text("已复制")
    assert page.evaluate("navigator.clipboard.readText()").startswith("「选择“签注”，核对地址后提交。」——《手把手")


def test_filters_narrow_the_search(page: Page, stub: StubService) -> None:
    search(page, "居住证签注")
    expect(page.locator(".result")).to_have_count(3)
    page.get_by_label("类别").select_option("视频")
    expect(page.locator(".result")).to_have_count(1)
    page.get_by_label("按哪一天的规定").fill("2025-03-01")
    page.get_by_label("所在区").select_option("崇明区")
    expect(page.get_by_role("status")).to_contain_text("2025-03-01 当日有效的结果 1 条")
    expect(page.get_by_role("button", name="清除筛选")).to_be_visible()
    assert stub.searched[-1] == {"question": "居住证签注", "as_of": "2025-03-01", "kind": "video", "region": "崇明区"}


def test_the_responsible_department_stands_beside_the_results(page: Page) -> None:
    search(page, "居住证签注")
    beside = page.get_by_role("complementary", name="责任单位")
    for words in ("上海市公安局", "021-12345678", "周一至周五 9:00-17:30", "事项的主管单位"):
        expect(beside).to_contain_text(words)


def test_no_result_says_so(page: Page) -> None:
    search(page, "火星签证")
    expect(page.get_by_role("status")).to_contain_text("没有现行有效的结果")
    expect(page.get_by_role("complementary")).to_contain_text("可转 12345")


def test_a_failing_search_says_so_and_recovers(page: Page) -> None:
    page.goto("/desk")
    page.context.set_offline(True)
    page.get_by_label("检索知识库").fill("居住证")
    expect(page.get_by_role("alert")).to_contain_text("网络连接不上")
    page.context.set_offline(False)
    page.get_by_label("检索知识库").fill("居住证签注")
    expect(page.locator(".result")).to_have_count(3)
    expect(page.get_by_role("alert")).to_be_hidden()


def test_markup_in_hits_stays_text(page: Page) -> None:
    search(page, "居住证签注")
    expect(page.locator(".result").nth(2)).to_contain_text(canned.HOSTILE)
    assert page.locator("main img, main script").count() == 0
    assert page.evaluate("window.wasInjected") is None


def test_the_desk_fits_a_phone(page: Page) -> None:
    page.set_viewport_size({"width": 360, "height": 740})
    search(page, "居住证签注")
    expect(page.locator(".result")).to_have_count(3)
    assert page.evaluate("document.documentElement.scrollWidth") == 360
