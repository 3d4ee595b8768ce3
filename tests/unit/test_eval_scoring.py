"""How one reply is judged, and what the judgements say together."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import pytest

from eval.causes import CauseOfMiss, cause_of
from eval.comparing import compare
from eval.controls import always_hand_over, shuffled
from eval.never_found import never_found, never_found_told
from eval.questions import SuiteQuestion
from eval.scoring import Observed, ScoredRow, observe, score
from eval.summary import Verdicts, summarise
from eval.systems import FoundPlace, StoredVersion
from eval.trend import sparkline
from kb_service.adapters.script import OpenCCConverter
from kb_service.domain.answers import Answer, Citation, Evidence, HandOver, Outcome, Reason, UnderstoodAs
from kb_service.domain.days import Interval
from kb_service.domain.documents import Kind
from tests.factories import NOON, day

CONVERTER = OpenCCConverter()
TEXT = "热气球停放证每证收取工本费150元。"
IN_FORCE = StoredVersion("balloon", TEXT, Interval(day("2026-01-01"), None))


class Examinee:
    """Gives the answers and sources that it was made with."""

    def __init__(self, answer_of: Mapping[str, Answer], source_of: Mapping[str, StoredVersion]) -> None:
        self._answer_of = answer_of
        self._source_of = source_of

    def answer(self, question: SuiteQuestion, *, conversation_id: str | None = None) -> Answer:
        return self._answer_of[question.id]

    def search(self, question: SuiteQuestion, *, limit: int) -> Sequence[FoundPlace]:
        return [
            FoundPlace(each.document_id, each.version_id, each.passage_id) for each in self.answer(question).evidence
        ]

    def departments(self, question: SuiteQuestion) -> Sequence[frozenset[str]]:
        return [frozenset({"qiqiu", "市气球管理处"}), frozenset({"fengzheng"})]

    def source(self, version_id: str) -> StoredVersion | None:
        return self._source_of.get(version_id)

    def described(self) -> Mapping[str, Any]:
        return {"asked": "by a test"}


def asked(**fields: Any) -> SuiteQuestion:
    usual: dict[str, Any] = {
        "id": "q1",
        "text": "热气球停放证多少钱",
        "expected_outcome": Outcome.ANSWERED,
        "is_answerable": True,
        "is_in_scope": True,
        "expected_documents": ("balloon",),
        "required_facts": ("150元",),
    }
    return SuiteQuestion(**(usual | fields))


def cited(**fields: Any) -> Citation:
    usual = Citation(
        mark=1,
        document_id="balloon",
        version_id="v2",
        passage_id="p1",
        title="热气球停放证",
        kind=Kind.PROCEDURE,
        department=None,
        heading_path=(),
        page=None,
        second=None,
        quote=TEXT,
        start=0,
        end=len(TEXT),
        effective_from=day("2026-01-01"),
        effective_to=None,
        source_url=None,
    )
    return replace(usual, **fields)


def answered(**fields: Any) -> Answer:
    usual = Answer(
        answer_id="a1",
        conversation_id="c1",
        question="热气球停放证多少钱",
        asked_at=NOON,
        as_of=day("2026-07-01"),
        outcome=Outcome.ANSWERED,
        text=f"{TEXT}[1]",
        citations=(cited(),),
        evidence=(Evidence("p1", "balloon", "v2", 1.0),),
        notices=(),
        confidence=0.8,
        confidence_applies=True,
        confidence_version="v",
        features={"covered": 0.8},
        matter=None,
        facet=None,
        understood_as=UnderstoodAs("", None, None, None, None),
        clarification=None,
        escalation=HandOver(recommended=False),
    )
    return replace(usual, **fields)


def handed_over(reason: Reason = Reason.LOW_CONFIDENCE, **fields: Any) -> Answer:
    usual: dict[str, Any] = {
        "outcome": Outcome.HANDED_OVER,
        "text": "请联系人工。",
        "citations": (),
        "escalation": HandOver(recommended=True, reasons=(reason,)),
    }
    return answered(**(usual | fields))


def judged(question: SuiteQuestion, answer: Answer, source: StoredVersion = IN_FORCE) -> ScoredRow:
    system = Examinee({question.id: answer}, {"v2": source})
    return score(question, observe(system, question), system, CONVERTER)


def test_a_question_is_resolved_by_the_right_version_with_all_facts() -> None:
    row = judged(asked(expected_version_from=day("2026-01-01")), answered())
    assert row.is_resolved
    assert cause_of(row) is None


def test_the_right_document_in_the_wrong_version_resolves_nothing() -> None:
    row = judged(asked(expected_version_from=day("2025-01-01")), answered())
    assert (row.cites_document, row.cites_version, row.is_resolved) == (True, False, False)
    assert cause_of(row) is CauseOfMiss.VERSION


def test_a_missing_fact_is_the_drafters_fault() -> None:
    row = judged(asked(required_facts=("150元", "5个工作日")), answered())
    assert row.missing_facts == ("5个工作日",)
    assert cause_of(row) is CauseOfMiss.DRAFTER


def test_a_forbidden_fact_undoes_a_right_answer() -> None:
    assert cause_of(judged(asked(forbidden_facts=("工本费",)), answered())) is CauseOfMiss.FORBIDDEN


def test_another_accepted_document_will_do_in_any_version_in_force() -> None:
    question = asked(expected_documents=("guide", "balloon"), expected_version_from=day("2025-01-01"))
    assert judged(question, answered()).is_resolved


@pytest.mark.parametrize(
    ("source", "citation", "fault"),
    [
        (replace(IN_FORCE, interval=Interval(day("2026-07-02"), None)), cited(), "not in force on 2026-07-01"),
        (replace(IN_FORCE, interval=Interval(None, day("2026-07-01"))), cited(), "not in force on 2026-07-01"),
        (replace(IN_FORCE, interval=None), cited(), "not in force"),
        (replace(IN_FORCE, text="热气球停放证每证收取工本费120元。"), cited(), "the quote does not stand at 0:18"),
        (IN_FORCE, cited(start=1), "the quote does not stand at 1:18"),
        (IN_FORCE, cited(effective_from=day("2025-01-01")), "its dates are not those of the database"),
        (IN_FORCE, cited(version_id="v9"), "version v9 does not exist"),
        (IN_FORCE, cited(document_id="kite"), "the version belongs to balloon"),
    ],
)
def test_a_citation_that_the_database_denies_is_a_violation(
    source: StoredVersion, citation: Citation, fault: str
) -> None:
    row = judged(asked(), answered(citations=(citation,)), source)
    assert any(fault in each for each in row.violations)
    assert cause_of(row) is CauseOfMiss.VIOLATION


def test_the_last_day_in_force_is_no_violation() -> None:
    source = replace(IN_FORCE, interval=Interval(day("2026-01-01"), day("2026-07-02")))
    assert judged(asked(), answered(citations=(cited(effective_to=day("2026-07-02")),)), source).violations == ()


def test_causes_follow_the_order_in_which_an_answer_is_made() -> None:
    elsewhere = (Evidence("p9", "kite", "v9", 1.0),)
    second = (*elsewhere, Evidence("p1", "balloon", "v2", 0.5))
    assert cause_of(judged(asked(), handed_over(evidence=elsewhere))) is CauseOfMiss.RETRIEVAL
    assert cause_of(judged(asked(), handed_over(evidence=second))) is CauseOfMiss.RANKING
    assert cause_of(judged(asked(), handed_over())) is CauseOfMiss.CONFIDENCE
    assert (
        cause_of(judged(asked(), handed_over(Reason.OUT_OF_SCOPE, outcome=Outcome.OUT_OF_SCOPE))) is CauseOfMiss.SCOPE
    )


NOTHING = asked(expected_outcome=Outcome.HANDED_OVER, is_answerable=False, expected_documents=(), required_facts=())
VAGUE = replace(NOTHING, expected_outcome=Outcome.CLARIFY)


@pytest.mark.parametrize(
    ("question", "answer", "is_right", "is_wrong"),
    [
        (asked(), answered(), True, False),
        (asked(), handed_over(), False, False),
        (asked(required_facts=("999元",)), answered(), False, True),
        (asked(forbidden_facts=("工本费",)), answered(), False, True),
        (asked(expected_documents=("kite",)), answered(), False, False),  # true, but not from where it stands
        (NOTHING, answered(), False, True),
        (NOTHING, handed_over(), True, False),
        (NOTHING, handed_over(outcome=Outcome.CLARIFY), True, False),
        (NOTHING, handed_over(outcome=Outcome.COURTESY), False, False),
        (VAGUE, handed_over(outcome=Outcome.CLARIFY), True, False),
        (VAGUE, handed_over(), False, False),
        (VAGUE, answered(), False, True),
        (replace(VAGUE, required_facts=("150元",)), answered(), False, False),
        (replace(NOTHING, also_right=frozenset({Outcome.ANSWERED})), answered(), True, False),
        (asked(also_right=frozenset({Outcome.HANDED_OVER})), handed_over(), True, False),
        (asked(also_right=frozenset({Outcome.HANDED_OVER}), required_facts=("999元",)), answered(), False, True),
    ],
)
def test_a_reply_is_right_wrong_or_neither(
    question: SuiteQuestion, answer: Answer, is_right: bool, is_wrong: bool
) -> None:
    row = judged(question, answer)
    assert (row.is_right, row.is_wrong) == (is_right, is_wrong)


@pytest.mark.parametrize(
    ("text", "is_first"),
    [
        ("每证收取工本费150元。[1]", True),
        ("工本费[1]：150元！其他不收。", True),
        ("要收的。每证收取工本费150元。[1]", False),
        ("收费标准\n每证收取工本费150元。[1]", False),
        ("要吗？150元", False),
    ],
)
def test_the_fact_should_stand_in_the_first_sentence(text: str, is_first: bool) -> None:
    assert judged(asked(), answered(text=text)).fact_first is is_first


def test_only_an_answer_has_a_fact_first() -> None:
    assert not judged(asked(), handed_over(text="150元")).fact_first
    assert not judged(NOTHING, answered()).fact_first


def test_a_vague_question_that_is_handed_over_should_have_been_asked_back() -> None:
    assert cause_of(judged(VAGUE, handed_over())) is CauseOfMiss.CLARIFYING
    assert cause_of(judged(VAGUE, handed_over(outcome=Outcome.CLARIFY))) is None


def test_people_are_served_by_right_answers_and_by_right_refusals() -> None:
    rows = [
        judged(asked(), answered()),
        judged(asked(id="q2", required_facts=("999元",), types=("fee",)), answered()),
        judged(replace(NOTHING, types=("near", "fee")), handed_over()),
        judged(replace(NOTHING, types=("near",)), answered()),
        judged(replace(NOTHING, expected_outcome=Outcome.OUT_OF_SCOPE, is_in_scope=False), handed_over()),
        judged(replace(NOTHING, expected_outcome=Outcome.COURTESY, is_in_scope=False), handed_over()),
    ]
    found = summarise(rows)
    assert counted(found.verdicts) == [(3, 5), (2, 3), (1, 5), (1, 2)]
    assert counted(found.verdicts_by_type["fee"]) == [(1, 2), (1, 1), (0, 2), (1, 1)]


def test_a_conversation_is_right_when_every_turn_is() -> None:
    turns = [
        judged(asked(id="a#1", conversation="a", turn=1), answered()),
        judged(asked(id="a#2", conversation="a", turn=2), handed_over()),
        judged(asked(id="b#1", conversation="b", turn=1), answered()),
        judged(asked(id="b#2", conversation="b", turn=2), answered()),
    ]
    found = summarise([judged(asked(), handed_over()), *turns])
    assert counted(found.talk.turns)[0] == (3, 4)
    assert counted(found.talk.follow_ups)[0] == (1, 2)
    assert (found.talk.whole.successes, found.talk.whole.n) == (1, 2)
    assert (found.resolution.successes, found.resolution.n) == (0, 1)  # of questions asked alone


def counted(found: Verdicts) -> list[tuple[int, int]]:
    rates = (found.right, found.wrong_among_answered, found.fact_first, found.near_declined)
    return [(each.successes, each.n) for each in rates]


def test_answering_what_nothing_answers_is_overconfidence() -> None:
    assert cause_of(judged(NOTHING, answered())) is CauseOfMiss.OVERCONFIDENCE
    assert cause_of(judged(NOTHING, handed_over())) is None


def test_a_department_may_be_expected_by_id_or_name() -> None:
    assert judged(asked(expected_departments=("qiqiu",)), answered()).is_routed_right is True
    assert judged(asked(expected_departments=("市气球管理处",)), answered()).is_routed_right is True
    second_guess = judged(asked(expected_departments=("fengzheng",)), answered())
    assert second_guess.is_routed_right is False


def test_resolution_counts_what_the_corpus_cannot_answer_and_not_what_is_out_of_scope() -> None:
    absent = {"expected_outcome": Outcome.HANDED_OVER, "expected_documents": (), "required_facts": ()}
    outside = absent | {"is_in_scope": False, "expected_outcome": Outcome.OUT_OF_SCOPE}
    courtesy = outside | {"expected_outcome": Outcome.COURTESY}
    rows = [
        judged(asked(id="right"), answered()),
        judged(asked(id="wrong", required_facts=("999元",)), answered()),
        judged(asked(id="absent", is_answerable=False, **absent), handed_over()),
        judged(asked(id="outside", is_answerable=False, **outside), handed_over(Reason.OUT_OF_SCOPE)),
        judged(asked(id="hello", is_answerable=False, **courtesy), answered()),
    ]
    summary = summarise(rows)
    assert (summary.resolution.successes, summary.resolution.n) == (1, 3)
    assert (summary.resolution_of_answerable.successes, summary.resolution_of_answerable.n) == (1, 2)
    assert (summary.error_among_answered.successes, summary.error_among_answered.n) == (1, 2)
    assert (summary.right_hand_overs.successes, summary.right_hand_overs.n) == (2, 2)
    assert (summary.wrong_hand_overs.successes, summary.wrong_hand_overs.n) == (0, 2)
    assert summary.confusion["courtesy"] == {"answered": 1}


def test_recall_counts_the_place_of_the_first_hit_of_the_document() -> None:
    second = (Evidence("p9", "kite", "v9", 1.0), Evidence("p1", "balloon", "v2", 0.5))
    summary = summarise([judged(asked(), answered()), judged(asked(), answered(evidence=second))])
    assert [summary.recall_at[depth].successes for depth in (1, 3)] == [1, 2]


def test_controls_that_know_nothing_resolve_nothing() -> None:
    questions = [asked(), asked(id="q2", expected_documents=("kite",), required_facts=("八十米",))]
    kite = answered(text="线长八十米[1]", citations=(cited(document_id="kite", version_id="v9"),))
    system = Examinee({"q1": answered(), "q2": kite}, {"v2": IN_FORCE, "v9": replace(IN_FORCE, document_id="kite")})
    observed_of: dict[str, Observed] = {each.id: observe(system, each) for each in questions}
    for control in (shuffled(questions, observed_of), always_hand_over(observed_of)):
        assert not any(score(each, control[each.id], system, CONVERTER).is_resolved for each in questions)


def test_a_comparison_names_what_changed_sides() -> None:
    right, wrong = judged(asked(), answered()), judged(asked(), handed_over())
    always = replace(right, id="always")
    before = [right, replace(wrong, id="q2"), always]
    found = compare(before, [wrong, replace(right, id="q2"), always, replace(right, id="q3")])
    assert [(each.id, each.cause) for each in found.newly_wrong] == [("q1", "confidence")]
    assert [(each.id, each.cause) for each in found.newly_right] == [("q2", "confidence")]
    assert (found.questions, found.only_in_one, found.p_value) == (3, 1, 1.0)


def test_a_sparkline_runs_from_nothing_to_all() -> None:
    assert sparkline([0, 0.5, 1]) == "▁▅█"


def test_a_document_that_no_search_found_is_named_with_its_questions() -> None:
    found = judged(asked(id="q1"), answered())
    misspelt = judged(asked(id="q2", expected_documents=("baloon",)), answered())
    either = judged(asked(id="q3", expected_documents=("baloon", "balloon")), answered())
    assert never_found([found, misspelt, either]) == {"baloon": ["q2"]}
    assert never_found_told([misspelt]) == [
        "no search found the document baloon, which q2 must cite: is that its id in the knowledge base?"
    ]
