"""What the gate asks and what it expects, from ``eval/expected.toml``; and the cases of the run it was written from."""

import hashlib
import json
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from eval.errors import EvaluationStopped
from eval.gate.component_measures import KIND_OF, Case, Measured

_HEAD = """\
# What `kb eval gate` asks, and what an unfaulted repository reaches. Written by `kb eval gate --accept`, which keeps
# day, questions and margins; docs/evaluation.md tells how to read it. A score below `score` - `margin` is red. Scores
# are 0 to 1, higher is better.
"""


class Expectation(BaseModel):
    """``margin``: how far a score may fall short, for what other processors make of the same model. ``n``: how many
    cases; with less than half of them nothing is measured."""

    model_config = ConfigDict(extra="forbid")

    score: float = Field(ge=0, le=1)
    margin: float = Field(ge=0, le=1)
    n: int = Field(ge=1)
    command: str


class Expected(BaseModel):
    """``day``: what is taken for today. ``questions``, ``scripts``: files, and of how many lines one is asked, always
    the same ones. ``terms``: texts cut into words. ``look_alikes``: questions that look like other
    messages; of a site without such a file this is not measured."""

    model_config = ConfigDict(extra="forbid")

    day: date
    terms: Path
    look_alikes: Path | None = None
    questions: Mapping[Path, int]
    scripts: Mapping[Path, int]
    measures: Mapping[str, Expectation] = {}


@dataclass(frozen=True, slots=True)
class Baseline:
    """The cases of an earlier run, by measure and id. ``name``: what it is called in sentences."""

    name: str
    cases: Mapping[str, Mapping[str, Case]]


def read_expected(path: Path) -> Expected:
    """Raises EvaluationStopped for a file that is missing or wrong, or names a measure that there is none of."""
    try:
        found = Expected.model_validate(tomllib.loads(path.read_text(encoding="utf-8")))
    except (OSError, ValueError) as error:  # of pydantic and tomllib too
        raise EvaluationStopped(f"{path}: {_first(error)}") from error
    if unknown := sorted(found.measures.keys() - KIND_OF.keys()):
        raise EvaluationStopped(f"{path}: there is no measure {unknown[0]!r}")
    return found


def _first(error: Exception) -> str:
    if isinstance(error, ValidationError):
        fault = error.errors()[0]
        return f"{'.'.join(map(str, fault['loc']))}: {fault['msg']}"
    return str(error)


def is_asked(line_id: str, one_of: int) -> bool:
    """Always the same lines: those whose hash is divisible."""
    return int.from_bytes(hashlib.sha256(f"gate {line_id}".encode()).digest()[:4]) % one_of == 0


def with_scores(expected: Expected, measured: Sequence[Measured], margin: float) -> Expected:
    """The same with the scores of a run; a measure that had a margin keeps it."""
    found = dict(expected.measures)
    for each in measured:
        if each.score is None:
            continue
        before = expected.measures.get(each.name)
        found[each.name] = Expectation(
            score=round(each.score, 4),
            margin=before.margin if before else margin,
            n=each.n,
            command=f"kb eval gate --only {each.name}",
        )
    return expected.model_copy(update={"measures": found})


def as_toml(expected: Expected) -> str:
    lines = [_HEAD, f"day = {expected.day.isoformat()}", f'terms = "{expected.terms}"']
    lines += [f'look_alikes = "{expected.look_alikes}"'] if expected.look_alikes else []
    lines.append("")
    for name, files in (("questions", expected.questions), ("scripts", expected.scripts)):
        lines += [f"[{name}]  # one line of so many", *(f'"{file}" = {one_of}' for file, one_of in files.items()), ""]
    for name in KIND_OF:
        if each := expected.measures.get(name):
            lines += [f'[measures."{name}"]', f"score = {each.score}", f"margin = {each.margin}", f"n = {each.n}"]
            lines += [f'command = "{each.command}"', ""]
    return "\n".join(lines)


def as_json(measured: Sequence[Measured]) -> str:
    """Values by measure and id, a measure a line: what a later run is paired with."""
    lines = [
        f"{json.dumps(each.name)}: {json.dumps({one.id: _packed(one) for one in each.cases}, ensure_ascii=False)}"
        for each in measured
    ]
    return "{\n" + ",\n".join(lines) + "\n}\n"


def read_baseline(path: Path, name: str) -> Baseline:
    """Raises EvaluationStopped for a file that is missing or not one of these."""
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
        cases = {measure: {each: _unpacked(each, value) for each, value in of.items()} for measure, of in found.items()}
    except (OSError, ValueError, AttributeError, TypeError) as error:
        raise EvaluationStopped(f"{path} holds no cases of a gate: {error}") from error
    return Baseline(name, cases)


def _packed(case: Case) -> float | list[float]:
    value = round(case.value, 4)
    value = int(value) if value in (0, 1) else value
    return value if case.truth is None else [value, int(case.truth)]


def _unpacked(case_id: str, packed: float | list[float]) -> Case:
    if isinstance(packed, list):
        return Case(case_id, "", float(packed[0]), truth=bool(packed[1]))
    return Case(case_id, "", float(packed))
