"""`kb eval explain`: one question of a suite, step by step."""

from pathlib import Path
from typing import Annotated

import typer

from eval.errors import RunNotFound
from eval.explaining import explain as explain_question
from eval.explaining import turns_up_to
from eval.questions import read_questions
from eval.runs import read_history, read_rows, read_run, run_folder
from eval.scoring import ScoredRow
from eval.telling import errors_in_one_sentence
from eval.telling_explained import explained, explanation_as_json
from kb_service.settings import Settings
from kb_service.wiring import open_converter, open_service

_CORPUS = Path("corpus/questions")


def explain(
    question_id: Annotated[str, typer.Argument(metavar="ID", help="Of a turn of a conversation: id#number.")],
    run: Annotated[str | None, typer.Argument(help="What it is compared with: the latest run unless given.")] = None,
    questions: Annotated[
        Path | None,
        typer.Option(help="A .jsonl, .csv or .xlsx file, a folder, or a BEIR folder; of the run, unless given."),
    ] = None,
    out: Annotated[Path, typer.Option(help="Where runs and their history are kept.")] = Path("var/eval"),
    as_json: Annotated[bool, typer.Option("--json", help="Machine-readable output.")] = False,
) -> None:
    """Ask one question again in this process, and tell what each step of answering gave; nothing is stored."""
    with errors_in_one_sentence():
        asked = turns_up_to(read_questions(questions or suite_of(run, out)), question_id)
        name, row = in_run(question_id, run, out)
        with open_service(Settings()) as service:
            found = explain_question(service, asked, open_converter(), run=name, row=row)
    print(explanation_as_json(found) if as_json else explained(found))


def suite_of(run: str | None, out: Path) -> Path:
    """What the run asked, as long as it lies there; else the questions of the corpus."""
    try:
        path = Path(read_run(run_folder(run or read_history(out)[-1].run, out)).conditions.questions)
    except RunNotFound:
        return _CORPUS
    return path if path.name and path.exists() else _CORPUS


def in_run(question_id: str, run: str | None, out: Path) -> tuple[str | None, ScoredRow | None]:
    """The run's name and what it has of the question: of the latest run, if there is one, unless one is named.

    Raises RunNotFound for a run that was named and is not there, or does not have the question.
    """
    try:
        folder = run_folder(run or read_history(out)[-1].run, out)
        rows = read_rows(folder)
    except RunNotFound:
        if run is not None:
            raise
        return None, None
    row = next((each for each in rows if each.id == question_id), None)
    if row is None and run is not None:
        raise RunNotFound(f"the run {folder.name} has no question {question_id!r}")
    return folder.name, row
