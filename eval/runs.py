"""Runs on disk: a folder each with its rows and summary, and one line each in the history."""

import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter, ValidationError

from eval.errors import RunNotFound
from eval.halves import Half
from eval.questions import SuitePart
from eval.row_scores import row_scores, scores_as_csv
from eval.run_measures import Measure
from eval.scoring import ScoredRow
from eval.statistics import Rate
from eval.summary import Summary, Verdicts
from eval.unscored import Unscored

HISTORY_NAME = "history.jsonl"
ROWS_NAME = "answers.jsonl"
_EARLIER_ROWS_NAME = "rows.jsonl"


@dataclass(frozen=True, slots=True)
class RunConditions:
    """What the numbers of a run depend on. ``knowledge`` and ``knobs`` are as the system describes itself;
    ``questions``: where the suite lay, empty of runs that did not keep it."""

    run: str
    at: datetime
    revision: str | None
    confidence_version: str
    system: Mapping[str, Any]
    question_files: Mapping[str, str]
    part: SuitePart
    questions: str = ""


@dataclass(frozen=True, slots=True)
class Run:
    """One examination: under which conditions, what came out, and how the controls did. ``halves``: of a suite that the
    confidence model knows in part; ``by_kind``: by the kind of the document that answers."""

    conditions: RunConditions
    summary: Summary
    controls: Mapping[str, Rate]
    unscored: tuple[Unscored, ...] = ()
    measures: tuple[Measure, ...] = ()
    halves: tuple[Half, ...] = ()
    by_kind: Mapping[str, Verdicts] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class HistoryLine:
    """``right`` is None of runs that were made before it was measured."""

    run: str
    at: datetime
    revision: str | None
    questions: int
    resolution: Rate
    resolution_of_answerable: Rate
    error_among_answered: Rate
    recall_at_1: float
    violations: int
    latency_p95_ms: float
    right: Rate | None = None


_ROW, _RUN, _LINE = TypeAdapter(ScoredRow), TypeAdapter(Run), TypeAdapter(HistoryLine)


def write_run(folder: Path, run: Run, rows: Sequence[ScoredRow]) -> None:
    """``answers.jsonl``, ``scores.csv`` and ``summary.json``."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / ROWS_NAME).write_bytes(b"".join(_ROW.dump_json(row) + b"\n" for row in rows))
    (folder / "scores.csv").write_text(scores_as_csv([row_scores(row) for row in rows]), encoding="utf-8")
    (folder / "summary.json").write_bytes(_RUN.dump_json(run, indent=2) + b"\n")


def run_as_json(run: Run) -> str:
    return _RUN.dump_json(run, indent=2).decode()


def remember(out: Path, run: Run) -> None:
    """Append the run to the history of its folder."""
    summary, conditions = run.summary, run.conditions
    line = HistoryLine(
        run=conditions.run,
        at=conditions.at,
        revision=conditions.revision,
        questions=summary.questions,
        resolution=summary.resolution,
        resolution_of_answerable=summary.resolution_of_answerable,
        error_among_answered=summary.error_among_answered,
        recall_at_1=summary.recall_at[1].share,
        violations=summary.violations,
        latency_p95_ms=summary.latency_p95_ms,
        right=summary.verdicts.right,
    )
    with (out / HISTORY_NAME).open("ab") as history:
        history.write(_LINE.dump_json(line) + b"\n")


def read_history(out: Path) -> list[HistoryLine]:
    """In order of time. Raises RunNotFound when nothing was ever run."""
    file = out / HISTORY_NAME
    if not file.exists():
        raise RunNotFound(f"{file} does not exist; `kb eval run` writes it")
    return [_LINE.validate_json(line) for line in file.read_text(encoding="utf-8").splitlines() if line]


def read_run(folder: Path) -> Run:
    """Raises RunNotFound for a folder without a summary, or with one that an earlier version wrote."""
    file = folder / "summary.json"
    if not file.exists():
        raise RunNotFound(f"{file} does not exist; name a folder that `kb eval run` wrote")
    try:
        return _RUN.validate_json(file.read_bytes())
    except ValidationError as error:
        raise RunNotFound(f"{file} was written by another version of this command; run it again") from error


def run_before(run: Run, out: Path) -> Run | None:
    """The latest run before this one that asked the same questions."""
    if not (out / HISTORY_NAME).exists():
        return None
    for line in reversed(read_history(out)):
        if line.run == run.conditions.run or line.at > run.conditions.at:
            continue
        try:
            found = read_run(out / line.run)
        except RunNotFound:
            continue
        same = (found.conditions.question_files, found.conditions.part)
        if same == (run.conditions.question_files, run.conditions.part):
            return found
    return None


def read_rows(run: Path) -> list[ScoredRow]:
    """Raises RunNotFound for a folder without rows, or with rows that an earlier version judged by other rules."""
    file = rows_file(run)
    if not file.exists():
        raise RunNotFound(f"{file} does not exist; name a folder that `kb eval run` wrote")
    try:
        return [_ROW.validate_json(line) for line in file.read_text(encoding="utf-8").splitlines() if line]
    except ValidationError as error:
        raise RunNotFound(f"{file} was written by another version of this command; run it again") from error


def rows_file(run: Path) -> Path:
    """Runs of earlier versions called it otherwise."""
    earlier = run / _EARLIER_ROWS_NAME
    return earlier if earlier.exists() else run / ROWS_NAME


def run_folder(name: str, out: Path) -> Path:
    """A run by its path, its name, or the beginning of its name. Raises RunNotFound, also when several begin so."""
    if Path(name).is_dir():
        return Path(name)
    found = sorted(each for each in out.glob(f"{name}*") if each.is_dir())
    if len(found) != 1:
        raise RunNotFound(f"{len(found)} runs in {out} begin with {name!r}; `kb eval history` lists them")
    return found[0]


def code_revision() -> str | None:
    """The git commit of this code, with a plus when files differ from it; None outside a repository."""
    here = Path(__file__).resolve().parent
    try:
        commit = _git(here, "rev-parse", "--short=12", "HEAD")
        return commit + ("+" if _git(here, "status", "--porcelain", "--untracked-files=no") else "")
    except (OSError, subprocess.CalledProcessError):
        return None


def _git(folder: Path, *arguments: str) -> str:
    finished = subprocess.run(["git", "-C", str(folder), *arguments], capture_output=True, text=True, check=True)
    return finished.stdout.strip()
