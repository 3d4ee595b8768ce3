"""The residents' chat page in a real browser, before a stub of the service."""

from playwright.sync_api import CDPSession, Page, expect

from kb_service.asking.asking import LONGEST_QUESTION
from tests.browser import canned
from tests.browser.asking import ask, called_otherwise
from tests.browser.conftest import PHONE
from tests.browser.stub_service import StubService


def test_an_answer_shows_its_sources_with_their_dates_and_places(page: Page) -> None:
    page.goto("/")
    ask(page, "居住证什么时候签注？")
    notes = page.locator(".footnote")
    for words in ("《居住证办事指南》", "第四章　签注", "上海市公安局", "第 3 页", canned.QUOTE):
        expect(notes.nth(0)).to_contain_text(words)
    expect(notes.nth(0)).to_contain_text("现行有效自 2026-07-01 起施行有效期至 2027-06-30")
    expect(notes.nth(1)).to_contain_text("尚未施行自 2027-01-01 起施行")
    expect(notes.nth(1)).to_contain_text("视频 04:05")
    expect(notes.nth(2)).to_contain_text("已失效自 2020-01-01 起施行有效期至 2026-06-30")


def test_a_rule_of_the_past_day_asked_about_is_shown_as_valid_then_and_ended_now(page: Page, stub: StubService) -> None:
    page.goto("/")
    page.get_by_text("更多条件").click()
    page.get_by_label("按哪一天的规定").fill("2025-03-01")
    ask(page, "居住证什么时候签注？")
    assert stub.asked[0]["as_of"] == "2025-03-01"
    expect(page.locator(".answer-head")).to_contain_text("按 2025年3月1日 的规定")
    expect(page.locator(".footnote").nth(2)).to_contain_text("2025-03-01 有效现已失效")


def test_only_marks_with_a_citation_become_buttons(page: Page) -> None:
    page.goto("/")
    ask(page, "居住证什么时候签注？")
    expect(page.locator(".answer-text button")).to_have_text(["1", "2", "3"])
    expect(page.locator(".answer-text")).to_contain_text("括号 [9] 不是引用。")


def test_rows_of_a_table_are_shown_as_a_table(page: Page) -> None:
    page.goto("/")
    ask(page, "缴费表")
    expect(page.locator(".answer-text th")).to_have_text(["年度", "下限", "上限"])
    expect(page.locator(".answer-text tbody tr")).to_have_text(["2025100 元200 元", "2026110 元220 元1"])
    expect(page.locator(".answer-text p")).to_have_text(["另见 A | B 两处。1"])
    expect(page.locator(".footnotes blockquote")).to_have_text("2025，100 元")


def test_a_mark_opens_the_version_at_the_quote_counted_in_code_points(page: Page) -> None:
    page.goto("/")
    ask(page, "居住证什么时候签注？")
    page.get_by_role("button", name="依据 1：居住证办事指南，打开原文").click()
    expect(page.locator("mark.quoted")).to_have_text(canned.QUOTE)
    expect(page.locator("mark.quoted")).to_be_in_viewport()
    dialog = page.get_by_role("dialog")
    for words in ("现行有效", "自 2026-07-01 起施行", "有效期至 2027-06-30", "沪演示〔2026〕1号"):
        expect(dialog).to_contain_text(words)
    expect(dialog.get_by_role("alert")).to_have_count(0)
    page.keyboard.press("Escape")
    expect(dialog).to_have_count(0)
    expect(page.get_by_role("button", name="依据 1：居住证办事指南，打开原文")).to_be_focused()


def test_a_quote_that_does_not_stand_at_its_place_is_called_out(page: Page) -> None:
    moved = canned.VERSIONS["v-guide"] | {"text": "前面多了一行。\n" + canned.GUIDE_TEXT}
    page.route("**/v1/versions/v-guide", lambda route: route.fulfill(json=moved))
    page.goto("/")
    ask(page, "居住证什么时候签注？")
    page.get_by_role("button", name="查看原文：依据 1").click()
    expect(page.get_by_role("dialog").get_by_role("alert")).to_contain_text("对不上")


def test_a_version_taken_back_since_is_shown_as_withdrawn(page: Page) -> None:
    withdrawn = canned.VERSIONS["v-guide"] | {"withdrawn": True}
    page.route("**/v1/versions/v-guide", lambda route: route.fulfill(json=withdrawn))
    page.goto("/")
    ask(page, "居住证什么时候签注？")
    page.get_by_role("button", name="查看原文：依据 1").click()
    expect(page.get_by_role("dialog").locator(".stamp")).to_have_text("已撤回")


def test_every_notice_is_shown(page: Page) -> None:
    page.goto("/")
    ask(page, "居住证什么时候签注？")
    expect(page.get_by_label("规定变化提醒").locator("li")).to_have_text(
        ["自 2027-07-01 起施行新的居住证办事指南。", "网上签注的试行规定到 2027-12-31 为止。"]
    )
    expect(page.get_by_label("规定变化提醒")).to_contain_text("规定将有变化")


def test_markup_in_answers_titles_and_quotes_stays_text(page: Page) -> None:
    page.goto("/")
    ask(page, "注入 <b>粗体</b>")
    expect(page.locator(".answer-text")).to_contain_text(canned.HOSTILE)
    expect(page.locator(".footnote-title")).to_contain_text(canned.HOSTILE)
    page.get_by_role("button", name="查看原文：依据 1").click()
    expect(page.locator("mark.quoted")).to_have_text(canned.HOSTILE)
    assert page.locator("main img, main b, main script, dialog img, dialog script").count() == 0
    assert page.evaluate("window.wasInjected") is None


def test_only_web_addresses_become_links(page: Page) -> None:
    page.goto("/")
    ask(page, "注入")
    page.get_by_role("button", name="查看原文：依据 1").click()
    expect(page.locator("mark.quoted")).to_be_visible()
    hrefs = page.locator("main a, dialog a").evaluate_all("links => links.map(link => link.getAttribute('href'))")
    assert hrefs == ["https://example.gov.cn/a?b=1"]


def test_a_hand_over_names_the_department_its_phone_hours_and_the_reasons(page: Page) -> None:
    page.goto("/")
    ask(page, "我的件到哪一步了？")
    panel = page.get_by_label("转人工")
    for words in ("上海市公安局", "周一至周五 9:00-17:30", "需要查询您本人的办件信息", "11月23日 09:00", "12345"):
        expect(panel).to_contain_text(words)
    expect(panel.get_by_role("link", name="021-12345678")).to_have_attribute("href", "tel:02112345678")
    expect(page.get_by_role("button", name="已解决")).to_have_count(0)


def test_a_hand_over_without_a_department_leads_to_the_hotline(page: Page) -> None:
    page.goto("/")
    ask(page, "火星签证怎么办？")
    expect(page.get_by_label("转人工").get_by_role("link", name="12345")).to_be_visible()


def test_who_is_in_distress_is_shown_help_lines_and_no_opening_hours(page: Page) -> None:
    page.goto("/")
    ask(page, "我不想活了")
    panel = page.get_by_label("有人可以陪您说说")
    expect(panel.get_by_role("link")).to_have_text(["12356", "962525", "110", "120"])
    expect(panel).not_to_contain_text("留言")
    expect(panel).not_to_contain_text("可以这样向工作人员说明")


def test_choosing_a_meaning_asks_again_for_that_matter_in_the_same_conversation(page: Page, stub: StubService) -> None:
    page.goto("/")
    ask(page, "签注怎么办？")
    page.get_by_role("button", name="居住证签注", exact=True).click()
    expect(page.locator(".answer")).to_have_count(2)
    assert stub.asked == [
        {"question": "签注怎么办？", "stream": True},
        {"question": "居住证签注", "matter_id": "m-endorse", "conversation_id": "c-1", "stream": True},
    ]


def test_choosing_a_region_and_an_audience_sends_both(page: Page, stub: StubService) -> None:
    page.goto("/")
    ask(page, "签注怎么办？")
    page.get_by_role("button", name="浦东新区的签注", exact=True).click()
    expect(page.locator(".answer")).to_have_count(2)
    chosen = {"question": "浦东新区的签注", "region": "上海市/浦东新区", "audience": "person"}
    assert stub.asked[1] == chosen | {"conversation_id": "c-1", "stream": True}


def test_a_related_question_is_asked_with_one_tap_in_the_same_conversation(page: Page, stub: StubService) -> None:
    page.goto("/")
    ask(page, "居住证什么时候签注？")
    page.get_by_role("button", name="居住证签注要带什么材料？").click()
    expect(page.locator(".answer")).to_have_count(2)
    assert stub.asked[1] == {"question": "居住证签注要带什么材料？", "conversation_id": "c-1", "stream": True}


def test_a_follow_up_says_what_it_was_taken_to_be_about(page: Page, stub: StubService) -> None:
    page.goto("/")
    ask(page, "居住证什么时候签注？")
    expect(page.locator(".answer-head .chip").last).to_have_text("居住证签注")
    ask(page, "那要钱吗？")
    assert stub.asked[1]["conversation_id"] == "c-1"
    expect(page.locator(".answer-head").last).to_contain_text("接着问：居住证签注")


def test_a_message_answered_in_part_shows_the_way_to_a_person_for_the_rest(page: Page) -> None:
    page.goto("/")
    ask(page, "签注多久一次？我的件到哪一步了？")
    expect(page.locator(".footnote")).to_have_count(1)
    expect(page.get_by_label("转人工")).to_contain_text("需要查询您本人的办件信息")


def test_who_has_to_sign_in_is_told_where(page: Page, stub: StubService) -> None:
    page.goto("/")
    stub.fault = "unknown"
    page.get_by_label("您的问题").fill("居住证什么时候签注？")
    page.get_by_label("您的问题").press("Enter")
    expect(page.locator(".trouble")).to_contain_text("请先登录")
    expect(page.get_by_role("link", name="去登录")).to_have_attribute("href", "/console")


def test_resolved_is_told_to_the_service(page: Page, stub: StubService) -> None:
    page.goto("/")
    ask(page, "居住证什么时候签注？")
    page.get_by_role("button", name="已解决").click()
    expect(page.get_by_text("谢谢您的反馈。")).to_be_visible()
    assert stub.feedback == [{"answer_id": "a-answered", "resolved": True}]


def test_not_resolved_is_told_at_once_and_shows_whom_to_call(page: Page, stub: StubService) -> None:
    page.goto("/")
    ask(page, "居住证什么时候签注？")
    page.get_by_role("button", name="未解决").click()
    expect(page.locator(".feedback-more")).to_contain_text("021-12345678")
    page.get_by_label("还差什么？").fill("没有说费用")
    page.get_by_role("button", name="提交说明").click()
    expect(page.get_by_text("说明已收到")).to_be_visible()
    assert [entry.get("comment") for entry in stub.feedback] == [None, "没有说费用"]
    assert {entry["resolved"] for entry in stub.feedback} == {False}


def test_controls_of_an_answer_are_called_what_is_written_on_them(page: Page, stub: StubService) -> None:
    page.goto("/")
    ask(page, "居住证什么时候签注？")
    expect(page.get_by_role("button", name="查看原文：依据 1")).to_be_visible()
    assert called_otherwise(page) == []


def test_on_a_phone_why_it_did_not_help_is_not_behind_the_composer(page: Page, stub: StubService) -> None:
    page.set_viewport_size(PHONE)
    page.goto("/")
    ask(page, "居住证什么时候签注？")
    page.get_by_role("button", name="未解决").click()
    expect(page.get_by_role("button", name="提交说明")).to_be_visible()
    page.wait_for_function(
        "() => document.querySelector('.feedback-reasons').getBoundingClientRect().bottom"
        " <= document.querySelector('.composer-bar').getBoundingClientRect().top"
    )


def test_a_reload_shows_the_stored_answers_and_asks_nothing(page: Page, stub: StubService) -> None:
    page.goto("/")
    ask(page, "我的件到哪一步了？")
    ask(page, "居住证什么时候签注？")
    page.get_by_role("button", name="已解决").click()
    expect(page.get_by_text("谢谢您的反馈。")).to_be_visible()
    page.reload()
    expect(page.locator(".asked")).to_have_text(["您问：我的件到哪一步了？", "您问：居住证什么时候签注？"])
    expect(page.locator(".answer")).to_have_count(2)
    expect(page.get_by_role("button", name="已解决")).to_have_attribute("aria-pressed", "true")
    assert len(stub.asked) == 2


def test_a_new_conversation_forgets_the_old_one(page: Page, stub: StubService) -> None:
    page.goto("/")
    ask(page, "居住证什么时候签注？")
    page.get_by_role("button", name="新对话").click()
    expect(page.get_by_role("heading", name="您好，我是小申")).to_be_visible()
    ask(page, "我的件到哪一步了？")
    assert "conversation_id" not in stub.asked[1]


def test_a_service_that_does_not_stream_is_understood_as_well(page: Page, stub: StubService) -> None:
    stub.streams = False
    page.goto("/")
    ask(page, "居住证什么时候签注？")
    expect(page.locator(".footnote")).to_have_count(3)


def test_a_dead_network_keeps_the_typed_question(page: Page) -> None:
    page.goto("/")
    page.context.set_offline(True)
    page.get_by_label("您的问题").fill("居住证什么时候签注？")
    page.get_by_role("button", name="发送", exact=True).click()
    expect(page.get_by_role("alert")).to_contain_text("网络连接不上")
    expect(page.get_by_label("您的问题")).to_have_value("居住证什么时候签注？")
    page.context.set_offline(False)
    page.get_by_role("button", name="重新发送").click()
    expect(page.locator(".answer")).to_have_count(1)
    expect(page.get_by_label("您的问题")).to_have_value("")


def test_faults_are_told_in_plain_chinese(page: Page, stub: StubService) -> None:
    page.goto("/")
    sentence_of = {"refused": "问题太长", "error": "服务暂时出了问题", "cut off": "传送中断开"}
    for fault, words in sentence_of.items():
        stub.fault = fault
        page.get_by_label("您的问题").fill("居住证什么时候签注？")
        page.get_by_label("您的问题").press("Enter")
        expect(page.get_by_role("alert").last).to_contain_text(words)
        expect(page.get_by_label("您的问题")).to_have_value("居住证什么时候签注？")


def test_shift_enter_makes_a_line_and_enter_sends(page: Page, stub: StubService) -> None:
    page.goto("/")
    box = page.get_by_label("您的问题")
    box.press_sequentially("第一行")
    box.press("Shift+Enter")
    box.press_sequentially("第二行")
    assert stub.asked == []
    box.press("Enter")
    expect(page.locator(".answer")).to_have_count(1)
    assert stub.asked[0]["question"] == "第一行\n第二行"


def test_enter_that_ends_a_composition_does_not_send(page: Page, stub: StubService) -> None:
    page.goto("/")
    page.get_by_label("您的问题").focus()
    keyboard: CDPSession = page.context.new_cdp_session(page)
    keyboard.send("Input.imeSetComposition", {"text": "juzhu", "selectionStart": 5, "selectionEnd": 5})
    # What an input method on macOS sends for the Enter that takes its proposal.
    keyboard.send("Input.dispatchKeyEvent", {"type": "rawKeyDown", "key": "Enter", "windowsVirtualKeyCode": 229})
    keyboard.send("Input.insertText", {"text": "居住证"})
    expect(page.get_by_label("您的问题")).to_have_value("居住证")
    assert stub.asked == []
    page.keyboard.press("Enter")
    expect(page.locator(".answer")).to_have_count(1)
    assert stub.asked[0]["question"] == "居住证"


def test_as_many_characters_as_the_service_reads_may_be_asked_and_one_more_may_not(page: Page) -> None:
    page.goto("/")
    page.get_by_label("您的问题").fill("𠮷" * (LONGEST_QUESTION + 1))
    expect(page.get_by_role("button", name="发送", exact=True)).to_be_disabled()
    expect(page.get_by_text(f"已有 {LONGEST_QUESTION + 1} 字，请精简到 {LONGEST_QUESTION} 字以内")).to_be_visible()
    page.get_by_label("您的问题").fill("𠮷" * LONGEST_QUESTION)
    expect(page.get_by_role("button", name="发送", exact=True)).to_be_enabled()


def test_conditions_go_with_the_question_and_stay_visible_when_folded(page: Page, stub: StubService) -> None:
    page.goto("/")
    page.get_by_text("更多条件").click()
    page.get_by_label("所在区").select_option("浦东新区")
    page.get_by_label("办事人").select_option("法人")
    page.get_by_text("更多条件").click()
    expect(page.locator("#conditions-chosen")).to_have_text("浦东新区 · 法人")
    ask(page, "居住证什么时候签注？")
    assert stub.asked[0]["region"] == "浦东新区"
    assert stub.asked[0]["audience"] == "enterprise"
    page.get_by_text("更多条件").click()
    expect(page.get_by_label("所在区").locator("option")).to_have_count(17)


def test_what_is_only_possible_is_shown_apart_from_the_answer_and_opens_its_place(page: Page) -> None:
    page.goto("/")
    ask(page, "火星签证怎么办？")
    shown = page.get_by_role("group", name="可能相关（未确认）")
    expect(shown).to_contain_text("不是答复")
    expect(shown.locator("li").nth(0)).to_contain_text(
        "《居住证办事指南》现行有效自 2026-07-01 起施行有效期至 2027-06-30"
    )
    expect(shown.locator("blockquote").nth(0)).to_have_text(canned.QUOTE)
    expect(shown.locator("blockquote").nth(1)).to_have_text(canned.HOSTILE)
    expect(page.locator(".answer-text")).not_to_contain_text(canned.QUOTE)
    expect(page.locator(".feedback")).to_have_count(0)
    shown.get_by_role("button", name="查看原文：《居住证办事指南》").click()
    expect(page.locator("mark.quoted")).to_have_text(canned.QUOTE)


def test_an_example_question_is_asked_with_one_tap(page: Page, stub: StubService) -> None:
    page.goto("/")
    page.locator("#examples button").first.click()
    expect(page.locator(".answer")).to_have_count(1)
    assert stub.asked[0]["question"] == "居住证签注要在什么时候办？"


def test_nothing_is_wider_than_a_phone_even_in_the_largest_text(page: Page) -> None:
    page.set_viewport_size({"width": 360, "height": 740})
    page.goto("/")
    for size in ("特大字号", "标准字号"):
        page.get_by_label(size).click()
        for question in ("居住证什么时候签注？", "我的件到哪一步了？", "签注怎么办？", "注入"):
            ask(page, question)
            assert page.evaluate("document.documentElement.scrollWidth") == 360
        page.locator("button.mark").last.click()
        expect(page.locator("mark.quoted")).to_be_in_viewport()
        assert page.locator("dialog").evaluate("node => node.scrollWidth <= node.clientWidth")
        page.keyboard.press("Escape")
