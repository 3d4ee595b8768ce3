"""A resident and a helper in two real browsers, before the real application: from the hand-over to the verdict."""

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, Route, expect

from kb_service.domain.answers import Conversation
from kb_service.domain.clocks import OrderKind
from kb_service.domain.escalations import Escalation, Verdict
from kb_service.helping.helping import ASSIGNMENT
from tests.browser.asking import ask, called_otherwise
from tests.browser.conftest import PHONE, OpenAs
from tests.browser.real_service import Served, serve_real
from tests.factories import day

HELPER = "张帮办"


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory, models_dir: Path) -> Iterator[Served]:
    running = serve_real(tmp_path_factory.mktemp("talks"), models_dir)
    text = "第一条　热气球停放证每证收取工本费120元。\n"
    about = {"matter_id": "qiqiu-tingfang", "department": "qiqiu", "effective_from": day("2025-01-01")}
    running.store("balloon", text, actor="wang", approved_by="zong", title="热气球停放管理办法", **about)
    running.helper(HELPER, "qiqiu", "fengzheng")
    yield running
    running.stop()


def come(served: Served, *, is_present: bool = True) -> None:
    served.service.records.helpers.come_and_go(HELPER, is_present=is_present, at=served.service.now())


def opened_talk(served: Served, page: Page, question: str = "热气球转人工") -> Escalation:
    """What the service has of the talk that the resident opens after this question."""
    page.goto("/")
    ask(page, question)
    page.get_by_role("button", name="转人工", exact=True).click()
    expect(page.get_by_role("region", name="人工服务")).to_be_visible()
    expect(page.get_by_label("发给工作人员")).to_be_focused()
    return served.service.records.escalations.waiting(["qiqiu", "fengzheng"], limit=50)[-1]


def lines(page: Page) -> list[str]:
    return page.locator(".line-text").all_inner_texts()


def cut_off_after_the_first_line(page: Page, talk: Escalation) -> list[str | None]:
    """The next stream breaks off there; gives after which line each stream was asked to go on."""
    first = page.request.get(f"/v1/talks/{talk.id}/messages").json()[0]
    asked: list[str | None] = []

    def stream(route: Route) -> None:
        asked.append(route.request.headers.get("last-event-id"))
        if len(asked) > 1:
            return route.continue_()
        block = f"id: {first['number']}\nevent: message\ndata: {json.dumps(first)}\n\n"
        return route.fulfill(content_type="text/event-stream", body=block)

    page.route(f"**/v1/talks/{talk.id}/events", stream)
    return asked


def write(page: Page, text: str) -> None:
    page.get_by_label("发给工作人员").fill(text)
    page.keyboard.press("Enter")
    expect(page.locator(".line-text").last).to_have_text(text)


def test_residents_are_told_honestly_who_is_there(served: Served, open_as: OpenAs) -> None:
    page = open_as(viewport=PHONE)
    page.goto("/")
    come(served, is_present=False)
    ask(page, "热气球转人工")
    expect(page.locator(".availability").last).to_have_text("服务时间内暂时没有人在岗，可以先留言。")
    come(served)
    ask(page, "热气球转人工")
    expect(page.locator(".availability").last).to_have_text("现在有工作人员在线。")
    ask(page, "风筝转人工")
    expect(page.locator(".availability").last).to_contain_text("不在服务时间")
    expect(page.locator(".availability").last).to_contain_text(":00 起恢复，可以先留言。")
    assert page.evaluate("document.documentElement.scrollWidth") == 390


def test_a_talk_outlives_reloads_and_breaks_without_loss_or_repetition(served: Served, open_as: OpenAs) -> None:
    page, helping = open_as(viewport=PHONE), served.service.helping
    come(served)
    before = served.service.desk.opening.open(
        Conversation("earlier", None, None, None), words="热气球", department_id="qiqiu", opened_by="person"
    )
    talk = opened_talk(served, page)
    expect(page.locator(".talk-state")).to_have_text("排在您前面 1 位，请稍候")
    helping.leave(before.id, before.conversation)
    write(page, "停在哪里？")
    helping.claim(talk.id, HELPER)
    helping.reply(talk.id, HELPER, "停在公园北门。")
    expect(page.locator(".talk-state")).to_have_text("正在为您服务：张帮办")
    came_again_after = cut_off_after_the_first_line(page, talk)
    page.reload()
    expect(page.locator(".line-helper")).to_have_count(1)
    assert came_again_after == [None, "1"]
    page.context.set_offline(True)
    helping.reply(talk.id, HELPER, "今天开到六点。")
    page.get_by_label("发给工作人员").fill("谢谢")
    page.keyboard.press("Enter")
    expect(page.locator(".talk-trouble")).to_contain_text("网络连接不上")
    expect(page.get_by_label("发给工作人员")).to_have_value("谢谢")
    page.context.set_offline(False)
    page.keyboard.press("Enter")
    expect(page.locator(".line-person")).to_have_count(2)
    helping.reply(talk.id, HELPER, "不客气。")
    expect(page.locator(".line-helper")).to_have_count(3)
    assert lines(page) == ["停在哪里？", "停在公园北门。", "今天开到六点。", "谢谢", "不客气。"]
    assert page.evaluate("document.documentElement.scrollWidth") == 390
    helping.resolve(talk.id, HELPER, Verdict.RESOLVED, "")
    expect(page.get_by_role("button", name="部分解决")).to_be_visible()
    # Once the page has scrolled it is not behind the composer.
    page.wait_for_function(
        "() => document.querySelector('.verdicts').getBoundingClientRect().bottom"
        " <= document.querySelector('.composer-bar').getBoundingClientRect().top"
    )
    page.get_by_role("button", name="部分解决").click()
    expect(page.get_by_role("button", name="部分解决")).to_have_attribute("aria-pressed", "true")
    assert served.service.records.escalations.escalation(talk.id).verdict_of_person is Verdict.PARTLY
    page.get_by_role("button", name="重新联系").click()
    expect(page.get_by_label("发给工作人员")).to_be_visible()
    page.get_by_role("button", name="回到小申").click()
    expect(page.locator(".line-event").last).to_contain_text("您 请小申接着回答")
    ask(page, "热气球转人工")  # the assistant has the conversation again


def test_an_order_is_found_again_from_a_new_conversation(served: Served, open_as: OpenAs) -> None:
    page = open_as()
    talk = opened_talk(served, page)
    served.service.helping.order(talk.id, HELPER, OrderKind.SIMPLE, "要到现场看")
    expect(page.locator(".talk-state")).to_contain_text("已转为工单，最晚")
    expect(page.locator(".line-event")).not_to_contain_text("要到现场看")  # written for helpers
    page.get_by_role("button", name="新对话").click()
    expect(page.get_by_label("您的问题")).to_be_visible()
    page.reload()
    page.get_by_role("button", name="市气球管理处：最晚").click()
    expect(page.locator(".talk-state")).to_contain_text("24:00 前答复")


def test_a_helper_takes_a_talk_and_closes_it_by_keyboard_and_a_reload_loses_nothing(
    served: Served, open_as: OpenAs
) -> None:
    resident, desk = open_as(viewport=PHONE), open_as(HELPER)
    come(served, is_present=False)
    desk.goto("/desk")
    expect(desk.get_by_role("button", name="离岗，点此上岗")).to_be_visible()
    desk.keyboard.press("Alt+o")
    expect(desk.get_by_role("button", name="在岗")).to_have_attribute("aria-pressed", "true")
    talk = opened_talk(served, resident)
    expect(desk.get_by_label("队列").locator(".queue-item .due").first).to_contain_text("剩 00:")
    expect(desk).to_have_title(re.compile(r"^\([1-9]\) 帮办检索台"))
    desk.keyboard.press("Alt+ArrowDown")
    expect(desk.locator(".desk-summary")).to_contain_text("问：热气球转人工")
    desk.keyboard.press("Alt+j")
    expect(resident.locator(".talk-state")).to_have_text("正在为您服务：张帮办")
    expect(desk.get_by_role("button", name="回复", exact=True)).to_be_enabled()
    desk.keyboard.type("请看：")
    desk.keyboard.press("Alt+k")
    expect(desk.locator(".result").first).to_contain_text("热气球停放管理办法")
    desk.keyboard.press("ArrowDown")
    desk.keyboard.press("i")
    expect(desk.get_by_label("回复", exact=True)).to_be_focused()
    desk.keyboard.press("Enter")
    expect(resident.locator(".line-helper")).to_contain_text("请看：「")
    write(resident, "明白了")
    desk.get_by_label("回复", exact=True).fill("居民已明白")
    desk.keyboard.press("Alt+n")
    expect(desk.locator(".line-note")).to_contain_text("居民已明白")
    desk.reload()
    expect(desk.locator(".desk-talk .line-text")).to_have_count(3)
    desk.keyboard.press("Alt+w")
    desk.keyboard.press("ArrowDown")
    desk.keyboard.press("Enter")
    expect(desk.get_by_role("dialog").get_by_role("alert")).to_contain_text("请填写原因")
    desk.keyboard.type("要等新规定")
    desk.keyboard.press("Enter")
    expect(desk.get_by_role("dialog")).to_have_count(0)
    expect(resident.locator(".talk-state")).to_have_text("人工服务已结束")
    expect(resident.locator(".talk")).not_to_contain_text("居民已明白")
    resident.get_by_role("button", name="未解决").click()
    expect(desk.locator(".desk-talk-head")).to_contain_text("帮办：部分解决")
    expect(desk.locator(".desk-talk-head")).to_contain_text("居民：未解决")
    closed = served.service.records.escalations.escalation(talk.id)
    assert (closed.verdict, closed.verdict_of_person) == (Verdict.PARTLY, Verdict.NOT)


def test_ready_texts_are_put_into_the_reply_by_one_key_and_what_became_of_them_is_kept(
    served: Served, open_as: OpenAs
) -> None:
    come(served)
    resident, desk = open_as(viewport=PHONE), open_as(HELPER)
    talk = opened_talk(served, resident)
    desk.goto("/desk")
    desk.locator(f".queue-item[data-id='{talk.id}']").click()
    ready = desk.get_by_role("region", name="建议答复")
    write(resident, "热气球停放证要多少钱")
    expect(ready.locator(".suggestion-text").first).to_contain_text("120元")
    expect(ready.get_by_role("status")).to_have_text(re.compile("^有 [123] 条建议"))
    expect(ready.locator(".suggestion").first).to_contain_text("《热气球停放管理办法》，自 2025-01-01 起施行")
    assert called_otherwise(desk) == []
    expect(desk.get_by_role("log").get_by_role("listitem")).to_have_count(0)  # a log has lines, no items of a list
    slow: list[Route] = []
    desk.route("**:claim", lambda route: slow.append(route))
    with desk.expect_request("**:claim"):
        desk.keyboard.press("Alt+j")
    expect(desk.get_by_label("回复", exact=True)).to_be_focused()
    desk.keyboard.press("Alt+1")
    expect(desk.get_by_label("回复", exact=True)).to_have_value(re.compile("120元.*\n依据：《热气球停放管理办法》$"))
    desk.keyboard.press("Enter")
    expect(resident.locator(".line-helper")).to_have_count(0)
    slow[0].continue_()
    expect(resident.locator(".line-helper")).to_contain_text("120元")
    write(resident, "停放证的工本费能不能退")
    expect(desk.locator(".desk-talk .line-person").last).to_contain_text("工本费能不能退")
    expect(ready.get_by_role("status")).to_have_text(re.compile("^有 [123] 条建议"))
    desk.keyboard.type("这个我去问一下。")
    desk.keyboard.press("Enter")
    expect(resident.locator(".line-helper")).to_have_count(2)
    served.service.helping.resolve(talk.id, HELPER, Verdict.RESOLVED, "")
    assert served.service.records.cases.suggestions_used(talk.id) == ["used", "ignored"]


def test_a_helper_who_is_given_a_talk_is_called_until_they_open_it(served: Served, open_as: OpenAs) -> None:
    come(served)
    desk = open_as(HELPER)
    desk.goto("/desk")
    expect(desk.get_by_label("队列").get_by_role("heading", name="我的会话")).to_be_visible()
    talk = opened_talk(served, open_as(viewport=PHONE))
    served.service.helping.claim(talk.id, HELPER, by=ASSIGNMENT)
    given = desk.locator(f".queue-item[data-id='{talk.id}']")
    expect(given).to_contain_text("待您回复")
    expect(desk).to_have_title(re.compile(r"^\(\d+\) 帮办检索台"))
    calling = int(desk.title()[1:].partition(")")[0])  # orders of other tests may wait as well
    expect(desk.get_by_label("队列").get_by_role("status").filter(has_text="1 个会话待您回复")).to_have_count(1)
    given.click()
    expect(given).to_contain_text("已接起")
    expect(desk).to_have_title(re.compile(rf"^\({calling - 1}\) 帮办检索台" if calling > 1 else "^帮办检索台"))
    served.service.helping.leave(talk.id, talk.conversation)


def test_a_lead_sees_who_is_there_and_what_others_hold_and_hands_it_on(served: Served, open_as: OpenAs) -> None:
    served.helper("李组长", "qiqiu", is_lead=True)
    come(served)
    talk = opened_talk(served, open_as())
    served.service.helping.claim(talk.id, HELPER)
    desk = open_as("李组长", viewport=PHONE)
    desk.goto("/desk")
    expect(desk.get_by_role("row", name=HELPER)).to_contain_text("在岗")
    desk.locator(f".queue-item[data-id='{talk.id}']").click()
    desk.get_by_role("button", name="转交").click()
    options = desk.get_by_role("combobox", name="部门").locator("option")
    expect(options).to_have_text(["市风筝管理处", "市气球管理处（换一位同事）"])
    desk.get_by_label("原因").fill("问的是风筝")
    desk.get_by_role("button", name="确定").click()
    expect(desk.locator(".desk-talk")).to_contain_text("这个会话已转到其他部门。")
    assert desk.evaluate("document.documentElement.scrollWidth") == 390
    assert served.service.records.escalations.escalation(talk.id).department_id == "fengzheng"


def test_who_is_no_helper_has_the_search_and_is_told_how_to_become_one(served: Served, open_as: OpenAs) -> None:
    desk = open_as("赵编辑")
    desk.goto("/desk")
    expect(desk.get_by_text("请管理员把“赵编辑”设为帮办人员：PUT /v1/helpers/赵编辑")).to_be_visible()
    desk.get_by_label("检索知识库").fill("热气球停放证多少钱")
    expect(desk.locator(".result").first).to_contain_text("120元")
    expect(desk.get_by_role("button", name="插入回复")).to_have_count(0)
