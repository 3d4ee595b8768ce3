"""An evaluator's day: examine a small knowledge base, file the run, look back, compare, calibrate."""

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest
from typer.testing import CliRunner

from eval.commands import app
from eval.errors import EvaluationStopped, RunNotFound, SuiteInvalid
from eval.examining import Examined, examine, failures, file
from eval.explain_command import in_run
from eval.explaining import explain, turns_up_to
from eval.in_process import InProcess
from eval.inverting import invert
from eval.questions import SuitePart, SuiteQuestion, read_questions
from eval.report import report
from eval.runs import read_history, read_rows, run_folder
from eval.scoring import ScoredRow
from eval.statistics import rate
from eval.telling_explained import explained, explanation_as_json
from eval.telling_runs import summary_of
from ingestion.splitting import split
from ingestion.structure import structure_text
from kb_service.adapters.script import OpenCCConverter
from kb_service.domain.answers import Answer, Outcome, Question
from kb_service.domain.documents import VersionDraft
from kb_service.ports import Approval
from kb_service.service import Service
from kb_service.settings import Settings
from kb_service.wiring import open_service
from tests.data_folders import furnish
from tests.factories import NOON, day, metadata

FEE_2025 = "一、收费标准\n热气球停放证每证收取工本费120元。"
FEE_2026 = "一、收费标准\n热气球停放证每证收取工本费150元。"
KITE = "第一条 在公园内放飞风筝的，线长不得超过八十米。"
FEE_TURN = {"question": "熱氣球停放證收取多少工本費", "expect": "answer", "document": "balloon"}
FEE_QUESTION = FEE_TURN | {"type": "fee"}
QUESTIONS = [
    FEE_QUESTION
    | {
        "id": "past",
        "as_of": "2025-06-01",
        "version_from": "2025-01-01",
        "must_include": ["120元"],
        "must_not": ["150元"],
    },
    FEE_QUESTION
    | {
        "id": "present",
        "as_of": "2026-06-01",
        "version_from": "2026-01-01",
        "must_include": ["150元"],
        "must_not": ["120元"],
    },
    {
        "id": "absent",
        "question": "潜水艇年检去哪里办",
        "as_of": "2026-06-01",
        "expect": "decline",
    },
    {
        "id": "talk",
        "type": "conversation",
        "as_of": "2025-06-01",
        "turns": [
            FEE_TURN | {"must_include": ["120元"]},
            FEE_TURN | {"as_of": "2026-06-01", "must_include": ["150元"]},
        ],
    },
]


class Listening(InProcess):
    """Keeps the conversation that each question was asked in, and the one of its answer."""

    def __init__(self, service: Service) -> None:
        super().__init__(service)
        self.heard: list[tuple[str | None, str]] = []

    def answer(self, question: SuiteQuestion, *, conversation_id: str | None = None) -> Answer:
        answer = super().answer(question, conversation_id=conversation_id)
        self.heard.append((conversation_id, answer.conversation_id))
        return answer


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory, models_dir: Path) -> Iterator[Service]:
    folder = tmp_path_factory.mktemp("data")
    furnish(folder, models_dir)
    with open_service(Settings(data_dir=folder)) as opened:
        approval = Approval("reviewer", NOON, "bulk_import")
        drafts = [
            _draft("balloon", FEE_2025, "热气球停放证收费标准", "2025-01-01"),
            _draft("balloon", FEE_2026, "热气球停放证收费标准", "2026-01-01"),
            _draft("kite", KITE, "风筝放飞办法", "2024-01-01"),
        ]
        opened.library.store(drafts, actor="editor", at=NOON, approval=approval)
        opened.synchroniser.reconcile()
        yield opened


@pytest.fixture(scope="module")
def examined(service: Service, tmp_path_factory: pytest.TempPathFactory) -> Examined:
    suite = _suite(tmp_path_factory.mktemp("questions"), QUESTIONS)
    return examine(InProcess(service), suite, converter=OpenCCConverter(), at=NOON, name="first")


def test_each_day_is_answered_with_its_own_rule(examined: Examined) -> None:
    row_of = {row.id: row for row in examined.rows}
    assert row_of["past"].is_resolved
    assert row_of["present"].is_resolved
    assert row_of["absent"].outcome is not Outcome.ANSWERED
    assert [row.violations for row in examined.rows] == [()] * 5


def test_resolution_is_over_all_questions_in_scope(examined: Examined) -> None:
    assert (examined.run.summary.resolution.successes, examined.run.summary.resolution.n) == (2, 3)


def test_what_people_get_counts_turns_and_questions_rightly_not_answered(examined: Examined) -> None:
    found = examined.run.summary
    assert (found.verdicts.right.successes, found.verdicts.right.n) == (5, 5)
    assert (found.verdicts_alone.right.n, found.talk.turns.right.n, found.talk.follow_ups.right.n) == (3, 2, 1)
    assert (found.talk.whole.successes, found.talk.whole.n) == (1, 1)
    assert (found.verdicts.near_declined.successes, found.verdicts.near_declined.n) == (1, 1)
    assert found.verdicts.wrong_among_answered.successes == 0
    assert set(found.verdicts_by_type) == {"fee", "conversation", "untyped"}


def test_the_turns_of_a_conversation_are_rows_of_their_own(examined: Examined) -> None:
    turns = [row for row in examined.rows if row.conversation]
    assert [(row.id, row.conversation, row.turn) for row in turns] == [("talk#1", "talk", 1), ("talk#2", "talk", 2)]
    assert [row.as_of for row in turns] == [day("2025-06-01"), day("2026-06-01")]


def test_a_follow_up_is_asked_in_the_conversation_of_its_first_turn(service: Service, tmp_path: Path) -> None:
    listening = Listening(service)
    second = QUESTIONS[3] | {"id": "second talk"}
    suite = _suite(tmp_path, [QUESTIONS[0], QUESTIONS[3], second])
    examine(listening, suite, converter=OpenCCConverter(), at=NOON, name="talks")
    alone, first, follow_up, other, _ = listening.heard
    assert (alone[0], first[0], other[0]) == (None, None, None)
    assert follow_up == (first[1], first[1])
    assert other[1] != first[1]


def test_a_part_of_the_questions_can_be_asked(service: Service, tmp_path: Path) -> None:
    suite = _suite(tmp_path, QUESTIONS)
    asked = {
        part: {
            row.id
            for row in examine(
                InProcess(service), suite, converter=OpenCCConverter(), at=NOON, name="part", part=part
            ).rows
        }
        for part in (SuitePart.DEV, SuitePart.TEST)
    }
    assert asked[SuitePart.DEV] and asked[SuitePart.TEST]
    assert asked[SuitePart.DEV] | asked[SuitePart.TEST] == {"past", "present", "absent", "talk#1", "talk#2"}
    assert not asked[SuitePart.DEV] & asked[SuitePart.TEST]


def test_a_table_without_documents_is_judged_by_its_words(service: Service, tmp_path: Path) -> None:
    rows = [
        "问题,必须出现,日期",
        "热气球停放证收取多少工本费,120元,2025-06-01",
        "热气球停放证收多少工本费,120元,2026-06-01",
    ]
    (tmp_path / "suite.csv").write_text("\n".join(rows), encoding="utf-8")
    past, present = examine(InProcess(service), tmp_path, converter=OpenCCConverter(), at=NOON, name="table").rows
    assert (past.is_resolved, past.is_right, past.cites_document) == (True, True, None)
    assert (present.is_resolved, present.missing_facts) == (False, ("120元",))
    assert not past.is_source_known  # nothing to calibrate the confidence on


def test_of_a_beir_folder_it_is_said_what_is_not_scored(service: Service, tmp_path: Path) -> None:
    (tmp_path / "qrels").mkdir()
    (tmp_path / "queries.jsonl").write_text('{"_id": "1", "text": "热气球停放证收取多少工本费"}', encoding="utf-8")
    (tmp_path / "qrels" / "test.tsv").write_text("query-id\tcorpus-id\tscore\n1\tballoon\t1\n", encoding="utf-8")
    examined = examine(InProcess(service), tmp_path, converter=OpenCCConverter(), at=NOON, name="beir")
    assert (examined.run.summary.recall_at[1].successes, examined.run.summary.cites_document.successes) == (1, 1)
    said = summary_of(examined.run, tmp_path)
    assert "wrong among answered        –  (not scored)" in said
    assert "no question says what must or must not stand in the answer" in said
    assert "## Not scored by this suite" in report(examined.run, examined.rows)


def test_a_question_is_explained_step_by_step_by_the_pipeline_that_answered_it(
    service: Service, examined: Examined, tmp_path: Path
) -> None:
    asked = turns_up_to(read_questions(_suite(tmp_path, QUESTIONS)), "past")
    row_of = {row.id: row for row in examined.rows}
    found = explain(service, asked, OpenCCConverter(), run="first", row=row_of["past"])
    (reading,) = found.readings
    assert (reading.day, reading.is_taken) == (day("2025-06-01"), True)
    assert (reading.found[0].rank, reading.found[0].document_id, reading.found[0].is_expected) == (1, "balloon", True)
    assert reading.sureness is not None and reading.sureness.is_sure
    assert "120元" in "".join(reading.draft)
    assert all(each.holds for each in found.checks) and found.checks
    assert found.in_run is not None
    # The very reply of the run: what watches the tools changes nothing.
    assert (found.got.text, found.got.cited, found.got.confidence) == (
        found.in_run.text, found.in_run.cited, found.in_run.confidence,
    )  # fmt: skip
    assert found.got.is_right
    said = explained(found)
    assert "the same reply" in said and "must say      120元" in said


def test_a_turn_is_explained_after_the_turns_before_it_and_an_unknown_id_is_named(
    service: Service, tmp_path: Path
) -> None:
    questions = read_questions(_suite(tmp_path, QUESTIONS))
    found = explain(service, turns_up_to(questions, "talk#2"), OpenCCConverter())
    assert len(found.said_before) == 1
    assert (found.in_run, found.got.is_right) == (None, True)
    assert json.loads(explanation_as_json(found))["expected"]["facts"] == ["150元"]
    with pytest.raises(EvaluationStopped, match="no question 'talk'"):
        turns_up_to(questions, "talk")


def test_an_explanation_is_compared_with_the_latest_run_or_the_one_named(examined: Examined, tmp_path: Path) -> None:
    assert in_run("past", None, tmp_path) == (None, None)  # nothing was ever run
    file(examined, tmp_path)
    file(_with_rows(examined, "second", tuple(map(_failing, examined.rows))), tmp_path)
    latest, named = in_run("past", None, tmp_path), in_run("past", "first", tmp_path)
    assert (latest[0], named[0]) == ("second", "first")
    assert latest[1] is not None and not latest[1].is_resolved
    assert named[1] is not None and named[1].is_resolved
    assert in_run("new", None, tmp_path) == ("second", None)
    with pytest.raises(RunNotFound, match="has no question 'new'"):
        in_run("new", "first", tmp_path)


def test_explaining_stores_nothing(service: Service, examined: Examined, tmp_path: Path) -> None:
    def kept() -> int:
        with closing(sqlite3.connect(service.settings.data_dir / "kb.sqlite")) as database:
            return int(database.execute("SELECT count(*) FROM answers").fetchone()[0])

    before = kept()
    explain(service, turns_up_to(read_questions(_suite(tmp_path, QUESTIONS)), "talk#2"), OpenCCConverter())
    assert kept() == before > 0


def test_nobody_is_told_that_a_forbidden_thing_is_allowed(service: Service) -> None:
    found = invert(service, as_of=day("2026-06-01"), most=10)
    reply, other_way = found.replies
    assert (reply.asked.question, reply.asked.clause) == (
        "在公园内放飞风筝的，线长能不能超过八十米",
        "线长不得超过八十米",
    )
    assert other_way.asked.question == "在公园内放飞风筝的，线长可以超过八十米吗"
    assert (found.answered.n, found.wrong.successes) == (1, 0)
    assert invert(service, as_of=day("2023-06-01"), most=10).replies == ()  # not in force yet


def test_an_answer_that_turns_a_clause_round_is_found(service: Service) -> None:
    class SaysYes:
        def question(self, text: str, **circumstances: Any) -> Question:
            return service.asking.question(text, **circumstances)

        def retraced(self, question: Question, **watched: Any) -> Answer:
            answer = service.asking.retraced(question, **watched)
            return replace(answer, outcome=Outcome.ANSWERED, text="可以，线长可以超过八十米。")

    yes = cast(Service, SimpleNamespace(library=service.library, asking=SaysYes()))
    found = invert(yes, as_of=day("2026-06-01"), most=10)
    assert (found.wrong.successes, found.wrong.n) == (1, 1)
    assert [each.asked.document_id for each in found.wrong_replies] == ["kite", "kite"]


def test_the_controls_rank_below_the_product(examined: Examined) -> None:
    right = {name: each.successes for name, each in examined.run.controls.items()}
    assert set(right) == {
        "oracle", "shuffled retrieval", "same passage always", "shuffled evidence", "always hand over",
    }  # fmt: skip
    assert (right["oracle"], right["always hand over"]) == (2, 0)  # two of the three can be answered
    assert failures(examined.run) == []


def test_a_measure_that_cannot_tell_a_control_from_the_product_fails(examined: Examined) -> None:
    blind = replace(examined.run, controls={"always hand over": rate([True, True, False])})
    assert len(failures(blind)) == 1
    assert "cannot tell the product" in failures(blind)[0]


def test_a_citation_out_of_force_fails_the_run(examined: Examined) -> None:
    unlawful = replace(examined.run, summary=replace(examined.run.summary, violations=1))
    assert "not in force" in failures(unlawful)[0]


def test_a_run_is_filed_remembered_and_read_again(examined: Examined, tmp_path: Path) -> None:
    folder = file(examined, tmp_path)
    assert {each.name for each in folder.iterdir()} == {
        "answers.jsonl", "scores.csv", "summary.json", "summary.md", "report.html", "worst.jsonl", "reliability.svg",
        "risk_coverage.svg",
    }  # fmt: skip
    assert tuple(read_rows(run_folder("fir", tmp_path))) == examined.rows
    assert [(line.run, line.resolution.n) for line in read_history(tmp_path)] == [("first", 3)]
    assert "| **resolution**, all questions in scope | 66.7% | 2/3 |" in (folder / "summary.md").read_text("utf-8")


def test_commands_look_back_and_name_what_got_worse(examined: Examined, tmp_path: Path) -> None:
    file(examined, tmp_path)
    file(_with_rows(examined, "second", tuple(map(_failing, examined.rows))), tmp_path)
    output = CliRunner().invoke(app, ["history", "--out", str(tmp_path)]).output
    assert "first" in output and "second" in output
    compared = CliRunner().invoke(app, ["compare", "first", "second", "--out", str(tmp_path)])
    assert "newly wrong: 4" in compared.output
    gated = CliRunner().invoke(app, ["gate", "first", "second", "--significance", "0.6", "--out", str(tmp_path)])
    assert gated.exit_code == 1  # McNemar: 2·½⁴ = 0.125


def test_an_empty_suite_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SuiteInvalid, match="holds no question"):
        read_questions(_suite(tmp_path, []))


def test_an_answer_without_an_expected_document_or_words_is_refused_with_its_line(tmp_path: Path) -> None:
    sourceless = {name: value for name, value in QUESTIONS[0].items() if name not in {"document", "must_include"}}
    with pytest.raises(SuiteInvalid, match=r"suite\.jsonl:2: .*document: an answer needs one"):
        read_questions(_suite(tmp_path, [QUESTIONS[1], sourceless]))


def test_an_id_used_twice_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SuiteInvalid, match="'past' is used twice"):
        read_questions(_suite(tmp_path, [QUESTIONS[0], QUESTIONS[0]]))


def test_a_run_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(RunNotFound, match="begin with 'third'"):
        run_folder("third", tmp_path)


def _draft(document_id: str, text: str, title: str, since: str) -> VersionDraft:
    structured = structure_text(text)
    fields = metadata(title, effective_from=day(since))
    return VersionDraft(document_id, fields, structured.text, tuple(split(structured)))


def _suite(folder: Path, questions: list[dict[str, object]]) -> Path:
    lines = [json.dumps(each, ensure_ascii=False) for each in questions]
    (folder / "suite.jsonl").write_text("\n".join(lines), encoding="utf-8")
    return folder


def _failing(row: ScoredRow) -> ScoredRow:
    return replace(row, is_resolved=False, is_right=row.is_right and not row.is_resolved, missing_facts=("150元",))


def _with_rows(examined: Examined, name: str, rows: tuple[ScoredRow, ...]) -> Examined:
    later = examined.run.conditions.at + timedelta(days=1)
    return Examined(replace(examined.run, conditions=replace(examined.run.conditions, run=name, at=later)), rows)
