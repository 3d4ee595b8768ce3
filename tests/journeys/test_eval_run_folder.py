"""What a run leaves behind: figures that can be computed again, the same over HTTP, a page, and a way to go on."""

import csv
import json
import math
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from statistics import mean
from types import SimpleNamespace
from typing import Any, cast

import pytest
import typer

from eval.beir_corpus import beir_service
from eval.errors import EvaluationStopped, RunNotFound
from eval.examining import Examined, examine, file
from eval.explain_command import suite_of
from eval.halves import halves
from eval.in_process import InProcess
from eval.journal import Journal
from eval.omitting import asked_of_documents, omission
from eval.over_http import OverHttp
from eval.questions import SuitePart, SuiteQuestion, checksums, read_questions
from eval.run_command import telling_how_to_go_on
from eval.runs import read_rows, read_run, run_before
from eval.suite_files import suite_files
from eval.telling_runs import summary_of
from eval.worst import explained_rows, worst
from ingestion.splitting import split
from ingestion.structure import structure_text
from kb_service.adapters.script import OpenCCConverter
from kb_service.client import ServiceClient
from kb_service.domain.answers import Answer, Outcome, Question
from kb_service.domain.documents import VersionDraft
from kb_service.domain.knobs import KNOBS
from kb_service.ports import Approval
from kb_service.service import Service
from kb_service.settings import Settings
from kb_service.wiring import open_service
from tests.api.loopback import app_of, served
from tests.data_folders import furnish
from tests.factories import NOON, day, metadata

TEXTS = {
    ("balloon", "热气球停放证收费标准", "2025-01-01"): "一、收费标准\n热气球停放证每证收取工本费120元。",
    ("balloon", "热气球停放证收费标准", "2026-01-01"): "一、收费标准\n热气球停放证每证收取工本费150元。",
    ("kite", "风筝放飞办法", "2024-01-01"): "第一条 在公园内放飞风筝的，线长不得超过八十米。",
    ("boat", "脚踏船租借须知", "2024-01-01"): "脚踏船租借时间为上午九点至下午五点，押金二百元。",
    ("skis", "滑雪板租借须知", "2024-01-01"): "滑雪板可以外借，但应当交押金三百元。",
}
SUITE = """编号,问题,必须出现,不得出现,文件,日期,应当怎样,事项
past,热气球停放证收取多少工本费,120元,150元,balloon,2025-06-01,,balloons
present,热气球停放证收取多少工本费,150元,120元,balloon,2026-06-01,,balloons
missing,热气球停放证收取多少工本费,十年,,balloon,2026-06-01,,balloons
kite,公园里放风筝线长不得超过多少米,八十米,,kite|boat,2026-06-01,,kites
boat,脚踏船租借押金多少,二百元,,boat,2026-06-01,,
absent,潜水艇年检去哪里办,,,,2026-06-01,不回答,
"""


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory, models_dir: Path) -> Iterator[Service]:
    folder = tmp_path_factory.mktemp("data")
    furnish(folder, models_dir)
    with open_service(Settings(data_dir=folder)) as opened:
        drafts = [_draft(*key, text) for key, text in TEXTS.items()]
        opened.library.store(drafts, actor="editor", at=NOON, approval=Approval("reviewer", NOON, "bulk_import"))
        opened.synchroniser.reconcile()
        yield opened


@pytest.fixture(scope="module")
def suite(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("questions") / "suite.csv"
    path.write_text(SUITE, encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def examined(service: Service, suite: Path) -> Examined:
    return examine(InProcess(service), suite, converter=OpenCCConverter(), at=NOON, name="first")


@pytest.fixture(scope="module")
def folder(service: Service, suite: Path, examined: Examined, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("runs")
    rows = worst(examined.rows)
    found = explained_rows(InProcess(service), read_questions(suite), rows, OpenCCConverter(), run="first")
    return file(examined, out, found)


def test_the_figures_of_a_summary_can_be_computed_again_from_the_files(folder: Path) -> None:
    """By plain code of this test, from ``answers.jsonl`` alone."""
    value_of = {each["name"]: each["value"] for each in json.loads((folder / "summary.json").read_bytes())["measures"]}
    rows = [json.loads(line) for line in (folder / "answers.jsonl").read_text("utf-8").splitlines()]
    assert len(rows) == 6
    sourced = [row for row in rows if row["expected_documents"]]
    ranks = [
        next((rank for rank, each in enumerate(row["ranked"][:10], 1) if each in row["expected_documents"]), None)
        for row in sourced
    ]
    answered = [row for row in rows if row["outcome"] == "answered"]
    cited = [
        mean(each["document_id"] in row["expected_documents"] for each in row["citations"])
        for row in answered
        if row["citations"] and row["expected_documents"]
    ]
    gain = [
        sum(1 / math.log2(rank + 1) for rank, each in enumerate(row["ranked"][:10], 1) if each in row["grades"])
        / sum(1 / math.log2(rank + 1) for rank in range(1, len(row["grades"]) + 1))
        for row in sourced
    ]
    pairs = [(a["confidence"], b["confidence"]) for a in rows for b in rows if a["label"] and not b["label"]]
    again = {
        "right": mean(row["is_right"] for row in rows),
        "wrong": mean(row["is_wrong"] for row in rows),
        "handed_over": mean(row["outcome"] != "answered" for row in rows),
        "resolution": mean(row["is_resolved"] for row in rows if row["is_in_scope"]),
        "facts_present": mean(not row["missing_facts"] for row in answered if row["required_facts"]),
        "facts_absent": mean(not row["forbidden_facts"] for row in answered if row["barred_facts"]),
        "mrr@10": mean(1 / rank if rank else 0 for rank in ranks),
        "recall@1": mean(len({*row["ranked"][:1]} & {*row["grades"]}) / len(row["grades"]) for row in sourced),
        "ndcg@10": mean(gain),
        "citation_precision": mean(cited),
        "auroc": mean((first > second) + (first == second) / 2 for first, second in pairs),
        "latency_p50_ms": sorted(row["answer_ms"] for row in rows)[2],
    }
    assert {name: value_of[name] for name in again} == pytest.approx(again)


def test_scores_of_each_question_stand_in_a_table(folder: Path) -> None:
    with (folder / "scores.csv").open(encoding="utf-8") as text:
        score_of = {row["id"]: row for row in csv.DictReader(text)}
    # kite names two documents of which either would do: found at once, but half of what could be.
    kite = score_of["kite"]
    assert (kite["found_1"], kite["recall_1"], kite["rr_10"], kite["matter"]) == ("1", "0.5", "1.0", "kites")
    assert (score_of["missing"]["has_all_facts"], score_of["missing"]["cause"]) == ("0", "drafter")
    assert (score_of["absent"]["recall_1"], score_of["absent"]["is_right"]) == ("", "1")
    assert score_of["past"]["asked_as_of"] == "2025-06-01"


def test_a_run_says_under_which_conditions_it_was_made(service: Service, folder: Path) -> None:
    system = read_run(folder).conditions.system
    assert system["knobs"]["leg_depth"] == 100
    assert (system["corpus"]["documents"], system["corpus"]["versions"]) == (4, 5)
    assert re.fullmatch("[0-9a-f]{64}", system["corpus"]["sha256"])
    assert re.fullmatch("[0-9a-f]{64}", system["prompts_sha256"])
    assert InProcess(service).described()["corpus"] == system["corpus"]


def test_over_http_the_same_is_measured(service: Service, suite: Path, examined: Examined) -> None:
    with served(app_of(service)) as address:
        system = OverHttp(ServiceClient(address))
        over_http = examine(system, suite, converter=OpenCCConverter(), at=NOON, name="http")
        assert explained_rows(system, read_questions(suite), over_http.rows, OpenCCConverter(), run="http") == []
    timeless = [[replace(row, answer_ms=0.0) for row in each.rows] for each in (examined, over_http)]
    assert timeless[0] == timeless[1]
    assert over_http.run.conditions.system["knobs"] == examined.run.conditions.system["knobs"]
    figures = [
        {m.name: m.value for m in each.run.measures if not m.name.endswith("_ms")} for each in (examined, over_http)
    ]
    assert figures[0] == figures[1]


def test_a_question_is_explained_out_of_the_suite_that_its_run_asked(folder: Path, suite: Path, tmp_path: Path) -> None:
    assert suite_of(str(folder), tmp_path) == suite
    assert suite_of(None, folder.parent) == suite  # of the latest run
    assert suite_of(None, tmp_path) == Path("corpus/questions")


def test_an_answer_without_its_condition_is_found(service: Service) -> None:
    asked = asked_of_documents(service, as_of=day("2026-06-01"), most=10)
    assert [each.question for each in asked] == ["滑雪板租借须知，滑雪板可以外借吗"]
    whole = omission(service, asked, as_of=day("2026-06-01"))
    assert (whole.answered.successes, whole.omits.successes, whole.omits_when_cut.successes) == (1, 0, 1)

    class Shortens:
        def question(self, text: str, **circumstances: Any) -> Question:
            return service.asking.question(text, **circumstances)

        def retraced(self, question: Question, **watched: Any) -> Answer:
            return replace(service.asking.retraced(question, **watched), text="滑雪板可以外借。[1]")

    short = cast(Service, SimpleNamespace(library=service.library, texts=service.texts, asking=Shortens()))
    found = omission(short, asked, as_of=day("2026-06-01"))
    assert (found.omits.successes, found.by_kind["exception"].successes) == (1, 1)
    assert [each.text for each in found.replies[0].bound] == ["但应当交押金三百元"]


def test_the_corpus_of_a_beir_folder_is_loaded_for_its_queries(
    models_dir: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KB_DATA_DIR", str(models_dir.parent))
    (tmp_path / "qrels").mkdir()
    documents = [
        {"_id": name, "title": title, "text": text} for (name, title, since), text in TEXTS.items() if since < "2026"
    ]
    for name, lines in (("corpus", documents), ("queries", [{"_id": "1", "text": "放风筝线长不得超过多少"}])):
        text = "\n".join(json.dumps(each, ensure_ascii=False) for each in lines)
        (tmp_path / f"{name}.jsonl").write_text(text, encoding="utf-8")
    (tmp_path / "qrels" / "test.tsv").write_text("1\tkite\t2\n1\tskis\t1\n", encoding="utf-8")
    with beir_service(tmp_path) as opened:
        found = examine(InProcess(opened), tmp_path, converter=OpenCCConverter(), at=NOON, name="beir")
    (row,) = found.rows
    assert row.ranked[0] == "kite"
    value_of = {each.name: each.value for each in found.run.measures}
    assert (value_of["mrr@10"], value_of["recall@1"]) == (1.0, 0.5)
    skis = row.ranked.index("skis") + 1
    assert value_of["ndcg@10"] == pytest.approx((2 + 1 / math.log2(skis + 1)) / (2 + 1 / math.log2(3)))


class Interrupted(InProcess):
    """Is killed before its third question."""

    def answer(self, question: SuiteQuestion, *, conversation_id: str | None = None) -> Answer:
        if question.id == "missing":
            raise KeyboardInterrupt
        return super().answer(question, conversation_id=conversation_id)


class Counting(InProcess):
    def __init__(self, service: Service) -> None:
        super().__init__(service)
        self.asked: list[str] = []

    def answer(self, question: SuiteQuestion, *, conversation_id: str | None = None) -> Answer:
        self.asked.append(question.id)
        return super().answer(question, conversation_id=conversation_id)


def test_an_interrupted_run_goes_on_where_it_stopped(
    service: Service, suite: Path, examined: Examined, tmp_path: Path
) -> None:
    journal = Journal.begin(tmp_path / "run", suite, SuitePart.ALL, checksums(suite_files(suite)))
    with pytest.raises(KeyboardInterrupt):
        examine(Interrupted(service), suite, converter=OpenCCConverter(), at=NOON, name="run", journal=journal)
    with (tmp_path / "run" / "so_far.jsonl").open("a", encoding="utf-8") as kept:
        kept.write('{"id": "missing", "observed": {"answ')  # the machine went down while this was written
    again, system = Journal.resume(tmp_path / "run"), Counting(service)
    found = examine(system, again.questions, converter=OpenCCConverter(), at=NOON, name="run", journal=again)
    assert system.asked == ["missing", "kite", "boat", "absent"]
    assert [replace(row, answer_ms=0.0) for row in found.rows] == [replace(row, answer_ms=0.0) for row in examined.rows]
    again.close()
    with pytest.raises(RunNotFound, match="nothing to go on with"):
        Journal.resume(tmp_path / "run")


def test_who_stops_a_run_is_told_how_to_go_on(suite: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    journal = Journal.begin(tmp_path / "first", suite, SuitePart.ALL, checksums(suite_files(suite)))
    with pytest.raises(typer.Exit) as stopped, telling_how_to_go_on(journal, tmp_path):
        raise KeyboardInterrupt
    assert stopped.value.exit_code == 130
    assert f"kb eval run --resume first --out {tmp_path}" in capsys.readouterr().err
    assert Journal.resume(tmp_path / "first").questions == suite


def test_a_run_does_not_go_on_with_other_questions(service: Service, tmp_path: Path) -> None:
    suite = tmp_path / "suite.csv"
    suite.write_text(SUITE, encoding="utf-8")
    journal = Journal.begin(tmp_path / "run", suite, SuitePart.ALL, checksums([suite]))
    suite.write_text(SUITE + "new,热气球停放证收取多少工本费,1元,,,,,\n", encoding="utf-8")
    with pytest.raises(EvaluationStopped, match="questions have changed"):
        examine(InProcess(service), suite, converter=OpenCCConverter(), at=NOON, name="run", journal=journal)


def test_the_page_needs_no_network_and_says_first_what_became_of_the_questions(folder: Path) -> None:
    page = (folder / "report.html").read_text("utf-8")
    assert not re.search(r"(?:src|href)\s*=|url\(|@import|<script", page)
    # Four of six answered rightly, one wrongly, one rightly handed over.
    assert "约 <b>67</b> 个当场答对，<b>17</b> 个答错，<b>17</b> 个没有作答" in page
    assert "没有问过同样问题的上一次" in page
    assert "所有引用在当日都有效" in page


def test_what_the_page_says_of_a_hundred_questions_adds_up_to_a_hundred(examined: Examined, tmp_path: Path) -> None:
    """True words from another document are neither right nor wrong: one right answer of six becomes such a one."""
    answered = next(each.id for each in examined.rows if each.is_right and each.outcome is Outcome.ANSWERED)
    rows = tuple(
        replace(each, cites_document=False, is_right=False, is_resolved=False) if each.id == answered else each
        for each in examined.rows
    )
    page = (file(Examined(examined.run, rows), tmp_path) / "report.html").read_text("utf-8")
    (said,) = re.findall(r'<p class="lead">(.*?)（其中', page)
    # 3, 1, 1 and 1 of six.
    assert re.findall(r"<b>(\d+)</b> 个(答了，依据的不是预期的文件|当场答对|答错|没有作答)", said) == [
        ("50", "当场答对"), ("17", "答错"), ("17", "答了，依据的不是预期的文件"), ("17", "没有作答"),
    ]  # fmt: skip
    assert page.count(">来源不同</th>") == page.count(">未作答</th>") > 0


def test_the_page_tells_the_worst_questions_step_by_step(folder: Path) -> None:
    page = (folder / "report.html").read_text("utf-8")
    (told,) = page.split('<details class="worst"')[1:]
    assert "文件对，答的话里缺要点" in told and "十年" in told
    for step in ("读成", "找到", "把握", "草稿", "核对"):
        assert f"<h3>{step}</h3>" in told


def test_a_page_says_whether_the_change_since_the_last_run_may_be_chance(
    service: Service, examined: Examined, folder: Path
) -> None:
    rows = tuple(
        replace(row, missing_facts=(), is_resolved=True, is_right=True, is_wrong=False) for row in examined.rows
    )
    run = replace(examined.run, conditions=replace(examined.run.conditions, run="second"))
    assert (before := run_before(run, folder.parent)) and before.conditions.run == "first"
    page = (file(Examined(run, rows), folder.parent) / "report.html").read_text("utf-8")
    assert "处理正确的从 5 个变为 6 个" in page
    assert "1 个新答对，0 个新答错；这样的差别可能只是偶然（配对检验 p = 1.0000）" in page
    assert read_rows(folder.parent / "second") == list(rows)
    other = replace(run, conditions=replace(run.conditions, question_files={"other.csv": "0"}))
    assert run_before(other, folder.parent) is None


def test_a_run_of_known_questions_tells_its_halves_apart(examined: Examined, tmp_path: Path) -> None:
    rows = tuple(replace(row, features=row.features | {"known_nearest": 1.2}) for row in examined.rows)
    run = replace(examined.run, halves=halves(rows))
    folder = file(Examined(run, rows), tmp_path)
    assert read_run(folder).halves == run.halves
    assert "这些数字偏好看" in (folder / "report.html").read_text("utf-8")
    assert "## The halves of the suite" in (folder / "summary.md").read_text("utf-8")
    assert "which to trust" in summary_of(run, folder)
    assert "which to trust" not in summary_of(examined.run, folder)


def test_the_measured_knobs_are_described(service: Service, suite: Path) -> None:
    assert InProcess(service).described()["knobs"] is None
    first = read_questions(suite)[0]
    given = replace(InProcess(service).answer(first), knobs=replace(KNOBS, leg_depth=7))
    asking = SimpleNamespace(question=service.asking.question, answer=lambda question: given)
    parts = {name: getattr(service, name) for name in ("texts", "library", "settings", "records")}
    system = InProcess(cast(Service, SimpleNamespace(asking=asking, **parts)))
    system.answer(first)
    assert system.described()["knobs"]["leg_depth"] == 7


def test_the_page_names_the_documents_that_no_search_found(examined: Examined, tmp_path: Path) -> None:
    last = replace(examined.rows[-1], id="q9", expected_documents=("spelt-otherwise",))
    for name, rows, is_told in (("as-it-is", examined.rows, False), ("other", (*examined.rows[:-1], last), True)):
        page = (file(Examined(examined.run, rows), tmp_path / name) / "report.html").read_text("utf-8")
        assert ("没有一次检索到过文件 <code>spelt-otherwise</code>，q9 要求依据它" in page) is is_told


def test_words_of_questions_and_answers_cannot_become_markup(examined: Examined, tmp_path: Path) -> None:
    rows = tuple(replace(row, question="<script>alert(1)</script>", text="<b>x</b>") for row in examined.rows)
    page = (file(Examined(examined.run, rows), tmp_path) / "report.html").read_text("utf-8")
    assert "<script" not in page and "&lt;script&gt;" in page and "<b>x</b>" not in page


def _draft(document_id: str, title: str, since: str, text: str) -> VersionDraft:
    structured = structure_text(text)
    fields = metadata(title, effective_from=day(since))
    return VersionDraft(document_id, fields, structured.text, tuple(split(structured)))
