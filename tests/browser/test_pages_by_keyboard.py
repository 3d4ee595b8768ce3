"""Everything on every page is reached with the Tab key alone, shows that it has the focus, and has a name."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, ViewportSize, expect

from kb_service.domain.answers import Conversation
from kb_service.domain.documents import Kind
from kb_service.domain.escalations import Verdict
from kb_service.domain.meetings import MeetingLink
from kb_service.wiring import now
from tests.browser.asking import ask, called_otherwise
from tests.browser.conftest import LAPTOP, PHONE, OpenAs
from tests.browser.keyboard import mouse_only, nameless, remember_clicks, walked
from tests.browser.real_service import Served, serve_real
from tests.factories import day

HELPER = "张帮办"
PLACES = (
    "", "/upload", "/versions", "/review", "/due?by=all", "/suspicions", "/gaps", "/recurring-cases", "/feedback",
    "/emergencies", "/problems", "/insight", "/audit", "/knowledge",
)  # fmt: skip
TEXT = "第一条　热气球停放证每证收取工本费120元。\n第二条　停放证当场办结。\n"


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory, models_dir: Path) -> Iterator[Served]:
    running = serve_real(tmp_path_factory.mktemp("keys"), models_dir)
    about = {"matter_id": "qiqiu-tingfang", "department": "qiqiu", "effective_from": day("2025-01-01")}
    running.store("balloon", TEXT, actor="wang", approved_by="zong", title="热气球停放管理办法", **about)
    about |= {"effective_from": day("2026-03-01"), "kind": Kind.PROCEDURE}
    running.store("balloon-guide", TEXT, actor="wang", title="热气球停放证办事指南", **about)
    running.helper(HELPER, "qiqiu", "fengzheng", is_lead=True)
    running.service.records.meeting_links.set(MeetingLink("qiqiu", "https://hui.example.org/1", now(), "admin"))
    running.service.records.helpers.come_and_go(HELPER, is_present=True, at=now())
    yield running
    running.stop()


def faults(page: Page) -> list[str]:
    """Of the page as it stands."""
    without_name = [f"without a name: {each}" for each in nameless(page)]
    by_mouse = [f"by mouse alone: {each}" for each in mouse_only(page)]
    otherwise = [f"called otherwise: {each}" for each in called_otherwise(page)]
    return walked(page).faults + without_name + by_mouse + otherwise


def opened(open_as: OpenAs, name: str | None = None, *, viewport: ViewportSize = LAPTOP) -> Page:
    page = open_as(name, viewport=viewport)
    remember_clicks(page)
    return page


@pytest.mark.parametrize("viewport", [LAPTOP, PHONE], ids=["laptop", "phone"])
def test_residents_reach_everything_from_the_question_to_the_verdict(
    served: Served, open_as: OpenAs, viewport: ViewportSize
) -> None:
    page = opened(open_as, viewport=viewport)
    page.goto("/")
    found = {"welcome": faults(page)}
    ask(page, "热气球停放证多少钱")
    found["answer"] = faults(page)
    page.locator(".answer .mark").first.click()
    expect(page.get_by_role("dialog")).to_be_visible()
    found["source"] = faults(page)
    page.keyboard.press("Escape")
    ask(page, "热气球转人工")
    found["handed over"] = faults(page)
    page.get_by_role("button", name="转人工", exact=True).click()
    expect(page.get_by_label("发给工作人员")).to_be_focused()
    found["waiting"] = faults(page)
    talk = served.service.records.escalations.waiting(["qiqiu"], limit=50)[-1]
    served.service.helping.claim(talk.id, HELPER)
    served.service.helping.reply(talk.id, HELPER, "您好")
    expect(page.locator(".line-helper")).to_have_count(1)
    found["talk"] = faults(page)
    served.service.helping.resolve(talk.id, HELPER, Verdict.RESOLVED, "")
    expect(page.get_by_role("button", name="部分解决")).to_be_visible()
    found["closed"] = faults(page)
    assert {name: each for name, each in found.items() if each} == {}


@pytest.mark.parametrize("viewport", [LAPTOP, PHONE], ids=["laptop", "phone"])
def test_helpers_reach_everything_at_the_desk(served: Served, open_as: OpenAs, viewport: ViewportSize) -> None:
    talk = served.service.desk.opening.open(
        Conversation(f"desk-{viewport['width']}", None, None, None),
        words="热气球停放证多少钱", department_id="qiqiu", opened_by="person",
    )  # fmt: skip
    desk = opened(open_as, HELPER, viewport=viewport)
    desk.goto("/desk")
    desk.locator(f".queue-item[data-id='{talk.id}']").click()
    expect(desk.locator(".suggestion").first).to_be_visible()
    found = {"queue": faults(desk)}
    desk.get_by_role("button", name="接起").click()
    expect(desk.get_by_role("button", name="回复", exact=True)).to_be_enabled()
    desk.get_by_label("检索知识库").fill("热气球停放证多少钱")
    expect(desk.locator(".result").first).to_be_visible()
    found["talk"] = faults(desk)
    for name in ("转交", "办结"):
        desk.get_by_role("button", name=name).first.click()
        expect(desk.get_by_role("dialog")).to_be_visible()
        found[name] = faults(desk)
        desk.keyboard.press("Escape")
    served.service.helping.resolve(talk.id, HELPER, Verdict.RESOLVED, "")
    assert {name: each for name, each in found.items() if each} == {}


@pytest.mark.parametrize("viewport", [LAPTOP, PHONE], ids=["laptop", "phone"])
def test_editors_reach_everything_on_the_console(open_as: OpenAs, viewport: ViewportSize) -> None:
    page = opened(open_as, "李审核", viewport=viewport)
    found: dict[str, list[str]] = {}
    for place in PLACES:
        page.goto(f"/console{place}")
        found[place] = faults(page)
    page.goto("/console/versions")
    page.get_by_role("link", name="热气球停放证办事指南").first.click()
    found["version"] = faults(page)
    assert {name: each for name, each in found.items() if each} == {}
