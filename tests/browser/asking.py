"""Asking on the chat page."""

from playwright.sync_api import Page, expect


def ask(page: Page, question: str) -> None:
    """Types and sends a question, and waits for its answer."""
    shown = page.locator(".answer").count()
    page.get_by_label("您的问题").fill(question)
    page.get_by_label("您的问题").press("Enter")
    expect(page.locator(".answer")).to_have_count(shown + 1)
