"""ragas beside the service: its own measures, judges good and bad, and that nobody but the judge is spoken to."""

import json
import socket
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from eval.commands import app
from eval.errors import EvaluationStopped
from eval.judge.endpoint import Judge, JudgeSilent
from eval.judge.judging_runs import JudgedRun, Ragas, judge_run
from eval.judge.kept import KeptReplies
from eval.judge.ragas_process import RagasJob, RagasProcess, interpreter
from eval.judge.samples import Judged, Plain, RunRow, read_pairs
from eval.judge.telling import as_csv
from tests.judge_stand_in import StandInJudge, flips, says_yes

ROW = {
    "id": "fee",
    "question": "停放证多少钱",
    "outcome": "answered",
    "text": "每证收取工本费150元[1]。",
    "citations": [{"quote": "每证收取工本费150元。"}, {"quote": "当场发放。"}],
    "found": ["kite", "balloon"],
    "expected_documents": ["balloon"],
    "required_facts": ["一百五十元|150元", "免费"],
}
ROWS = [RunRow.model_validate(ROW)]
FAITHFULNESS = (Judged.FAITHFULNESS,)


@pytest.fixture(scope="module")
def ragas(unless_required: Callable[[str], None]) -> Iterator[RagasProcess]:
    try:
        interpreter()
    except EvaluationStopped as error:
        unless_required(str(error))
    with RagasProcess(workers=4) as process:
        yield process


@pytest.fixture
def addresses(monkeypatch: pytest.MonkeyPatch) -> Iterator[set[str]]:
    """Whom this process connects to."""
    connected: set[str] = set()
    connect = socket.socket.connect

    def noted(own: socket.socket, address: Any) -> None:
        connected.add(":".join(map(str, address)) if isinstance(address, tuple) else str(address))
        connect(own, address)

    monkeypatch.setattr(socket.socket, "connect", noted)
    yield connected


def embeds(texts: Sequence[str]) -> list[list[float]]:
    """Alike when they share characters: enough to tell questions apart."""
    alphabet = sorted({character for pair in read_pairs() for character in pair.question})
    return [[float(text.count(character)) + 0.01 for character in alphabet] for text in texts]


def judged(
    ragas: RagasProcess,
    are_in: StandInJudge,
    replies: Path,
    *,
    votes: int = 1,
    pairs: int | None = None,
    metrics: tuple[Judged, ...] = FAITHFULNESS,
    seconds: float = 5,
) -> tuple[JudgedRun, KeptReplies]:
    judge = Judge(are_in.url, model="stand-in", key="secret", seconds=seconds, temperature=0.3)
    kept = KeptReplies(judge, replies)
    asked = Ragas(ragas, embeds, lambda prompt, vote, time: kept.ask(prompt, vote=vote, time=time), votes, metrics)
    try:
        return judge_run(ROWS, read_pairs()[:pairs], asked), kept
    finally:
        judge.close()


def test_measures_of_texts_and_ids_need_no_judge(ragas: RagasProcess) -> None:
    plain = judge_run(ROWS, read_pairs(), Ragas(ragas, embeds)).plain
    value_of = {metric: scores["fee"].value for metric, scores in plain.items()}
    # One of two documents found is expected, and the expected one is found; one of two quotes holds a fact, the first
    # of them, and one of two facts stands in a quote.
    assert value_of[Plain.ID_PRECISION] == 0.5 and value_of[Plain.ID_RECALL] == 1
    assert value_of[Plain.FACT_PRECISION] == pytest.approx(1) and value_of[Plain.FACT_RECALL] == 0.5


def test_similarity_counts_chinese_characters_as_words(ragas: RagasProcess) -> None:
    words = {"response": "公安机关十五日内发证", "reference": "公安机关十五日内办证"}
    jobs = [RagasJob(metric, metric, words) for metric in ("string_similarity", "bleu_zh")]
    scores = ragas.score(jobs, asks=_nobody, embeds=embeds)
    assert scores["string_similarity"].value == pytest.approx(0.9)  # one of ten characters differs
    # BLEU-4 of ten words of which the ninth differs: precisions 9/10, 7/9, 6/8, 5/7. Parted at spaces it would be 0.
    assert scores["bleu_zh"].value == pytest.approx((9 / 10 * 7 / 9 * 6 / 8 * 5 / 7) ** 0.25, abs=1e-4)


def test_a_judge_that_tells_planted_pairs_apart_is_trusted_and_spoken_to_alone(
    ragas: RagasProcess, tmp_path: Path, addresses: set[str]
) -> None:
    with StandInJudge() as judge:
        run, kept = judged(ragas, judge, tmp_path / "replies.jsonl")
        assert run.trials[0].is_trusted and run.trials[0].separated.successes == 36
        assert run.judged[Judged.FAITHFULNESS]["fee"].value == 1
        assert addresses == {judge.address}
        # 36 pairs with two answers and the run's one, each cut into statements and then checked.
        assert (kept.cost.calls, kept.cost.tokens_in, kept.cost.tokens_out) == (146, 14_600, 1_022)
        again, kept = judged(ragas, judge, tmp_path / "replies.jsonl")
        assert again.judged == run.judged and (kept.cost.calls, kept.cost.kept) == (0, 146)


def test_relevancy_and_correctness_are_tried_too(ragas: RagasProcess, tmp_path: Path) -> None:
    metrics = (Judged.ANSWER_RELEVANCY, Judged.FACTUAL_CORRECTNESS)
    with StandInJudge() as judge:
        run, _ = judged(ragas, judge, tmp_path / "replies.jsonl", pairs=6, metrics=metrics)
    assert [trial.separated.successes for trial in run.trials] == [6, 6]
    assert not run.trials[0].is_trusted  # six pairs prove nothing


def test_a_judge_that_says_yes_to_everything_is_not_trusted(ragas: RagasProcess, tmp_path: Path) -> None:
    with StandInJudge(says_yes) as judge:
        run, _ = judged(ragas, judge, tmp_path / "replies.jsonl")
    assert run.trials[0].separated.successes == 0 and run.judged == {}
    line = as_csv(ROWS, run).splitlines()[1]
    assert line.endswith(",not trusted") and line.startswith("fee,answered,,0.5000,1.0000")


def test_votes_that_flip_are_told(ragas: RagasProcess, tmp_path: Path) -> None:
    with StandInJudge(flips) as judge:
        run, _ = judged(ragas, judge, tmp_path / "replies.jsonl", votes=3, pairs=6)
    votes = run.trials[0].votes
    assert votes.n == 12 and votes.split > 0 and votes.mean_spread > 0


def test_a_judge_that_hangs_is_left_alone_after_six_tries(ragas: RagasProcess, tmp_path: Path) -> None:
    with StandInJudge(silent=True) as judge:
        run, kept = judged(ragas, judge, tmp_path / "replies.jsonl", seconds=0.3)
    assert not run.trials[0].is_trusted and "silent for too long" in run.trials[0].faults
    assert 6 <= kept.cost.calls <= 9  # four are under way at a time
    assert run.plain[Plain.ID_RECALL]["fee"].value == 1


def test_rubbish_is_no_verdict_and_is_not_kept(ragas: RagasProcess, tmp_path: Path) -> None:
    with StandInJudge(reply="我觉得不错") as judge:
        run, _ = judged(ragas, judge, tmp_path / "replies.jsonl", pairs=4)
    assert run.trials[0].separated.successes == 0
    assert set(run.trials[0].faults) == {"what the judge replied cannot be read: there is no JSON object in it"}
    assert not (tmp_path / "replies.jsonl").exists()


def test_a_refusal_is_told_without_the_key() -> None:
    with StandInJudge(reply="no secret here", status=403) as are_in:
        judge = Judge(are_in.url, model="stand-in", key="secret", seconds=5, temperature=0)
        with pytest.raises(JudgeSilent, match="status 403") as refused:
            judge.ask("?")
        judge.close()
    assert "secret" not in str(refused.value)


def test_ragas_tries_no_connection_of_its_own(ragas: RagasProcess) -> None:
    """Last of this file: the process ends with it. It may not connect, and notes what it is kept from."""
    ragas.finish()
    assert ragas.tried == ()


def test_a_run_gets_its_columns_by_the_command(models_dir: Path, tmp_path: Path, ragas: RagasProcess) -> None:
    run = tmp_path / "20260701T120000-abc"
    run.mkdir()
    (run / "answers.jsonl").write_text(json.dumps(ROW) + "\n", encoding="utf-8")
    ran = CliRunner().invoke(
        app,
        ["judge", "2026", "--out", str(tmp_path)],
        env={"KB_EMBEDDING_MODEL": str(models_dir / "multilingual-e5-small")},
    )
    assert ran.exit_code == 0, ran.output
    assert (
        "| faithfulness | – | no judge | |" in ran.output
        and "Connections that ragas tried by itself: none." in ran.output
    )
    assert (run / "judged.csv").read_text(encoding="utf-8").splitlines()[1].startswith("fee,answered,,0.5000,1.0000")


def _nobody(prompt: str, vote: int, time: int) -> str:
    raise AssertionError("these measures ask nobody")
