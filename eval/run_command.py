"""`kb eval run`: ask every question, judge the answers, file the run."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated
from uuid import uuid4

import typer

from eval.beir_corpus import beir_service
from eval.examining import Examined, examine, failures, file
from eval.in_process import InProcess
from eval.journal import Journal
from eval.never_found import never_found_told
from eval.opened import Key, Url, opened_system
from eval.questions import SuitePart, checksums, read_questions
from eval.runs import run_as_json, run_folder
from eval.suite_files import suite_files
from eval.systems import AnswersQuestions
from eval.telling import counting, dot, errors_in_one_sentence
from eval.telling_runs import summary_of
from eval.worst import explained_rows, worst
from kb_service.wiring import now, open_converter

OUT = Path("var/eval")
_STOPPED = 130  # as shells tell a program that was stopped by Ctrl-C


def run(
    questions: Annotated[
        Path, typer.Option(help="A .jsonl, .csv or .xlsx file, a folder of them, or a BEIR folder.")
    ] = Path("corpus/questions"),
    part: Annotated[
        SuitePart, typer.Option(help="Half of the questions, always the same: dev, or test.")
    ] = SuitePart.ALL,
    out: Annotated[Path, typer.Option(help="Where runs and their history are kept.")] = OUT,
    url: Url = None,
    key: Key = None,
    beir: Annotated[
        Path | None, typer.Option(help="A BEIR folder with its corpus.jsonl, asked in a knowledge base made of it.")
    ] = None,
    resume: Annotated[str | None, typer.Option(metavar="RUN", help="Go on with a run that was interrupted.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Machine-readable output.")] = False,
) -> None:
    """Ask every question and judge the answers; fails on an unlawful citation or a measure that is blind."""
    if beir is not None and url is not None:
        raise typer.BadParameter("give either --beir or --url")
    with errors_in_one_sentence():
        journal = _journal(beir or questions, part, out, resume)
        with telling_how_to_go_on(journal, out), _system(url, key, beir) as system:
            examined, folder = _examined(system, journal, out)
    print(run_as_json(examined.run) if as_json else summary_of(examined.run, folder))
    for each in never_found_told(examined.rows):
        print(f"kb eval: {each}", file=sys.stderr)
    for each in (found := failures(examined.run)):
        print(f"kb eval: {each}", file=sys.stderr)
    if found:
        raise typer.Exit(1)


def _journal(questions: Path, part: SuitePart, out: Path, resume: str | None) -> Journal:
    if resume is not None:
        return Journal.resume(run_folder(resume, out))
    read_questions(questions, part)  # a faulty suite leaves no folder behind
    name = f"{now():%Y%m%dT%H%M%S}-{uuid4().hex[:6]}"
    return Journal.begin(out / name, questions, part, checksums(suite_files(questions)))


@contextmanager
def telling_how_to_go_on(journal: Journal, out: Path) -> Iterator[None]:
    """Of a run that somebody stops with Ctrl-C; what was answered is kept."""
    try:
        yield
    except KeyboardInterrupt:
        kept_in = "" if out == OUT else f" --out {out}"
        print(f"\nkb eval: stopped; go on with: kb eval run --resume {journal.folder.name}{kept_in}", file=sys.stderr)
        raise typer.Exit(_STOPPED) from None


@contextmanager
def _system(url: str | None, key: str | None, beir: Path | None) -> Iterator[AnswersQuestions]:
    if beir is None:
        with opened_system(url, key) as system:
            yield system
        return
    with beir_service(beir) as service:
        yield InProcess(service)


def _examined(system: AnswersQuestions, journal: Journal, out: Path) -> tuple[Examined, Path]:
    questions, converter, name = read_questions(journal.questions, journal.part), open_converter(), journal.folder.name
    examined = examine(
        system,
        journal.questions,
        converter=converter,
        at=now(),
        name=name,
        part=journal.part,
        advance=counting(len(questions)),
        journal=journal,
    )
    explanations = explained_rows(system, questions, worst(examined.rows), converter, run=name, advance=dot)
    folder = file(examined, out, explanations)
    journal.close()
    return examined, folder
