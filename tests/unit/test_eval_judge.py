"""Votes, planted pairs, and what of a run is given to ragas."""

import re
from pathlib import Path

import pytest

from eval.errors import RunNotFound
from eval.judge.judging_runs import NEEDED_PAIRS, Trial
from eval.judge.ragas_process import Score
from eval.judge.samples import Judged, Plain, RunRow, Sort, judged_samples, plain_samples, read_pairs, read_rows, sides
from eval.judge.voting import Disagreement, counted, disagreement
from eval.questions import SuiteQuestion
from eval.statistics import rate
from kb_service.domain.answers import Outcome

ROW = {
    "id": "fee",
    "question": "停放证多少钱",
    "outcome": "answered",
    "text": "每证150元[1]。",
    "citations": [{"quote": "每证收取工本费150元。"}],
    "found": ["kite", "balloon"],
    "expected_documents": ["balloon"],
    "required_facts": ["150元|一百五十元"],
}


def trial(told_apart: int, of: int) -> Trial:
    separated = rate([True] * told_apart + [False] * (of - told_apart))
    return Trial(Judged.FAITHFULNESS, separated, {}, Disagreement(0, 0, 0), ())


def test_a_judge_whose_votes_on_one_answer_are_mostly_split_is_not_trusted_however_it_tells_pairs_apart() -> None:
    apart = rate([True] * NEEDED_PAIRS)
    steady, flipping = Disagreement(60, 30, 0.5), Disagreement(60, 31, 0.5)
    assert Trial(Judged.FAITHFULNESS, apart, {}, steady, ()).is_trusted
    assert not Trial(Judged.FAITHFULNESS, apart, {}, flipping, ()).is_trusted


def test_three_votes_count_by_their_median() -> None:
    voted = counted([Score(1.0), Score(0.0), Score(1.0)])
    assert voted.value == 1.0 and voted.spread == 1.0 and voted.is_split


def test_one_vote_of_three_is_not_enough() -> None:
    voted = counted([Score(1.0), Score(None, "silent"), Score(None, "silent")])
    assert voted.value is None and voted.faults == ("silent", "silent") and not voted.is_split


def test_votes_on_the_same_side_are_not_split_however_far_apart() -> None:
    assert not counted([Score(0.5), Score(1.0), Score(0.75)]).is_split


def test_disagreement_leaves_out_what_has_one_vote() -> None:
    voted = {"a": counted([Score(1.0), Score(0.0), Score(0.0)]), "b": counted([Score(1.0)])}
    assert disagreement(voted) == Disagreement(n=1, split=1, mean_spread=1.0)


@pytest.mark.parametrize(("told_apart", "of", "trusted"), [(33, 36, True), (32, 36, False), (29, 29, False)])
def test_a_judge_is_trusted_from_ninety_per_cent_of_thirty_pairs(told_apart: int, of: int, trusted: bool) -> None:
    assert trial(told_apart, of).is_trusted is trusted


def test_there_are_enough_pairs_of_each_sort_and_their_sides_differ() -> None:
    pairs = read_pairs()
    assert len(pairs) >= NEEDED_PAIRS and len({pair.id for pair in pairs}) == len(pairs)
    assert all(sum(pair.sort is sort for pair in pairs) >= 10 for sort in Sort)
    assert all(pair.right != pair.wrong for pair in pairs)


def test_the_contexts_of_pairs_stand_in_our_corpus() -> None:
    documents = Path("corpus/documents")
    texts = (
        file.read_text(encoding="utf-8") for file in documents.iterdir() if file.suffix in {".md", ".txt", ".jsonl"}
    )
    corpus = _bare("".join(texts))
    for pair in read_pairs():
        lacking = [part for part in re.split(r"[。；：，]", pair.context) if _bare(part) not in corpus]
        assert not lacking, (pair.id, lacking)


def test_of_pairs_whose_answers_are_both_to_the_point_relevancy_gets_the_answer_to_another_question() -> None:
    pairs = read_pairs()
    for pair, both in zip(pairs, sides(pairs, Judged.ANSWER_RELEVANCY), strict=True):
        assert both.right == {"user_input": pair.question, "response": pair.right}
        assert both.wrong["response"] in {other.right for other in pairs if other.question != pair.question}


def test_an_answer_is_given_without_its_marks_and_with_the_first_wording_of_each_fact() -> None:
    row = RunRow.model_validate(ROW)
    assert plain_samples(row)[Plain.CHRF] == {"response": "每证150元。", "reference": "150元"}
    assert plain_samples(row)[Plain.ID_RECALL] == {
        "retrieved_context_ids": ["kite", "balloon"],
        "reference_context_ids": ["balloon"],
    }
    assert judged_samples(row)[Judged.FAITHFULNESS]["retrieved_contexts"] == ["每证收取工本费150元。"]


def test_what_was_handed_over_is_not_judged_as_an_answer() -> None:
    row = RunRow.model_validate(ROW | {"outcome": "handed_over", "text": "请拨打12345", "citations": []})
    assert judged_samples(row) == {}
    assert set(plain_samples(row)) == {Plain.ID_PRECISION, Plain.ID_RECALL}


def test_facts_come_from_the_suite_where_rows_do_not_tell_them(tmp_path: Path) -> None:
    row = {name: value for name, value in ROW.items() if name != "required_facts"}
    (tmp_path / "rows.jsonl").write_text(RunRow.model_validate(row).model_dump_json() + "\n", encoding="utf-8")
    asked = SuiteQuestion("fee", "停放证多少钱", Outcome.ANSWERED, True, True, required_facts=("150元",))
    assert read_rows(tmp_path)[0].required_facts == []
    assert read_rows(tmp_path, [asked])[0].required_facts == ["150元"]


def test_a_folder_that_is_no_run_is_refused(tmp_path: Path) -> None:
    with pytest.raises(RunNotFound, match=r"has no answers\.jsonl"):
        read_rows(tmp_path)


def _bare(text: str) -> str:
    return re.sub(r"[\s\-*|]|\d+\. ", "", text)
