"""`kb eval judge`: further columns beside a run's scores, by ragas."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer

from eval.judge.endpoint import Judge
from eval.judge.judging_runs import Ragas, judge_run
from eval.judge.kept import KeptReplies
from eval.judge.ragas_process import RagasProcess
from eval.judge.samples import Judged, read_pairs, read_rows
from eval.judge.telling import as_csv, told
from eval.questions import read_questions
from eval.runs import run_folder
from eval.telling import errors_in_one_sentence
from kb_service.settings import Settings
from kb_service.wiring import open_model


def judge(
    run: Annotated[str, typer.Argument(help="A run: its folder, its name or the beginning of it.")],
    url: Annotated[
        str | None,
        typer.Option(envvar="KB_JUDGE_URL", help="An OpenAI-compatible endpoint, as in …/v1; none: no judge."),
    ] = None,
    model: Annotated[str, typer.Option(envvar="KB_JUDGE_MODEL", help="The judge's model.")] = "",
    key: Annotated[str, typer.Option(envvar="KB_JUDGE_KEY", help="The endpoint's key.", show_default=False)] = "",
    seconds: Annotated[float, typer.Option(min=1, help="The longest silence of the judge.")] = 60,
    temperature: Annotated[float, typer.Option(min=0, max=2, help="Above 0, so that votes may differ.")] = 0.3,
    votes: Annotated[int, typer.Option(min=1, help="How often everything is judged.")] = 3,
    metrics: Annotated[str, typer.Option(help="What the judge is asked for, with commas between.")] = ",".join(Judged),
    workers: Annotated[int, typer.Option(min=1, max=32, help="How many questions to the judge at a time.")] = 4,
    most: Annotated[int | None, typer.Option(min=1, help="Judge no more than the first so many questions.")] = None,
    questions: Annotated[
        Path, typer.Option(help="The suite, for the facts of runs whose rows do not tell them.")
    ] = Path("corpus/questions"),
    out: Annotated[Path, typer.Option(help="Where runs and kept replies of the judge are.")] = Path("var/eval"),
) -> None:
    """Score a run's answers by ragas too; a judge counts only after it told planted wrong answers from right ones."""
    with errors_in_one_sentence():
        folder = run_folder(run, out)
        rows = read_rows(folder, read_questions(questions) if questions.exists() else ())[:most]
        embedding = open_model(Settings())

        def embeds(texts: Sequence[str]) -> list[list[float]]:
            return [[float(each) for each in vector] for vector in embedding.embed_questions(texts)]

        with _judge(url, model, key, seconds, temperature, out / "judge_replies.jsonl") as kept:
            asks = None if kept is None else lambda prompt, vote, time: kept.ask(prompt, vote=vote, time=time)
            with RagasProcess(workers=workers) as process:
                ragas = Ragas(process, embeds, asks, votes=votes, metrics=_metrics(metrics))
                judged = judge_run(rows, read_pairs(), ragas)
                process.finish()
            cost = None if kept is None else kept.cost
    text = told(folder.name, rows, judged, cost, f"{model} at {url}" if url else None)
    text += f"\nConnections that ragas tried by itself: {', '.join(process.tried) or 'none'}.\n"
    (folder / "judged.md").write_text(text, encoding="utf-8")
    (folder / "judged.csv").write_text(as_csv(rows, judged), encoding="utf-8")
    print(text)
    print(f"written to {folder}/judged.md and judged.csv")


def _metrics(names: str) -> tuple[Judged, ...]:
    chosen = [each.strip() for each in names.split(",") if each.strip()]
    if unknown := [each for each in chosen if each not in list(Judged)]:
        raise typer.BadParameter(f"{unknown[0]!r} is no metric of a judge; there are {', '.join(Judged)}")
    return tuple(Judged(each) for each in chosen)


@contextmanager
def _judge(
    url: str | None, model: str, key: str, seconds: float, temperature: float, file: Path
) -> Iterator[KeptReplies | None]:
    if url is None:
        yield None
        return
    judge = Judge(url, model=model, key=key, seconds=seconds, temperature=temperature)
    try:
        yield KeptReplies(judge, file)
    finally:
        judge.close()
