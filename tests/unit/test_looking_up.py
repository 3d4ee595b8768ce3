"""What is heard by itself when all that was found gives no sure answer, and what is no answer to who goes on asking."""

from types import SimpleNamespace
from typing import Any

import pytest

from kb_service.asking.conversation.topics import Topic
from kb_service.asking.looking_up import _repeats, _single_sources


def found(*documents: str) -> Any:
    """Candidates, best first, by the document of each."""
    return [SimpleNamespace(document_id=each, place=place) for place, each in enumerate(documents)]


def places(candidates: Any) -> list[list[int]]:
    return [[each.place for each in source] for source in _single_sources(candidates)]


def test_the_next_best_passages_are_heard_then_documents_of_which_several_were_found() -> None:
    assert places(found("a", "b", "a", "c", "b")) == [[1], [2], [3], [0, 2], [1, 4]]


def test_what_is_all_of_one_document_was_heard_already() -> None:
    assert places(found("a", "a")) == [[1]]
    assert places(found("a")) == []


@pytest.mark.parametrize(("begins", "expected"), [("每年签注一次。", True), ("不收取费用。", False)])
def test_an_answer_that_begins_with_what_was_just_said_repeats_it(begins: str, expected: bool) -> None:
    topic = Topic("endorsement", None, None, None, None, "多久签注", last_answer="居住证要签注。每年签注一次。[1]")
    draft: Any = SimpleNamespace(statements=[SimpleNamespace(text=begins)])
    assert _repeats(draft, topic) is expected
