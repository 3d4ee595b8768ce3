"""One reviewer announces and switches off on the console; residents see it where it concerns them, until it is over."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.asking import ask
from tests.browser.conftest import PHONE, OpenAs
from tests.browser.real_service import Served, serve_real
from tests.factories import day

FEE, KITE = "热气球停放证多少钱", "公园里放风筝线能放多长"


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory, models_dir: Path) -> Iterator[Served]:
    running = serve_real(tmp_path_factory.mktemp("emergencies"), models_dir)
    from_2025 = {"effective_from": day("2025-01-01"), "actor": "wang", "approved_by": "zong"}
    about = {"matter_id": "qiqiu-tingfang", "department": "qiqiu"}
    fee = "第一条　热气球停放证每证收取工本费120元。\n"
    running.store("balloon", fee, title="热气球停放管理办法", **about, **from_2025)
    kite = "第一条 为了规范风筝放飞，制定本办法。\n第二条 在公园内放飞风筝的，线长不得超过八十米。\n"
    running.store("kite", kite, title="风筝放飞管理办法", department="fengzheng", **from_2025)
    yield running
    running.stop()


def announce(console: Page, text: str, *, reach: str, subject: str) -> None:
    console.goto("/console/emergencies")
    form = console.locator("form[action='/console/emergencies/announcements']")
    form.get_by_label("内容").fill(text)
    form.get_by_label("告知谁").select_option(reach)
    form.get_by_label("渠道、单位或事项的名称").fill(subject)
    form.get_by_role("button", name="发布公告").click()
    expect(console.locator("article", has_text=text)).to_contain_text("发布中")


def switch_off(console: Page, *, covers: str, subject: str) -> None:
    console.goto("/console/emergencies")
    form = console.locator("form[action='/console/emergencies/switches']")
    form.get_by_label("停答什么").select_option(covers)
    form.get_by_label("事项、单位的名称").fill(subject)
    form.get_by_label("原因", exact=True).fill("答复有误")
    form.get_by_role("button", name="立即停答").click()
    expect(console.get_by_text("停答中", exact=True)).to_be_visible()


def answered(page: Page, question: str) -> Locator:
    before = page.locator(".answer").count()
    ask(page, question)
    return page.locator(".answer").nth(before)


def expect_banners(page: Page, texts: list[str]) -> None:
    """Above the conversation, once the page is opened."""
    with page.expect_response("**/v1/announcements*") as told:
        page.goto("/")
    told.value.finished()
    expect(page.get_by_role("region", name="公告").locator("p")).to_have_text(texts)


@pytest.mark.parametrize(
    ("reach", "subject", "is_banner", "is_beside_kites"),
    [
        ("all", "", True, True),
        ("channel", "web", True, False),
        ("channel", "mini", False, False),
        ("department", "市气球管理处", False, False),
        ("matter", "热气球停放证办理", False, False),
    ],
)
def test_an_announcement_is_seen_by_whom_it_reaches_until_it_is_ended(
    open_as: OpenAs, reach: str, subject: str, is_banner: bool, is_beside_kites: bool
) -> None:
    console, resident = open_as("李审核"), open_as(viewport=PHONE)
    text = f"台风期间停办（{reach}{subject}）。"
    announce(console, text, reach=reach, subject=subject)
    expect_banners(resident, [text] if is_banner else [])
    if is_banner:
        expect(resident.locator(".announcement")).to_contain_text(" 起")
    beside = {"fee": answered(resident, FEE), "kite": answered(resident, KITE)}
    told = {name: text in card.inner_text() for name, card in beside.items()}
    assert told == {"fee": reach != "channel", "kite": is_beside_kites}
    assert resident.evaluate("document.documentElement.scrollWidth") == PHONE["width"]
    console.locator("article", has_text=text).get_by_role("button", name="结束").click()
    expect(console.locator("article", has_text=text)).to_have_count(0)
    expect_banners(resident, [])


@pytest.mark.parametrize(
    ("covers", "subject"),
    [("matter", "热气球停放证办理"), ("department", "市气球管理处"), ("document", "balloon"), ("everything", "")],
)
def test_what_is_switched_off_goes_to_people_until_it_is_switched_on_again(
    open_as: OpenAs, covers: str, subject: str
) -> None:
    console, resident = open_as("李审核"), open_as(viewport=PHONE)
    resident.goto("/")
    expect(answered(resident, FEE)).to_contain_text("120元")
    switch_off(console, covers=covers, subject=subject)
    handed_over = answered(resident, FEE)
    expect(handed_over).not_to_contain_text("120元")
    expect(handed_over).to_contain_text("市气球管理处")
    kite = answered(resident, KITE)
    expect(kite).not_to_contain_text("八十米") if covers == "everything" else expect(kite).to_contain_text("八十米")
    console.get_by_label("恢复的原因").fill("已更正")
    console.get_by_role("button", name="恢复答复").click()
    expect(console.get_by_text("没有停答，全部照常答复。")).to_be_visible()
    expect(answered(resident, FEE)).to_contain_text("120元")
