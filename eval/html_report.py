"""A run as one page that needs no network: plain words first, then curves, tables and the worst questions."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from eval.causes import cause_of
from eval.comparing import Comparison
from eval.curves import latency_drawn, reliability_drawn, risk_coverage_drawn
from eval.explanation import Explanation
from eval.fates import fates, fates_by
from eval.halves import flatters
from eval.never_found import never_found
from eval.run_measures import Measure
from eval.runs import Run
from eval.scoring import ScoredRow
from eval.statistics import Rate
from eval.worst import worst

_FOLDER = Path(__file__).parent / "templates"
_SIGNIFICANT = 0.05
_SHOWN_SCORES = 8
# Below it a 95 % interval is more than twenty points wide.
_FEWEST = 100


@dataclass(frozen=True, slots=True)
class _Worst:
    """``steps``: None where the service was asked over HTTP, which does not show them."""

    row: ScoredRow
    cause: str
    steps: Explanation | None


@dataclass(frozen=True, slots=True)
class Curves:
    """As SVG, without colours."""

    reliability: str
    risk_coverage: str
    latency: str

    @classmethod
    def of(cls, run: Run, rows: Sequence[ScoredRow]) -> "Curves":
        found = run.summary.calibration
        return cls(
            reliability_drawn(found.bins),
            risk_coverage_drawn(found.risk_coverage),
            latency_drawn([row.answer_ms for row in rows]),
        )


def html_report(
    run: Run,
    rows: Sequence[ScoredRow],
    *,
    curves: Curves,
    explanations: Sequence[Explanation] = (),
    before: Run | None = None,
    change: Comparison | None = None,
    folder: Path | None = None,
) -> str:
    """In Chinese. ``folder``: of the run, for the commands that the page shows. ``before`` and ``change``: the last run
    of the same questions."""
    steps_of = {each.id: each for each in explanations}
    return (
        _environment()
        .get_template("run.html")
        .render(
            run=run,
            conditions=run.conditions,
            named=str(folder) if folder else run.conditions.run,
            corpus_sha256=run.conditions.system.get("corpus", {}).get("sha256"),
            questions_sha256=_over(run.conditions.question_files),
            fates=fates(rows),
            measures=run.measures,
            measure_of={each.name: each for each in run.measures},
            halves=run.halves,
            fair_halves=[each.part for each in run.halves if not flatters(each)],
            by_kind=run.by_kind,
            by_matter=fates_by(rows, lambda row: [row.matter] if row.matter else []),
            by_type=fates_by(rows, lambda row: row.types or ("untyped",)),
            matter_names={row.matter: row.matter_name for row in rows if row.matter and row.matter_name},
            by_cause=_counted([cause.value for row in rows if (cause := cause_of(row))]),
            worst=[_Worst(row, _cause(row), steps_of.get(row.id)) for row in worst(rows)],
            before=before,
            change=change,
            is_significant=change is not None and change.p_value < _SIGNIFICANT,
            curves=[Markup(each) for each in (curves.reliability, curves.risk_coverage, curves.latency)],
            words=yaml.safe_load((_FOLDER / "words.yaml").read_text(encoding="utf-8")),
            style=Markup((_FOLDER / "run.css").read_text(encoding="utf-8")),
            shown_scores=_SHOWN_SCORES,
            fewest=_FEWEST,
            never_found=never_found(rows),
        )
    )


def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(_FOLDER), autoescape=True, undefined=StrictUndefined, trim_blocks=True,
        lstrip_blocks=True,
    )  # fmt: skip
    environment.filters.update(percent=_percent, between=_between, value=_value, bounds=_bounds)
    return environment


def _percent(rate: Rate) -> str:
    return f"{rate.share:.1%}" if rate.n else "—"


def _between(rate: Rate) -> str:
    return f"{rate.low:.1%}–{rate.high:.1%}" if rate.n else "—"


def _value(measure: Measure) -> str:
    return _number(measure, measure.value)


def _bounds(measure: Measure) -> str:
    if measure.low is None:
        return "—"
    return f"{_number(measure, measure.low)}–{_number(measure, measure.high)}"


def _number(measure: Measure, value: float | None) -> str:
    if value is None:
        return "—"
    if measure.name.endswith("_ms"):
        return f"{value:.0f}"
    return f"{value:.1%}" if measure.successes is not None else f"{value:.3f}"


def _cause(row: ScoredRow) -> str:
    cause = cause_of(row)
    return cause.value if cause else ""


def _counted(names: Sequence[str]) -> Mapping[str, int]:
    counts: dict[str, int] = {}
    for each in names:
        counts[each] = counts.get(each, 0) + 1
    return dict(sorted(counts.items(), key=lambda each: (-each[1], each[0])))


def _over(question_files: Mapping[str, Any]) -> str:
    """One checksum of all question files."""
    return hashlib.sha256(
        "\0".join(f"{name}\0{each}" for name, each in sorted(question_files.items())).encode()
    ).hexdigest()
