"""A suite half of which the confidence was fitted with: the halves apart, and what is told by kind of document."""

from dataclasses import replace
from typing import Any

from eval.halves import flatters, halves, which_to_trust
from eval.kinds import OF_NONE, by_kind
from eval.questions import SuitePart, part_of
from eval.scoring import ScoredRow
from kb_service.domain.answers import Answer, Outcome
from kb_service.domain.documents import Kind
from tests.unit.test_eval_scoring import answered, asked, cited, handed_over, judged

ITSELF, ANOTHER = {"known_nearest": 1.2}, {"known_nearest": 1.05}
DEV = [f"q{number}" for number in range(40) if part_of(f"q{number}") is SuitePart.DEV][:2]
TEST = [f"q{number}" for number in range(40) if part_of(f"q{number}") is SuitePart.TEST][:3]


def row(question_id: str, answer: Answer, features: dict[str, float], **fields: Any) -> ScoredRow:
    return replace(judged(asked(id=question_id, **fields), answer), features=features)


def test_each_half_has_its_figures_and_the_known_one_is_said_to_flatter() -> None:
    rows = [
        row(DEV[0], answered(), ITSELF),
        row(DEV[1], answered(), ITSELF),
        row(TEST[0], answered(), ANOTHER),
        row(TEST[1], answered(), ANOTHER, required_facts=("999元",)),
        row(TEST[2], handed_over(), {}),
    ]
    dev, test = halves(rows)
    assert (dev.part, dev.questions, dev.known, dev.resolution.successes) == (SuitePart.DEV, 2, 2, 2)
    assert (test.part, test.questions, test.known, test.resolution.successes) == (SuitePart.TEST, 3, 0, 1)
    assert (test.wrong_among_answered.successes, test.wrong_among_answered.n) == (1, 2)
    assert flatters(dev) and not flatters(test)
    assert "2 of 2 questions of dev; 0 of 3 questions of test: trust the figures of test" in which_to_trust((dev, test))


def test_where_every_half_is_known_questions_that_are_not_are_asked_for() -> None:
    found = halves([row(DEV[0], answered(), ITSELF), row(TEST[0], answered(), ITSELF)])
    assert all(map(flatters, found))
    assert "these figures flatter, judge by questions that it was not fitted with" in which_to_trust(found)


def test_of_a_suite_that_no_model_knows_nothing_is_said_of_halves() -> None:
    assert halves([row(DEV[0], answered(), ANOTHER), row(TEST[0], answered(), {})]) == ()


def test_a_conversation_is_of_one_half_as_a_whole() -> None:
    turns = [
        replace(row(f"{DEV[0]}#{turn}", answered(), ITSELF), conversation=DEV[0], turn=turn) for turn in range(1, 6)
    ]
    assert [(each.part, each.questions) for each in halves(turns)] == [(SuitePart.DEV, 5)]


def test_a_question_counts_under_the_kind_of_its_expected_document_or_else_of_the_first_one_cited() -> None:
    of_kite = cited(document_id="kite", kind=Kind.REGULATION)
    rows = [
        row("a", answered(), {}),
        row("b", answered(citations=(of_kite,)), {}),
        row("c", handed_over(), {}),
        row("d", answered(citations=(of_kite,)), {}, expected_documents=()),
        row("e", handed_over(), {}, expected_documents=(), expected_outcome=Outcome.HANDED_OVER, is_answerable=False),
    ]
    found = by_kind(rows)
    # The second cites another document than the guide that it should.
    assert {name: each.right.n for name, each in found.items()} == {Kind.PROCEDURE: 3, Kind.REGULATION: 1, OF_NONE: 1}
    assert found[OF_NONE].right.successes == 1
