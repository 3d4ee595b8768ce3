"""Judging the audited sample in a real browser: by keys, blind, and settled by a third person."""

import hashlib
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Page, expect

from kb_service.domain.calibrations import CalibrationProposal, Dot, Outlook, change
from kb_service.domain.resolution import share
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


def test_who_proposed_a_calibration_waits_for_another_who_sees_before_and_after(
    open_as: OpenAs, served: Served
) -> None:
    service = served.service
    text = "{}"
    dots = (Dot(0.55, 0.5, 40), Dot(0.9, 0.8, 60))
    before = Outlook(0.8, share(60, 100), share(50, 100), share(3, 60), 0.7, 0.2, dots)
    after = Outlook(0.7, share(75, 100), share(65, 100), share(5, 75), 0.8, 0.1, (Dot(0.6, 0.6, 100),))
    # Of a hundred questions 18 are resolved only after, 3 only before.
    resolved = change([False] * 18 + [True] * 3 + [True] * 79, [True] * 18 + [False] * 3 + [True] * 79)
    wrong = change([False] * 2 + [True] * 98, [True] * 100)
    proposal = CalibrationProposal(
        version="20261130-a",
        sha256=hashlib.sha256(text.encode()).hexdigest(),
        proposed_by="张三",
        proposed_at=service.now(),
        suite="questions",
        questions=100,
        before=before,
        after=after,
        accepted_error=0.1,
        resolved=resolved,
        wrong=wrong,
    )
    service.recalibrating.propose(proposal, text, picture="")
    first = open_as("张三")
    first.goto("/console/audit")
    expect(first.locator(".audit-calibration")).to_contain_text("是您提出的，须由另一人同意")
    expect(first.get_by_role("button", name="同意启用")).to_have_count(0)

    second = open_as("李四", viewport=PHONE)
    second.goto("/console/audit")
    shown = second.locator(".audit-calibration")
    expect(shown).to_contain_text("处理对的 +15.0（")
    expect(shown.locator(".audit-before.audit-dot")).to_have_count(2)
    expect(shown.locator(".audit-after.audit-dot")).to_have_count(1)
    assert second.evaluate("document.documentElement.scrollWidth") <= 390
    second.get_by_role("button", name="同意启用").click()
    expect(second.locator("main")).to_contain_text("已同意，下次启动服务时")
    expect(second.locator(".audit-calibration")).to_have_count(0)
    assert service.settings.own_confidence_model.read_text("utf-8") == text
