"""`kb eval`: examine the service, look back, compare, calibrate, gate."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Annotated
from uuid import uuid4

import typer

from eval.calibrating import calibrate as fit_confidence
from eval.collecting import collect as collect_rows
from eval.collecting import recall_at
from eval.comparing import Comparison
from eval.comparing import compare as compare_rows
from eval.dialogue_commands import attack, converse
from eval.errors import EvaluationStopped
from eval.examining import Examined, examine, failures, file
from eval.in_process import InProcess
from eval.labelled_sets import read_set
from eval.over_http import OverHttp
from eval.runs import read_history, read_rows, run_as_json, run_folder
from eval.systems import AnswersQuestions
from eval.telling import dot, errors_in_one_sentence, rate_with_interval
from eval.trend import trend
from kb_service.client import ServiceClient
from kb_service.settings import Settings
from kb_service.wiring import now, open_converter, open_service, owner_address

app = typer.Typer(no_args_is_help=True, help="Measure the service on questions with known answers.")
app.command()(attack)
app.command()(converse)

Out = Annotated[Path, typer.Option(help="Where runs and their history are kept.")]
AsJson = Annotated[bool, typer.Option("--json", help="Machine-readable output.")]
_OUT = Path("var/eval")


@app.command()
def run(
    questions: Annotated[Path, typer.Option(help="A .jsonl file or a folder of them.")] = Path("corpus/questions"),
    out: Out = _OUT,
    url: Annotated[str | None, typer.Option(help="A running service; found by itself on this machine.")] = None,
    as_json: AsJson = False,
) -> None:
    """Ask every question and judge the answers; fails on an unlawful citation or a measure that is blind."""
    at = now()
    name = f"{at:%Y%m%dT%H%M%S}-{uuid4().hex[:6]}"
    with errors_in_one_sentence(), _system(url) as system:
        examined = examine(system, questions, converter=open_converter(), at=at, name=name, advance=dot)
        folder = file(examined, out)
    print(run_as_json(examined.run) if as_json else _summary(examined, folder))
    for each in (found := failures(examined.run)):
        print(f"kb eval: {each}", file=sys.stderr)
    if found:
        raise typer.Exit(1)


@app.command()
def history(out: Out = _OUT) -> None:
    """The runs so far, oldest first."""
    with errors_in_one_sentence():
        print(trend(read_history(out)))


@app.command()
def compare(before: str, after: str, out: Out = _OUT, as_json: AsJson = False) -> None:
    """What a run answers right that another did not, and the other way round."""
    with errors_in_one_sentence():
        found = compare_rows(read_rows(run_folder(before, out)), read_rows(run_folder(after, out)))
    if as_json:
        typer.echo(_json(found))
        return
    print(_changes(found))


@app.command()
def gate(
    baseline: str,
    candidate: str,
    out: Out = _OUT,
    significance: Annotated[float, typer.Option(help="A loss this unlikely to be chance fails.")] = 0.05,
) -> None:
    """Fail when a run cites what is not in force, or resolves significantly less than its baseline."""
    with errors_in_one_sentence():
        rows = read_rows(run_folder(candidate, out))
        found = compare_rows(read_rows(run_folder(baseline, out)), rows)
        if violations := sum(len(row.violations) for row in rows):
            raise EvaluationStopped(f"{violations} citations are not in force on the day asked about, or misquote")
        if len(found.newly_wrong) > len(found.newly_right) and found.p_value < significance:
            raise EvaluationStopped(f"worse than the baseline\n{_changes(found)}")
    print(_changes(found))


@app.command()
def collect(
    queries: Annotated[Path, typer.Option(help="Lines of {question, relevant: [document ids], answerable?}.")],
    out: Annotated[Path, typer.Option(help="Where the rows go.")],
    url: Annotated[str | None, typer.Option(help="A running service; found by itself on this machine.")] = None,
) -> None:
    """Ask labelled queries of the knowledge base at hand and keep what `calibrate` learns from."""
    with errors_in_one_sentence(), _system(url) as system:
        rows = collect_rows(system, queries, out)
    print(f"{len(rows)} rows in {out}; first evidence right in {sum(row.label for row in rows)}")
    for depth in (1, 3, 5, 10):
        print(f"document in first {depth:<5}{rate_with_interval(recall_at(rows, depth))}")


@app.command()
def calibrate(
    rows: Annotated[list[Path], typer.Option(help="Run folders or files of rows; several for leave-one-out.")],
    out: Annotated[Path, typer.Option(help="Where the model goes.")] = _OUT / "confidence_model.json",
    accepted_error: Annotated[float, typer.Option(min=0, max=1, help="Share of answers that may be wrong.")] = 0.10,
) -> None:
    """Fit the confidence on rows with known answers; each file is judged by a fit on the others."""
    with errors_in_one_sentence():
        sets = [read_set(each) for each in rows]
        fitted = fit_confidence(sets, version=f"{now():%Y%m%d}-{uuid4().hex[:6]}", accepted_error=accepted_error)
    out.parent.mkdir(parents=True, exist_ok=True)
    out.write_text(fitted.as_json(), encoding="utf-8")
    for kind, judged in (("unseen", fitted.unseen), ("left out", fitted.left_out)):
        for each in judged:
            print(
                f"{kind:<9}{each.name}: n {each.rows} ({each.answerable} answerable), AUROC {_number(each.auroc)},"
                f" ECE {_number(each.expected_calibration_error)}; right of the answerable at {accepted_error:.0%}"
                f" wrong {each.answered_right:.1%}, in usual traffic {each.answered_right_usual:.1%}"
            )
    print(f"answer from {fitted.answer_threshold}; written to {out}")


@contextmanager
def _system(url: str | None) -> Iterator[AnswersQuestions]:
    """The service that runs, if one does; else opened here."""
    settings = Settings()
    if url is None and (owner := owner_address(settings)):
        url = f"http://{owner.host}:{owner.port}"
    if url is not None:
        yield OverHttp(ServiceClient(url))
        return
    with open_service(settings) as service:
        yield InProcess(service)


def _summary(examined: Examined, folder: Path) -> str:
    summary = examined.run.summary
    lines = [
        f"resolution             {rate_with_interval(summary.resolution)}",
        f"  of the answerable    {rate_with_interval(summary.resolution_of_answerable)}",
        *(f"  {name + ':':<21}{rate_with_interval(each)}" for name, each in examined.run.controls.items()),
        f"wrong among answered   {rate_with_interval(summary.error_among_answered)}",
        *(f"document in first {at:<5}{rate_with_interval(each)}" for at, each in summary.recall_at.items()),
        f"right version cited    {rate_with_interval(summary.cites_version)}",
        f"rightly handed over    {rate_with_interval(summary.right_hand_overs)}",
        f"wrongly handed over    {rate_with_interval(summary.wrong_hand_overs)}",
        f"department right       {rate_with_interval(summary.routing)}",
        f"violations             {summary.violations}",
        f"latency                p50 {summary.latency_p50_ms:.0f} ms, p95 {summary.latency_p95_ms:.0f} ms",
        f"report                 {folder / 'report.md'}",
    ]
    return "\n".join(lines)


def _changes(found: Comparison) -> str:
    lines = [
        f"{found.questions} questions in both runs ({found.only_in_one} in one only);"
        f" right {found.resolved_before} → {found.resolved_after}; McNemar exact p = {found.p_value:.4f}"
    ]
    for name, changes in (("newly right", found.newly_right), ("newly wrong", found.newly_wrong)):
        lines.append(f"{name}: {len(changes)}")
        lines += [f"  {each.id}  {each.question}  ({each.cause})" for each in changes]
    return "\n".join(lines)


def _number(value: float | None) -> str:
    return "–" if value is None else f"{value:.3f}"


def _json(value: Comparison) -> str:
    import json

    return json.dumps(asdict(value), ensure_ascii=False, indent=2)
