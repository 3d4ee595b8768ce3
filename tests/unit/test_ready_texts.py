"""Ready texts for a helper: two are better than a third that is far off."""

from kb_service.asking.ready_texts import FAR_BEHIND, is_worth_showing, near
from tests.factories import candidate, passage_in_version


def test_documents_far_behind_the_best_one_are_left_out_and_passages_go_with_their_document() -> None:
    found = [
        candidate(passage_in_version(passage_id="p1", document_id="guide"), 5.0),
        candidate(passage_in_version(passage_id="p2", document_id="rules"), 5.0 - FAR_BEHIND),
        candidate(passage_in_version(passage_id="p3", document_id="law"), 4.9 - FAR_BEHIND),
        candidate(passage_in_version(passage_id="p4", document_id="guide"), 1.0),
    ]
    kept = near(found)
    passages = {name: [each.source.passage.id for each in some] for name, (_, some) in kept.items()}
    assert passages == {"guide": ["p1", "p4"], "rules": ["p2"]}
    assert [behind for behind, _ in kept.values()] == [0.0, FAR_BEHIND]
    assert near([]) == {}


def test_the_third_text_has_to_be_twice_as_near_as_the_second() -> None:
    assert is_worth_showing(9.0, 0)  # the first is shown, however it compares
    assert is_worth_showing(1.5, 1) and not is_worth_showing(1.6, 1)
    assert is_worth_showing(0.75, 2) and not is_worth_showing(0.8, 2)
