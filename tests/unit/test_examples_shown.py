"""Every question that a document or the interface shows as an example stands in the file whose questions are asked."""

import re
from pathlib import Path

import pytest

from kb_service.api.answers import EXAMPLES
from kb_service.console.words import shown_examples, words_for_scripts

ROOT = Path(__file__).resolve().parents[2]
SHOWN = shown_examples(ROOT / "prompts")
KNOWN = {(each.question, str(each.as_of or "")) for each in (*SHOWN.welcome, *SHOWN.told)}
ROUTED = {(each, "") for each in SHOWN.routed}
# kb ask QUESTION [--as-of DAY]; {"question": QUESTION[, "as_of": DAY]}; "content": QUESTION … "as_of": DAY.
COMMAND = re.compile(r"kb ask (\S+)(?: --as-of (\S+))?")
BODY = re.compile(r'\{"question": "([^"]+)"(?:, "as_of": "([^"]+)")?')
OTHERS = re.compile(r"kb (?:search|route) (\S+)|--data-urlencode 'question=([^']+)'")
MESSAGE = re.compile(r'"content": "([^"]+)"\}\](?:, metadata=\{"as_of": "([^"]+)")?')


def told(page: str) -> set[tuple[str, str]]:
    text = (ROOT / page).read_text(encoding="utf-8")
    return {pair for pattern in (COMMAND, BODY, MESSAGE) for pair in pattern.findall(text)}


@pytest.mark.parametrize("page", ["README.md", "docs/http.md"])
def test_the_examples_of_a_page_are_those_of_the_file(page: str) -> None:
    assert told(page), "no example was found: the patterns above have to be mended"
    assert told(page) - KNOWN - ROUTED == set()


@pytest.mark.parametrize("page", ["README.md", "docs/http.md"])
def test_what_a_page_searches_for_and_routes_is_in_the_file(page: str) -> None:
    found = {one or other for one, other in OTHERS.findall((ROOT / page).read_text(encoding="utf-8"))}
    assert found, "no example was found: the pattern above has to be mended"
    assert found - {*SHOWN.searched, *SHOWN.routed} == set()


def test_the_examples_of_the_interface_are_those_of_the_file() -> None:
    values = [each["value"] for each in EXAMPLES.values()]
    assert {(each["question"], each.get("as_of", "")) for each in values} - KNOWN == set()


def test_the_chat_page_offers_the_examples_of_the_file() -> None:
    assert words_for_scripts(ROOT / "prompts")["EXAMPLES"] == [each.question for each in SHOWN.welcome]
