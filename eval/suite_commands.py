"""`kb eval suite`: the questions themselves."""

import json
import sys
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from eval.suite_adding import Added, append, sort_out
from eval.telling import errors_in_one_sentence
from kb_service.wiring import open_converter

suite = typer.Typer(no_args_is_help=True, help="The questions with known answers of a site.")


@suite.callback()
def _group() -> None:
    """A group also while it has one command only."""


@suite.command()
def add(
    file: Annotated[Path, typer.Argument(help="Questions in any form that `kb eval run` takes; ids may be missing.")],
    into: Annotated[Path, typer.Option(help="The folder of the site's questions; made where there is none.")],
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would happen, and write nothing.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Machine-readable output.")] = False,
) -> None:
    """Add questions to a suite: those it asks already are left out, faulty lines refused. Fails when one is refused."""
    with errors_in_one_sentence():
        added = sort_out(file, into, open_converter())
    written_to = append(added.taken, into) if added.taken and not dry_run else None
    print(_as_json(added) if as_json else _told(added, written_to))
    for each in added.refused:
        print(f"kb eval: {each.place}: {each.reason}", file=sys.stderr)
    if added.refused:
        raise typer.Exit(1)


def _told(added: Added, written_to: Path | None) -> str:
    lines = [
        f"{added.lines} lines: {len(added.taken)} taken, {len(added.same)} same, {len(added.refused)} refused",
        *(f"same: {each.place} {each.reason}" for each in added.same),
    ]
    return "\n".join([*lines, f"written to {written_to}"] if written_to else lines)


def _as_json(added: Added) -> str:
    told = {
        "lines": added.lines,
        "taken": [each.fields["id"] for each in added.taken],
        "same": [asdict(each) for each in added.same],
        "refused": [asdict(each) for each in added.refused],
    }
    return json.dumps(told, ensure_ascii=False, indent=2)
