"""Asking on the chat page."""

from playwright.sync_api import Page, expect


def ask(page: Page, question: str) -> None:
    """Types and sends a question, and waits for its answer."""
    shown = page.locator(".answer").count()
    page.get_by_label("您的问题").fill(question)
    page.get_by_label("您的问题").press("Enter")
    expect(page.locator(".answer")).to_have_count(shown + 1)


_CALLED_OTHERWISE = """() => [...document.querySelectorAll("a[aria-label], button[aria-label]")].filter((each) => {
  const shown = each.cloneNode(true);
  for (const hidden of shown.querySelectorAll("[aria-hidden=true]")) hidden.remove();
  return !each.getAttribute("aria-label").includes(shown.textContent.trim());
}).map((each) => each.outerHTML)"""


def called_otherwise(page: Page) -> list[str]:
    """Controls that are called something else than what is written on them: who speaks to the page cannot name them."""
    return list(page.evaluate(_CALLED_OTHERWISE))
