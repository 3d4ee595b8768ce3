"""Judging the audited sample in a real browser: by keys, blind, and settled by a third person."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import PHONE, OpenAs
from tests.browser.real_service import Served, serve_real
from tests.factories import day

GUIDE = "一、收费标准\n热气球停放证每证收取工本费150元。\n二、办理时限\n自受理之日起3个工作日内办结。"


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory, models_dir: Path) -> Iterator[Served]:
    """Three questions of this week, drawn as if the next one had begun."""
    running = serve_real(tmp_path_factory.mktemp("audit"), models_dir)
    service = running.service
    fields = {"title": "热气球停放证办事指南", "matter_id": "qiqiu-tingfang", "effective_from": day("2026-01-01")}
    running.store("balloon", GUIDE, actor="zhang", approved_by="li", **fields)
    for text in ("热气球停放证要多少钱", "热气球停放证多久办结", "热气球停放证转人工"):
        assert httpx.post(f"{running.address}/v1/answers", json={"question": text}).status_code == 200
    assert replace(service.auditing, now=lambda: service.now() + timedelta(weeks=1)).draw()
    yield running
    running.stop()


def judge_all(page: Page, key_of: dict[str, str]) -> None:
    """By the key that belongs to what is asked; the last of ``key_of`` that stands in the question counts."""
    page.goto("/console/audit")
    for _ in range(3):
        asked = page.locator(".audit-question h2").inner_text()
        progress = page.locator("h1").inner_text()
        page.keyboard.press(key_of[next(each for each in key_of if each in asked)])
        expect(page.locator("h1")).not_to_have_text(progress)
        page.wait_for_load_state()  # keys are heard from then on
    expect(page.locator("main")).to_contain_text("您能判的都判完了")


def test_two_judge_by_keys_and_a_third_settles_on_a_phone(open_as: OpenAs) -> None:
    first = open_as("张三")
    first.goto("/console/audit")
    expect(first.locator("h1")).to_contain_text("第 1 / 3 题")
    first.get_by_label("备注").fill("1")  # a number in the note judges nothing
    expect(first.locator("h1")).to_contain_text("第 1 / 3 题")
    judge_all(first, {"多少钱": "1", "多久": "2", "转人工": "1"})
    second = open_as("李四")
    judge_all(second, {"多少钱": "1", "多久": "4", "转人工": "1"})
    expect(second.locator("main")).to_contain_text("有分歧 1")
    expect(second.locator("main")).not_to_contain_text("部分解决")

    third = open_as("王五", viewport=PHONE, scripts=False)
    third.goto("/console/audit")
    expect(third.locator(".audit-question h2")).to_have_text("热气球停放证多久办结")
    expect(third.locator(".audit-question")).to_contain_text("3个工作日")
    third.get_by_text("看原文").first.click()
    expect(third.locator(".audit-original mark").first).to_be_visible()
    assert third.evaluate("document.documentElement.scrollWidth") <= 390
    third.get_by_role("button", name="部分解决").click()
    expect(third.locator("main")).to_contain_text("已判完")
    # Of three questions one is resolved.
    expect(third.locator("td[data-label=已解决]")).to_contain_text("33.3%")

    first.goto("/console/audit")
    first.locator("tbody a").first.click()
    disputed = first.locator(".sheet", has_text="有分歧、由第三人定的")
    expect(disputed).to_contain_text("前两人：部分解决、有错误")
    disputed.get_by_text("收入题库，写明正确的做法").click()
    disputed.get_by_label("正确的做法").select_option("应答复")
    disputed.get_by_label("必须有的").fill("3个工作日")
    disputed.get_by_role("button", name="收入题库").click()
    expect(first.locator("main")).to_contain_text("已入题库 audited-")
