"""`kb eval follow-ups`: the model that chooses among the answers to a follow-up, fitted anew."""

import hashlib
from pathlib import Path
from typing import Annotated
from uuid import uuid4

import typer

from eval.fitting import require_scikit_learn
from eval.follow_ups import FittedFollowUps, collected, fitted
from eval.questions import read_questions
from eval.telling import counting, errors_in_one_sentence
from kb_service.asking.search.confidence import as_json
from kb_service.settings import Settings
from kb_service.wiring import now, open_converter, open_service


def fitting_follow_ups(
    suites: Annotated[list[Path], typer.Argument(help="Files or folders of questions; only conversations count.")],
    out: Annotated[Path, typer.Option(help="Where the model is written; KB_FOLLOW_UP_MODEL names it.")],
    judged_by: Annotated[
        list[Path] | None, typer.Option(help="Suites by which the bar is set: those the confidence does not know.")
    ] = None,
    accepted_error: Annotated[float, typer.Option(min=0, max=1, help="Share of answers that may be wrong.")] = 0.11,
) -> None:
    """Ask conversations with known answers, and fit which of the answers to a follow-up is likely the right one."""
    version = f"{now():%Y%m%d}-{uuid4().hex[:6]}"
    with errors_in_one_sentence(), open_service(Settings()) as service:
        require_scikit_learn()
        questions = [each for suite in suites for each in read_questions(suite) if each.conversation]
        advance = counting(len(questions))
        found = list(collected(service, questions, open_converter(), advance=advance))
        judges = {each.conversation or "" for suite in judged_by or () for each in read_questions(suite)}
        model = fitted(found, version=version, accepted_error=accepted_error, judged_by=judges)
    read = {file.name: hashlib.sha256(file.read_bytes()).hexdigest() for suite in suites for file in _files(suite)}
    out.parent.mkdir(parents=True, exist_ok=True)
    out.write_text(as_json(model.model, {"suites": read}), encoding="utf-8")
    print(_told(model))


def _files(suite: Path) -> list[Path]:
    return sorted(suite.glob("*.jsonl")) if suite.is_dir() else [suite]


def _told(found: FittedFollowUps) -> str:
    threshold = found.model.answer_threshold
    given = [is_right for chance, is_right in found.chosen if chance >= threshold]
    return (
        f"follow-ups {len(found.chosen)} ({found.answerable} answerable, {found.any_right} with a right answer among"
        f" those to choose from); from {threshold} on {sum(given)} right, {len(given) - sum(given)} of {len(given)}"
        " wrong, on conversations that the model had not seen"
    )
