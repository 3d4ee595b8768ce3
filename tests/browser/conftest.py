"""A real Chromium before the stub service; every test fails on a script error or a breach of the page's policy."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, ViewportSize, expect, sync_playwright

from tests.browser.real_service import Served
from tests.browser.stub_service import StubService, serve

CHROMIUM = Path("/usr/bin/chromium")
NOW = "2026-11-22T10:00:00+08:00"
PHONE: ViewportSize = {"width": 390, "height": 844}
LAPTOP: ViewportSize = {"width": 1280, "height": 800}
FLAGS = ["--no-sandbox", "--disable-background-networking", "--disable-component-update", "--disable-sync"]
# A microphone that hums, for whoever is allowed to record.
FLAGS += ["--use-fake-device-for-media-stream"]

# What is waited for comes at once, but beside much other work; nothing waits for so long to see that it did not.
PATIENCE_MS = 30_000
expect.set_options(timeout=PATIENCE_MS)

OpenAs = Callable[..., Page]


@pytest.fixture(scope="session")
def browser(unless_required: Callable[[str], None]) -> Iterator[Browser]:
    if not CHROMIUM.exists():
        unless_required(f"there is no Chromium at {CHROMIUM} (make test-setup installs it)")
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=str(CHROMIUM), args=FLAGS)
        yield launched
        launched.close()


@pytest.fixture(scope="session")
def running_stub() -> Iterator[StubService]:
    stub = StubService()
    server, thread = serve(stub)
    yield stub
    server.should_exit = True
    thread.join(timeout=10)


@pytest.fixture
def stub(running_stub: StubService) -> StubService:
    running_stub.forget()
    return running_stub


@pytest.fixture
def page(browser: Browser, stub: StubService) -> Iterator[Page]:
    """A desktop-sized page whose clock stands at NOW."""
    context = browser.new_context(
        viewport={"width": 1280, "height": 800}, locale="zh-CN", base_url=stub.address, timezone_id="America/New_York"
    )
    context.grant_permissions(["clipboard-read", "clipboard-write"])
    opened = context.new_page()
    opened.set_default_timeout(PATIENCE_MS)
    opened.clock.set_fixed_time(NOW)
    faults: list[str] = []
    opened.on("pageerror", lambda error: faults.append(str(error)))
    opened.on("console", lambda message: faults.extend(faults_in(message)))
    yield opened
    context.close()
    assert faults == []


@pytest.fixture
def open_as(browser: Browser, served: Served) -> Iterator[OpenAs]:
    """A browser of one's own for each person, signed in by name; no script may fail in any."""
    contexts: list[BrowserContext] = []
    faults: list[str] = []

    def opened(name: str | None = None, *, viewport: ViewportSize = LAPTOP, scripts: bool = True) -> Page:
        context = browser.new_context(
            viewport=viewport, locale="zh-CN", base_url=served.address, java_script_enabled=scripts
        )
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(PATIENCE_MS)
        page.on("pageerror", lambda error: faults.append(str(error)))
        page.on("console", lambda message: faults.extend(faults_in(message)))
        if name:
            page.goto("/console/login")
            page.get_by_label("姓名").fill(name)
            page.get_by_role("button", name="以这个姓名操作").click()
        return page

    yield opened
    for context in contexts:
        context.close()
    assert faults == []


def faults_in(message: ConsoleMessage) -> list[str]:
    # A reply of 4xx or a network that is down is reported too; those the tests provoke on purpose.
    is_fault = message.type == "error" and not message.text.startswith("Failed to load resource")
    return [message.text] if is_fault else []
