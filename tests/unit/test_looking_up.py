"""From what an answer is drafted alone when all that was found gives no sure one."""

from types import SimpleNamespace
from typing import Any

from kb_service.asking.looking_up import _single_sources


def found(*documents: str, of_no_matter: str = "") -> Any:
    """Candidates, best first, by the document of each."""
    return [_candidate(each, place, is_of_matter=each not in of_no_matter) for place, each in enumerate(documents)]


def _candidate(document: str, place: int, *, is_of_matter: bool) -> Any:
    metadata = SimpleNamespace(matter_id="a matter" if is_of_matter else None)
    return SimpleNamespace(document_id=document, place=place, source=SimpleNamespace(metadata=metadata))


def places(candidates: Any) -> list[list[int]]:
    return [[each.place for each in source] for source in _single_sources(candidates)]


def test_the_next_best_passages_come_first_then_documents_of_which_several_were_found() -> None:
    assert places(found("a", "b", "a", "c", "b")) == [[1], [2], [3], [0, 2], [1, 4]]


def test_what_is_all_of_one_document_is_not_tried_again() -> None:
    assert places(found("a", "a")) == [[1]]
    assert places(found("a")) == []


def test_nothing_is_tried_alone_of_texts_that_belong_to_no_matter() -> None:
    assert places(found("a", "b", "a", "c", "b", of_no_matter="b")) == [[2], [3], [0, 2]]
    assert places(found("a", "b", "a", of_no_matter="ab")) == []
