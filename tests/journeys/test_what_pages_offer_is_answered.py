"""What the welcome page, README and the documents offer as examples is answered from the demonstration corpus."""

from pathlib import Path

import pytest

from kb_service.asking.search.retrieving import EVERYTHING
from kb_service.console.words import ShownExample, shown_examples
from kb_service.domain.answers import Outcome
from kb_service.service import Service

ROOT = Path(__file__).resolve().parents[2]
SHOWN = shown_examples(ROOT / "prompts")


@pytest.mark.parametrize("example", [*SHOWN.welcome, *SHOWN.told], ids=lambda each: each.question)
def test_an_example_that_is_shown_is_answered(demonstration: Service, example: ShownExample) -> None:
    asking = demonstration.asking
    before = asking.answer(asking.question(example.after)).conversation_id if example.after else None
    asked = asking.question(example.question, as_of=example.as_of, conversation_id=before)
    assert asking.answer(asked).outcome is Outcome.ANSWERED


def test_an_example_of_a_search_finds_something(demonstration: Service) -> None:
    asking = demonstration.asking
    for text in SHOWN.searched:
        assert asking.search(asking.question(text), narrowing=EVERYTHING, limit=3)


def test_an_example_of_a_route_leads_to_a_department(demonstration: Service) -> None:
    asking = demonstration.asking
    for text in SHOWN.routed:
        assert asking.route(asking.question(text))
