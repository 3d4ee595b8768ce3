"""`kb eval routing`: whether questions reach the right department, and what learning from hand-ons adds."""

import json
import sys
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from eval.errors import EvaluationStopped
from eval.questions import SuitePart
from eval.routing import RoutingRow, read_routed, routing_rows, summary_of
from eval.telling import dot, errors_in_one_sentence, rate_with_interval
from kb_service.settings import Settings
from kb_service.wiring import open_service, owner_address


def routing(
    files: Annotated[list[Path], typer.Argument(help="Lines of {id, text, department, documents?}; files or folders.")],
    part: Annotated[
        SuitePart, typer.Option(help="dev or all: by fifths; test: the half that dev, which one tunes on, teaches.")
    ] = SuitePart.ALL,
    without_own: Annotated[
        bool, typer.Option("--without-own", help="Hide the documents that a line names as its own answer.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="A line a question.")] = False,
) -> None:
    """Route labelled questions with the knowledge base at hand, before and after the others taught it."""
    for file in files:
        with errors_in_one_sentence():
            rows = _rows(file, part, without_own=without_own)
        if as_json:
            print("\n".join(json.dumps(asdict(row), ensure_ascii=False) for row in rows))
        else:
            print("\n".join(_report(file.name, rows)))


def _rows(file: Path, part: SuitePart, *, without_own: bool) -> list[RoutingRow]:
    settings = Settings()
    if owner_address(settings):
        raise EvaluationStopped("a running service holds this data folder; stop it, or give another KB_DATA_DIR")
    questions = read_routed(file)
    with open_service(settings) as service:
        rows = routing_rows(service, questions, part=part, without_own=without_own, advance=dot)
    print(file=sys.stderr)
    return rows


def _report(name: str, rows: list[RoutingRow]) -> list[str]:
    found = summary_of(rows)
    return [
        name,
        f"  department first           before {rate_with_interval(found.first_before)}",
        f"                             after  {rate_with_interval(found.first_after)}",
        f"  among the first three      before {rate_with_interval(found.three_before)}",
        f"                             after  {rate_with_interval(found.three_after)}",
    ]
