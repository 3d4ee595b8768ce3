"""The page of resolution in a real browser: each picture leads to its rows, and paper has no menu."""

import csv
import io
import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from kb_service.domain.answers import MatterRef, Outcome
from tests.browser.conftest import PHONE, OpenAs
from tests.browser.real_service import Served, serve_real
from tests.factories import answer, question

ASKED = 12


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory, models_dir: Path) -> Iterator[Served]:
    """Ten days ago twelve people asked about balloons: eight were answered, of whom one said that it did not help."""
    running = serve_real(tmp_path_factory.mktemp("insight"), models_dir)
    service = running.service
    at = service.now() - timedelta(days=10)
    for number in range(ASKED):
        given = answer(
            f"a{number}",
            "问",
            asked_at=at,
            outcome=Outcome.ANSWERED if number < 8 else Outcome.NO_SOURCE,
            matter=MatterRef("qiqiu-tingfang", "热气球停放证办理"),
        )
        service.records.transcript.add(given, question("问", user_hash=f"u{number}", asked_by="web", channel="web"))
    service.records.transcript.add_feedback("a0", asked_by="web", at=at, resolved=False, comment=None)
    yield running
    running.stop()


def tile(page: Page, name: str) -> str:
    return page.locator(".measures .tile", has_text=name).inner_text()


def test_each_picture_leads_to_rows_with_the_same_numbers(open_as: OpenAs) -> None:
    page = open_as("主任")
    page.goto("/console/insight")
    # Seven of the twelve were answered and left alone; one spoke, and was not helped.
    assert "58.3%" in tile(page, "小申 · 推定") and "7/12" in tile(page, "小申 · 推定")
    assert "0/1" in tile(page, "小申 · 本人确认")
    expect(page.locator(".dot")).to_have_count(1)
    written = {}
    for link in page.get_by_role("link", name="下载 CSV").all():
        address = link.get_attribute("href") or ""
        got = page.request.get(address)
        assert got.ok and got.headers["content-type"].startswith("text/csv"), address
        written[address.split("?")[0] + ("-week" if "by=week" in address else "")] = [
            *csv.DictReader(io.StringIO(got.text().removeprefix("\ufeff")))
        ]
    assert len(written) == 5  # of reasons there are none
    for name in ("/v1/resolution", "/v1/resolution-week"):
        assert (written[name][-1]["questions"], written[name][-1]["implied"]) == ("12", "7")
    assert sum(int(row["questions"]) for row in written["/console/insight/hours.csv"]) == ASKED
    expect(page.get_by_text("最多的是")).to_contain_text("12 个提问")
    page.get_by_role("link", name="热气球停放证办理").click()
    expect(page).to_have_url(re.compile(r"/console/versions\?matter=qiqiu-tingfang$"))


def test_the_page_fits_a_phone_and_on_paper_has_no_menu_and_leads_to_the_report_of_a_month(open_as: OpenAs) -> None:
    page = open_as("主任", viewport=PHONE)
    page.goto("/console/insight")
    assert page.evaluate("document.documentElement.scrollWidth") == PHONE["width"]
    for place in (".places", ".insight-filters", ".csv"):
        expect(page.locator(place).first).to_be_visible()
    page.emulate_media(media="print")
    for place in (".masthead", ".places", ".insight-filters", ".csv"):
        expect(page.locator(place).first).to_be_hidden()
    expect(page.locator(".trend-mark").first).to_be_visible()
    page.emulate_media(media="screen")
    page.get_by_role("button", name="打开月报").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("解决率月报")
    assert page.evaluate("document.documentElement.scrollWidth") == PHONE["width"]
    # The report's own policy lets its style in.
    assert page.locator("h2").first.evaluate("each => getComputedStyle(each).borderBottomWidth") == "2px"
