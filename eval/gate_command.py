"""`kb eval gate`: whether this repository still does what it did, and which component is at fault if not."""

import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from datetime import time as time_of_day
from pathlib import Path
from typing import Annotated
from uuid import uuid4

import typer

from eval.comparing import compare
from eval.errors import EvaluationStopped, RunNotFound
from eval.gate import telling
from eval.gate.articles import made_up_laws
from eval.gate.expected import Baseline, Expected, as_json, as_toml, read_baseline, read_expected, with_scores
from eval.gate.margins import margins, margins_told, with_own_margins
from eval.gate.running import GateRun, run_gate
from eval.gate.verdict import judged
from eval.runs import read_rows, run_folder
from eval.scratch import scratch_service
from eval.telling import dot, errors_in_one_sentence
from eval.telling_runs import changes_of
from kb_service.domain.days import SHANGHAI
from kb_service.service import Service
from kb_service.settings import Settings
from kb_service.wiring import now, open_converter, open_service, owner_address

_CASES = "cases.json"
_MARGIN = 0.04
_NOON = time_of_day(12, 0)
EXPECTED = Path(__file__).resolve().parent / "expected.toml"


def gate(
    baseline: Annotated[
        str | None, typer.Argument(help="An earlier run of the gate, by name or path; the last one unless given.")
    ] = None,
    candidate: Annotated[
        str | None, typer.Argument(help="With it, both are runs of `kb eval run`, and nothing is asked.")
    ] = None,
    out: Annotated[Path, typer.Option(help="Where runs are kept.")] = Path("var/eval"),
    expected: Annotated[Path, typer.Option(help="What is asked and expected.")] = EXPECTED,
    corpus: Annotated[Path, typer.Option(help="The corpus that is loaded into a knowledge base of its own.")] = Path(
        "corpus"
    ),
    here: Annotated[bool, typer.Option("--here", help="Ask the knowledge base at hand instead.")] = False,
    only: Annotated[list[str] | None, typer.Option(help="Only measures that begin so; repeatable.")] = None,
    accept: Annotated[
        bool, typer.Option("--accept", help="Write the scores and cases of this run as what is expected from now on.")
    ] = False,
    show_margins: Annotated[
        bool, typer.Option("--margins", help="Ask nothing; print each margin beside its measure's own interval.")
    ] = False,
    significance: Annotated[float, typer.Option(help="A loss this unlikely to be chance is red.")] = 0.05,
    as_json_: Annotated[bool, typer.Option("--json", help="Machine-readable output.")] = False,
) -> None:
    """Ask a small fixed suite and hold every component against what is expected and against the run before; red with
    exit code 1, naming the component that is most likely at fault."""
    with errors_in_one_sentence():
        if candidate is not None:
            _compare_runs(str(baseline), candidate, out, significance)
            return
        wanted, chosen = read_expected(expected), tuple(only or ())
        if show_margins:
            kept = read_baseline(_kept(expected), "what was accepted") if _kept(expected).is_file() else None
            print(margins_told(list(margins(wanted, kept))))
            return
        baselines = _baselines(baseline, out, expected)
        started = time.monotonic()
        with gated_service(wanted, corpus, here=here) as service, made_up_laws() as laws:
            run = run_gate(
                service, wanted, root=Path(), converter=open_converter(), laws=laws, only=chosen, advance=dot
            )
    verdict = judged(run.measured, wanted, baselines, others=run.faults, significance=significance, only=chosen)
    text = telling.told(run, verdict, wanted, seconds=time.monotonic() - started)
    folder = _filed(run, text, out) if not chosen else None
    print(telling.as_json(run, verdict) if as_json_ else text)
    if folder and not as_json_:
        print(f"\nrun  {folder}")
    if accept:
        _accept(run, wanted, expected, chosen)
    elif not verdict.passes:
        sys.stdout.flush()
        print(
            f"kb eval gate: red, {len(verdict.faults)} faults; docs/evaluation.md tells how to read it", file=sys.stderr
        )
        raise typer.Exit(1)


@contextmanager
def gated_service(expected: Expected, corpus: Path, *, here: bool) -> Iterator[Service]:
    """A knowledge base made for it, or that of the settings at hand, for which it is noon of the day expected."""
    at = noon(expected)
    if not here:
        with scratch_service(corpus, now=at) as service:
            yield service
        return
    settings = Settings()
    if owner_address(settings):
        raise EvaluationStopped("a running service holds this data folder; stop it, or leave --here out")
    with open_service(settings, now=at) as service:
        yield service


def noon(expected: Expected) -> Callable[[], datetime]:
    """Answers say nothing of the hour but whether somebody is there."""
    return lambda: datetime.combine(expected.day, _NOON, tzinfo=SHANGHAI)


def _baselines(named: str | None, out: Path, expected: Path) -> list[Baseline]:
    """That which stands beside the expectations, and an earlier run: the one named, else the last."""
    found: list[Baseline] = []
    kept = _kept(expected)
    if kept.is_file():
        found.append(read_baseline(kept, "what was accepted"))
    if named is not None:
        folder = run_folder(named, out)
        found.append(read_baseline(folder / _CASES, folder.name))
    elif runs := sorted(out.glob(f"gate-*/{_CASES}")):
        found.append(read_baseline(runs[-1], f"the last run, {runs[-1].parent.name}"))
    return found


def _kept(expected: Path) -> Path:
    return expected.with_suffix(".cases.json")


def _filed(run: GateRun, text: str, out: Path) -> Path:
    folder = out / f"gate-{now():%Y%m%dT%H%M%S}-{uuid4().hex[:6]}"
    folder.mkdir(parents=True)
    (folder / _CASES).write_text(as_json(run.measured), encoding="utf-8")
    (folder / "gate.txt").write_text(f"{text}\n", encoding="utf-8")
    return folder


def _accept(run: GateRun, wanted: Expected, path: Path, only: Sequence[str]) -> None:
    if only:
        raise typer.BadParameter("--accept takes a whole run; leave --only out")
    if violations := [one for each in run.measured for one in each.violations] or list(run.faults):
        print(f"kb eval gate: not accepted: {violations[0]}", file=sys.stderr)
        raise typer.Exit(1)
    accepted = with_own_margins(with_scores(wanted, run.measured, _MARGIN), wanted, run.measured)
    path.write_text(as_toml(accepted), encoding="utf-8")
    _kept(path).write_text(as_json(run.measured), encoding="utf-8")
    print(f"accepted: {path}, {_kept(path)}")


def _compare_runs(baseline: str, candidate: str, out: Path, significance: float) -> None:
    rows = read_rows(run_folder(candidate, out))
    if not rows:
        raise RunNotFound(f"{candidate} holds no question; an evaluation of nothing proves nothing")
    found = compare(read_rows(run_folder(baseline, out)), rows)
    if violations := sum(len(row.violations) for row in rows):
        raise EvaluationStopped(f"{violations} citations are not in force on the day asked about, or misquote")
    if len(found.newly_wrong) > len(found.newly_right) and found.p_value < significance:
        raise EvaluationStopped(f"worse than the baseline\n{changes_of(found)}")
    print(changes_of(found))
