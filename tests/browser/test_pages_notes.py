"""A helper writes a note in a real browser: the person sees neither the note nor that somebody types."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import PHONE, OpenAs
from tests.browser.real_service import Served, serve_real
from tests.browser.test_pages_talk_aids import HELPER, in_talk


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory, models_dir: Path) -> Iterator[Served]:
    running = serve_real(tmp_path_factory.mktemp("notes"), models_dir)
    running.helper(HELPER, "qiqiu")
    running.service.records.helpers.come_and_go(HELPER, is_present=True, at=running.service.now())
    yield running
    running.stop()


def test_a_note_begun_as_one_is_written_without_the_person_seeing_anybody_type(served: Served, open_as: OpenAs) -> None:
    resident, desk = open_as(viewport=PHONE), open_as(HELPER)
    talk = in_talk(served, resident, desk)
    told: list[str] = []
    desk.on("request", lambda request: told.append(request.url.rpartition(":")[2]))
    button = desk.get_by_role("button", name="存为备注")
    button.click()
    expect(button).to_have_attribute("aria-pressed", "true")
    box = desk.get_by_label("备注", exact=True)
    expect(box).to_be_focused()
    expect(desk.get_by_role("button", name="保存备注")).to_be_enabled()  # it cannot be sent to the person by mistake
    box.press_sequentially("他上周来过")
    desk.keyboard.press("Enter")
    expect(desk.locator(".line-note")).to_contain_text("他上周来过")
    assert "note" in told and "typing" not in told
    # Then a reply is written as ever.
    reply = desk.get_by_label("回复", exact=True)
    reply.press_sequentially("停在北门")
    expect(resident.locator(".talk-typing")).to_have_text("对方正在输入…")
    desk.keyboard.press("Enter")
    expect(resident.locator(".line-helper")).to_contain_text("停在北门")
    assert "typing" in told
    numbers = resident.locator(".talk [data-number]").evaluate_all("lines => lines.map((each) => each.dataset.number)")
    assert numbers == [str(number) for number in range(1, len(numbers) + 1)]
    assert len(served.service.records.escalations.messages(talk.id)) == len(numbers) + 1
